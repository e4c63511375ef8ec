"""Parts that SchNet and PaiNN share: dense layers with an activation, radial bases, the cosine cut-off, sums over edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

HIGHEST_Z = 100
"""Rows of the embedding: elements up to fermium have one."""


def shifted_softplus(x: Tensor) -> Tensor:
    """ln(1 + exp x) - ln 2 (10.1063/1.5019779)."""
    return nn.functional.softplus(x) - math.log(2.0)


class Activated(nn.Linear):
    """y = act(x W^T + b): the unit that the gamma rule redistributes relevance over."""

    def __init__(self, n_in: int, n_out: int, activation: Callable[[Tensor], Tensor]):
        super().__init__(n_in, n_out)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(super().forward(x))


class GaussianBasis(nn.Module):
    """exp(-(d - mu_k)^2 / (2 w^2)), n centres from 0 to the cut-off, w their distance."""

    centres: Tensor

    def __init__(self, n: int, cutoff: float):
        super().__init__()
        self.register_buffer("centres", torch.linspace(0.0, cutoff, n), persistent=False)
        self.width = cutoff / (n - 1)

    def forward(self, distances: Tensor) -> Tensor:
        return torch.exp(-0.5 * ((distances[:, None] - self.centres) / self.width) ** 2)


class BesselBasis(nn.Module):
    """sin(k pi d / r_cut) / d for k = 1 ... n (10.48550/arXiv.2003.03123)."""

    frequencies: Tensor

    def __init__(self, n: int, cutoff: float):
        super().__init__()
        self.register_buffer("frequencies", torch.arange(1, n + 1) * math.pi / cutoff, persistent=False)

    def forward(self, distances: Tensor) -> Tensor:
        return torch.sin(distances[:, None] * self.frequencies) / distances[:, None]


def cosine_cutoff(distances: Tensor, cutoff: float) -> Tensor:
    """(1 + cos(pi d / r_cut)) / 2 inside the cut-off, 0 outside."""
    return 0.5 * (torch.cos(distances * (math.pi / cutoff)) + 1.0) * (distances < cutoff)


def sum_at(messages: Tensor, receiver: Tensor, n_atoms: int) -> Tensor:
    """Sums (..., n_atoms, f) of messages (..., n_edges, f) over the edges that end at each atom."""
    out = messages.new_zeros(*messages.shape[:-2], n_atoms, messages.shape[-1])
    return out.index_add(-2, receiver, messages)
