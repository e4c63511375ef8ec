"""Springs that hold the S-Au contacts of a start while the rest of a cluster finds its place.

E = k/2 (d - d_far)^2 for bonded S-Au pairs beyond d_far and k/2 (d_near - d)^2 for other S-Au pairs
below d_near; zero in between, so a structure relaxed inside the free range feels no spring at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .bonds import find_bonds
from .structure import Structure

if TYPE_CHECKING:
    from ase import Atoms

STIFFNESS = 4.0
"""eV/Angstrom^2."""
BONDED_BELOW, OTHERS_ABOVE = 2.75, 3.00
"""Angstrom; the literature cut-off 2.9 lies between."""


class ContactRestraint:
    """An ASE constraint that keeps the S-Au bond graph of a structure."""

    def __init__(self, structure: Structure) -> None:
        gold, sulfur = (np.flatnonzero(structure.numbers == z) for z in (79, 16))
        bonded = {frozenset((b.i, b.j)) for b in find_bonds(structure) if structure.kind(b) == "S-Au"}
        pairs = [(int(s), int(g)) for s in sulfur for g in gold]
        self.pairs = np.array(pairs, dtype=int).reshape(-1, 2)
        self.bonded = np.array([frozenset(p) in bonded for p in pairs], dtype=bool)

    def _excess(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        delta = positions[self.pairs[:, 0]] - positions[self.pairs[:, 1]]
        d = np.linalg.norm(delta, axis=1)
        beyond, within = np.maximum(d - BONDED_BELOW, 0.0), np.minimum(d - OTHERS_ABOVE, 0.0)
        return np.where(self.bonded, beyond, within), delta / d[:, None]

    def adjust_potential_energy(self, atoms: Atoms) -> float:
        """Energy of the springs in eV."""
        return float(0.5 * STIFFNESS * (self._excess(atoms.positions)[0] ** 2).sum())

    def adjust_forces(self, atoms: Atoms, forces: np.ndarray) -> None:
        """Add the forces of the springs in eV/Angstrom."""
        excess, direction = self._excess(atoms.positions)
        pull = -STIFFNESS * excess[:, None] * direction
        np.add.at(forces, self.pairs[:, 0], pull)
        np.add.at(forces, self.pairs[:, 1], -pull)

    def adjust_positions(self, atoms: Atoms, new: np.ndarray) -> None:
        """Positions are free."""

    def get_removed_dof(self, atoms: Atoms) -> int:
        """No degree of freedom is taken away."""
        return 0
