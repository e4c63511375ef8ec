"""The SCF engines: physics that must hold, progress, cancelling, resuming, refusals."""

import subprocess
import sys

import numpy as np
import pytest

from bondgenome_core.electrons.guess import ao_overlap, guess_at
from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST, SLAB_REQUEST, default_request, request_hash
from bondgenome_core.electrons.scf import density_from_checkpoint, density_matrix, guess_from, run_scf
from bondgenome_core.electrons.soundness import atom_energy, binding_per_atom, lowest_overlap_eigenvalue
from bondgenome_core.electrons.wavefunction import load_wavefunction, save_wavefunction
from bondgenome_core.errors import ElectronsError, JobError
from bondgenome_core.structures.structure import Structure


@pytest.mark.unit
def test_gold_and_cells_go_to_gpw_and_all_else_to_the_molecular_engine(gold_complex, water):
    assert default_request(gold_complex) == GOLD_REQUEST
    assert default_request(water) == MOLECULE_REQUEST
    in_a_cell = water.with_(cell=8 * np.eye(3), pbc=(True,) * 3)
    assert default_request(in_a_cell).engine == "gpw"


@pytest.mark.unit
def test_request_hash_follows_geometry_charge_and_settings(water):
    base = request_hash(water, MOLECULE_REQUEST)
    assert request_hash(water.with_(name="other", bonds=()), MOLECULE_REQUEST) == base
    moved = water.with_(positions=water.positions + [[0.001, 0, 0], [0, 0, 0], [0, 0, 0]])
    others = (
        request_hash(moved, MOLECULE_REQUEST), request_hash(water.with_(charge=2), MOLECULE_REQUEST),
        request_hash(water.with_(multiplicity=3), MOLECULE_REQUEST),
        request_hash(water, MOLECULE_REQUEST.with_(functional="blyp")),
    )  # fmt: skip
    assert len({base, *others}) == 5


@pytest.mark.reference
def test_energy_and_gap_are_those_of_pyscf_run_by_hand(water, water_svp):
    from pyscf import dft, gto

    atoms = [(int(z), tuple(p)) for z, p in zip(water.numbers, water.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="def2-svp", verbose=0)
    mf = dft.RKS(mol, xc="pbe").density_fit().run()
    assert water_svp.convergence["energy_hartree"] == pytest.approx(mf.e_tot, abs=1e-7)
    gap = (mf.mo_energy[5] - mf.mo_energy[4]) * 27.211386
    assert water_svp.convergence["gap_ev"] == pytest.approx(gap, abs=1e-3)
    assert water_svp.core_treatment == "all-electron"


@pytest.mark.unit
def test_gold_keeps_eleven_valence_electrons_with_gth_and_nineteen_with_def2(complex_gth, complex_svp):
    assert complex_gth.core_electrons.tolist() == [68, 10, 10, 0, 0]
    assert complex_svp.core_electrons.tolist() == [60, 0, 0, 0, 0]
    assert (complex_gth.core_treatment, complex_svp.core_treatment) == ("gth-pbe", "def2-ecp")
    assert complex_gth.n_electrons == 11 + 6 + 6 + 1 + 1 + 1


@pytest.mark.unit
def test_result_says_how_it_was_made(complex_gth):
    assert complex_gth.converged
    assert complex_gth.convergence["cycles"] > 3
    assert abs(complex_gth.convergence["last_change_hartree"]) < GOLD_REQUEST.conv_tol
    for part in ("PBE", "gth-dzvp-molopt-sr", "60 Ha", "4 Å vacuum"):
        assert part in complex_gth.level
    assert len(complex_gth.method["mesh"]) == 3
    assert {"program", "pyscf", "request_sha256"} <= set(complex_gth.provenance)


@pytest.mark.unit
def test_spin_polarised_gold_goes_through_the_same_engine():
    """Neutral AuH+ has an unpaired electron: two channels that differ by one."""
    w = run_scf(Structure([79, 1], [[0, 0, 0], [0, 0, 1.55]], charge=1, multiplicity=2), small_gpw())
    assert w.converged
    assert [s.occupations.sum() for s in w.spins] == [6, 5]


def small_gpw(**changes):
    return GOLD_REQUEST.with_(cutoff_hartree=30.0, vacuum=2.5, **changes)


@pytest.mark.unit
def test_every_cycle_is_reported_and_cancelling_stops_it(water):
    seen = []

    def cancel_at_third(cycle):
        seen.append(cycle)
        if cycle.cycle == 3:
            raise JobError("cancelled")

    with pytest.raises(JobError):
        run_scf(water, progress=cancel_at_third)
    assert [c.cycle for c in seen] == [1, 2, 3]
    assert all(c.max_cycle == MOLECULE_REQUEST.max_cycle for c in seen)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["water", "gold"])
