"""The first density of an SCF, from the same atoms a moment earlier.

Orbitals of the old geometry are not orthonormal in the overlap S of the new one; symmetrically orthonormalised,
C (C^T S C)^(-1/2) (Loewdin, 10.1063/1.1747632), they hold the right number of electrons again.  On snapshots of
Au25(SH)18(-) at 600 K, 100 fs apart, that takes 9 cycles instead of 12 from atoms (benchmarks/scf_guess.py).
"""

from __future__ import annotations

import numpy as np

from ..structures.structure import Structure
from .gpw import make_cell
from .molecular import make_mole
from .request import ScfRequest
from .wavefunction import Wavefunction

SMALLEST_EIGENVALUE = 1e-6
"""Of the old orbitals' overlap; below, the geometries have nothing to do with one another."""


def guess_at(wavefunction: Wavefunction, structure: Structure, request: ScfRequest) -> np.ndarray | None:
    """(n_ao, n_ao) density matrix, with a leading spin axis where unrestricted; None where the old orbitals do not serve."""
    overlap = ao_overlap(structure, request)
    parts = []
    for spin in wavefunction.spins:
        if len(spin.orbitals) != len(overlap):
            return None
        values, vectors = np.linalg.eigh(spin.orbitals.T @ overlap @ spin.orbitals)
        if values.min() < SMALLEST_EIGENVALUE:
            return None
        orbitals = spin.orbitals @ (vectors / np.sqrt(values)) @ vectors.T
        parts.append((orbitals * spin.occupations) @ orbitals.T)
    return parts[0] if len(parts) == 1 else np.stack(parts)


def ao_overlap(structure: Structure, request: ScfRequest) -> np.ndarray:
    """(n_ao, n_ao) overlap of the basis functions, summed over lattice images where periodic (Gamma point)."""
    if request.engine == "molecular":
        return np.asarray(make_mole(structure, request).intor("int1e_ovlp"))
    return np.asarray(make_cell(structure, request).pbc_intor("int1e_ovlp")).real
