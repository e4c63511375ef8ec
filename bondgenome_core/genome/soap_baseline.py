"""What the geometry alone says of the indices of a bond: SOAP of its two atoms, without any electrons.

SOAP (Bartok, Kondor & Csanyi, 10.1103/PhysRevB.87.184115) by dscribe, left atom and right atom one after the other, 64 principal
components and the bond length, gradient-boosted trees; trained and tested on the same bonds as the genome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..electrons.wavefunction import load_wavefunction
from .index_model import INDICES
from .index_scores import r2_within_kinds

if TYPE_CHECKING:
    import pandas as pd

REACH, N_MAX, L_MAX = 5.0, 6, 4
"""Angstrom; numbers of radial functions and largest angular momentum."""
N_COMPONENTS = 64


def soap_figures(bonds: pd.DataFrame, files: Iterable[Path], *, seed: int = 0,
                 say: Callable[[str], None] | None = None) -> dict[str, Any]:  # fmt: skip
    """r2_soap: as r2 of the genome, with SOAP in its place; nothing where no file has a bond of the table.

    bonds: a model's table with indices; files: its wavefunctions.
    """
    features, rows = soap_of_bonds(bonds, files)
    if not len(rows):
        return {}
    if say:
        say(f"SOAP of {len(rows)} bonds, {features.shape[1]} numbers each")
    table = bonds.iloc[rows].reset_index(drop=True)
    test = (table["role"] == "test").to_numpy()
    seen = np.column_stack([_components(features, ~test, seed), table["length"]])
    predicted = np.column_stack([_trees(seen, table[name].to_numpy(float), test, seed) for name in INDICES])
    return {"r2_soap": r2_within_kinds(predicted, table[test].reset_index(drop=True))}


def soap_of_bonds(bonds: pd.DataFrame, files: Iterable[Path]) -> tuple[np.ndarray, np.ndarray]:
    """(SOAP of both atoms (n, m), rows of the table they belong to), for the bonds of these wavefunctions."""
    from dscribe.descriptors import SOAP

    structures = [w.structure for w in map(load_wavefunction, files)]
    elements = sorted({s for structure in structures for s in structure.symbols})
    makers = {
        periodic: SOAP(species=elements, r_cut=REACH, n_max=N_MAX, l_max=L_MAX, periodic=periodic, dtype="float32")
        for periodic in {bool(np.any(structure.pbc)) for structure in structures}
    }
    by_wavefunction = bonds.groupby("wavefunction").indices
    parts, rows = [], []
    for structure in structures:
        own = by_wavefunction.get(structure.name, np.empty(0, dtype=int))
        if len(own):
            of_atoms = makers[bool(np.any(structure.pbc))].create(structure.atoms())
            left, right = (bonds[end].to_numpy()[own].astype(int) for end in ("left", "right"))
            parts.append(np.concatenate([of_atoms[left], of_atoms[right]], axis=1))
            rows.append(own)
    return (np.concatenate(parts), np.concatenate(rows)) if rows else (np.empty((0, 0)), np.empty(0, dtype=int))


def _components(features: np.ndarray, train: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.decomposition import PCA

    n = min(N_COMPONENTS, int(train.sum()) - 1, features.shape[1])
    return np.asarray(PCA(n, svd_solver="randomized", random_state=seed).fit(features[train]).transform(features))


def _trees(seen: np.ndarray, target: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.ensemble import HistGradientBoostingRegressor

    known = np.isfinite(target) & ~test
    return np.asarray(HistGradientBoostingRegressor(random_state=seed).fit(seen[known], target[known]).predict(seen[test]))
