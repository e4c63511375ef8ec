"""What a model accepts, refuses and says."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from bondgenome_core.errors import ArtefactError, GenomeError
from bondgenome_core.genome.card import aims, card_prose, limits
from bondgenome_core.genome.code import check_genome
from bondgenome_core.genome.images import flips_of_frame
from bondgenome_core.genome.model import GenomeModel, find_model, model_for
from bondgenome_core.genome.network import DENSE, Architecture, build
from bondgenome_core.genome.train import TrainingSettings, train_autoencoder
from tests.genome.layers import CONVOLUTIONAL

pytestmark = pytest.mark.unit


def test_an_architecture_survives_its_card():
    for architecture in (CONVOLUTIONAL, DENSE.bounded()):
        card = json.loads(json.dumps({"architecture": architecture.as_card()}))
        assert Architecture.from_card(card) == architecture
    with pytest.raises(ArtefactError, match="layers"):
        Architecture.from_card({})


def test_a_dense_autoencoder_learns_faster_from_principal_components_than_from_random_layers(slices, monkeypatch):
    settings = TrainingSettings(epochs=4, batch=16)
    dense = train_autoencoder(slices, seed=3, settings=settings, architecture=DENSE)
    monkeypatch.setattr("bondgenome_core.genome.train.start_from_components", lambda *_, **__: None)
    random = train_autoencoder(slices, seed=3, settings=settings, architecture=DENSE)
    assert dense.losses[-1] < dense.losses[0] < random.losses[0]
    assert dense.losses[-1] < 0.5 * random.losses[-1]


def test_a_code_that_never_bends_is_linear_and_one_that_bends_is_not(slices):
    def bends(straight_epochs):
        settings = TrainingSettings(epochs=3, batch=16, straight_epochs=straight_epochs)
        decoder = train_autoencoder(slices, seed=3, settings=settings, architecture=DENSE).decoder
        a, b = (decoder(torch.from_numpy(x)) for x in np.random.default_rng(0).normal(size=(2, 5, 8)).astype(np.float32))
        middle = decoder(torch.from_numpy(0.5 * np.random.default_rng(0).normal(size=(2, 5, 8)).sum(0).astype(np.float32)))
        return float((middle - 0.5 * (a + b)).abs().max())

    assert bends(3) < 1e-5 < 1e-4 < bends(0)


def test_decoded_elf_of_a_bounded_network_stays_between_0_and_1():
    decoder = build(DENSE.bounded().decoder)
    with torch.no_grad():
        image = decoder(100 * torch.randn(4, 8))
    assert (float(image.min()), float(image.max())) == (0.0, 1.0)


def test_the_same_seed_trains_the_same_network(slices, trained):
    again = train_autoencoder(slices, seed=3, settings=TrainingSettings(epochs=4, batch=16))
    other = train_autoencoder(slices, seed=4, settings=TrainingSettings(epochs=4, batch=16))
    assert again.losses == pytest.approx(trained.losses, rel=1e-4)
    assert other.losses != pytest.approx(trained.losses, rel=1e-4)


def test_training_lowers_the_error(trained):
    assert trained.losses[-1] < 0.5 * trained.losses[0]


@pytest.mark.parametrize(
    ("values", "words"),
    [([0.0] * 7, "7 were given"), ([0.0] * 9, "9 were given"), ([np.nan] + [0.0] * 7, "NaN"), (["x"] * 8, "not a number")],
)
def test_a_malformed_genome_is_refused_in_one_sentence(values, words):
    with pytest.raises(GenomeError, match=words) as caught:
        check_genome(values)
    assert "\n" not in str(caught.value)


def test_another_core_treatment_is_refused(model):
    assert model.refusal("S-Au", "gth-pbe", "test level") is None
    assert "not comparable" in model.refusal("S-Au", "def2-ecp", "test level")
    assert "not on C-C" in model.refusal("C-C", "gth-pbe", "test level")
    assert "level" in model.refusal("S-Au", "gth-pbe", "another level")


def test_where_no_model_fits_the_missing_one_is_named(model):
    with pytest.raises(GenomeError, match="C-C"):
        model_for("C-C", "gth-pbe", "test level", root=model.folder.parent)
    assert model_for("S-Au", "gth-pbe", "test level", root=model.folder.parent).name == model.name
    with pytest.raises(ArtefactError, match="no model called"):
        find_model("nothing", root=model.folder.parent)


def test_changed_weights_are_not_loaded(model, tmp_path):
    import shutil

    copy = tmp_path / model.name
    shutil.copytree(model.folder, copy)
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    with pytest.raises(ArtefactError, match="hash"):
        GenomeModel(copy).decode(np.zeros((1, 8)))


def test_a_training_genome_is_inside_the_domain_and_a_far_one_outside(model):
    middle = np.median(model.training_genomes, axis=0)
    nearest = model.training_genomes[np.argmin(np.linalg.norm(model.training_genomes - middle, axis=1))]
    assert model.badge(nearest).distance_percentile < 95
    assert model.badge(nearest + 30).verdict == "outside"


def test_decoded_images_are_elf_values(model):
    images = model.decode(model.training_genomes[:5])
    assert images.shape == (5, 64, 64)
    assert images.min() >= 0
    assert images.max() <= 1


def test_reversing_both_axes_of_a_frame_keeps_y():
    x, z = np.array([True, True, False]), np.array([True, False, True])
    rows, columns = flips_of_frame(np.array([90.0, 90.0, 90.0]), x, z)
    assert rows.tolist() == [False, True, True]
    assert columns.tolist() == [True, False, True]
    rows, _ = flips_of_frame(np.zeros(3), x, z)
    assert rows.tolist() == [True, True, False]


def test_the_card_says_what_was_counted_and_whether_the_aim_was_reached(model):
    prose = (model.folder / "card.md").read_text()
    assert "PCA-8" in prose
    assert "species left out" in prose
    for what, value, aim, reached in aims(model.card["figures"], model.kinds):
        assert f"| {what} | {value} | {aim} | {'reached' if reached else '**missed**'} |" in prose
    assert aims(model.card["figures"], ("C-C",)) == []
    assert not {a[0]: a[3] for a in aims(model.card["figures"], model.kinds)}["species"]
    assert set(model.card["figures"]["rmse_by_species"]) == {"Au2S3", "Au4S4"}


def test_a_missed_aim_says_what_limits_it_and_a_reached_one_does_not(model):
    figures = model.card["figures"]
    missed = figures | {"subspace_reproducibility": 0.5, "gene_reproducibility": [0.5] * 8}
    reached = figures | {"subspace_reproducibility": 1.0, "gene_reproducibility": [1.0] * 8}
    (said,) = [words for words in limits(missed, model.kinds) if "seeds" in words]
    assert said not in limits(reached, model.kinds)
    assert said in card_prose(model.name, model.card, missed)


def test_the_badge_stands_between_its_two_measures_and_bars_alone_do_not_decide(model):
    """Its percentile is that of sqrt(distance x re-encoding error) among training genomes."""
    found = model.badge(model.training_genomes[7] * 1.3)
    joint = np.sqrt(found.distance * found.reencoding_error)
    expected = np.interp(joint, model.code.domain.joint_percentiles, np.arange(101))
    assert found.percentile == pytest.approx(expected)
    assert model.code.badge_percentiles(model.training_genomes[7:8] * 1.3)[0] == pytest.approx(expected, abs=1e-3)


def test_both_measures_of_the_badge_are_in_elf_and_as_defined(model):
    """Against a plain loop over the definitions; a genome moved along its steepest gene moves further than along its flattest."""
    code, domain = model.code, model.code.domain
    genome = model.training_genomes[7] * 1.3
    away = np.sort(np.linalg.norm((model.training_genomes - genome) * domain.slopes, axis=1))
    found = model.badge(genome)
    assert found.distance == pytest.approx(away[:5].mean(), rel=1e-5)
    near = np.argsort(np.linalg.norm((domain.references - genome) * domain.slopes, axis=1))[:64]
    own = code.reencoding_errors(genome[None])[0]
    assert found.reencoding_error == pytest.approx((own + domain.errors[near].mean()) / 2, rel=1e-4)
    steps = 5 * np.eye(8, dtype=np.float32)
    further = [model.badge(genome + s).distance for s in steps[[domain.slopes.argmax(), domain.slopes.argmin()]]]
    assert further[0] > further[1]


def test_a_few_thousand_references_give_the_percentiles_of_all(model, monkeypatch):
    from bondgenome_core.genome import code

    whole = model.code.domain.joint_percentiles
    monkeypatch.setattr(code, "REFERENCES", len(model.training_genomes) // 2)
    half = code.Code(model.code.architecture, model.code.tensors).domain.joint_percentiles
    assert not np.array_equal(half, whole)
    assert half[95] == pytest.approx(whole[95], rel=0.5)
