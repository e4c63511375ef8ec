"""Train the autoencoder: weighted squared error, random admissible frames, one-cycle learning rate."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..device import default_device
from ..slices.slice_set import SliceSet
from .images import flips_of_frame, frame_choices, loss_weights, network_input
from .network import DECODER, ENCODER, build

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how fast; written on the card.

    mirror_right_angle: the plane at 90 degrees of the mirror-image molecule is a valid image too.
    """

    epochs: int = 40
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    mirror_right_angle: bool = True

    def as_card(self) -> dict[str, Any]:
        return asdict(self)


class Autoencoder(NamedTuple):
    """Trained networks (evaluation mode) and the loss after each epoch."""

    encoder: nn.Sequential
    decoder: nn.Sequential
    losses: list[float]


def train_autoencoder(slices: SliceSet, *, seed: int, settings: TrainingSettings | None = None,
                      say: Callable[[str], None] | None = None) -> Autoencoder:  # fmt: skip
    """Fit encoder and decoder to all images of a set; every random step follows from the seed."""
    import torch

    settings = settings or TrainingSettings()
    device = default_device()
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    # channels-last memory doubles the speed of the convolutions on a CPU
    encoder, decoder = (build(layers).to(device).to(memory_format=torch.channels_last) for layers in (ENCODER, DECODER))  # type: ignore[call-overload]
    inputs = network_input(slices.elf(), slices.masks).to(device)
    weights = loss_weights(torch.from_numpy(slices.masks[:, None]).to(device))
    steps = max(1, len(slices) // settings.batch)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.epochs * steps + 1, pct_start=0.15
    )
    losses = []
    for epoch in range(settings.epochs):
        began, total = time.perf_counter(), 0.0
        order = generator.permutation(len(slices))
        rows, columns = _random_frames(slices, generator, settings)
        for step in range(steps):
            pick = order[step * settings.batch : (step + 1) * settings.batch]
            x, w = (_reverse(t[pick], rows[pick], columns[pick]) for t in (inputs, weights))
            loss = (w * (decoder(encoder(x)) - x) ** 2).sum() / w.sum()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        losses.append(total / steps)
        if say:
            seconds = time.perf_counter() - began
            say(f"epoch {epoch + 1}/{settings.epochs}: weighted RMSE {losses[-1] ** 0.5:.4f}, {seconds:.1f} s")
    finished = [n.eval().cpu().to(memory_format=torch.contiguous_format).requires_grad_(False) for n in (encoder, decoder)]
    return Autoencoder(finished[0], finished[1], losses)


def _random_frames(slices: SliceSet, generator: np.random.Generator, settings: TrainingSettings) -> tuple[np.ndarray, np.ndarray]:
    """Which images to reverse along rows and columns this epoch."""
    may_x, may_z = frame_choices(slices)
    coins = generator.random((3, len(slices))) < 0.5
    azimuth = slices.table["azimuth_deg"].to_numpy()
    rows, columns = flips_of_frame(azimuth, may_x & coins[0], may_z & coins[1])
    if settings.mirror_right_angle:
        rows = rows ^ (np.isclose(azimuth % 180, 90) & coins[2])
    return rows, columns


def _reverse(images: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    import torch

    r, c = (torch.from_numpy(f).to(images.device)[:, None, None, None] for f in (rows, columns))
    images = torch.where(r, images.flip(2), images)
    return torch.where(c, images.flip(3), images)
