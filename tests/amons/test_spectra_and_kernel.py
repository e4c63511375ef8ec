"""Atomic SLATM equals qmllib's; kernels and contributions obey their laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bondgenome_core.amons.benchmark import in_blocks_of
from bondgenome_core.amons.kernel import atoms_by_element, distances, molecule_kernel, widths
from bondgenome_core.amons.regression import compare, learn
from bondgenome_core.amons.slatm import Spectra, atomic_spectra
from bondgenome_core.errors import AmonError
from bondgenome_core.structures.smiles import structure_from_smiles


@pytest.fixture(scope="module")
def molecules():
    made = [structure_from_smiles(s) for s in ("CCO", "CO", "CC", "O", "C", "CCC", "COC")]
    return [(s.numbers, s.positions) for s in made]


def spectra_of(numbers):
    return Spectra(tuple(sorted({int(z) for z in numbers})))


@pytest.mark.reference
@pytest.mark.parametrize("smiles", ["CN1C=NC2=C1C(=O)N(C(=O)N2C)C", "CS(=O)(=O)C", "O"])
def test_spectra_equal_those_of_qmllib(smiles):
    qmllib = pytest.importorskip("qmllib.representations")
    s = structure_from_smiles(smiles)
    spectra, types = spectra_of(s.numbers), qmllib.get_slatm_mbtypes([s.numbers])
    reference = qmllib.generate_slatm(
        s.numbers, s.positions, types, local=True, sigmas=[0.05, 0.05], dgrids=[0.04, 0.04], rcut=4.8
    )
    found = atomic_spectra(s.numbers, s.positions, spectra).numpy()
    for z, own, theirs in zip(s.numbers, found, reference, strict=True):
        assert np.abs(in_blocks_of(own, int(z), types, spectra) - theirs).max() < 1e-6


@pytest.mark.law
def test_spectra_do_not_see_rotation_translation_or_order_but_a_moved_atom(molecules):
    z, r = molecules[0]
    spectra, rng = spectra_of(z), np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    order = rng.permutation(len(z))
    before = atomic_spectra(z, r, spectra)
    after = atomic_spectra(z[order], (r @ rotation.T + 3.0)[order], spectra)
    torch.testing.assert_close(after, before[order], rtol=0, atol=1e-9)
    moved = r.copy()
    moved[0] += 0.05
    assert (atomic_spectra(z, moved, spectra) - before).abs().max() > 1e-2


@pytest.mark.unit
def test_one_atom_alone_has_its_charge_and_nothing_else():
    found = atomic_spectra(np.array([8]), np.zeros((1, 3)), Spectra((8,)))
    assert found[0, 0] == 8
    assert not found[0, 1:].any()


@pytest.mark.law
def test_kernel_is_symmetric_positive_and_counts_equal_atoms(molecules):
    spectra = spectra_of(np.concatenate([z for z, _ in molecules]))
    atoms = atoms_by_element(molecules, spectra)
    among = distances(atoms, atoms)
    k = molecule_kernel(among, widths(among), len(molecules), len(molecules)).numpy()
    np.testing.assert_allclose(k, k.T, atol=1e-10)
    assert np.linalg.eigvalsh(k).min() > -1e-8
    # the two most different atoms of an element count one half
    z = max(among, key=lambda e: float(among[e].values.max()))
    d = float(among[z].values.max())
    assert np.exp(-(d**2) / (2 * widths({z: among[z]})[z] ** 2)) == pytest.approx(0.5)


@pytest.mark.law
def test_atomic_contributions_sum_to_the_energy_and_a_training_molecule_is_found_again(molecules):
    rng = np.random.default_rng(1)
    energies = np.array([10.0 * (z == 6).sum() + 3.0 * (z == 8).sum() + (z == 1).sum() for z, _ in molecules])
    energies = energies + rng.normal(size=len(energies))
    found = learn(compare(molecules[0], molecules), energies, strength=1e-9)
    assert found.atomic.sum() == pytest.approx(found.energy, abs=1e-6)
    assert found.energy == pytest.approx(energies[0], abs=1e-3)
    assert found.std == pytest.approx(0.0, abs=1e-2)
    assert found.nearest.max() == pytest.approx(0.0, abs=1e-5)
    assert all(owner == 0 for owner, _ in found.neighbours)
    held_out = learn(compare(molecules[0], molecules[1:]), energies[1:])
    assert held_out.std > 0.1
    assert held_out.nearest.max() > 0.1


@pytest.mark.unit
def test_too_few_compositions_give_no_answer_and_few_amons_no_uncertainty(molecules):
    found = compare(molecules[0], molecules[1:])
    energies = np.zeros(len(molecules) - 1)
    assert learn(found, energies, largest=1) is None  # methane and water do not settle C, O and H
    three = compare(molecules[0], molecules[1:4])
    assert learn(three, energies[:3]).std is None
    with pytest.raises(AmonError, match="nothing to learn"):
        compare(molecules[0], [])
