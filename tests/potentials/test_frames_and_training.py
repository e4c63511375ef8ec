"""Frames are made once and kept; training learns, and follows from its seed."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from bondgenome_core.errors import ArtefactError, PotentialError
from bondgenome_core.potentials.build import build_potential
from bondgenome_core.potentials.data_sets import DIVERSE, SETS
from bondgenome_core.potentials.frames import Frame, FrameSet, load_frames, save_frames
from bondgenome_core.potentials.training import Schedule, errors_of, fit, set_references
from bondgenome_core.potentials.trajectories import Run, make_set, of_role
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit

RUN = Run("water", 5, (("train", 6), ("test", 4)), interval_fs=5.0, equilibrate_fs=5.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    return make_set("water", (RUN,), folder, say=lambda _: None), folder


def test_frames_have_the_energies_and_forces_of_xtb(made):
    from bondgenome_core.structures.relax import energy_and_forces
    from bondgenome_core.structures.structure import Structure

    frame = made[0].frames[3]
    energy, forces = energy_and_forces(Structure(frame.numbers, frame.positions), method="GFN2-xTB")
    assert frame.value == pytest.approx(energy, abs=1e-6)
    np.testing.assert_allclose(frame.forces, forces, atol=1e-5)


def test_a_finished_set_is_read_and_other_settings_make_a_new_one(made, monkeypatch):
    frames, folder = made
    assert [f.group for f in frames.frames] == ["water/train"] * 6 + ["water/test"] * 4
    monkeypatch.setattr("bondgenome_core.potentials.trajectories._trajectory", lambda *_: pytest.fail("made again"))
    again = make_set("water", (RUN,), folder, say=lambda _: None)
    assert [f.value for f in again.frames] == [f.value for f in frames.frames]
    with pytest.raises(pytest.fail.Exception, match="made again"):
        make_set("water", (replace(RUN, seed=6),), folder, say=lambda _: None)


def test_an_interrupted_trajectory_goes_on_to_the_same_frames(made, tmp_path, monkeypatch):
    from bondgenome_core.potentials import trajectories

    monkeypatch.setattr(trajectories, "PIECE", 4)
    saved, calls = trajectories.save_frames, []

    def stop_at_second(frames, path):
        calls.append(path)
        if len(calls) == 2:
            raise KeyboardInterrupt
        saved(frames, path)

    monkeypatch.setattr(trajectories, "save_frames", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        make_set("water", (RUN,), tmp_path, say=lambda _: None)
    monkeypatch.setattr(trajectories, "save_frames", saved)
    whole = make_set("water", (RUN,), tmp_path, say=lambda _: None)
    np.testing.assert_allclose([f.value for f in whole.frames], [f.value for f in made[0].frames], atol=2e-4)


def test_what_is_no_set_of_frames_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(ArtefactError, match="no set of labelled frames"):
        load_frames(tmp_path / "x.safetensors")
    with pytest.raises(PotentialError, match="no test frames"):
        of_role(FrameSet((Frame(np.array([1]), np.zeros((1, 3)), 0.0, np.zeros((1, 3)), "a/train"),)), "test")


def test_files_bring_frames_back(made, tmp_path):
    save_frames(made[0], tmp_path / "again.safetensors")
    again = load_frames(tmp_path / "again.safetensors")
    for a, b in zip(again.frames, made[0].frames, strict=True):
        assert a.group == b.group
        assert a.value == b.value
        np.testing.assert_allclose(a.positions, b.positions, atol=1e-6)
    assert again.elements == (1, 8)


def harmonic(n=64, seed=0):
    """Pairs on a spring: 1/2 k (d - d0)^2 with k 20 eV/A^2, d0 1.1 A."""
    rng = np.random.default_rng(seed)
    frames = []
    for d in rng.uniform(0.9, 1.3, n):
        axis = rng.normal(size=3)
        axis /= np.linalg.norm(axis)
        force = -20 * (d - 1.1) * axis
        frames.append(
            Frame(
                np.array([6, 8]), np.stack([0 * axis, d * axis]), 10 * (d - 1.1) ** 2 - 50.0, np.stack([-force, force]), "a/train"
            )
        )
    return FrameSet(tuple(frames), {"name": "spring"})


@pytest.mark.parametrize("kind", ["SchNet", "PaiNN"])
def test_training_lowers_the_error_far_below_that_of_no_prediction(kind):
    model = build_potential({"kind": kind, "n_features": 16, "n_layers": 2, "cutoff": 3.0}, seed=0)
    errors = fit(
        model, harmonic(), harmonic(16, 1), Schedule(epochs=25, batch=8, learning_rate=5e-3, warm_up=10, averaging=0.9), seed=0
    )
    assert errors.force_mae < 0.25 * harmonic().force_sd
    assert errors_of(model, harmonic(16, 2)).force_mae < 0.25 * harmonic().force_sd


def test_the_same_seed_trains_the_same_weights_and_another_does_not():
    def trained(seed):
        model = build_potential({"kind": "SchNet", "n_features": 8, "n_layers": 1, "cutoff": 3.0}, seed=seed)
        fit(model, harmonic(), harmonic(16, 1), Schedule(epochs=2), seed=seed)
        return torch.cat([p.flatten() for p in model.parameters()])

    assert torch.equal(trained(1), trained(1))
    assert not torch.equal(trained(1), trained(2))


def test_references_are_least_squares_energies_of_elements_and_a_mean_for_intensive_values():
    extensive, intensive = (build_potential({"kind": "SchNet", "n_features": 8, "readout": r}) for r in ("sum", "mean"))
    for model in (extensive, intensive):
        set_references(model, harmonic())
    mean = np.mean([f.value for f in harmonic().frames])
    assert float(extensive.references[[6, 8]].sum()) == pytest.approx(mean, abs=1e-3)
    assert float(extensive.references[6]) == pytest.approx(float(extensive.references[8]), abs=1e-4)  # nothing tells them apart
    assert float(intensive.references[6]) == pytest.approx(mean, abs=1e-3)


def test_weights_of_other_frames_of_the_same_number_are_not_taken_for_finished(tmp_path):
    from bondgenome_core.potentials.shipped import Plan, release_potential

    def released(seed):
        frames = [
            f._replace(group=f"a/{role}")
            for f, role in zip(harmonic(24, seed).frames, ["train"] * 16 + ["validation", "test"] * 4, strict=True)
        ]
        said = []
        plan = Plan(
            {"kind": "SchNet", "n_features": 8, "n_layers": 1, "cutoff": 3.0}, Schedule(epochs=1), "spring", "A test.", n_seeds=1
        )
        release_potential(FrameSet(tuple(frames), {"name": "a"}), tmp_path / "m", plan, say=said.append)
        return sum("epoch" in text for text in said)

    assert [released(0), released(0), released(1)] == [1, 0, 1]


def test_too_few_frames_are_refused():
    with pytest.raises(PotentialError, match="too few"):
        fit(build_potential({"kind": "SchNet", "n_features": 8}), harmonic(3), harmonic(4), Schedule(), seed=0)


def test_sets_test_on_seeds_they_do_not_train_on_and_the_general_one_has_fifty_molecules():
    assert len(set(DIVERSE)) >= 50
    for runs in SETS.values():
        seeds = {role: {(r.source, r.seed) for r in runs for name, _ in r.roles if name == role} for role in ("train", "test")}
        assert seeds["train"]
        assert seeds["test"]
        assert not seeds["train"] & seeds["test"]


def test_orbital_levels_are_those_of_xtb_and_carry_no_forces(made):
    from bondgenome_core.potentials.frames import with_orbital_energies

    levels = with_orbital_energies(made[0][:2], "GFN2-xTB", {"name": "levels"})
    assert np.isnan(levels.frames[0].forces).all()
    assert [f.value for f in levels.frames] != [f.value for f in made[0].frames[:2]]
    # near the ionisation energy of water, 12.6 eV, and not the level below, 2 eV deeper
    assert all(-13.6 < f.value < -11.0 for f in levels.frames)


def test_a_value_without_forces_is_learned_and_its_card_states_no_force_error(tmp_path):
    from bondgenome_core.potentials.shipped import Plan, PotentialModel, release_potential

    rng = np.random.default_rng(0)
    frames = [
        Frame(np.array([8, 1, 1]), rng.normal(size=(3, 3)), float(rng.normal()), np.full((3, 3), np.nan), f"m/{role}")
        for role in ["train"] * 8 + ["validation"] * 2 + ["test"] * 2
    ]
    plan = Plan(
        {"kind": "SchNet", "n_features": 8, "n_layers": 1, "readout": "max"}, Schedule(epochs=1), "GFN2-xTB", "Levels.", 1
    )
    figures = release_potential(FrameSet(tuple(frames), {"name": "levels"}), tmp_path / "m", plan, say=lambda _: None)
    assert "force_mae" not in figures
    assert np.isfinite(figures["value_mae"][0])
    model = PotentialModel(tmp_path / "m")
    assert not model.has_forces
    assert "read-out max" in (tmp_path / "m" / "card.md").read_text()


def test_an_interrupted_training_goes_on_to_the_same_weights(tmp_path):
    schedule = Schedule(epochs=6, batch=8, warm_up=5, check_every=2)

    def trained(unfinished, stop_after=None):
        def say(_):
            nonlocal checks
            checks += 1
            if checks == stop_after:
                raise KeyboardInterrupt

        checks = 0
        model = build_potential({"kind": "SchNet", "n_features": 8, "n_layers": 1, "cutoff": 3.0}, seed=0)
        fit(model, harmonic(32), harmonic(16, 1), schedule, seed=0, unfinished=unfinished, say=say)
        return torch.cat([p.flatten() for p in model.parameters()])

    whole, file = trained(None), tmp_path / "x.unfinished"
    with pytest.raises(KeyboardInterrupt):
        trained(file, stop_after=2)
    assert file.is_file()
    torch.testing.assert_close(trained(file), whole, rtol=0, atol=0)
    assert not file.exists()


def test_frames_keep_their_charge(tmp_path):
    ion = Frame(np.array([8, 1]), np.array([[0.0, 0, 0], [0.97, 0, 0]]), -1.0, np.zeros((2, 3)), "hydroxide/train", -1)
    save_frames(FrameSet((ion,), {"name": "ion"}), tmp_path / "ion.safetensors")
    (again,) = load_frames(tmp_path / "ion.safetensors").frames
    assert again.charge == -1
    assert (again.structure.charge, again.structure.multiplicity, again.structure.name) == (-1, 1, "hydroxide")
    assert FrameSet((ion,)).sha256 != FrameSet((ion._replace(charge=0),)).sha256


def test_gold_frames_know_one_charge_of_a_composition_and_are_made_once(tmp_path, monkeypatch):
    from bondgenome_core.electrons.shipped import SNAPSHOTS
    from bondgenome_core.potentials import gold_frames as gold

    snapshots, calls = tmp_path / "snapshots", []
    for run in ("au2_sh3_anion/300K-train-s301", "au2_sh3_anion/300K-test-s401"):
        for file in sorted((SNAPSHOTS / run).glob("*.safetensors"))[:2]:
            (snapshots / run).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, snapshots / run)
    real = gold.labelled
    monkeypatch.setattr(gold, "labelled", lambda *a: (calls.append(a), real(*a))[1])
    first = gold.gold_frames(tmp_path / "gold.safetensors", snapshots=snapshots, say=lambda _: None)
    assert len(first) == len(calls) > 2
    assert {f.charge for f in first.frames} == {-1}
    assert {f.group for f in first.frames} <= {"au2_sh3_anion/train", "au2_sh3_anion/validation", "au2_sh3_anion/test"}
    again = gold.gold_frames(tmp_path / "gold.safetensors", snapshots=snapshots, say=lambda _: None)
    assert len(calls) == len(first)
    assert [f.group for f in again.frames] == [f.group for f in first.frames]


def test_the_rarer_charge_of_a_composition_is_left_out():
    from bondgenome_core.potentials.gold_frames import one_charge

    atoms = Structure([8, 1], np.array([[0.0, 0, 0], [0.97, 0, 0]]), charge=-1, name="hydroxide")
    radical = atoms.with_(charge=0, multiplicity=2)
    other = Structure([2], np.zeros((1, 3)), name="helium")
    assert list(one_charge({"a": atoms, "b": radical, "c": atoms, "d": other})) == ["a", "c", "d"]
