"""The autoencoder as a list of layers that torch trains and a browser can run.

Encoder: image (1, 64, 64), cores set to 0 -> 8 values.  Decoder: 8 values -> ELF in 0-1.  Layers: linear,
residual (x + outer silu(inner x)), conv, silu, reshape, flatten, upsample (nearest, x2), shuffle (pixel
shuffle, x2), sigmoid, clamp (to 0-1).
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ArtefactError

if TYPE_CHECKING:
    from torch import Tensor, nn

N_GENES = 8


class Layer(NamedTuple):
    """One layer: its kind and its sizes (see ``build``)."""

    kind: str
    sizes: tuple[int, ...] = ()


class Architecture(NamedTuple):
    """The layers of both networks; the last of the encoder and the first of the decoder are linear."""

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]

    @property
    def n_genes(self) -> int:
        return self.decoder[0].sizes[0]

    @property
    def n_weights(self) -> int:
        """Trained numbers in both networks."""
        return n_weights(*(build(layers) for layers in self))

    def bounded(self) -> Architecture:
        """The same with ELF held between 0 and 1 at the end; has no weights, so that it may follow after training."""
        return self._replace(decoder=(*self.decoder, Layer("clamp")))

    def as_card(self) -> dict[str, list[Any]]:
        """As JSON: ``[kind, sizes]`` per layer."""
        return {part: [[layer.kind, list(layer.sizes)] for layer in layers] for part, layers in self._asdict().items()}

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> Architecture:
        """What ``as_card`` wrote; raises ArtefactError where a card says no layers."""
        try:
            parts = (tuple(Layer(kind, tuple(sizes)) for kind, sizes in card["architecture"][part]) for part in cls._fields)
            return cls(*parts)
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactError("The card of this model does not say its layers; fetch the artefact again.") from error


def dense_architecture(
    shape: tuple[int, int, int], *, rank: int, width: int, depth: int = 2, n_genes: int = N_GENES
) -> Architecture:
    """Image of shape (channels, height, width) -> ``rank`` components -> ``depth`` residual layers -> genes, and back.

    Nothing but the residual layers bends: without them both networks are linear, which is where training starts.
    """
    n_pixels, bends = prod(shape), (Layer("residual", (width, width)),) * depth
    encoder = (
        Layer("flatten"), Layer("linear", (n_pixels, rank)), Layer("linear", (rank, width)), *bends,
        Layer("linear", (width, n_genes)),
    )  # fmt: skip
    decoder = (
        Layer("linear", (n_genes, width)), *bends, Layer("linear", (width, rank)), Layer("linear", (rank, n_pixels)),
        Layer("reshape", shape),
    )  # fmt: skip
    return Architecture(encoder, decoder)


DENSE = dense_architecture((1, 64, 64), rank=128, width=512)


def build(layers: tuple[Layer, ...]) -> nn.Sequential:
    """Torch modules: linear (in, out); residual (width, inner width); conv (in, out, stride) with 3x3 kernels and
    zero padding 1; reshape (c, h, w)."""
    from torch import nn

    makers: dict[str, Any] = {
        "linear": lambda a, b: nn.Linear(a, b),
        "residual": _residual,
        "conv": lambda a, b, stride: nn.Conv2d(a, b, 3, stride=stride, padding=1),
        "silu": nn.SiLU,
        "sigmoid": nn.Sigmoid,
        "clamp": lambda: nn.Hardtanh(0.0, 1.0),
        "flatten": nn.Flatten,
        "reshape": lambda c, h, w: nn.Unflatten(1, (c, h, w)),
        "upsample": lambda: nn.Upsample(scale_factor=2, mode="nearest"),
        "shuffle": lambda: nn.PixelShuffle(2),
    }
    return nn.Sequential(*(makers[layer.kind](*layer.sizes) for layer in layers))


def _residual(width: int, inner_width: int) -> nn.Module:
    from torch import nn

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.outer = nn.Linear(width, inner_width), nn.Linear(inner_width, width)
            nn.init.zeros_(self.outer.weight)  # begins as the identity
            nn.init.zeros_(self.outer.bias)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.outer(nn.functional.silu(self.inner(x)))

    return Residual()


def n_weights(*networks: nn.Module) -> int:
    """Number of trained numbers in networks."""
    return sum(p.numel() for network in networks for p in network.parameters())


def weights_of(network: nn.Sequential, prefix: str) -> dict[str, np.ndarray]:
    """Weights as float32 arrays named ``prefix.layer.weight`` and ``prefix.layer.bias``."""
    return {f"{prefix}.{k}": v.detach().cpu().numpy().astype(np.float32) for k, v in network.state_dict().items()}


def load_weights(layers: tuple[Layer, ...], tensors: dict[str, np.ndarray], prefix: str) -> nn.Sequential:
    """A network with stored weights, in evaluation mode."""
    import torch

    network = build(layers)
    start = prefix + "."
    state = {k.removeprefix(start): torch.tensor(v, dtype=torch.float32) for k, v in tensors.items() if k.startswith(start)}
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)
