"""A small periodic structure with orbitals of a known number of electrons, for the tests of elf and slices."""

import numpy as np

from bondgenome_core.electrons.gpw import make_cell
from bondgenome_core.electrons.pyscf_basis import basis_from_pyscf
from bondgenome_core.electrons.request import SLAB_REQUEST
from bondgenome_core.electrons.wavefunction import SpinChannel, Wavefunction
from bondgenome_core.structures.bonds import with_bonds
from bondgenome_core.structures.structure import Structure

TIGHT = SLAB_REQUEST.with_(precision=1e-12, cutoff_hartree=40.0)
"""Lattice sums good to more than the 1e-6 asked of the engine."""
OCCUPATIONS = np.array([2, 2, 2, 2, 2, 2, 1.7, 1.1, 0.2])


def gold_sulfide_cell():
    """Au, S and H in a cell with oblique axes of 5.3 to 6 Angstrom; the bond S-Au crosses its edge."""
    cell = [[5.4, 0.0, 0.0], [0.9, 5.2, 0.0], [0.3, -0.6, 6.0]]
    positions = [[0.4, 2.0, 2.2], [3.56, 2.2, 2.9], [3.46, 2.4, 4.25]]
    return with_bonds(Structure([79, 16, 1], positions, cell, (True,) * 3, name="Au-SH chain"))


def random_orbitals(structure, n_spins=1, *, seed=0):
    """Orthonormal orbitals with fractional occupations over the slab's basis: any density serves to test a sum."""
    cell = make_cell(structure, TIGHT)
    values, vectors = np.linalg.eigh(cell.pbc_intor("int1e_ovlp", hermi=1))
    # combinations that nearly cancel are left out: they would swamp the rest
    kept = values > 0.05
    functions = vectors[:, kept] / np.sqrt(values[kept])
    rng = np.random.default_rng(seed)
    spins = []
    for _ in range(n_spins):
        turn = np.linalg.qr(rng.normal(size=(functions.shape[1], len(OCCUPATIONS))))[0]
        spins.append(SpinChannel(functions @ turn, OCCUPATIONS / n_spins))
    method = {f: getattr(TIGHT, f) for f in TIGHT.__dataclass_fields__}
    core = structure.numbers - cell.atom_charges()
    return Wavefunction(structure, basis_from_pyscf(cell), tuple(spins), core, "gth-pbe", method, {"converged": True}, {})
