"""A methylthiolate on Au(111): S over a bridge between two surface atoms, leaning towards the fcc hollow.

Bridge-fcc is the favoured site of an unreconstructed surface (10.1103/PhysRevLett.89.206101 and later work);
the S-Au distance 2.45 Angstrom and the tilt of the S-C bond follow it.  The lattice constant 4.08 Angstrom is gold's.
"""

from __future__ import annotations

import numpy as np

from ..structure import Structure, lowest_multiplicity
from .ligands import cap, unit

LATTICE_CONSTANT = 4.08
SULFUR_GOLD = 2.45
VACUUM = 10.0
"""Angstrom above and below."""
SIZE = (3, 4, 3)
"""Surface atoms along the two lattice directions, layers."""


def thiolate_slab(ligand: str = "CH3") -> Structure:
    """SR on a periodic Au(111) slab of 36 atoms (doublet); layers ordered from the bottom."""
    from ase.build import fcc111
    from ase.data import atomic_numbers

    slab = fcc111("Au", SIZE, a=LATTICE_CONSTANT, vacuum=VACUUM, orthogonal=True)
    top = slab.positions[:, 2].max()
    surface = np.flatnonzero(slab.positions[:, 2] > top - 0.1)
    first, second, third = _triangle(slab.positions, surface)
    bridge = 0.5 * (first + second)
    lean = unit(third - bridge)
    height = np.sqrt(SULFUR_GOLD**2 - 0.25 * np.linalg.norm(second - first) ** 2)
    tilt = np.radians(8.0)
    sulfur = bridge + height * (np.cos(tilt) * np.array([0.0, 0, 1]) + np.sin(tilt) * lean)
    symbols, points = cap(sulfur, [first, second], np.array([0.0, 0, 1]) - lean, ligand)
    numbers = np.concatenate([slab.numbers, [16], [atomic_numbers[s] for s in symbols]])
    positions = np.vstack([slab.positions, sulfur[None], points])
    return Structure(
        numbers,
        positions,
        cell=slab.cell.array,
        pbc=(True, True, True),
        multiplicity=lowest_multiplicity(numbers, 0),
        name="au111_sch3" if ligand == "CH3" else "au111_sh",
        source="bridge site of an ideal fcc(111) surface",
    )


def gold_atoms() -> tuple[int, ...]:
    """All gold atoms: kept at their bulk places, because tight binding distorts a bare metal surface."""
    return tuple(range(SIZE[0] * SIZE[1] * SIZE[2]))


def _triangle(positions: np.ndarray, surface: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three surface neighbours around an fcc hollow (no atom of the second layer below their centre)."""
    spacing = LATTICE_CONSTANT / np.sqrt(2.0)
    points = positions[surface]
    middle = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
    near = points[np.abs(np.linalg.norm(points - middle, axis=1) - spacing) < 0.1]
    second_layer = positions[np.abs(positions[:, 2] - middle[2] + LATTICE_CONSTANT / np.sqrt(3.0)) < 0.1]
    for a in near:
        for b in near:
            if abs(np.linalg.norm(a - b) - spacing) < 0.1:
                centre = (middle + a + b) / 3.0
                if np.linalg.norm((second_layer - centre)[:, :2], axis=1).min() > 0.5:
                    return middle, a, b
    raise AssertionError("the surface cell is too small")