def test_an_interrupted_run_goes_on_from_its_checkpoint(tmp_path, water, name):
    structure, request = (water, None) if name == "water" else (Structure([79, 1], [[0, 0, 0], [0, 0, 1.55]]), small_gpw())
    checkpoint = tmp_path / "scf.chk"

    def stop(cycle):
        if cycle.cycle == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scf(structure, request, progress=stop, checkpoint=checkpoint)
    assert density_from_checkpoint(checkpoint) is not None
    resumed, fresh = run_scf(structure, request, checkpoint=checkpoint), run_scf(structure, request)
    assert resumed.convergence["cycles"] < fresh.convergence["cycles"]
    assert resumed.convergence["energy_hartree"] == pytest.approx(fresh.convergence["energy_hartree"], abs=1e-4)


@pytest.mark.unit
def test_a_file_that_is_no_checkpoint_is_not_used(tmp_path):
    path = tmp_path / "scf.chk"
    path.write_bytes(b"nothing")
    assert density_from_checkpoint(path) is None


@pytest.mark.unit
def test_an_scf_that_does_not_converge_is_marked_so(water):
    w = run_scf(water, MOLECULE_REQUEST.with_(max_cycle=2))
    assert not w.converged
    assert w.convergence["cycles"] == 2


@pytest.mark.unit
def test_density_of_a_wavefunction_starts_its_neighbour_in_fewer_cycles(water, water_svp):
    near = water.with_(positions=water.positions * 1.003)
    guess = guess_at(water_svp, near, MOLECULE_REQUEST)
    assert run_scf(near, guess=guess).convergence["cycles"] < run_scf(near).convergence["cycles"]


@pytest.mark.law
@pytest.mark.parametrize("request_", [MOLECULE_REQUEST, GOLD_REQUEST], ids=["molecular", "gpw"])
def test_first_density_of_a_moved_structure_holds_all_electrons_and_is_idempotent(water, request_):
    there = run_scf(water, request_)
    turned = water.with_(positions=water.positions @ np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) * 1.05)
    overlap = ao_overlap(turned, request_)
    density = guess_at(there, turned, request_)
    assert np.trace(density @ overlap) == pytest.approx(there.n_electrons, abs=1e-6)
    assert np.abs(density @ overlap @ density - 2 * density).max() < 1e-6
    assert abs(np.trace(guess_from(there) @ overlap) - there.n_electrons) > 1e-2, "the old density as it was must fail"


@pytest.mark.law
def test_density_matrix_holds_the_electrons_of_each_spin(oxygen_tzvp):
    """tr(P S) counts electrons."""
    from bondgenome_core.electrons.pyscf_basis import overlap
    from bondgenome_core.units import BOHR_PER_ANGSTROM

    s = overlap(oxygen_tzvp.basis, oxygen_tzvp.structure.positions * BOHR_PER_ANGSTROM)
    counts = [np.trace(p @ s) for p in guess_from(oxygen_tzvp)]
    np.testing.assert_allclose(counts, [9, 7], atol=1e-6)
    c, n = np.stack([x.orbitals[:, :7] for x in oxygen_tzvp.spins]), np.ones((2, 7))
    np.testing.assert_allclose([np.trace(p @ s) for p in density_matrix(c, n)], [7, 7], atol=1e-6)


@pytest.mark.unit
@pytest.mark.filterwarnings("ignore:Basis may be available")  # PySCF's advice beside its error
@pytest.mark.parametrize(
    ("structure", "changes", "says"),
    [
        (Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]]), {"engine": "magic"}, "no engine called magic"),
        (Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]]), {"basis": "no-such-basis"}, "no functions for an element"),
        (Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]]), {"functional": "no-such"}, "no functional called 'no-such'"),
        (
            Structure([92], [[0, 0, 0]]),
            {"engine": "gpw", "basis": "gth-dzvp-molopt-sr", "pseudopotential": "gth-pbe"},
            "no core for an element of U",
        ),
        (Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]], cell=5 * np.eye(3), pbc=(True,) * 3), {}, "cannot treat a periodic cell"),
        (
            Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]], cell=5 * np.eye(3), pbc=(True, True, False)),
            {"engine": "gpw", "basis": "gth-dzvp-molopt-sr", "pseudopotential": "gth-pbe"},
            "needs vacuum along the open directions",
        ),
    ],
    ids=["engine", "basis", "functional", "uranium", "molecule in a cell", "slab"],
)
def test_what_cannot_be_set_up_is_refused_in_one_sentence(structure, changes, says):
    with pytest.raises(ElectronsError, match=says) as caught:
        run_scf(structure, MOLECULE_REQUEST.with_(**changes))
    assert "\n" not in str(caught.value)


