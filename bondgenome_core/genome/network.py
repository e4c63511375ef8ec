"""The autoencoder as a list of layers that torch trains and a browser can run.

Encoder: image (1, 64, 64), cores set to 0 -> strided convolutions -> 8 values.
Decoder: 8 values -> dense -> upsampling convolutions -> ELF in 0-1.  Layers: linear, conv, silu,
reshape, flatten, upsample (nearest, x2), shuffle (pixel shuffle, x2), sigmoid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from torch import nn

N_GENES = 8
MAX_WEIGHTS = 500_000


class Layer(NamedTuple):
    """One layer: its kind and its sizes (see ``build``)."""

    kind: str
    sizes: tuple[int, ...] = ()


ENCODER: tuple[Layer, ...] = (
    Layer("conv", (1, 16, 2)), Layer("silu"), Layer("conv", (16, 32, 2)), Layer("silu"),
    Layer("conv", (32, 48, 2)), Layer("silu"), Layer("flatten"),
    Layer("linear", (3072, 48)), Layer("silu"), Layer("linear", (48, N_GENES)),
)  # fmt: skip
DECODER: tuple[Layer, ...] = (
    Layer("linear", (N_GENES, 64)), Layer("silu"), Layer("linear", (64, 2048)), Layer("silu"), Layer("reshape", (32, 8, 8)),
    Layer("upsample"), Layer("conv", (32, 32, 1)), Layer("silu"), Layer("upsample"), Layer("conv", (32, 16, 1)), Layer("silu"),
    Layer("conv", (16, 4, 1)), Layer("shuffle"), Layer("sigmoid"),
)  # fmt: skip


def build(layers: tuple[Layer, ...]) -> nn.Sequential:
    """Torch modules: linear (in, out); conv (in, out, stride) with 3x3 kernels and zero padding 1; reshape (c, h, w)."""
    from torch import nn

    makers: dict[str, Any] = {
        "linear": lambda a, b: nn.Linear(a, b),
        "conv": lambda a, b, stride: nn.Conv2d(a, b, 3, stride=stride, padding=1),
        "silu": nn.SiLU,
        "sigmoid": nn.Sigmoid,
        "flatten": nn.Flatten,
        "reshape": lambda c, h, w: nn.Unflatten(1, (c, h, w)),
        "upsample": lambda: nn.Upsample(scale_factor=2, mode="nearest"),
        "shuffle": lambda: nn.PixelShuffle(2),
    }
    return nn.Sequential(*(makers[layer.kind](*layer.sizes) for layer in layers))


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
