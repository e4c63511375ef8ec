"""Wavefunctions on disk: what is kept, and what is refused in one sentence."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bondgenome_core.electrons.pyscf_basis import basis_from_pyscf, overlap
from bondgenome_core.electrons.wavefunction import FORMAT_VERSION, load_wavefunction, save_wavefunction
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.errors import ArtefactError, BondGenomeError, ElectronsError
from bondgenome_core.units import BOHR_PER_ANGSTROM


@pytest.fixture
def stored(tmp_path, oxygen_tzvp):
    """A file of a spin-polarised wavefunction."""
    path = tmp_path / "oxygen.safetensors"
    save_wavefunction(oxygen_tzvp, path)
    return path


def rewrite(path, *, header=None, drop=(), **metadata):
    """The same file with parts of its header or tensors changed."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as f:
        meta = dict(f.metadata())
    tensors = {k: v for k, v in load_file(path).items() if k not in drop}
    if header:
        meta["header"] = json.dumps(json.loads(meta["header"]) | header)
    save_file(tensors, path, meta | metadata)


@pytest.mark.unit
def test_what_is_stored_comes_back(stored, oxygen_tzvp):
    back, w = load_wavefunction(stored), oxygen_tzvp
    for field in ("numbers", "positions", "cell"):
        np.testing.assert_array_equal(getattr(back.structure, field), getattr(w.structure, field))
    for field in ("charge", "multiplicity", "bonds", "name", "source", "pbc"):
        assert getattr(back.structure, field) == getattr(w.structure, field)
    for field in ("atom", "l", "n_prim", "exponents", "coefficients", "cartesian"):
        np.testing.assert_array_equal(getattr(back.basis, field), getattr(w.basis, field))
    for field in ("core_treatment", "method", "convergence", "provenance", "n_electrons", "restricted", "level"):
        assert getattr(back, field) == getattr(w, field)
    for a, b in zip(back.spins, w.spins, strict=True):
        np.testing.assert_array_equal(a.occupations, b.occupations)
        np.testing.assert_allclose(a.energies_hartree, b.energies_hartree)
        np.testing.assert_allclose(a.orbitals, b.orbitals, rtol=5e-4, atol=1e-6)


@pytest.mark.unit
def test_elf_survives_storage_to_1e_4(stored, oxygen_tzvp):
    points = np.random.default_rng(0).uniform(-2, 3, (2000, 3))
    before, after = (ElfEngine(w, "cpu").evaluate(points).elf for w in (oxygen_tzvp, load_wavefunction(stored)))
    assert float((before - after).square().mean().sqrt()) < 1e-4


@pytest.mark.unit
def test_orbitals_stored_column_by_column_are_not_scrambled(tmp_path, water_svp):
    turned = tuple(replace(s, orbitals=np.asfortranarray(s.orbitals)) for s in water_svp.spins)
    path = tmp_path / "w.safetensors"
    save_wavefunction(replace(water_svp, spins=turned), path)
    np.testing.assert_allclose(load_wavefunction(path).spins[0].orbitals, water_svp.spins[0].orbitals, rtol=5e-4, atol=1e-6)


@pytest.mark.unit
def test_saving_replaces_the_old_file_in_one_step(tmp_path, stored, monkeypatch, water_svp):
    before = stored.read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save_wavefunction(water_svp, stored)
    assert stored.read_bytes() == before


