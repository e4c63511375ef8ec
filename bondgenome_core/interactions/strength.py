"""How strongly each pair of elements is coupled, as it is and at equal distance; and over how many atoms relevance spreads.

Raw strengths mostly say which pairs stand near one another.  At equal distance: the size of a pair over the median of all
pairs of its 0.5 Angstrom bin.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .decay import WIDTH


def strength_by_kind(kinds: np.ndarray, distances: np.ndarray, sizes: np.ndarray) -> pd.DataFrame:
    """One row per kind (for example 'C-H'): n, and quartiles of the size and of the size at equal distance.

    kinds, distances (Angstrom), sizes: (n_pairs,).  Bins with pairs of one kind alone say nothing and do not count.
    """
    table = pd.DataFrame({"kind": kinds, "bin": np.floor(distances / WIDTH).astype(int), "size": sizes})
    shared = table.groupby("bin")["kind"].transform("nunique") > 1
    table["relative"] = np.where(shared, table["size"] / table.groupby("bin")["size"].transform("median"), np.nan)
    grouped = table.groupby("kind")
    out = pd.DataFrame({"n": grouped.size()})
    for column, name in (("size", "raw"), ("relative", "equal_distance")):
        for q, end in ((0.25, "low"), (0.5, "median"), (0.75, "high")):
            out[f"{name}_{end}"] = grouped[column].quantile(q)
    return out.reset_index()


def participation(relevance: np.ndarray) -> float:
    """Number of atoms that carry relevance (n_atoms,): (sum |r|)^2 / sum r^2, 1 for one atom, n where all are alike."""
    sizes = np.abs(relevance)
    return float(sizes.sum() ** 2 / max((sizes**2).sum(), 1e-300))
