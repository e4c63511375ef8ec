"""The error counts the pixels it says it counts; baselines see only the training images."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.genome.baselines import fit_length_means, fit_pca
from bondgenome_core.genome.evaluate import rmse
from bondgenome_core.genome.splits import counted_species, heldout_frame_rows, leave_species_out, training_rows
from bondgenome_core.slices.slice_set import disc

pytestmark = pytest.mark.unit


def test_an_error_inside_a_core_does_not_count(slices):
    wrong = slices.elf() + np.where(slices.masks, 0.5, 0).astype(np.float32)
    assert rmse(wrong, slices) == pytest.approx(0, abs=1e-6)
    assert rmse(wrong, slices, full_window=True) == pytest.approx(0, abs=1e-6)


def test_an_error_at_the_rim_counts_only_in_the_full_window(slices):
    wrong = slices.elf() + np.where(disc(), 0, 0.5).astype(np.float32)
    assert rmse(wrong, slices) == pytest.approx(0, abs=1e-6)
    assert rmse(wrong, slices, full_window=True) > 0.1


def test_a_constant_shift_is_its_own_error(slices):
    assert rmse(slices.elf() + 0.03, slices) == pytest.approx(0.03, rel=1e-4)


def test_bond_length_alone_explains_images_made_from_length(slices):
    train, test = slices.subset(training_rows(slices.table)), slices.subset(heldout_frame_rows(slices.table))
    overall = np.broadcast_to(train.elf().mean(0), test.images.shape)
    assert rmse(fit_length_means(train).reconstruct(test), test) < rmse(overall, test)


def test_pca_ignores_what_lies_under_masks(slices):
    train, test = slices.subset(training_rows(slices.table)), slices.subset(heldout_frame_rows(slices.table))
    spoiled = slices.images.copy()
    spoiled[slices.masks] = 255
    other = type(slices)(spoiled, slices.masks, slices.table, slices.info)
    a = fit_pca(train).reconstruct(test)
    b = fit_pca(other.subset(training_rows(slices.table))).reconstruct(other.subset(heldout_frame_rows(slices.table)))
    assert rmse(a, test) == pytest.approx(rmse(b, test), abs=1e-4)


def test_no_image_of_a_left_out_species_is_trained_on(slices):
    for species in counted_species(slices.table, min_instances=20):
        train, test = leave_species_out(slices.table, species)
        assert (slices.table["species"].to_numpy()[train] != species).all()
        assert (slices.table["species"].to_numpy()[test] == species).all()
        assert not set(train) & set(test)


def test_test_trajectories_are_never_trained_on(slices):
    roles = slices.table["role"].to_numpy()
    assert (roles[training_rows(slices.table)] != "test").all()
    assert (roles[heldout_frame_rows(slices.table)] == "test").all()


def test_a_species_with_too_few_bonds_does_not_count(slices):
    assert counted_species(slices.table) == []
