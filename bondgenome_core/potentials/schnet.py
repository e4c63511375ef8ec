"""SchNet (Schuett et al. 2018, 10.1063/1.5019779): messages are features times a filter of the distance.

v_i = D2 ssp(D1 sum_j (x_j W_in) * F(d_ij) f_cut(d_ij)),   x_i <- x_i + v_i
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .contract import Arriving, Between, Potential
from .graph import Graph
from .layers import Activated, GaussianBasis, cosine_cutoff, shifted_softplus, sum_at


class SchNet(Potential):
    """n_basis: Gaussians of the distance between 0 and the cut-off."""

    def __init__(self, *, cutoff: float = 5.0, n_features: int = 64, n_layers: int = 3, n_basis: int = 50, readout: str = "sum"):
        super().__init__(cutoff=cutoff, n_features=n_features, n_layers=n_layers, readout=readout)
        self.n_basis = n_basis
        self.basis = GaussianBasis(n_basis, cutoff)
        self.layers = nn.ModuleList(Interaction(n_features, n_basis) for _ in range(n_layers))
        half = n_features // 2
        self.readout_layers = nn.Sequential(Activated(n_features, half, shifted_softplus), nn.Linear(half, 1))

    @property
    def architecture(self) -> dict:
        return super().architecture | {"n_basis": self.n_basis}

    def atomic_contributions(self, graph: Graph, between: Between | None = None, arriving: Arriving | None = None) -> Tensor:
        distances = torch.linalg.vector_norm(graph.vectors(), dim=1)
        expanded, near = self.basis(distances), cosine_cutoff(distances, self.cutoff)[:, None]
        x = self.embedding(graph.numbers)
        x = between(0, x) if between else x
        for k, layer in enumerate(self.layers, 1):
            assert isinstance(layer, Interaction)
            arrived = layer(x, layer.filter(expanded) * near, graph)
            x = x + layer.leave(arriving(k, arrived) if arriving else arrived)
            x = between(k, x) if between else x
        return self.readout_layers(x).squeeze(-1)


class Interaction(nn.Module):
    """One layer: messages, summed at each atom, then ``leave``.  ``filter`` acts on the distances alone."""

    def __init__(self, n_features: int, n_basis: int):
        super().__init__()
        self.filter = nn.Sequential(Activated(n_basis, n_features, shifted_softplus), nn.Linear(n_features, n_features))
        self.enter = nn.Linear(n_features, n_features, bias=False)
        self.leave = nn.Sequential(Activated(n_features, n_features, shifted_softplus), nn.Linear(n_features, n_features))

    def forward(self, x: Tensor, filters: Tensor, graph: Graph) -> Tensor:
        messages = self.enter(x)[..., graph.sender, :] * filters
        return sum_at(messages, graph.receiver, x.shape[-2])
