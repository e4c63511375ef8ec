"""Canonical latents: whitened, ordered, signed, and folded in without changing what is decoded."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from bondgenome_core.genome.canonical import canonicalise, fold_affine, mean_jacobian_metric
from bondgenome_core.genome.images import network_input

pytestmark = pytest.mark.law


@pytest.fixture(scope="module")
def folded(slices, trained):
    encoder, decoder = copy.deepcopy(trained.encoder), copy.deepcopy(trained.decoder)
    inputs = network_input(slices.elf(), slices.masks)
    result = canonicalise(encoder, decoder, inputs, slices.counting(), slices.table["length"].to_numpy())
    return encoder, decoder, inputs, result


def test_the_reconstruction_is_unchanged_by_canonicalisation(folded, trained):
    encoder, decoder, inputs, _ = folded
    before, after = trained.decoder(trained.encoder(inputs)), decoder(encoder(inputs))
    assert torch.allclose(before, after, atol=2e-3)


def test_canonical_latents_are_white(folded):
    encoder, _, inputs, _ = folded
    z = encoder(inputs).double().numpy()
    # float32 weights that blow the weakest direction up to unit variance carry its mean to a few hundredths
    assert np.allclose(z.mean(0), 0, atol=5e-2)
    assert np.allclose(np.cov(z.T), np.eye(8), atol=2e-2)


def test_the_metric_is_diagonal_with_falling_eigenvalues(slices, folded):
    encoder, decoder, inputs, result = folded
    metric = mean_jacobian_metric(decoder, encoder(inputs), slices.counting())
    assert np.allclose(np.diag(metric), result.eigenvalues, rtol=0.02, atol=1e-4)
    assert np.abs(metric - np.diag(np.diag(metric))).max() < 0.02 * result.eigenvalues[0]
    assert (np.diff(result.eigenvalues) <= 1e-9).all()


def test_signs_follow_bond_length_or_else_brightness(slices, folded):
    encoder, _, inputs, _ = folded
    z, lengths = encoder(inputs).numpy(), slices.table["length"].to_numpy()
    for gene in z.T:
        r = np.corrcoef(gene, lengths)[0, 1]
        assert r > -0.1


def test_two_rotated_copies_of_a_model_get_the_same_genes(slices, trained):
    inputs = network_input(slices.elf(), slices.masks)
    lengths = slices.table["length"].to_numpy()
    genomes = []
    for seed in (0, 1):
        encoder, decoder = copy.deepcopy(trained.encoder), copy.deepcopy(trained.decoder)
        mix = np.linalg.qr(np.random.default_rng(seed).normal(size=(8, 8)))[0]
        fold_affine(encoder, decoder, mix, np.zeros(8))
        canonicalise(encoder, decoder, inputs, slices.counting(), lengths)
        genomes.append(encoder(inputs).numpy())
    # the last directions of a barely trained network are near-degenerate: the leading ones must agree
    assert np.allclose(genomes[0][:, :2], genomes[1][:, :2], atol=0.05)


def test_without_canonicalisation_rotated_copies_differ(slices, trained):
    inputs = network_input(slices.elf(), slices.masks)
    encoder, decoder = copy.deepcopy(trained.encoder), copy.deepcopy(trained.decoder)
    mix = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
    fold_affine(encoder, decoder, mix, np.zeros(8))
    assert not np.allclose(encoder(inputs).numpy(), trained.encoder(inputs).numpy(), atol=0.05)
