"""What is shipped beside a model says the same as what it was made of."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.errors import ArtefactError
from bondgenome_core.genome.baselines import fit_length_means, fit_pca
from bondgenome_core.genome.evaluate import evaluate, shipped_test_slices
from bondgenome_core.genome.model import WEIGHTS
from bondgenome_core.genome.piece import expanded, fold_file, load_piece, record_of, seed_file, shortened
from bondgenome_core.genome.release import Release, release_model, sole, task_named, tasks, train_piece
from bondgenome_core.genome.splits import heldout_frame_rows, leave_species_out, training_rows, validation_split
from bondgenome_core.genome.targets import gauge_targets
from bondgenome_core.genome.train import TrainingSettings
from bondgenome_core.slices.packed import pack, unpack

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def release():
    settings = TrainingSettings(epochs=3, batch=16, straight_epochs=1)
    return Release("A test.", (SHIPPED / "au4_sh4.safetensors",), 3, settings, min_instances=20, n_seeds=2)


def test_packed_slices_are_the_same_slices_in_a_third_of_the_bytes(slices):
    from safetensors.numpy import load

    content = pack(slices)
    again = unpack(load(content))
    assert (again.images == slices.images).all()
    assert (again.masks == slices.masks).all()
    assert again.table.to_csv() == slices.table.to_csv()
    assert again.info == slices.info
    assert len(content) < slices.images.nbytes / 3


def test_damaged_slices_are_refused(slices):
    from safetensors.numpy import load

    tensors = load(pack(slices))
    for damage in ({"images": tensors["images"][:-40]}, {"table": np.zeros(9, dtype=np.uint8)}):
        with pytest.raises(ArtefactError, match="cannot be read"):
            unpack(tensors | damage)
    with pytest.raises(ArtefactError, match="cannot be read"):
        unpack({})


def test_shipped_test_slices_are_the_test_trajectories(model, slices):
    shipped = shipped_test_slices(model)
    assert (shipped.images == slices.images[heldout_frame_rows(slices.table)]).all()
    assert set(shipped.table["role"]) == {"test"}


def test_stored_baselines_say_what_fresh_ones_say(model, slices):
    train, test = (slices.subset(rows) for rows in leave_species_out(slices.table, "Au4S4"))
    piece = load_piece(model.folder, fold_file("Au4S4"), model.card)
    assert np.abs(piece.pca.reconstruct(test) - fit_pca(train).reconstruct(test)).max() < 1e-5
    assert np.abs(piece.length_means.reconstruct(test) - fit_length_means(train).reconstruct(test)).max() < 1e-5


def test_a_fold_saw_no_image_of_its_species(model, slices, release):
    for task in tasks(slices, release):
        if "without-" in task.file:
            species = task.file.removeprefix("pieces/without-").removesuffix(".safetensors")
            assert species not in set(slices.table["species"].iloc[task.train])
            assert load_piece(model.folder, task.file, model.card).code.training_genomes.shape == (len(task.train), 8)


def test_seeds_are_watched_on_different_whole_trajectories_that_they_do_not_see(slices):
    table = slices.table.assign(trajectory=[f"t{k % 7}" for k in range(len(slices))])
    watched = []
    for seed in range(4):
        train, held = validation_split(table, seed)
        names = table["trajectory"].to_numpy()
        assert not set(names[held]) & set(names[np.intersect1d(train, np.nonzero((table["role"] == "train").to_numpy())[0])])
        assert (table["role"].to_numpy()[held] == "train").all()
        assert set(train) | set(held) == set(training_rows(table))
        watched.append(frozenset(names[held]))
    assert len(set(watched)) > 1


def test_the_only_training_trajectory_is_trained_on(slices):
    table = slices.table.assign(trajectory="t")
    train, held = validation_split(table, 0)
    assert (len(train), len(held)) == (len(training_rows(table)), 0)


def test_finished_pieces_are_not_trained_again_and_other_settings_train_anew(model, slices, indices, release, monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.release.train_autoencoder", lambda *_, **__: pytest.fail("trained again"))
    release_model(slices, indices, model.folder, release, say=lambda _: None)
    other = Release("A test.", release.files, 3, TrainingSettings(epochs=4, batch=16), min_instances=20, n_seeds=2)
    with pytest.raises(pytest.fail.Exception):
        release_model(slices, indices, model.folder, other, say=lambda _: None)


def test_a_piece_another_process_trains_is_left_to_it_and_the_card_too(model, slices, indices, release, tmp_path, monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.index_model.FEWEST_STEPS", 50)
    held = "pieces/seed-4.safetensors"
    with sole(tmp_path / held) as mine:
        assert mine
        said = []
        assert release_model(slices, indices, tmp_path, release, say=said.append) == {}
    assert held in said[-1]
    assert not (tmp_path / held).exists()
    assert not (tmp_path / "card.json").exists()
    assert (tmp_path / WEIGHTS).is_file()
    assert release_model(slices, indices, tmp_path, release, say=said.append)["n_species"] > 0
    assert not list(tmp_path.rglob("*.unfinished"))


def test_codes_that_never_saw_a_species_are_trained_half_as_long(slices, release):
    epochs = {task.file: task.settings.epochs for task in tasks(slices, release)}
    assert epochs[fold_file("Au2S3")] == round(release.settings.epochs / 2) < epochs[WEIGHTS] == release.settings.epochs


def test_a_piece_trained_again_makes_the_same_images(model, slices, indices, release, tmp_path, monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.index_model.FEWEST_STEPS", 50)
    for task in (task_named(slices, release, fold="Au2S3"), task_named(slices, release, seed=4)):
        train_piece(task, slices, indices, tmp_path, release, say=lambda _: None)
        again, stored = (record_of(folder / task.file) for folder in (tmp_path, model.folder))
        assert again["fingerprint"] == stored["fingerprint"]
        pair = [r["figures"]["rmse_training"] for r in (again, stored)]
        assert pair[0] == pytest.approx(pair[1], rel=1e-3)


def assert_equal_figures(found, stated):
    """Equal but for the last digits, which depend on how many threads a product is shared by."""
    assert type(found) is type(stated)
    if isinstance(stated, dict):
        assert found.keys() == stated.keys()
        for key, value in stated.items():
            assert_equal_figures(found[key], value)
    elif isinstance(stated, list):
        assert len(found) == len(stated)
        for a, b in zip(found, stated, strict=True):
            assert_equal_figures(a, b)
    elif isinstance(stated, float):
        assert found == pytest.approx(stated, rel=1e-3, abs=2e-5)
    else:
        assert found == stated


def test_the_cards_figures_follow_from_what_is_shipped(model):
    figures = evaluate(model)
    assert_equal_figures(json.loads(json.dumps(figures)), model.card["figures"])
    assert figures["species"] == ["Au2S3", "Au4S4"] or figures["species"] == ["Au4S4", "Au2S3"]
    assert set(figures["rmse_by_species"]) == set(figures["pca8_rmse_by_species"]) == set(figures["species"])
    assert len(figures["gene_reproducibility"]) == 8
    assert set(figures["r2"]) == set(figures["r2_species"]) == set(figures["r2_lengthkind_only"])


def test_other_test_images_have_another_error(model):
    test = shipped_test_slices(model)
    moved = type(test)(np.roll(test.images, 5, axis=1), test.masks, test.table, test.info)
    assert evaluate(model, test=moved)["rmse_heldout_frames"] != model.card["figures"]["rmse_heldout_frames"]


def test_a_changed_piece_is_not_evaluated(model, tmp_path):
    import shutil

    from bondgenome_core.genome.model import GenomeModel

    shutil.copytree(model.folder, tmp_path / "m")
    path = tmp_path / "m" / seed_file(4)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtefactError, match="does not match the hash"):
        evaluate(GenomeModel(tmp_path / "m"))


def test_indices_are_joined_to_the_gauge_plane_of_their_own_bond(slices, indices):
    rows, found = gauge_targets(slices.table, indices.iloc[::2])
    assert np.allclose(slices.table["azimuth_deg"].to_numpy()[rows], 0)
    assert np.allclose(slices.table["length"].to_numpy()[rows], found["length"])
    assert 0 < len(rows) < (slices.table["azimuth_deg"] == 0).sum()


def test_weights_kept_with_8_bits_are_those_of_the_network_to_half_a_step():
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(128, 256)).astype(np.float32)
    weights = {"encoder.1.weight": matrix, "encoder.1.bias": np.ones(128, np.float32)}
    kept = shortened(weights | {"index_mean": np.array([2.123456789])})
    again = expanded(kept)
    assert kept["encoder.1.weight"].dtype == np.int8
    step = np.abs(weights["encoder.1.weight"]).max(1) / 127
    assert (np.abs(again["encoder.1.weight"] - weights["encoder.1.weight"]).max(1) < 0.52 * step + 1e-3).all()
    assert (again["encoder.1.bias"] == 1).all()
    assert again["index_mean"][0] == 2.123456789
    assert set(again) == {"encoder.1.weight", "encoder.1.bias", "index_mean"}
