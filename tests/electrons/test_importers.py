"""Wavefunctions of Gaussian, ORCA, Molpro, Turbomole, PSI4 and Q-Chem read as the states they are.

The files come with the installed qc-iodata package and were written by the programs named here.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bondgenome_core.electrons.importers import FORMATS, core_label, overlap_as_iodata, read_electrons, read_wavefunction
from bondgenome_core.electrons.pyscf_basis import basis_from_pyscf, overlap
from bondgenome_core.electrons.request import MOLECULE_REQUEST
from bondgenome_core.electrons.scf import run_scf
from bondgenome_core.electrons.wavefunction import SpinChannel, load_wavefunction, save_wavefunction
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.errors import BondGenomeError, ElectronsError
from bondgenome_core.units import ANGSTROM_PER_BOHR, BOHR_PER_ANGSTROM

CORE_RADIUS = 0.6
"""Angstrom around every atom heavier than helium that is not compared."""

COMPUTED_HERE_TOO = [
    # file, program, functional, basis, unrestricted
    ("water_ccpvdz_pure_hf_g03.fchk", "Gaussian 03", "hf", "cc-pvdz"),
    ("water_hfs_321g.fchk", "Gaussian", "slater,", "3-21g"),
    ("ch3_hf_sto3g.fchk", "Gaussian, UHF", "hf", "sto-3g"),
    ("ch3_rohf_sto3g_g03.fchk", "Gaussian 03, ROHF", "hf", "sto-3g"),
    ("o2_cc_pvtz_pure.fchk", "Gaussian", "hf", "cc-pvtz"),
    ("o2_uhf.wfn", "Gaussian, UHF", "hf", "6-311+g*"),
    ("h2o_sto3g.wfn", "Gaussian", "hf", "sto-3g"),
    ("water_sto3g_hf.wfx", "Gaussian", "hf", "sto-3g"),
    ("h2_ub3lyp_ccpvtz.wfx", "Gaussian", "b3lyp", "cc-pvtz"),
    ("nh3_orca.molden", "ORCA", "hf", "aug-cc-pvdz"),
    ("nh3_molpro2012.molden", "Molpro", "hf", "aug-cc-pvdz"),
    ("nh3_turbomole.molden", "Turbomole", "hf", "aug-cc-pvdz"),
    ("nh3_psi4_1.0.molden", "PSI4", "hf", "aug-cc-pvdz"),
    ("h2o.molden.input", "ORCA", "hf", "6-311g"),
]


def data_of(name):
    import iodata

    return (Path(iodata.__file__).parent / "test" / "data" / name).read_bytes()


def imported(name):
    return read_wavefunction(data_of(name), name)


def points_along_bonds(structure):
    """Points each 0.02 Angstrom on every bond line and 1 Angstrom beyond its ends, outside cores."""
    lines = []
    for bond in structure.bonds:
        a, b = structure.end_points(bond)
        length = np.linalg.norm(b - a)
        t = np.arange(-1.0, length + 1.0, 0.02)
        lines.append(a + t[:, None] * (b - a) / length)
    points = np.concatenate(lines)
    heavy = structure.positions[structure.numbers > 2]
    distance = np.linalg.norm(points[:, None] - heavy[None], axis=2)
    return points[(distance > CORE_RADIUS).all(1)]


def elf(wavefunction, points):
    import torch

    return ElfEngine(wavefunction, device="cpu", dtype=torch.float64).evaluate(points).elf.numpy()


def integrated_electrons(wavefunction):
    """Density summed over a Becke grid of the atoms (PySCF's, level 1)."""
    import torch
    from pyscf import dft, gto

    s = wavefunction.structure
    mol = gto.M(
        atom=[(int(z), tuple(p)) for z, p in zip(s.numbers, s.positions, strict=True)], basis="sto-3g", spin=None, verbose=0
    )
    grid = dft.gen_grid.Grids(mol)
    grid.level = 1
    grid.build()
    rho = ElfEngine(wavefunction, device="cpu", dtype=torch.float64).evaluate(grid.coords * ANGSTROM_PER_BOHR).rho.numpy()
    return float(grid.weights @ rho)


@pytest.mark.reference
@pytest.mark.parametrize(("name", "program", "functional", "basis"), COMPUTED_HERE_TOO, ids=[c[0] for c in COMPUTED_HERE_TOO])
def test_elf_along_every_bond_equals_that_of_the_same_calculation_done_here(name, program, functional, basis):
    w = imported(name)
    ours = run_scf(w.structure, MOLECULE_REQUEST.with_(functional=functional, basis=basis, pseudopotential="none"))
    points = points_along_bonds(w.structure)
    assert len(points) > 30
    assert np.abs(elf(w, points) - elf(ours, points)).max() < 0.003  # ten times better than asked for
    if w.convergence["energy_hartree"] and "rohf" not in name:
        assert ours.convergence["energy_hartree"] == pytest.approx(w.convergence["energy_hartree"], abs=2e-4)


@pytest.mark.reference
def test_six_cartesian_d_functions_of_psi4_equal_pyscfs():
    from pyscf import gto, scf

    w = imported("h2o_psi4_1.3.2_6-31G_d_cart.molden")
    atoms = [(int(z), tuple(p)) for z, p in zip(w.structure.numbers, w.structure.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="6-31g*", cart=True, verbose=0)
    mf = scf.RHF(mol).run()
    ours = replace(w, basis=basis_from_pyscf(mol), spins=(SpinChannel(mf.mo_coeff[:, :5], mf.mo_occ[:5]),))
    points = points_along_bonds(w.structure)
    assert w.basis.cartesian.any()
    assert np.abs(elf(w, points) - elf(ours, points)).max() < 1e-3
    # the check can fail: five d functions differ
    pure = gto.M(atom=atoms, basis="6-31g*", verbose=0)
    mf = scf.RHF(pure).run()
    other = replace(w, basis=basis_from_pyscf(pure), spins=(SpinChannel(mf.mo_coeff[:, :5], mf.mo_occ[:5]),))
    assert np.abs(elf(w, points) - elf(other, points)).max() > 0.03


@pytest.mark.law
@pytest.mark.parametrize(
    ("name", "electrons", "charge", "multiplicity", "label"),
    [
        ("water_ccpvdz_pure_hf_g03.fchk", 10, 0, 1, "all-electron"),
        ("water_hf_sto3g_qchem5.2.fchk", 10, 0, 1, "all-electron"),
        ("monosilicic_acid_hf_lan.fchk", 40, 0, 1, "ecp-Si10"),
        ("li_h_3-21G_hf_g09.fchk", 3, 1, 2, "all-electron"),
        ("o2_uhf.wfn", 16, 0, 3, "all-electron"),
        ("lih_cation_rohf.wfn", 3, 1, 2, "all-electron"),
        ("lif_fci.wfn", 12, 0, 1, "all-electron"),
        ("lih_cation_uhf.wfx", 3, 1, 2, "all-electron"),
        ("lih_cation_cisd.wfx", 3, 1, 2, "all-electron"),
        ("h2_ub3lyp_ccpvtz_with_comments.wfx", 2, 0, 1, "all-electron"),
        ("nh3_molden_cart.molden", 10, 0, 1, "all-electron"),
        ("neon_turbomole_def2-qzvp.molden", 10, 0, 1, "all-electron"),
        ("F.molden", 9, 0, 2, "all-electron"),
    ],
)
def test_the_density_integrates_to_the_electron_count(name, electrons, charge, multiplicity, label):
    w = imported(name)
    assert (w.structure.charge, w.structure.multiplicity, w.core_treatment) == (charge, multiplicity, label)
    assert w.n_electrons == pytest.approx(electrons, abs=2e-3)
    assert integrated_electrons(w) == pytest.approx(w.n_electrons, rel=2e-3)


@pytest.mark.law
def test_occupied_orbitals_are_orthonormal_up_to_h_functions():
    for name in ("he_spdfgh_orbital.fchk", "o2_cc_pvtz_cart.fchk", "psi4_mn_cc_pvqz_pure.molden", "orca_zn_cc_pvqz_pure.molden"):
        w = imported(name)
        s = overlap(w.basis, w.structure.positions * BOHR_PER_ANGSTROM)
        for spin in w.spins:
            assert np.abs(spin.orbitals.T @ s @ spin.orbitals - np.eye(spin.orbitals.shape[1])).max() < 1e-4
        # one function out of place is seen
        moved = np.roll(w.spins[0].orbitals, 1, axis=0)
        assert np.abs(moved.T @ s @ moved - np.eye(moved.shape[1])).max() > 0.01


@pytest.mark.reference
@pytest.mark.parametrize("name", ["o2_cc_pvtz_cart.fchk", "nh3_molden_pure.molden", "ch3_hf_sto3g.fchk"])
def test_the_fast_overlap_equals_qc_iodatas_own(name, tmp_path):
    import iodata
    from iodata.overlap import compute_overlap

    path = tmp_path / name
    path.write_bytes(data_of(name))
    loaded = iodata.load_one(str(path))
    assert (
        np.abs(overlap_as_iodata(loaded.obasis, loaded.atcoords) - compute_overlap(loaded.obasis, loaded.atcoords)).max() < 1e-8
    )


@pytest.mark.reference
def test_a_gold_pseudopotential_is_known_from_the_molden_file_of_pyscf(tmp_path):
    from pyscf import dft, gto
    from pyscf.tools import molden

    mol = gto.M(atom="Au 0 0 0; H 0 0 1.54", basis="def2-svp", ecp="def2-svp", verbose=0)
    mf = dft.RKS(mol, xc="pbe").density_fit().run()
    path = tmp_path / "auh.molden"
    molden.from_scf(mf, str(path))
    w = read_wavefunction(path.read_bytes(), "auh.molden")
    assert (w.core_treatment, w.core_electrons.tolist(), w.structure.charge) == ("ecp-Au60", [60, 0], 0)
    ours = run_scf(w.structure, MOLECULE_REQUEST)
    points = points_along_bonds(w.structure)
    assert np.abs(elf(w, points) - elf(ours, points)).max() < 0.003
    # a file that hides the pseudopotential is refused, unless the user states it
    hidden = path.read_text().replace("Au   1   19", "Au   1   79")
    assert hidden != path.read_text()
    with pytest.raises(ElectronsError, match=r"a charge of \+60: .* or state the core electrons"):
        read_wavefunction(hidden.encode(), "auh.molden")
    assert read_wavefunction(hidden.encode(), "auh.molden", core_electrons={"Au": 60}).core_treatment == "ecp-Au60"


@pytest.mark.unit
def test_virtual_orbitals_are_dropped_and_the_source_is_recorded(tmp_path):
    w = imported("water_ccpvdz_pure_hf_g03.fchk")
    assert w.spins[0].orbitals.shape == (24, 5)
    assert w.level == "RHF/CC-PVDZ, imported from water_ccpvdz_pure_hf_g03.fchk"
    assert w.provenance["source_format"] == "FCHK"
    assert len(w.provenance["source_sha256"]) == 64
    assert len(w.structure.bonds) == 2
    assert imported("nh3_orca.molden").provenance["notes"][0].startswith("Corrected for typical ORCA errors")
    assert imported("2h-azirine-mp2.fchk").level.startswith("SCF orbitals of RMP2")
    save_wavefunction(w, tmp_path / "w.safetensors")
    again = load_wavefunction(tmp_path / "w.safetensors")
    points = points_along_bonds(w.structure)
    assert np.sqrt(np.mean((elf(again, points) - elf(w, points)) ** 2)) < 2e-4


@pytest.mark.unit
def test_core_labels_name_element_and_size():
    assert core_label(["Au", "S", "Au", "I"], [60, 0, 60, 28]) == "ecp-Au60+I28"
    assert core_label(["H"], [0]) == "all-electron"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("data", "name", "match"),
    [
        (b"", "empty.fchk", "is empty"),
        (b"   \n ", "blank.wfn", "is empty"),
        (b"\x80\x04\x95\x10\x00\x00", "model.wfn", "Python pickle, which is never opened"),
        (b"PK\x03\x04archive/data.pkl", "model.fchk", "torch checkpoint, which is never opened"),
        (b"\x00\x01\x02" * 50, "water.fchk", "binary file"),
        (b"hello", "water.fchk", "incomplete or damaged"),
        (b"hello", "water.xyz", "none of the endings"),
        (b"hello", "../../etc/passwd", "^passwd has none of the endings"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(data, name, match):
    with pytest.raises(ElectronsError, match=match) as caught:
        read_wavefunction(data, name)
    assert str(caught.value).count("\n") == 0


@pytest.mark.unit
def test_a_file_of_300_mb_is_refused():
    with pytest.raises(ElectronsError, match="has 300 MiB, more than the limit of 250 MiB"):
        read_wavefunction(b"x" * (300 * 2**20), "huge.molden")


@pytest.mark.unit
@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["water_ccpvdz_pure_hf_g03.fchk", "o2_uhf.wfn", "water_sto3g_hf.wfx", "nh3_molpro2012.molden"])
def test_a_truncated_file_is_refused_or_complete(name, keep):
    data = data_of(name)
    try:
        w = read_wavefunction(data[: int(keep * len(data))], name)
    except BondGenomeError:
        return
    # only what follows the orbitals was cut off
    assert w.n_electrons == imported(name).n_electrons


@pytest.mark.unit
@pytest.mark.parametrize(
    "name", ["ch3_rohf_sto3g_g03.fchk", "water_sto3g_hf.wfx", "h2o_sto3g.wfn", "h2o.molden.input", "cubegen_h2o_5points.cube"]
)
def test_files_damaged_at_random_are_refused_in_words_or_read(name):
    """Compiled integrals would end the process over a shell on a missing atom or an exponent that is no number."""
    rng = np.random.default_rng(0)
    good, refused = data_of(name), 0
    pieces = [b"9999999", b"-", b"nan", b"1e400", b"\n", b" ", b"\xff", b"0"]
    for _ in range(60):
        data = bytearray(good)
        for at in rng.integers(0, len(good) - 200, size=rng.integers(1, 6)):
            cut = int(rng.integers(0, 100)) * int(rng.integers(0, 2))
            data[at : at + cut] = pieces[rng.integers(len(pieces))]
        try:
            read_electrons(bytes(data), name)
        except BondGenomeError as error:
            refused += len(str(error).splitlines()) == 1
    assert refused > 30


@pytest.mark.unit
def test_orbitals_with_changed_numbers_are_refused():
    text = data_of("o2_uhf.wfn").decode()
    head, _, tail = text.partition("MO    3")
    lines = tail.splitlines()
    lines[1:5] = [line.replace("D+00", "D+01") for line in lines[1:5]]
    with pytest.raises(ElectronsError, match="not normalised in their basis"):
        read_wavefunction((head + "MO    3" + "\n".join(lines)).encode(), "o2_uhf.wfn")


@pytest.mark.unit
def test_a_wrong_ending_is_named():
    with pytest.raises(ElectronsError, match="named as FCHK but its content is MOLDEN"):
        read_wavefunction(data_of("nh3_orca.molden"), "nh3.fchk")
    assert set(FORMATS.values()) == {"molden", "fchk", "wfn", "wfx"}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("he2_ghost_psi4_1.0.molden", "ghost atoms"),
        ("water_dimer_ghost.fchk", "ghost atoms"),
        ("lih_cation_fci.wfn", "averaged over spin"),
        ("h_sonly_sph_cfour.molden", "no occupied orbitals"),
        ("h2o_ccpvdz_cfour.molden", "a charge of \\+4: orbitals are missing"),
        ("h2o_error.wfx", "incomplete or damaged"),
        ("methanol_g16_opt.fchk", "'Shell types' is missing"),
    ],
)
def test_files_that_hold_no_usable_state_are_refused(name, match):
    with pytest.raises(ElectronsError, match=match):
        imported(name)


def test_molden_without_its_sections_is_refused_in_words_and_not_in_those_of_python():
    with pytest.raises(ElectronsError, match=r"t\.molden cannot be read as MOLDEN: .*a section is missing"):
        read_wavefunction(b"[Molden Format]\n[Atoms] AU\n", "t.molden")
