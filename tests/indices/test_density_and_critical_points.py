"""Analytic derivatives of the density and bond critical points against finite differences of PySCF's eval_rho."""

from dataclasses import replace

import numpy as np
import pytest

from bondgenome_core.electrons.reference_density import ReferenceDensity
from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.indices.critical_points import find_bond_critical_points
from bondgenome_core.indices.density import Density
from bondgenome_core.units import ANGSTROM_PER_BOHR

STEP = 5e-4
"""Angstrom."""


def gradient_by_pyscf(w, points):
    return ReferenceDensity(w).by_density_matrix(points)[:, 1:4].sum(0).T


def hessian_by_pyscf(w, points):
    """Central differences of PySCF's analytic gradient, (n, 3, 3)."""
    sides = [[gradient_by_pyscf(w, points + sign * d) for sign in (1, -1)] for d in STEP * np.eye(3)]
    return np.stack([(up - down) / (2 * STEP) * ANGSTROM_PER_BOHR for up, down in sides], axis=1)


def ends(structure):
    pairs = [structure.end_points(b) for b in structure.bonds]
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["water_svp", "oxygen_tzvp", "complex_gth", "complex_svp"])
def test_density_and_its_derivatives_agree_with_pyscf(name, request):
    w = request.getfixturevalue(name)
    points = w.structure.positions[0] + np.random.default_rng(1).normal(size=(20, 3))
    ours = Density(w)(points)
    reference = ReferenceDensity(w).by_density_matrix(points)
    np.testing.assert_allclose(ours.rho, reference[:, 0].sum(0), atol=1e-9)
    np.testing.assert_allclose(ours.gradient, reference[:, 1:4].sum(0).T, atol=1e-8)
    scale = np.abs(ours.hessian).max()
    np.testing.assert_allclose(ours.hessian, hessian_by_pyscf(w, points), atol=1e-4 * scale)


@pytest.mark.unit
def test_a_cartesian_basis_has_the_same_derivatives_as_its_differences(water):
    """cc-pVTZ in Cartesian functions: d and f monomials, differentiated twice."""
    from pyscf import dft, gto

    from bondgenome_core.electrons.pyscf_basis import basis_from_pyscf
    from bondgenome_core.electrons.wavefunction import SpinChannel, Wavefunction

    atoms = [(int(z), tuple(p)) for z, p in zip(water.numbers, water.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="cc-pvtz", cart=True, verbose=0)
    mf = dft.RKS(mol, xc="lda,vwn").density_fit().run(conv_tol=1e-6)
    kept = mf.mo_occ > 0
    spins = (SpinChannel(mf.mo_coeff[:, kept], mf.mo_occ[kept]),)
    density = Density(Wavefunction(water, basis_from_pyscf(mol), spins, np.zeros(3, int), "all-electron", {}, {}, {}))
    points = water.positions.mean(0) + np.random.default_rng(2).normal(size=(10, 3))
    sides = [(density(points + d), density(points - d)) for d in 1e-4 * np.eye(3)]
    for before, after in (("rho", "gradient"), ("gradient", "hessian")):
        slopes = [(getattr(a, before) - getattr(b, before)) / 2e-4 * ANGSTROM_PER_BOHR for a, b in sides]
        np.testing.assert_allclose(np.stack(slopes, axis=1), getattr(density(points), after), atol=1e-6)


@pytest.mark.reference
@pytest.mark.parametrize("name", ["ethyne", "furan", "au1_sh2_anion"])
def test_a_bond_critical_point_is_a_saddle_of_pyscfs_density(name):
    w = load_shipped(name)
    points = find_bond_critical_points(Density(w), *ends(w.structure))
    found = points.position[points.found]
    assert len(found)
    assert np.abs(gradient_by_pyscf(w, found)).max() < 1e-6
    hessian = hessian_by_pyscf(w, found)
    curvatures = np.linalg.eigvalsh(hessian)
    assert ((curvatures[:, 1] < 0) & (curvatures[:, 2] > 0)).all()
    np.testing.assert_allclose(points.laplacian[points.found], np.trace(hessian, axis1=1, axis2=2), atol=1e-3)
    rho = ReferenceDensity(w).by_density_matrix(found)[:, 0].sum(0)
    np.testing.assert_allclose(points.rho[points.found], rho, atol=1e-8)


@pytest.mark.law
def test_in_a_crystal_every_function_is_summed_over_its_images():
    """Hydrogen molecules 3 Angstrom apart: the same density one cell further, and the same as the ELF engine's."""
    import torch

    from bondgenome_core.electrons.request import GOLD_REQUEST
    from bondgenome_core.electrons.scf import run_scf
    from bondgenome_core.elf.engine import ElfEngine
    from bondgenome_core.structures.bonds import with_bonds
    from bondgenome_core.structures.structure import Structure

    chain = with_bonds(Structure([1, 1], [[0, 0, 0], [0, 0, 0.8]], cell=np.diag([6.0, 6.0, 3.0]), pbc=(True,) * 3, name="chain"))
    w = run_scf(chain, GOLD_REQUEST)
    points = np.random.default_rng(4).uniform(-2, 2, (20, 3))
    here, there = Density(w)(points), Density(w)(points + [0, 0, 6.0])
    np.testing.assert_allclose(here.hessian, there.hessian, atol=1e-6)
    np.testing.assert_allclose(here.rho, ElfEngine(w, "cpu", torch.float64).evaluate(points).rho, atol=1e-6)
    # negative control: the molecule alone
    alone = replace(w, structure=chain.with_(pbc=(False,) * 3))
    assert np.abs(Density(alone)(points).rho - here.rho).max() > 1e-3


@pytest.mark.law
def test_every_covalent_bond_of_a_molecule_has_its_own_critical_point():
    w = load_shipped("furan")
    points = find_bond_critical_points(Density(w), *ends(w.structure))
    assert points.found.all()
    gaps = np.linalg.norm(points.position[:, None] - points.position[None], axis=-1)
    assert gaps[~np.eye(len(gaps), dtype=bool)].min() > 0.5


@pytest.mark.unit
def test_a_pair_that_is_no_bond_has_no_critical_point():
    """Two hydrogen atoms of one methyl group, and the two carbons of furan across the ring."""
    for name, pair in (("ethane", (1, 1)), ("furan", (6, 6))):
        w = load_shipped(name)
        s = w.structure
        bonded = {frozenset((b.i, b.j)) for b in s.bonds}
        atoms = np.nonzero(s.numbers == pair[0])[0]
        apart = [(i, j) for i in atoms for j in atoms if i < j and frozenset((int(i), int(j))) not in bonded]
        i, j = min(apart, key=lambda p: np.linalg.norm(s.positions[p[0]] - s.positions[p[1]]))
        assert not find_bond_critical_points(Density(w), s.positions[[i]], s.positions[[j]]).found.any()


@pytest.mark.unit
def test_two_bonds_never_share_a_critical_point():
    w = load_shipped("ethyne")
    a, b = ends(w.structure)
    twice = find_bond_critical_points(Density(w), np.concatenate([a, a]), np.concatenate([b, b]))
    assert twice.found.sum() == len(a)
