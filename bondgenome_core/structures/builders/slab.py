"""A methylthiolate on Au(111): S over a bridge between two surface atoms, leaning towards the fcc hollow.

Bridge-fcc is the favoured site of an unreconstructed surface (10.1103/PhysRevLett.89.206101 and later work);
the S-Au distance 2.45 Angstrom and the tilt of the S-C bond follow it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..structure import Structure, lowest_multiplicity
from .ligands import cap, unit

SULFUR_GOLD = 2.45


class SlabShape(NamedTuple):
    """A slab of Au(111).

    size: surface atoms along the two lattice directions, layers.  lattice_constant: Angstrom.
    bottom, gap: Angstrom; height of the lowest layer above the floor of the cell, and distance from the
    highest layer to the lowest one of the next image, the thiolate between them.
    """

    size: tuple[int, int, int]
    lattice_constant: float
    bottom: float
    gap: float

    @property
    def layer(self) -> int:
        """Gold atoms in one layer."""
        return self.size[0] * self.size[1]


SMALL = SlabShape((3, 4, 3), 4.08, 10.0, 20.0)
"""Ideal gold at its measured lattice constant."""
LARGE = SlabShape((4, 4, 3), 4.154, 4.0, 14.0)
"""At PBE's lattice constant (10.1103/PhysRevB.79.085104), because its electrons are computed with PBE.  The
thiolate leaves about 9 Angstrom of the gap, also when warm: as much as two clusters with 4 Angstrom of vacuum each."""


def thiolate_slab(ligand: str = "CH3", shape: SlabShape = SMALL) -> Structure:
    """SR on a periodic Au(111) slab (doublet); gold first, layers ordered from the bottom."""
    from ase.build import fcc111
    from ase.data import atomic_numbers

    slab = fcc111("Au", shape.size, a=shape.lattice_constant, vacuum=shape.bottom, orthogonal=True)
    top = slab.positions[:, 2].max()
    surface = np.flatnonzero(slab.positions[:, 2] > top - 0.1)
    first, second, third = _triangle(slab.positions, surface, shape.lattice_constant)
    bridge = 0.5 * (first + second)
    lean = unit(third - bridge)
    height = np.sqrt(SULFUR_GOLD**2 - 0.25 * np.linalg.norm(second - first) ** 2)
    tilt = np.radians(8.0)
    sulfur = bridge + height * (np.cos(tilt) * np.array([0.0, 0, 1]) + np.sin(tilt) * lean)
    symbols, points = cap(sulfur, [first, second], np.array([0.0, 0, 1]) - lean, ligand)
    numbers = np.concatenate([slab.numbers, [16], [atomic_numbers[s] for s in symbols]])
    positions = np.vstack([slab.positions, sulfur[None], points])
    cell = slab.cell.array.copy()
    cell[2, 2] = np.ptp(slab.positions[:, 2]) + shape.gap
    return Structure(
        numbers,
        positions,
        cell=cell,
        pbc=(True, True, True),
        multiplicity=lowest_multiplicity(numbers, 0),
        name=("au111_sch3" if ligand == "CH3" else "au111_sh") + ("" if shape == SMALL else "_{}x{}".format(*shape.size)),
        source="bridge site of an ideal fcc(111) surface",
    )


def gold_atoms(shape: SlabShape = SMALL) -> tuple[int, ...]:
    """All gold atoms: kept at their bulk places, because tight binding distorts a bare metal surface."""
    return tuple(range(shape.layer * shape.size[2]))


def bottom_layer(shape: SlabShape = LARGE) -> tuple[int, ...]:
    """Gold of the lowest layer: kept in its bulk place, it stands for the metal below."""
    return tuple(range(shape.layer))


def _triangle(positions: np.ndarray, surface: np.ndarray, lattice_constant: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three surface neighbours around an fcc hollow (no atom of the second layer below their centre)."""
    spacing = lattice_constant / np.sqrt(2.0)
    points = positions[surface]
    middle = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
    near = points[np.abs(np.linalg.norm(points - middle, axis=1) - spacing) < 0.1]
    second_layer = positions[np.abs(positions[:, 2] - middle[2] + lattice_constant / np.sqrt(3.0)) < 0.1]
    for a in near:
        for b in near:
            if abs(np.linalg.norm(a - b) - spacing) < 0.1:
                centre = (middle + a + b) / 3.0
                if np.linalg.norm((second_layer - centre)[:, :2], axis=1).min() > 0.5:
                    return middle, a, b
    raise AssertionError("the surface cell is too small")
