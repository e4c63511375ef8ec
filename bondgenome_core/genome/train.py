"""Train an autoencoder: weighted squared error, random admissible frames, one-cycle learning rate."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..device import default_device
from ..slices.slice_set import SliceSet
from .components import frame_layers, start_from_components
from .images import CORE_WEIGHT, RIM_WEIGHT, flips_of_frame, frame_choices, loss_weights, network_input
from .index_loss import index_head, index_loss, index_targets, turned
from .network import DENSE, Architecture, build

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor, nn

Batch = Callable[[np.ndarray], tuple["Tensor", "Tensor", "Tensor"]]
"""Rows -> (images, weights of their pixels, what ``index_targets`` gives), in the frames drawn for this epoch."""

FRAME_RATE = 0.1
"""Learning rate of the outermost layers of a dense network, as a share of the others'."""


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how fast, and what the loss weighs; written on the card.

    mirror_right_angle: the plane at 90 degrees of the mirror-image molecule is a valid image too.
    straight_epochs: at first the residual layers stand still, so that the code settles on the best linear one before it bends.
    nested: genes are dropped from the end at random, so that the first ones carry most.  noise: standard deviation
    added to the genes, as a share of each gene's own.  rim_weight, core_weight: of pixels beyond 2.4 Angstrom and
    of masked ones, against 1 near the bond.  index_weight: of the squared error of the indices, in standard deviations,
    that are read from the genes, against that of the image; see ``index_loss``.  largest_gradient: longer ones are cut to this
    length, twice the usual one: without it, a step now and then threw a whole training off.
    """

    epochs: int = 40
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    mirror_right_angle: bool = True
    straight_epochs: int = 2
    nested: bool = False
    noise: float = 0.0
    rim_weight: float = RIM_WEIGHT
    core_weight: float = CORE_WEIGHT
    index_weight: float = 0.01
    largest_gradient: float = 0.05

    def as_card(self) -> dict[str, Any]:
        return asdict(self)


class Autoencoder(NamedTuple):
    """Trained networks (evaluation mode), the loss after each epoch, and their layers."""

    encoder: nn.Sequential
    decoder: nn.Sequential
    losses: list[float]
    architecture: Architecture


def train_autoencoder(
    slices: SliceSet, indices: pd.DataFrame | None = None, *, seed: int, settings: TrainingSettings | None = None,
    architecture: Architecture = DENSE, say: Callable[[str], None] | None = None,
) -> Autoencoder:  # fmt: skip
    """Fit encoder and decoder to all images of a set; every random step follows from the seed.

    indices: table of ``build_indices``; bonds it lacks count by their images alone.
    """
    import torch

    settings = settings or TrainingSettings()
    device = default_device()
    inputs = network_input(slices.elf(), slices.masks).to(device)
    hidden = torch.from_numpy(slices.masks[:, None]).to(device)
    weights = loss_weights(hidden, rim=settings.rim_weight, core=settings.core_weight)
    targets = torch.from_numpy(index_targets(slices.table, indices)).to(device)

    def draw(generator: np.random.Generator) -> Batch:
        rows, columns = random_frames(slices, generator, mirror_right_angle=settings.mirror_right_angle)

        return lambda pick: (
            reverse(inputs[pick], rows[pick], columns[pick]), reverse(weights[pick], rows[pick], columns[pick]),
            turned(targets[pick], columns[pick]),
        )  # fmt: skip

    return fit(architecture, inputs, weights, draw, seed=seed, settings=settings, say=say)


def fit(architecture: Architecture, inputs: Tensor, weights: Tensor, draw: Callable[[np.random.Generator], Batch], *,
        seed: int, settings: TrainingSettings, say: Callable[[str], None] | None = None) -> Autoencoder:  # fmt: skip
    """The training loop.  inputs, weights: (n, channels, height, width); draw: the frames of one epoch."""
    import torch

    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    # channels-last memory doubles the speed of the convolutions on a CPU
    encoder, decoder = (build(layers).to(inputs.device).to(memory_format=torch.channels_last) for layers in architecture)  # type: ignore[call-overload]
    start_from_components(encoder, decoder, inputs, weights, seed=seed)
    reader = index_head(encoder[-1].out_features).to(inputs.device)
    steps = max(1, len(inputs) // settings.batch)
    groups = _rates(encoder, decoder, reader, settings.learning_rate)
    optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [group["lr"] for group in groups], total_steps=settings.epochs * steps + 1, pct_start=0.15
    )
    losses = []
    parameters = [p for group in groups for p in group["params"]]
    for epoch in range(settings.epochs):
        began, total = time.perf_counter(), 0.0
        _bend(encoder, decoder, epoch >= settings.straight_epochs)
        order, batch = generator.permutation(len(inputs)), draw(generator)
        for step in range(steps):
            x, w, t = batch(order[step * settings.batch : (step + 1) * settings.batch])
            genes = encoder(x)
            image_loss = (w * (decoder(_disturb(genes, settings)) - x) ** 2).sum() / w.sum()
            loss = image_loss + settings.index_weight * index_loss(reader(genes), t)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, settings.largest_gradient)
            optimiser.step()
            schedule.step()
            total += float(image_loss.detach())
        losses.append(total / steps)
        if say:
            seconds = time.perf_counter() - began
            say(f"epoch {epoch + 1}/{settings.epochs}: weighted RMSE {losses[-1] ** 0.5:.4f}, {seconds:.1f} s")
    finished = [n.eval().cpu().to(memory_format=torch.contiguous_format).requires_grad_(False) for n in (encoder, decoder)]
    return Autoencoder(finished[0], finished[1], losses, architecture)


def _rates(encoder: nn.Sequential, decoder: nn.Sequential, reader: nn.Sequential, rate: float) -> list[dict[str, Any]]:
    """Parameter groups: the frame of principal components turns slowly, every one of its steps moves thousands of pixels."""
    frame = {id(p) for layer in frame_layers(encoder, decoder) for p in layer.parameters()}
    every = [*encoder.parameters(), *decoder.parameters(), *reader.parameters()]
    groups = [
        {"params": [p for p in every if id(p) not in frame], "lr": rate},
        {"params": [p for p in every if id(p) in frame], "lr": FRAME_RATE * rate},
    ]
    return [g for g in groups if g["params"]]


def _bend(encoder: nn.Sequential, decoder: nn.Sequential, bends: bool) -> None:
    """Let the residual layers learn, or hold them."""
    for layer in (*encoder, *decoder):
        if hasattr(layer, "outer"):
            layer.requires_grad_(bends)


def _disturb(genes: Tensor, settings: TrainingSettings) -> Tensor:
    import torch

    if settings.noise:
        genes = genes + settings.noise * genes.std(0, unbiased=False).detach() * torch.randn_like(genes)
    if settings.nested:
        n = genes.shape[1]
        kept = torch.randint(1, n + 1, (len(genes), 1), device=genes.device)
        genes = genes * (torch.arange(n, device=genes.device) < kept)
    return genes


def random_frames(slices: SliceSet, generator: np.random.Generator, *, mirror_right_angle: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which images to reverse along rows and columns this epoch, (n,) bool each."""
    may_x, may_z = frame_choices(slices)
    coins = generator.random((3, len(slices))) < 0.5
    azimuth = slices.table["azimuth_deg"].to_numpy()
    rows, columns = flips_of_frame(azimuth, may_x & coins[0], may_z & coins[1])
    if mirror_right_angle:
        rows = rows ^ (np.isclose(azimuth % 180, 90) & coins[2])
    return rows, columns


def reverse(images: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    """Images (n, channels, height, width), some of them reversed along rows and columns."""
    import torch

    r, c = (torch.from_numpy(f).to(images.device)[:, None, None, None] for f in (rows, columns))
    images = torch.where(r, images.flip(2), images)
    return torch.where(c, images.flip(3), images)
