"""Au38(SR)24: a face-sharing bi-icosahedron Au23 under three AuS2 and six Au2S3 staples, point group D3.

Orbit seeds to 0.13 Angstrom for the structure of Qian et al. (10.1021/ja103592z), threefold axis along z
and a twofold axis along x; relaxation does the rest.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from ..structure import Structure
from .assemble import closest_gold, from_symbols, orbit
from .ligands import cap, thiolate_tag

GOLD_SEEDS = (
    (0.0, 0.0, 2.078),
    (-1.014, -1.757, 0.0),
    (-2.799, -0.003, -1.521),
    (-1.400, -2.482, -2.746),
    (0.780, 1.619, -4.315),
    (-2.533, -4.387, 0.0),
    (-1.773, -2.920, 5.832),
    (-4.415, -1.877, -3.853),
)
"""Angstrom: 2 + 3 + 6 + 6 + 6 gold atoms of the core, then 3 + 6 + 6 of the staples."""
SULFUR_SEEDS = ((2.064, -4.723, 2.028), (-0.864, -5.069, 5.673), (-2.929, -4.359, 2.325), (0.656, -2.859, -6.269))
"""Angstrom: four orbits of six."""


def dihedral_operations() -> list[np.ndarray]:
    """The six rotations of D3."""
    turns = [2.0 * np.pi * k / 3.0 for k in range(3)]
    about_z = [np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1.0]]) for t in turns]
    return [turn @ flip for turn in about_z for flip in (np.eye(3), np.diag([1.0, -1.0, -1.0]))]


def au38(ligand: str = "H") -> Structure:
    """Au38(SR)24, neutral; of the sixteen symmetric ways to place the ligands the roomiest one."""
    operations = dihedral_operations()
    gold = np.vstack([orbit(seed, operations, tolerance=0.1) for seed in GOLD_SEEDS])
    sulfur = np.vstack([orbit(seed, operations) for seed in SULFUR_SEEDS])
    frame = np.vstack([gold, sulfur])
    placements = [_place(signs, gold, operations, ligand) for signs in product((1.0, -1.0), repeat=len(SULFUR_SEEDS))]
    symbols, best = max(placements, key=lambda placed: _room(placed[1], frame))
    everything = ["Au"] * len(gold) + ["S"] * len(sulfur) + symbols
    name = f"au38_{thiolate_tag(ligand, 24)}"
    return from_symbols(everything, np.vstack([frame, best]), name=name, source="orbits of the point group D3")


def _place(signs: tuple[float, ...], gold: np.ndarray, operations: list[np.ndarray], ligand: str) -> tuple[list[str], np.ndarray]:
    symbols, positions = [], []
    for sign, seed in zip(signs, np.array(SULFUR_SEEDS), strict=True):
        near = closest_gold(seed, gold)
        side = sign * np.cross(near[0] - seed, near[1] - seed)
        names, points = cap(seed, near, side, ligand)
        for operation in operations:
            symbols += names
            positions.append(points @ operation.T)
    return symbols, np.vstack(positions)


def _room(ligands: np.ndarray, frame: np.ndarray) -> float:
    """Sum of 1/r^6 over ligand atoms against everything, negative: large where the ligands have room."""
    from scipy.spatial.distance import cdist, pdist

    return -float((pdist(ligands) ** -6.0).sum() + (cdist(ligands, frame) ** -6.0).sum())
