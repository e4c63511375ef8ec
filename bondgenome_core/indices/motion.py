"""Where thermal motion has moved the two atoms of a bond, relative to the relaxed structure.

The snapshot is turned onto the relaxed structure (Kabsch, weighted by mass, 10.1107/S0567739476001873), which takes out drift and
rotation.  With u_k the displacement of atom k, e the relaxed bond axis and w = u_right - u_left:
    stretch    = d - d_relaxed   (exactly; w.e to first order)
    transverse = |w - (w.e) e|
    shift      = |u_left + u_right|/2, the motion of the bond as a whole
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ..electrons.wavefunction import Wavefunction
from ..errors import BondGenomeError
from ..structures.gallery import load_gallery_structure
from ..structures.structure import Bond, Structure

COLUMNS = ("motion_stretch", "motion_transverse", "motion_shift")


@dataclass(frozen=True, eq=False)
class Motion:
    """Displacements (n_atoms, 3) in Angstrom from the relaxed structure, in the relaxed structure's own axes."""

    relaxed: Structure
    snapshot: Structure
    displacements: np.ndarray

    def of(self, bond: Bond, left: int, right: int) -> dict[str, float]:
        """Stretch, transverse and common displacement of one bond, Angstrom."""
        start, end = self.relaxed.end_points(bond)
        axis = (end - start) / np.linalg.norm(end - start)
        relative = self.displacements[right] - self.displacements[left]
        across = relative - (relative @ axis) * axis
        return {
            "motion_stretch": self.snapshot.length(bond) - self.relaxed.length(bond),
            "motion_transverse": float(np.linalg.norm(across)),
            "motion_shift": 0.5 * float(np.linalg.norm(self.displacements[left] + self.displacements[right])),
        }


def motion_of(snapshot: Structure, relaxed: Structure) -> Motion | None:
    """The motion between two structures of the same atoms in the same order; None where they are not."""
    if not np.array_equal(snapshot.numbers, relaxed.numbers):
        return None
    from ase.data import atomic_masses

    if any(relaxed.pbc):
        # a lattice fixes the axes: only the drift is taken out
        moved = snapshot.positions - relaxed.positions
        return Motion(relaxed, snapshot, moved - np.average(moved, axis=0, weights=atomic_masses[relaxed.numbers]))
    weights = atomic_masses[relaxed.numbers]
    a = snapshot.positions - np.average(snapshot.positions, axis=0, weights=weights)
    b = relaxed.positions - np.average(relaxed.positions, axis=0, weights=weights)
    u, _, vt = np.linalg.svd((b * weights[:, None]).T @ a)
    turn = u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    return Motion(relaxed, snapshot, a @ turn.T - b)


def relaxed_structure(w: Wavefunction) -> Structure | None:
    """The gallery structure a wavefunction's trajectory started from, or that it is itself; None where there is none."""
    run = w.provenance.get("trajectory") or {}
    return _gallery(str(run.get("structure") or w.structure.name))


@cache
def _gallery(name: str) -> Structure | None:
    try:
        return load_gallery_structure(name)
    except BondGenomeError:
        return None