@pytest.mark.unit
def test_a_newer_version_is_refused(stored):
    rewrite(stored, version=str(FORMAT_VERSION + 1))
    refused(stored, "newer version; update the program")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), "damaged"),
        (lambda p: p.write_bytes(b""), "not a readable wavefunction"),
        (lambda p: p.write_bytes(np.random.default_rng(0).bytes(4096)), "not a readable wavefunction"),
        (lambda p: p.write_bytes(pickle.dumps({"orbitals": [1, 2, 3]})), "not a readable wavefunction"),
        (lambda p: p.write_text("O 0 0 0\n"), "not a readable wavefunction"),
        (lambda p: p.unlink(), "no wavefunction file"),
        (lambda p: save_file({"a": np.zeros(3)}, p), "not a wavefunction of this program"),
        (lambda p: rewrite(p, drop=("orbitals_1",)), "lacks a part"),
        (lambda p: rewrite(p, drop=("exponents",)), "lacks a part"),
        (lambda p: rewrite(p, version="two"), "lacks a part"),
        (lambda p: rewrite(p, header={"pbc": None}), "lacks a part"),
        (lambda p: rewrite(p, header={"n_spins": 0}), "one or two spin channels"),
        (lambda p: rewrite(p, header={"multiplicity": 2}), "Multiplicity 2 is impossible"),
    ],
    ids=["truncated", "empty", "noise", "pickle", "text", "missing", "other", "spin", "basis", "version", "pbc", "spins", "odd"],
)
def test_a_damaged_file_is_refused_in_one_sentence(stored, damage, says):
    damage(stored)
    refused(stored, says)


@pytest.mark.unit
def test_a_torch_checkpoint_is_refused_and_never_unpickled(tmp_path):
    import torch

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a user's file was unpickled",))

    path = tmp_path / "model.safetensors"
    torch.save({"weights": Trap()}, path)
    refused(path, "not a readable wavefunction")


def refused(path, says):
    with pytest.raises(BondGenomeError, match=says) as caught:
        load_wavefunction(path)
    assert "\n" not in str(caught.value)


@pytest.mark.unit
def test_orbitals_with_nan_are_refused(water_svp):
    broken = water_svp.spins[0].orbitals.copy()
    broken[0, 0] = np.nan
    with pytest.raises(ElectronsError, match="not numbers"):
        replace(water_svp, spins=(replace(water_svp.spins[0], orbitals=broken),))


@pytest.mark.unit
def test_a_basis_with_a_missing_part_is_refused(water_svp):
    with pytest.raises(ElectronsError, match="lack exponents"):
        replace(water_svp.basis, exponents=water_svp.basis.exponents[:-1])
    with pytest.raises(ElectronsError, match="other atoms"):
        replace(water_svp, basis=replace(water_svp.basis, atom=water_svp.basis.atom + 1))
    with pytest.raises(ElectronsError, match="angular momentum"):
        replace(water_svp.basis, l=water_svp.basis.l + 20)


@pytest.mark.unit
def test_an_unknown_gallery_name_is_refused():
    from bondgenome_core.electrons.shipped import load_shipped

    with pytest.raises(ArtefactError, match="No wavefunction is shipped"):
        load_shipped("../secret")


@pytest.mark.reference
@pytest.mark.parametrize("cartesian", [False, True])
def test_our_overlap_is_pyscf_s_overlap(water, cartesian):
    """Normalisation and order of functions, through f functions, pure and Cartesian."""
    from pyscf import gto

    atoms = [(int(z), tuple(p)) for z, p in zip(water.numbers, water.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="cc-pvtz", cart=cartesian, verbose=0)
    ours = overlap(basis_from_pyscf(mol), water.positions * BOHR_PER_ANGSTROM)
    np.testing.assert_allclose(ours, mol.intor("int1e_ovlp"), atol=1e-8)  # PySCF has an older bohr


@pytest.mark.law
def test_stored_orbitals_are_orthonormal(au25, complex_gth):
    """C^T S C = 1 for every stored orbital; float16 leaves 1e-3."""
    for w in (au25, complex_gth):
        s = overlap(w.basis, w.structure.positions * BOHR_PER_ANGSTROM)
        for spin in w.spins:
            np.testing.assert_allclose(spin.orbitals.T @ s @ spin.orbitals, np.eye(spin.orbitals.shape[1]), atol=2e-3)
    c = complex_gth.spins[0].orbitals[np.r_[1, 0, 2 : len(s)]]  # broken: two functions exchanged
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(c.T @ s @ c, np.eye(c.shape[1]), atol=2e-3)
