"""From gold and sulfur positions and their contacts to a validated structure with ligands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..structure import Structure, lowest_multiplicity
from .ligands import cap


def orbit(seed: Sequence[float], operations: Sequence[np.ndarray], tolerance: float = 1e-3) -> np.ndarray:
    """(n, 3) all distinct images of one point under a list of 3x3 operations, in a fixed order."""
    images: list[np.ndarray] = []
    for op in operations:
        point = np.asarray(op) @ np.asarray(seed, dtype=float)
        if all(np.linalg.norm(point - known) > tolerance for known in images):
            images.append(point)
    return np.array(images)


def closest_gold(sulfur: np.ndarray, gold: np.ndarray, count: int = 2) -> list[np.ndarray]:
    """The ``count`` gold positions closest to one S atom, nearest first."""
    order = np.argsort(np.linalg.norm(gold - sulfur, axis=1), kind="stable")
    return [gold[k] for k in order[:count]]


def roomy_sides(gold: np.ndarray, sulfur: np.ndarray, contacts: list[list[int]], ligand: str, *, n_sweeps: int = 4) -> np.ndarray:
    """(m, 3) side of every ligand such that ligands keep away from all atoms and from one another.

    Starting from one side for all, each ligand in turn takes the side with the smaller sum of 1/r^6.
    """
    pairs = [[gold[g] for g in near] for near in contacts]
    normals = np.array([np.cross(near[0] - s, near[1] - s) for s, near in zip(sulfur, pairs, strict=True)])
    frame, signs = np.vstack([gold, sulfur]), np.ones(len(sulfur))

    def ligand_at(k: int, sign: float) -> np.ndarray:
        return cap(sulfur[k], pairs[k], sign * normals[k], ligand)[1]

    placed = [ligand_at(k, 1.0) for k in range(len(sulfur))]
    for _ in range(n_sweeps):
        for k in range(len(sulfur)):
            others = np.vstack([frame, *placed[:k], *placed[k + 1 :]])
            crowding = {sign: _crowding(ligand_at(k, sign), others) for sign in (1.0, -1.0)}
            signs[k] = min(crowding, key=lambda sign: crowding[sign])
            placed[k] = ligand_at(k, signs[k])
    return signs[:, None] * normals


def _crowding(points: np.ndarray, others: np.ndarray) -> float:
    from scipy.spatial.distance import cdist

    return float((cdist(points, others) ** -6.0).sum())


def thiolate(
    gold: np.ndarray,
    sulfur: np.ndarray,
    sides: np.ndarray,
    *,
    ligand: str,
    charge: int,
    name: str,
    source: str,
    contacts: list[list[int]] | None = None,
) -> Structure:
    """A gold thiolate with atoms ordered Au, S, then ligand by ligand.

    gold (n, 3), sulfur (m, 3) Angstrom; sides (m, 3): where each ligand leaves the Au-S-Au plane;
    contacts: for each S the gold atoms it binds (default: the two closest).
    """
    symbols, positions = ["Au"] * len(gold) + ["S"] * len(sulfur), [gold, sulfur]
    for k, (s, side) in enumerate(zip(sulfur, sides, strict=True)):
        bound = closest_gold(s, gold) if contacts is None else [gold[g] for g in contacts[k]]
        cap_symbols, cap_positions = cap(s, bound, side, ligand)
        symbols += cap_symbols
        positions.append(cap_positions)
    return from_symbols(symbols, np.vstack(positions), charge=charge, name=name, source=source)


def from_symbols(symbols: Sequence[str], positions: np.ndarray, *, charge: int = 0, name: str, source: str) -> Structure:
    """A structure in its lowest multiplicity, its mean position at the origin."""
    from ase.data import atomic_numbers

    numbers = np.array([atomic_numbers[s] for s in symbols])
    centred = positions - positions.mean(axis=0)
    multiplicity = lowest_multiplicity(numbers, charge)
    return Structure(numbers, centred, charge=charge, multiplicity=multiplicity, name=name, source=source)
