"""Genomes are those whose images are nearest."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.errors import GenomeError
from bondgenome_core.genome import nearest
from bondgenome_core.genome.images import loss_weights
from bondgenome_core.genome.nearest import folded, nearest_codes
from bondgenome_core.genome.network import DENSE, build
from tests.genome.layers import CONVOLUTIONAL

pytestmark = pytest.mark.law


@pytest.fixture(scope="module")
def decoder():
    """Random weights: the law must not hang on training."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(1)
        found = build(DENSE.bounded().decoder)
        for layer in found:
            if hasattr(layer, "outer"):
                torch.nn.init.normal_(layer.outer.weight, std=0.02)
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


def test_maps_multiplied_out_are_the_decoder_and_its_slopes(decoder, world):
    import torch
    from torch.func import jacfwd, vmap

    codes = world[0][:5]
    seen = torch.arange(0, 64 * 64, 3)

    def pixels(code):
        return decoder(code[None]).flatten()[seen]

    image, slopes = folded(decoder, seen).with_slopes(codes)
    assert torch.allclose(image.clamp(0, 1), decoder(codes).flatten(1)[:, seen], atol=1e-5)
    assert torch.allclose(folded(decoder, seen).image(codes), image, atol=1e-6)
    within = ((image > 0) & (image < 1))[..., None]  # beyond the limits of ELF the decoder has no slope
    assert torch.allclose(slopes.transpose(1, 2) * within, vmap(jacfwd(pixels))(codes), atol=1e-5)


def test_a_decoder_of_other_layers_is_refused(world):
    _, off, images, masks = world
    with pytest.raises(GenomeError, match="linear and residual"):
        nearest_codes(build(CONVOLUTIONAL.decoder), off, images, masks)
