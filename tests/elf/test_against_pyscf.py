"""Density, gradient, tau and ELF against PySCF's eval_rho (meta-GGA), an independent evaluation of the same orbitals."""

import numpy as np
import pytest
import torch

from bondgenome_core.electrons.pyscf_basis import basis_from_pyscf
from bondgenome_core.electrons.reference_density import ReferenceDensity
from bondgenome_core.electrons.wavefunction import SpinChannel, Wavefunction
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.units import BOHR_PER_ANGSTROM

pytestmark = pytest.mark.reference


def points_around(structure, n=4000, *, seed=0, margin=2.5):
    """Random points (n, 3) in Angstrom in the box of a molecule and its surroundings."""
    low, high = structure.positions.min(0) - margin, structure.positions.max(0) + margin
    return np.random.default_rng(seed).uniform(low, high, (n, 3))


def elf_in_numpy(fields, *, regularise):
    """The two formulas of section 2 of docs/theory/elf.md, written a second time; fields (n_spins, 5, n_points)."""
    rho, gradient, tau = fields[:, 0], fields[:, 1:4], fields[:, 4]
    d = (tau - (gradient**2).sum(1) / (8 * rho)).sum(0)
    factor = 2.871234000188191 if len(fields) == 1 else 4.557799872345597
    chi = (np.maximum(d, 0) + (1e-5 if regularise else 0)) / (factor * (rho ** (5 / 3)).sum(0))
    return 1 / (1 + chi**2)


def assert_engine_agrees(wavefunction, reference, points):
    """float64: fields and ELF to 1e-6; float32: ELF to 1e-3; both with the regularisation on."""
    exact = ElfEngine(wavefunction, "cpu", torch.float64).evaluate(points)
    np.testing.assert_allclose(exact.rho_spin, reference[:, 0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(exact.gradient_squared_spin, (reference[:, 1:4] ** 2).sum(1), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(exact.tau_spin, reference[:, 4], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(exact.elf, elf_in_numpy(reference, regularise=True), rtol=0, atol=1e-6)
    single = ElfEngine(wavefunction, "cpu", torch.float32).evaluate(points)
    np.testing.assert_allclose(single.elf, elf_in_numpy(reference, regularise=True), rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["water_svp", "complex_svp", "complex_gth", "oxygen_tzvp"])
def test_engine_agrees_with_pyscf(name, request):
    w = request.getfixturevalue(name)
    points = points_around(w.structure)
    assert_engine_agrees(w, ReferenceDensity(w).by_density_matrix(points), points)


def test_both_routes_of_pyscf_agree_with_one_another(oxygen_tzvp):
    points, reference = points_around(oxygen_tzvp.structure, 200), ReferenceDensity(oxygen_tzvp)
    np.testing.assert_allclose(reference.by_orbitals(points), reference.by_density_matrix(points), atol=1e-10)


def test_a_basis_with_f_functions_is_among_those_compared(oxygen_tzvp, complex_svp):
    assert oxygen_tzvp.basis.l.max() == 3
    assert complex_svp.basis.l.max() == 3


def test_triplet_oxygen_is_spin_polarised(oxygen_tzvp):
    alpha, beta = oxygen_tzvp.spins
    assert (alpha.occupations.sum(), beta.occupations.sum()) == (9, 7)


def test_cartesian_basis_agrees_with_pyscf(water):
    """cc-pVTZ in Cartesian functions: 10 f and 6 d functions a shell, and general contractions."""
    from pyscf import dft, gto
    from pyscf.dft.numint import eval_rho

    atoms = [(int(z), tuple(p)) for z, p in zip(water.numbers, water.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="cc-pvtz", cart=True, verbose=0)
    mf = dft.RKS(mol, xc="pbe").density_fit().run(conv_tol=1e-7)
    occupied = mf.mo_occ > 0
    spin = SpinChannel(mf.mo_coeff[:, occupied], mf.mo_occ[occupied])
    w = Wavefunction(water, basis_from_pyscf(mol), (spin,), np.zeros(3, int), "all-electron", {}, {}, {})
    points = points_around(water)
    ao = mol.eval_gto("GTOval_cart_deriv1", points * BOHR_PER_ANGSTROM)
    reference = eval_rho(mol, ao, mf.make_rdm1(), xctype="MGGA", with_lapl=False)[None]
    assert_engine_agrees(w, reference, points)


def test_a_lost_function_is_noticed(water_svp):
    """Negative control: one shell moved to another atom is far outside the tolerance."""
    from dataclasses import replace

    points = points_around(water_svp.structure)
    atom = water_svp.basis.atom.copy()
    atom[-1] = 0
    broken = replace(water_svp, basis=replace(water_svp.basis, atom=atom))
    with pytest.raises(AssertionError):
        assert_engine_agrees(broken, ReferenceDensity(water_svp).by_density_matrix(points), points)


def test_au25_agrees_with_pyscf_on_a_slice(au25):
    """Float32 with screening, 830 functions a tile: ELF to 1e-3 on the standard window through one bond."""
    from bondgenome_core.slices.frame import bond_frame
    from bondgenome_core.slices.sample import plane_points

    axis = (np.arange(64) - 31.5) * 0.1
    bond = au25.structure.bonds[0]
    points = plane_points(bond_frame(au25.structure, bond), 0.0, 0.0, axis)
    reference = elf_in_numpy(ReferenceDensity(au25).by_orbitals(points), regularise=True)
    np.testing.assert_allclose(ElfEngine(au25, "cpu").evaluate(points).elf, reference, rtol=0, atol=1e-3)
