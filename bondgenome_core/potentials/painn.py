"""PaiNN (Schuett et al. 2021, 10.48550/arXiv.2102.03150): scalars q and vectors mu per atom, equivariant messages.

message:  (a, b, c) = phi(q_j) * W(d_ij);  dq_i = sum_j a;  dmu_i = sum_j (b e_ij + c mu_j)
mixing:   V = mu A, U = mu B;  (a, b, c) = psi(q, |V|);  dq = a + c <V, U>;  dmu = b U
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from .contract import Arriving, Between, Potential
from .graph import Graph
from .layers import Activated, BesselBasis, cosine_cutoff, sum_at

SMOOTH = 1e-8
"""Angstrom-free: keeps the gradient of |V| finite where V vanishes."""


class PaiNN(Potential):
    """n_basis: Bessel functions of the distance.  vectors_detached: set by explanations, which follow the scalars alone."""

    def __init__(self, *, cutoff: float = 5.0, n_features: int = 64, n_layers: int = 3, n_basis: int = 20, readout: str = "sum"):
        super().__init__(cutoff=cutoff, n_features=n_features, n_layers=n_layers, readout=readout)
        self.n_basis, self.vectors_detached = n_basis, False
        self.basis = BesselBasis(n_basis, cutoff)
        self.layers = nn.ModuleList(Block(n_features, n_basis) for _ in range(n_layers))
        self.readout_layers = nn.Sequential(Activated(n_features, n_features // 2, silu), nn.Linear(n_features // 2, 1))

    @property
    def architecture(self) -> dict:
        return super().architecture | {"n_basis": self.n_basis}

    def atomic_contributions(self, graph: Graph, between: Between | None = None, arriving: Arriving | None = None) -> Tensor:
        vectors = graph.vectors()
        distances = torch.linalg.vector_norm(vectors, dim=1)
        directions = vectors / distances[:, None]
        expanded, near = self.basis(distances), cosine_cutoff(distances, self.cutoff)[:, None]
        q = self.embedding(graph.numbers)
        q = between(0, q) if between else q
        mu = q.new_zeros(*q.shape[:-1], 3, self.n_features)
        for k, layer in enumerate(self.layers, 1):
            assert isinstance(layer, Block)
            arrived = layer(q, mu, layer.filter(expanded) * near, directions, graph)
            q, mu = layer.mixed(q, mu, arriving(k, arrived) if arriving else arrived, self._cut)
            q = between(k, q) if between else q
        return self.readout_layers(q).squeeze(-1)

    def _cut(self, mu: Tensor) -> Tensor:
        return mu.detach() if self.vectors_detached else mu


class Block(nn.Module):
    """One message and one mixing step."""

    def __init__(self, n_features: int, n_basis: int):
        super().__init__()
        self.n_features = n_features
        self.filter = nn.Linear(n_basis, 3 * n_features)
        self.message = nn.Sequential(Activated(n_features, n_features, silu), nn.Linear(n_features, 3 * n_features))
        self.mix = nn.Linear(n_features, 2 * n_features, bias=False)
        self.update = nn.Sequential(Activated(2 * n_features, n_features, silu), nn.Linear(n_features, 3 * n_features))

    def forward(self, q: Tensor, mu: Tensor, filters: Tensor, directions: Tensor, graph: Graph) -> Tensor:
        """(..., n_atoms, 4 f) messages to q, then to mu, summed at each atom; q: (..., n_atoms, f), mu: (..., n_atoms, 3, f)."""
        dq, along, carried = (self.message(q)[..., graph.sender, :] * filters).split(self.n_features, dim=-1)
        dmu = along[..., None, :] * directions[:, :, None] + carried[..., None, :] * mu[..., graph.sender, :, :]
        return sum_at(torch.cat([dq, dmu.flatten(-2)], dim=-1), graph.receiver, q.shape[-2])

    def mixed(self, q: Tensor, mu: Tensor, arrived: Tensor, cut: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
        """Features after what arrived is mixed in; cut: detaches vectors, or leaves them."""
        f = self.n_features
        q = q + arrived[..., :f]
        mu = cut(mu + arrived[..., f:].unflatten(-1, (3, f)))
        v, u = self.mix(mu).split(f, dim=-1)
        length = torch.sqrt((v**2).sum(-2) + SMOOTH)
        dq, stretch, product = self.update(torch.cat([q, length], dim=-1)).split(f, dim=-1)
        return q + dq + product * (v * u).sum(-2), cut(mu + stretch[..., None, :] * u)
