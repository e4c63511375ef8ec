"""Genomes are those whose images are nearest."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.genome import nearest
from bondgenome_core.genome.images import loss_weights
from bondgenome_core.genome.nearest import nearest_codes
from bondgenome_core.genome.network import DENSE, build
from tests.genome.layers import CONVOLUTIONAL

pytestmark = pytest.mark.law


@pytest.fixture(scope="module", params=[CONVOLUTIONAL, DENSE.bounded()], ids=["convolutional", "dense"])
def decoder(request):
    """Random weights: the law must not hang on training."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(1)
        found = build(request.param.decoder)
        for layer in found:
            if hasattr(layer, "outer"):
                torch.nn.init.normal_(layer.outer.weight, std=0.02)
        if request.param != CONVOLUTIONAL:
            found[-3].bias.data += 0.5  # within 0 and 1, where the limits have no say
    return found.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def world(decoder):
    """(true codes, codes a little off, their images with a core of nothing, masks)."""
    import torch

    generator = torch.Generator().manual_seed(2)
    codes = 0.5 * torch.randn(70, 8, generator=generator)
    off = codes + 0.1 * torch.randn(70, 8, generator=generator)
    masks = torch.zeros(70, 1, 64, 64, dtype=torch.bool)
    masks[..., 10:20, 10:20] = True
    return codes, off, torch.where(masks, 0.0, decoder(codes)), masks


def errors(decoder, codes, images, masks):
    weights = loss_weights(masks, rim=nearest.RIM_WEIGHT, core=0.0)
    return (weights * (decoder(codes) - images) ** 2).sum((1, 2, 3))


def test_the_code_of_an_image_that_the_decoder_makes_comes_nearer(decoder, world):
    _, off, images, masks = world
    found = nearest_codes(decoder, off, images, masks)
    assert errors(decoder, found, images, masks).sum() < 0.5 * errors(decoder, off, images, masks).sum()


def test_a_step_in_the_wrong_direction_is_not_taken(decoder, world):
    """Negative control: with a damping below zero steps lead away, and every code stays or gets better all the same."""
    _, off, images, masks = world
    found = nearest_codes(decoder, off, images, masks, damping=-3.0)
    stayed = (found == off).all(1)
    assert stayed.any()
    assert (errors(decoder, found, images, masks) <= 1.05 * errors(decoder, off, images, masks)).all()


def test_what_stands_in_cores_does_not_matter(decoder, world):
    _, off, images, masks = world
    other = images + masks * 0.7
    assert np.allclose(nearest_codes(decoder, off, images, masks), nearest_codes(decoder, off, other, masks))
    assert not np.allclose(nearest_codes(decoder, off, images, masks), nearest_codes(decoder, off, other, ~masks))


def test_no_image_has_no_code(decoder, world):
    _, off, images, masks = world
    assert nearest_codes(decoder, off[:0], images[:0], masks[:0]).shape == (0, 8)
