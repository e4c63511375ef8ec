"""Is a periodic SCF to be believed: the overlap of its basis, and its energy beside that of free atoms.

The smaller the lowest overlap eigenvalue, the more the orthogonalised Fock matrix amplifies the error of truncated
lattice sums.  In a 4x4x3 Au(111) slab it is 9e-4 at any precision (PySCF sums the overlap further than the rest): with
sums good to 1e-5 the SCF diverges by tens of thousands of hartree, at 1e-8 it settles.

A cohesive energy is below 0.3 hartree per atom in any solid (diamond 0.27), so an energy per atom far from the mean
of the free atoms, computed in the same basis and with the same pseudopotentials, is no ground state.
"""

from __future__ import annotations

import warnings
from collections import Counter
from functools import cache
from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure
from .request import ScfRequest

SMALLEST_EIGENVALUE = 1e-6
"""Of the overlap matrix: below, sums good to 1e-8 leave errors of 0.01 in the Fock matrix over orthogonal functions."""
LARGEST_BINDING = 0.5
"""Hartree per atom, either way, between an SCF and its free atoms."""


def lowest_overlap_eigenvalue(overlap: np.ndarray, name: str) -> float:
    """Smallest eigenvalue of an overlap matrix (n, n); raises ElectronsError where it is too small to go on."""
    lowest = float(np.linalg.eigvalsh(overlap)[0])
    if lowest < SMALLEST_EIGENVALUE:
        raise ElectronsError(
            f"The basis of {name} is linearly dependent in its cell (lowest overlap eigenvalue {lowest:.1e}); "
            "ask for a tighter precision or take a less diffuse basis."
        )
    return lowest


def binding_per_atom(structure: Structure, request: ScfRequest, energy_hartree: float) -> float:
    """Energy per atom beyond the free atoms, in hartree (negative: bound).

    Raises ElectronsError where it is not small, which means that the SCF has run away.
    """
    free = sum(
        count * atom_energy(z, request.functional, request.basis, request.pseudopotential)
        for z, count in Counter(structure.numbers.tolist()).items()
    )
    binding = (energy_hartree - free) / len(structure)
    if not abs(binding) < LARGEST_BINDING:  # false for NaN too
        raise ElectronsError(
            f"The SCF of {structure.name} ran away: its energy is {binding:+.3g} hartree per atom from that of the free atoms; "
            "ask for a tighter precision."
        )
    return binding


@cache
def atom_energy(atomic_number: int, functional: str, basis: str, pseudopotential: str) -> float:
    """Total energy in hartree of a free neutral atom, spin-polarised, in a Gaussian basis with GTH cores."""
    from ase.data import chemical_symbols, ground_state_magnetic_moments
    from pyscf import dft, gto

    spin = int(ground_state_magnetic_moments[atomic_number])
    atom: Any = gto.M(
        atom=[(chemical_symbols[atomic_number], (0, 0, 0))], basis=basis, pseudo=pseudopotential, spin=spin, verbose=0
    )
    mf = dft.UKS(atom, xc=functional)
    mf.conv_tol = 1e-6
    with warnings.catch_warnings():  # PySCF does not know the shape of one of its own integrals of pseudopotentials
        warnings.filterwarnings("ignore", message="Function int1e_r2_origi", category=UserWarning)
        return float(mf.kernel())
