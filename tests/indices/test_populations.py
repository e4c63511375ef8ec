"""Bond orders, charges and shares against textbook values and an independent evaluation with PySCF."""

from dataclasses import replace

import numpy as np
import pytest

from bondgenome_core.electrons.reference_density import ReferenceDensity
from bondgenome_core.electrons.request import GOLD_REQUEST
from bondgenome_core.electrons.scf import guess_from, run_scf
from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.errors import ElectronsError
from bondgenome_core.indices.gamma_overlap import gamma_overlap
from bondgenome_core.indices.intrinsic import occupied_in_intrinsic_orbitals
from bondgenome_core.indices.populations import analyse_populations
from bondgenome_core.structures.bonds import with_bonds
from bondgenome_core.structures.structure import Structure


def orders(name, kind):
    w = load_shipped(name)
    p = analyse_populations(w)
    bonds = [b for b in w.structure.bonds if w.structure.kind(b) == kind]
    return np.array([p.mayer[b.i, b.j] for b in bonds]), np.array([p.wiberg[b.i, b.j] for b in bonds])


def mayer_by_pyscf(w):
    """sum (PS)(PS) + (P_s S)(P_s S) with total and spin density, atom by atom, all from PySCF."""
    mol = ReferenceDensity(w).mol
    s, parts = mol.intor("int1e_ovlp"), guess_from(w)
    total, spin = (parts, 0 * parts) if w.restricted else (parts[0] + parts[1], parts[0] - parts[1])
    n = mol.natm
    out, rows = np.zeros((n, n)), mol.aoslice_by_atom()[:, 2:]
    for a in range(n):
        for b in range(n):
            for d in (total @ s, spin @ s):
                out[a, b] += np.sum(d[slice(*rows[a]), slice(*rows[b])] * d[slice(*rows[b]), slice(*rows[a])].T)
    return out


@pytest.mark.reference
@pytest.mark.parametrize(("name", "order"), [("ethane", 1), ("ethene", 2), ("ethyne", 3)])
def test_carbon_bonds_have_the_order_of_the_textbook(name, order):
    mayer, wiberg = orders(name, "C-C")
    # Mayer orders depend on the basis, those of a triple bond most; intrinsic orbitals do not
    assert mayer == pytest.approx(order, abs=0.16 * order)
    assert wiberg == pytest.approx(order, abs=0.1)


@pytest.mark.reference
def test_hydrogen_molecule_has_order_one():
    w = run_scf(with_bonds(Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]], name="hydrogen")))
    p = analyse_populations(w)
    assert p.mayer[0, 1] == pytest.approx(1, abs=1e-6)
    assert p.wiberg[0, 1] == pytest.approx(1, abs=1e-6)


@pytest.mark.reference
@pytest.mark.parametrize("name", ["water_svp", "oxygen_tzvp", "complex_gth"])
def test_mayer_order_agrees_with_pyscf(name, request):
    w = request.getfixturevalue(name)
    off = ~np.eye(len(w.structure), dtype=bool)
    np.testing.assert_allclose(analyse_populations(w).mayer[off], mayer_by_pyscf(w)[off], atol=1e-8)


@pytest.mark.reference
def test_intrinsic_orbitals_agree_with_pyscf(water_svp):
    from pyscf import gto, lo

    mol, spin = ReferenceDensity(water_svp).mol, water_svp.spins[0]
    small = lo.iao.reference_mol(mol)
    s, cross = mol.intor("int1e_ovlp"), gto.intor_cross("int1e_ovlp", mol, small)
    ours = occupied_in_intrinsic_orbitals(spin.orbitals, spin.occupations, s, cross, small.intor("int1e_ovlp"))
    a = lo.iao.iao(mol, spin.orbitals)
    values, vectors = np.linalg.eigh(a.T @ s @ a)
    theirs = spin.orbitals.T @ s @ a @ (vectors / np.sqrt(values)) @ vectors.T
    np.testing.assert_allclose(ours.T @ ours, theirs.T @ theirs, atol=1e-6)


@pytest.mark.reference
def test_shares_show_the_hybrids_of_carbon():
    """sp3 a quarter of s, sp half, in the C-H bonds of ethane and ethyne."""
    for name, expected in (("ethane", 0.25), ("ethyne", 0.5)):
        w = load_shipped(name)
        p = analyse_populations(w)
        carbon, hydrogen = next((b.i, b.j) for b in w.structure.bonds if w.structure.kind(b) == "H-C")
        carbon, hydrogen = sorted((carbon, hydrogen), key=lambda k: -w.structure.numbers[k])
        assert p.shares[carbon, 0, hydrogen].sum() / p.wiberg[carbon, hydrogen] == pytest.approx(expected, abs=0.05)


@pytest.mark.law
@pytest.mark.parametrize("name", ["water_svp", "oxygen_tzvp", "complex_svp", "complex_gth"])
def test_charges_sum_to_the_charge_of_the_molecule(name, request):
    w = request.getfixturevalue(name)
    assert analyse_populations(w).charges.sum() == pytest.approx(w.structure.charge, abs=1e-3)


@pytest.mark.law
def test_all_orders_sum_to_twice_the_electrons(water_svp):
    """Idempotent D: with each atom's own part, sum_AB B_AB = 2 sum_spin tr(D^s S D^s S) = 2 N."""
    assert analyse_populations(water_svp).mayer.sum() == pytest.approx(2 * water_svp.n_electrons, abs=1e-6)


@pytest.mark.reference
def test_sulfur_is_negative_and_gold_is_not_in_au25():
    w = load_shipped("au25_sh18_anion")
    q = analyse_populations(w).charges
    numbers = w.structure.numbers
    assert (q[numbers == 16] < -0.05).all()
    assert (q[numbers == 79] > 0).all()


@pytest.mark.unit
def test_orbitals_of_another_convention_are_refused(water_svp):
    spin = water_svp.spins[0]
    broken = replace(water_svp, spins=(replace(spin, orbitals=spin.orbitals[::-1]),))
    with pytest.raises(ElectronsError, match="not orthonormal"):
        analyse_populations(broken)


@pytest.mark.law
def test_periodic_orbitals_are_orthonormal_only_in_the_overlap_summed_over_images():
    """Hydrogen molecules 3 Angstrom apart in a small cell: the overlap of one cell alone is the negative control."""
    chain = with_bonds(Structure([1, 1], [[0, 0, 0], [0, 0, 0.8]], cell=np.diag([6.0, 6.0, 3.0]), pbc=(True,) * 3, name="chain"))
    w = run_scf(chain, GOLD_REQUEST)
    c, isolated = w.spins[0].orbitals, chain.with_(cell=np.zeros((3, 3)), pbc=(False,) * 3)
    unit = np.eye(c.shape[1])
    np.testing.assert_allclose(c.T @ gamma_overlap(w.basis, chain) @ c, unit, atol=1e-4)
    assert np.abs(c.T @ gamma_overlap(w.basis, isolated) @ c - unit).max() > 0.01
    assert analyse_populations(w).charges == pytest.approx([0, 0], abs=1e-3)
