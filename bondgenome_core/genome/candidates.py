"""Codes that compete for the eight values: what they see, how they are built, what their loss weighs.

Inputs are 32 x 32 images (0.2 Angstrom a pixel); see ``search_data``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .network import Architecture, Layer, dense_architecture

N_COARSE = 32
CHANNELS = {"slice": 1, "slice+mean": 2, "fourier": 5, "invariant": 1}
"""Channels of an input: the slice; slice and azimuthal mean; azimuthal Fourier components 0, cos, sin, cos 2, sin 2
of the whole bond; the azimuthal mean alone."""


@dataclass(frozen=True)
class Candidate:
    """One code.

    net: 'convolutional' or 'dense' (images in a frame of ``rank`` learned components, residual layers between).
    straight_epochs: as in ``TrainingSettings``.
    channels: key of CHANNELS; 'fourier' and 'invariant' code a bond, the others an image.
    azimuths: how many planes of a bond are trained on, of the eight; its errors are always those at 0 and 90 degrees.
    nested: genes are dropped from the end at random while it trains, which orders them.
    rim_weight: weight of pixels beyond 2.4 Angstrom; core_weight: of masked pixels, 1 where cores are not respected.
    index_weight: of the error of the indices read along, as in ``TrainingSettings``.
    """

    name: str
    net: str = "dense"
    channels: str = "slice"
    azimuths: int = 2
    n_genes: int = 8
    nested: bool = False
    rim_weight: float = 0.3
    core_weight: float = 0.02
    straight_epochs: int = 6
    width: int = 256
    depth: int = 2
    rank: int = 128
    weight_decay: float = 0.05
    noise: float = 0.0
    index_weight: float = 0.0

    def as_card(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def architecture(self) -> Architecture:
        return coarse_architecture(self)


WIDTHS = (2, 4, 6, 8, 12, 16)

CANDIDATES: tuple[Candidate, ...] = (
    Candidate("dense"),
    Candidate("dense, indices read along", index_weight=0.002),
    Candidate("dense, indices read along, weight 5 x", index_weight=0.01),
    Candidate("convolutional", net="convolutional", weight_decay=1e-4, straight_epochs=0),
    Candidate("dense, bent from the start", straight_epochs=0),
    Candidate("dense, three layers", depth=3),
    Candidate("dense, nested dropout", nested=True),
    Candidate("dense, wide", width=512),
    Candidate("dense, narrow", width=128),
    Candidate("dense, noise on the genes", noise=0.1),
    Candidate("dense, no weight decay", weight_decay=0.0),
    Candidate("dense, four azimuths", azimuths=4),
    Candidate("dense, eight azimuths", azimuths=8),
    Candidate("dense, rim counts as much", rim_weight=1.0),
    Candidate("dense, rim a tenth", rim_weight=0.1),
    Candidate("dense, cores count", core_weight=1.0),
    Candidate("slice and azimuthal mean", channels="slice+mean"),
    Candidate("azimuthal Fourier components", channels="fourier"),
    Candidate("azimuthal mean (invariant)", channels="invariant"),
    *(Candidate(f"dense, {k} values", n_genes=k) for k in WIDTHS if k != 8),
)


def coarse_architecture(c: Candidate) -> Architecture:
    """Layers for inputs of (channels, 32, 32)."""
    n_channels = CHANNELS[c.channels]
    if c.net == "convolutional":
        return _convolutional(n_channels, c.n_genes)
    height = N_COARSE if c.channels.startswith("slice") else N_COARSE // 2
    return dense_architecture((n_channels, height, N_COARSE), rank=c.rank, width=c.width, depth=c.depth, n_genes=c.n_genes)


def _convolutional(n_channels: int, n_genes: int) -> Architecture:
    encoder = (
        Layer("conv", (n_channels, 16, 1)), Layer("silu"), Layer("conv", (16, 32, 2)), Layer("silu"),
        Layer("conv", (32, 48, 2)), Layer("silu"), Layer("flatten"),
        Layer("linear", (3072, 48)), Layer("silu"), Layer("linear", (48, n_genes)),
    )  # fmt: skip
    decoder = (
        Layer("linear", (n_genes, 64)), Layer("silu"), Layer("linear", (64, 2048)), Layer("silu"), Layer("reshape", (32, 8, 8)),
        Layer("upsample"), Layer("conv", (32, 32, 1)), Layer("silu"), Layer("upsample"),
        Layer("conv", (32, 16, 1)), Layer("silu"), Layer("conv", (16, n_channels, 1)),
    )  # fmt: skip
    return Architecture(encoder, decoder)
