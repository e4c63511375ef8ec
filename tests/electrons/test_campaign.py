"""Plans of many calculations: each piece once, safe to stop at any moment."""

import json

import numpy as np
import pytest

from bondgenome_core.electrons import campaign as campaign_module
from bondgenome_core.electrons.campaign import EXCLUDED, Trajectory, compute_gallery, load_plan, run_plan
from bondgenome_core.electrons.request import MOLECULE_REQUEST, SLAB_REQUEST
from bondgenome_core.electrons.wavefunction import load_wavefunction
from bondgenome_core.errors import ElectronsError
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit

SHORT = {"n_snapshots": 2, "interval_fs": 4.0, "equilibrate_fs": 4.0}
QUICK = MOLECULE_REQUEST.with_(basis="sto-3g", conv_tol=1e-6)


def water_only(name):
    return Structure([8, 1, 1], [[0, 0, 0], [0.757, 0.587, 0], [-0.757, 0.587, 0]], name=name)


def finished(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.safetensors"))


def test_a_plan_is_read_and_a_malformed_one_refused(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps([{"structure": "water", "temperature_k": 300, "seed": 1, "n_snapshots": 2, "role": "test"}]))
    (trajectory,) = load_plan(path)
    assert trajectory.folder == "water/300K-test-s1"
    for text in ("[", '[{"structure": "water"}]', '[{"atoms": 3}]', "{}x"):
        path.write_text(text)
        with pytest.raises(ElectronsError, match="not a plan"):
            load_plan(path)


def test_a_folder_never_leaves_the_output_whatever_the_structure_is_called():
    for name in ("../../etc/passwd", "/etc/passwd", "folder/passwd.xyz"):
        assert Trajectory(name, 300, 1, 1).folder == "passwd/300K-train-s1"


def test_snapshots_are_written_one_by_one_and_never_computed_twice(tmp_path):
    plan = (Trajectory("water", 300, 1, **SHORT), Trajectory("water", 300, 2, role="test", **SHORT))
    said = []
    run_plan(plan, tmp_path, water_only, request=QUICK, say=said.append)
    files = finished(tmp_path)
    assert files == [f"water/300K-{r}/{n:03d}.safetensors" for r in ("test-s2", "train-s1") for n in (1, 2)]
    assert len(said) == 4
    before = [(tmp_path / f).stat().st_mtime_ns for f in files]
    run_plan(plan, tmp_path, water_only, request=QUICK, say=said.append)
    assert before == [(tmp_path / f).stat().st_mtime_ns for f in files]
    w = load_wavefunction(tmp_path / files[0])
    assert w.provenance["trajectory"]["seed"] == 2
    assert w.structure.name == "water/300K-test-s2/001"
    assert len(w.structure.bonds) == 2


def test_an_interrupted_plan_ends_where_an_uninterrupted_one_does(tmp_path):
    whole, halted = tmp_path / "whole", tmp_path / "halted"
    trajectory = Trajectory("water", 300, 5, **SHORT)

    def stop_after_first(text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_plan([trajectory], halted, water_only, request=QUICK, say=stop_after_first)
    assert len(finished(halted)) == 1
    for out in (halted, whole):
        run_plan([trajectory], out, water_only, request=QUICK, say=str)
    for f in finished(whole):
        a, b = (load_wavefunction(out / f).structure.positions for out in (whole, halted))
        assert abs(a - b).max() < 1e-6


def test_what_does_not_converge_is_recorded_and_left_out(tmp_path):
    run_plan([Trajectory("water", 300, 1, **SHORT)], tmp_path, water_only, request=QUICK.with_(max_cycle=1), say=str)
    assert finished(tmp_path) == []
    record = json.loads((tmp_path / "water/300K-train-s1" / EXCLUDED).read_text())
    assert set(record) == {"001", "002"}
    assert "not converged" in record["001"]


def test_gallery_entries_that_exist_are_not_computed_again(tmp_path):
    compute_gallery(["water"], tmp_path, water_only, request=QUICK, say=str)
    stamp = (tmp_path / "water.safetensors").stat().st_mtime_ns
    compute_gallery(["water"], tmp_path, water_only, request=QUICK, say=str)
    assert (tmp_path / "water.safetensors").stat().st_mtime_ns == stamp


def test_a_vertical_charge_state_moves_as_the_neutral_does_and_only_its_electrons_are_charged(tmp_path):
    said = []
    plain = Trajectory("water", 300, 1, **SHORT)
    vertical = Trajectory("water", 300, 1, charge=1, multiplicity=2, vertical=True, **SHORT)
    moved = Trajectory("water", 300, 1, charge=1, multiplicity=2, **SHORT)
    for trajectory in (plain, vertical):
        run_plan((trajectory,), tmp_path, water_only, request=QUICK, say=said.append)
    run_plan((moved,), tmp_path / "moved", water_only, request=QUICK, say=said.append)
    w, ion, other = (load_wavefunction(folder / "002.safetensors") for folder in (
        tmp_path / plain.folder, tmp_path / vertical.folder, tmp_path / "moved" / moved.folder))  # fmt: skip
    assert (w.structure.charge, ion.structure.charge, ion.structure.multiplicity) == (0, 1, 2)
    assert abs(ion.structure.positions - w.structure.positions).max() < 1e-12
    assert abs(other.structure.positions - w.structure.positions).max() > 1e-4


def gold_hydride_only(name):
    """AuH in a cell, gold first."""
    return Structure([79, 1], [[0, 0, 0], [0, 0, 1.55]], np.diag([2.9, 2.9, 6.0]), (True,) * 3, name=name)


def test_a_periodic_metal_with_a_fixed_layer_goes_through_a_plan(tmp_path):
    said = []
    plan = (Trajectory("slab", 300, 1, n_snapshots=1, interval_fs=2.0, equilibrate_fs=2.0, n_fixed=1),)
    run_plan(plan, tmp_path, gold_hydride_only, request=SLAB_REQUEST.with_(cutoff_hartree=20.0, conv_tol=1e-3), say=said.append)
    assert "lowest overlap eigenvalue" in said[0]
    w = load_wavefunction(tmp_path / "slab/300K-train-s1/001.safetensors")
    assert w.structure.pbc == (True,) * 3
    assert (w.structure.positions[0] == 0).all()
    assert abs(w.structure.positions[1] - [0, 0, 1.55]).max() > 1e-3
    assert w.provenance["trajectory"]["n_fixed"] == 1
    assert w.convergence["lowest_overlap_eigenvalue"] > 0
    assert any(any(b.shift) for b in w.structure.bonds)


def test_an_scf_that_ran_away_is_left_out_with_the_reason(tmp_path, monkeypatch):
    def runs_away(structure, *_, **__):
        raise ElectronsError(f"The SCF of {structure.name} ran away.")

    monkeypatch.setattr(campaign_module, "run_scf", runs_away)
    run_plan((Trajectory("water", 300, 1, **SHORT),), tmp_path, water_only, request=QUICK)
    record = json.loads((tmp_path / "water/300K-train-s1" / EXCLUDED).read_text())
    assert all("ran away" in reason for reason in record.values())
    assert set(record) == {"001", "002"}
