"""The overlap in which the stored orbitals are orthonormal, and the check that they are.

A cluster in a box: the overlap of its atoms as a molecule.  A periodic structure at the Gamma point:
S = sum_T <chi_mu(r) | chi_nu(r - T)>, because a Gamma-point orbital is a sum over all images of each function.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..electrons.pyscf_basis import overlap
from ..electrons.wavefunction import Basis, Wavefunction
from ..errors import ElectronsError
from ..structures.periodic import lattice_images
from ..structures.structure import Structure
from ..units import BOHR_PER_ANGSTROM

ORTHONORMAL = 5e-3
"""Largest deviation of C^T S C from 1 that is accepted; orbitals stored as float16 leave 2e-4 to 8e-4."""
IMAGE_REACH = 12.0
"""Angstrom: functions of images farther away overlap by less than 1e-6 in every basis shipped here."""


def check_orthonormal(w: Wavefunction, s: np.ndarray) -> None:
    """Raise ElectronsError where tr(DS) is not the number of electrons or the orbitals are not orthonormal in S.

    Density matrix and basis then belong to different conventions, and no population can be trusted.
    """
    for spin in w.spins:
        if not len(spin.occupations):
            continue
        metric = spin.orbitals.T @ s @ spin.orbitals
        worst = float(np.abs(metric - np.eye(len(metric))).max())
        lost = abs(float(np.diag(metric) @ spin.occupations - spin.occupations.sum()))
        if worst > ORTHONORMAL or lost > ORTHONORMAL * max(1.0, len(metric)):
            raise ElectronsError(
                f"The orbitals of {w.structure.name} are not orthonormal in the overlap of their basis (deviation {worst:.1e}); "
                "the source is damaged or uses another convention."
            )


def gamma_overlap(basis: Basis, structure: Structure) -> np.ndarray:
    """Overlap summed over lattice images (none for a cluster)."""
    positions = structure.positions * BOHR_PER_ANGSTROM
    home = overlap(basis, positions)
    if not any(structure.pbc):
        return home
    centre = structure.positions.mean(0)
    spread = float(np.linalg.norm(structure.positions - centre, axis=1).max())
    total = home.copy()
    for shift in lattice_images(structure, centre, spread + IMAGE_REACH):
        if np.linalg.norm(shift) < 1e-6 or not _first_of_pair(shift):
            continue
        block = _between(basis, positions, shift * BOHR_PER_ANGSTROM)
        # the image at -T overlaps as the transpose
        total += block + block.T
    return total


def _first_of_pair(shift: np.ndarray) -> bool:
    """One of T and -T: the first component that is not zero is positive."""
    leading = shift[np.abs(shift) > 1e-9]
    return bool(leading[0] > 0)


def _between(basis: Basis, positions: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Overlap of the functions at home with those moved by a lattice vector; bohr."""
    gaps = np.linalg.norm(positions[:, None] - positions[None] - shift, axis=-1)
    n = basis.n_functions
    if gaps.min() > IMAGE_REACH * BOHR_PER_ANGSTROM:
        return np.zeros((n, n))
    twice = replace(
        basis,
        atom=np.concatenate([basis.atom, basis.atom + len(positions)]),
        **{name: np.tile(getattr(basis, name), 2) for name in ("l", "n_prim", "exponents", "coefficients", "cartesian")},
    )
    return overlap(twice, np.concatenate([positions, positions + shift]))[:n, n:]
