"""Extensive and intensive properties: over how many atoms relevance spreads as a chain grows.

The relevance of an atom is what flows from its embedding to the value, over all walks.  Its participation number is 1 where
one atom carries everything and the number of atoms where all carry alike: it should grow with the chain for an energy, and
less, if at all, for an orbital level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...potentials.shipped import PotentialModel
from ...structures.structure import Structure
from ..explanation import explain
from ..strength import participation

CARBON = 6


def participation_table(model: PotentialModel, structures: Sequence[Structure], families: dict[str, str], *,
                        gamma: float) -> pd.DataFrame:  # fmt: skip
    """One row per frame: molecule, family, n_carbon, n_atoms, participation.  families: molecule -> 'alkane' or 'polyene'."""
    rows = []
    for s in structures:
        ends = explain(model, s, "endpoint", gamma=gamma).matrix
        n_carbon = int((s.numbers == CARBON).sum())
        rows.append((s.name, families[s.name], n_carbon, len(s), participation(ends.sum(1))))
    return pd.DataFrame(rows, columns=["molecule", "family", "n_carbon", "n_atoms", "participation"])


def size_study(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Growth of participation with size per read-out and family.  tables: read-out -> ``participation_table``.

    growth: slope of ln participation against ln n_atoms (1: proportional, 0: none) with its standard error.
    """
    out: dict[str, Any] = {}
    for title, table in tables.items():
        for family, own in table.groupby("family"):
            mean = own.groupby("n_carbon")["participation"].agg(["mean", "std"])
            slope, error = _growth(own)
            out.setdefault(title, {})[str(family)] = {
                "n_carbon": mean.index.tolist(), "participation": mean["mean"].tolist(),
                "spread": mean["std"].fillna(0.0).tolist(), "growth": slope, "growth_error": error, "n_frames": len(own),
            }  # fmt: skip
    return out


def _growth(table: pd.DataFrame) -> tuple[float, float]:
    from scipy.stats import linregress

    found: Any = linregress(np.log(table["n_atoms"]), np.log(table["participation"]))
    return float(found.slope), float(found.stderr)