def test_every_mesh_is_transformed_by_pocketfft_and_none_by_whole_fourier_matrices():
    said = subprocess.run(
        [sys.executable, "-c", """
from bondgenome_core.electrons.gpw import make_cell
from bondgenome_core.electrons.guess import ao_overlap, guess_at
from bondgenome_core.electrons.request import GOLD_REQUEST
from bondgenome_core.structures.gallery import load_gallery_structure
make_cell(load_gallery_structure("au6"), GOLD_REQUEST)
from pyscf.pbc.tools import pbc
print(pbc.FFT_ENGINE)
"""], capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said.strip() == "NUMPY"


def gold_hydride_chain(**changes):
    """AuH in a cell of 2.9 x 2.9 x 6 Angstrom, so close to its images that bands cross the Fermi level."""
    cell = np.diag([2.9, 2.9, 6.0])
    return Structure([79, 1], [[0, 0, 0], [0, 0, 1.55]], **{"cell": cell, "pbc": (True,) * 3, "name": "AuH chain"} | changes)


@pytest.fixture(scope="module")
def metal():
    return run_scf(gold_hydride_chain(), SLAB_REQUEST.with_(cutoff_hartree=30.0))


@pytest.mark.unit
def test_periodic_gold_is_a_metal_at_the_level_of_all_gold(gold_complex):
    assert default_request(gold_hydride_chain()) == SLAB_REQUEST
    assert (SLAB_REQUEST.precision, SLAB_REQUEST.smearing_hartree) == (1e-8, 0.005)
    assert SLAB_REQUEST.label == GOLD_REQUEST.label == default_request(gold_complex).label


@pytest.mark.unit
def test_a_metal_stores_fractional_occupations_and_what_speaks_for_its_soundness(metal, tmp_path):
    (spin,) = metal.spins
    assert metal.converged
    assert ((spin.occupations > 0.01) & (spin.occupations < 1.99)).sum() >= 2
    assert metal.n_electrons == pytest.approx(12, abs=1e-5)
    assert metal.convergence["free_energy_hartree"] < metal.convergence["energy_hartree"]
    assert 1e-6 < metal.convergence["lowest_overlap_eigenvalue"] < 1
    assert -0.5 < metal.convergence["binding_per_atom_hartree"] < 0
    save_wavefunction(metal, tmp_path / "w.safetensors")
    stored = load_wavefunction(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(stored.spins[0].occupations, spin.occupations)
    assert stored.structure.pbc == (True,) * 3


@pytest.mark.law
def test_fractional_occupations_enter_the_density_matrix(metal):
    from bondgenome_core.electrons.gpw import make_cell

    overlap = make_cell(metal.structure, SLAB_REQUEST.with_(cutoff_hartree=30.0)).pbc_intor("int1e_ovlp", hermi=1)
    assert np.trace(guess_from(metal) @ overlap) == pytest.approx(12, abs=1e-5)


@pytest.mark.unit
def test_a_metal_with_an_odd_number_of_electrons_pairs_them_unless_asked_otherwise():
    odd = gold_hydride_chain(charge=1, multiplicity=2)
    quick = SLAB_REQUEST.with_(cutoff_hartree=20.0, max_cycle=1)
    assert [len(run_scf(odd, quick.with_(unrestricted=u)).spins) for u in (False, True)] == [1, 2]


@pytest.mark.unit
def test_an_scf_far_from_the_energy_of_its_atoms_is_rejected():
    chain = gold_hydride_chain()
    free = atom_energy(79, "pbe", SLAB_REQUEST.basis, "gth-pbe") + atom_energy(1, "pbe", SLAB_REQUEST.basis, "gth-pbe")
    assert binding_per_atom(chain, SLAB_REQUEST, free - 0.3) == pytest.approx(-0.15)
    for energy in (free + 21000.0, free - 2.0, np.nan):
        with pytest.raises(ElectronsError, match="ran away"):
            binding_per_atom(chain, SLAB_REQUEST, energy)


@pytest.mark.reference
def test_the_free_hydrogen_atom_has_its_energy_in_a_large_basis():
    """PBE: -0.4999 hartree (10.1103/PhysRevLett.77.3865); GTH adds less than a millihartree."""
    assert atom_energy(1, "pbe", "gth-qzv3p", "gth-pbe") == pytest.approx(-0.4999, abs=2e-3)


@pytest.mark.unit
def test_a_linearly_dependent_basis_is_refused_before_the_scf():
    twice = np.array([[1.0, 1 - 1e-9], [1 - 1e-9, 1.0]])
    with pytest.raises(ElectronsError, match="linearly dependent"):
        lowest_overlap_eigenvalue(twice, "twin")
    assert lowest_overlap_eigenvalue(np.diag([0.5, 1.0]), "sound") == pytest.approx(0.5)
