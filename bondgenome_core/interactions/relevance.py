"""Relevance of walks: how much of a prediction flows along atoms i0 -> i1 -> ... -> iL, one per layer (GNN-LRP).

R(W) = sum over features of h0(i0) dE~/dh0(i0), where after each layer only atom i_l passes gradient on.  Walks are pooled
without enumerating them: masks of atom sets in one batch give the sum over all walks inside each set.

pairs      walks that visit exactly i and j: R({i,j}) - R({i}) - R({j}), the Harsanyi dividend; single atoms on the diagonal
endpoints  all walks from i to k (our definition): shows coupling past the cut-off, sums to the whole
walks      every value, by Jacobians of the layers; for shares of absolute relevance

Schnake et al. 10.1109/TPAMI.2021.3115452; subsets as in Xiong et al. (PMLR 162:24478).  All relevances in eV.
"""

from __future__ import annotations

from itertools import combinations, pairwise, product

import torch
from torch import Tensor

from ..potentials.contract import Potential
from ..potentials.graph import Graph

BATCH, EDGES = 256, 200_000
"""Sets of atoms that go through the network together, and edges of all their copies: about 1 GB in PaiNN."""
JACOBIAN_BATCH = 1024


def batch_for(graph: Graph, most: int) -> int:
    """How many copies of a graph go through a network together, within its memory."""
    return max(1, min(most, EDGES // max(1, len(graph.receiver))))


def subset_relevances(model: Potential, graph: Graph, masks: Tensor) -> Tensor:
    """(n_sets,) sums over all walks inside each set of atoms.  model: from ``explainable``; masks: (n_sets, n_atoms) bool."""
    return torch.cat([_inside(model, graph, part) for part in masks.split(batch_for(graph, BATCH))])


def _inside(model: Potential, graph: Graph, masks: Tensor) -> Tensor:
    kept = masks.to(graph.positions.dtype)[..., None]
    start: list[Tensor] = []

    def between(layer: int, x: Tensor) -> Tensor:
        if layer == 0:
            x = x.detach().expand(len(masks), *x.shape).clone().requires_grad_()
            start.append(x)
        return kept * x + (1 - kept) * x.detach()

    value = model.learned(graph, between)
    (gradient,) = torch.autograd.grad(value.sum(), start[0])
    return (kept * start[0].detach() * gradient).sum((-1, -2))


def pair_relevances(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms, n_atoms): walks over exactly two atoms; over one atom alone on the diagonal.

    Atoms beyond the cut-off have no walk between them: their pair is exactly 0, not the rounding of the difference.
    """
    n = len(graph.numbers)
    i, j = torch.triu_indices(n, n)
    masks = torch.zeros(len(i), n, dtype=torch.bool)
    masks[torch.arange(len(i)), i] = True
    masks[torch.arange(len(j)), j] = True
    inside = subset_relevances(model, graph, masks)
    out = torch.zeros(n, n, dtype=inside.dtype)
    out[i, j] = inside
    out[j, i] = inside
    own = out.diagonal().clone()
    out = out - (own[:, None] + own[None, :])
    out[range(n), range(n)] = own
    away = torch.cdist(graph.positions, graph.positions) >= model.cutoff
    return out.masked_fill(away, 0.0)


def set_relevances(model: Potential, graph: Graph, size: int) -> tuple[Tensor, Tensor]:
    """(sets (n_sets, size), relevance of walks that visit exactly these atoms (n_sets,)), by inclusion and exclusion."""
    n = len(graph.numbers)
    inside: dict[tuple[int, ...], float] = {}
    for k in range(1, size + 1):
        sets = list(combinations(range(n), k))
        masks = torch.zeros(len(sets), n, dtype=torch.bool)
        masks.scatter_(1, torch.tensor(sets), True)
        inside |= dict(zip(sets, subset_relevances(model, graph, masks).tolist(), strict=True))
    sets = list(combinations(range(n), size))
    exact = [sum((-1) ** (size - k) * inside[t] for k in range(1, size + 1) for t in combinations(s, k)) for s in sets]
    return torch.tensor(sets), torch.tensor(exact, dtype=graph.positions.dtype)


def endpoint_relevances(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms, n_atoms): element (i, k) sums all walks from the embedding of i to the contribution of k."""
    n = len(graph.numbers)
    start: list[Tensor] = []

    def between(layer: int, x: Tensor) -> Tensor:
        if layer:
            return x
        start.append(x.detach().expand(n, *x.shape).clone().requires_grad_())
        return start[0]

    contributions = model.atomic_contributions(graph, between)
    weights = model.scale * read_out_weights(model, contributions[0].detach())
    (gradient,) = torch.autograd.grad((contributions.diagonal() * weights).sum(), start[0])
    return (start[0].detach() * gradient).sum(-1).T


def read_out_weights(model: Potential, contributions: Tensor) -> Tensor:
    """(n_atoms,) share with which each atom's contribution enters the value of one structure."""
    n = len(contributions)
    if model.readout == "max":
        return (torch.arange(n) == contributions.argmax()).to(contributions.dtype)
    return torch.full((n,), 1.0 if model.readout == "sum" else 1.0 / n, dtype=contributions.dtype)


def walk_relevances(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms,) * (n_layers + 1): relevance of every walk.  Memory grows as n_atoms ** (n_layers + 1)."""
    nodes: list[Tensor] = []

    def between(_: int, x: Tensor) -> Tensor:
        x = x if nodes else x.detach().requires_grad_()
        nodes.append(x)
        return x

    contributions = model.atomic_contributions(graph, between)
    weighted = contributions * (model.scale * read_out_weights(model, contributions.detach()))
    walks = nodes[0].detach()  # (..., atom, feature): relevance still to be passed on
    for before, after in pairwise(nodes):
        walks = torch.einsum("...if,ifjg->...ijg", walks, _jacobian(before, after))
    (last,) = torch.autograd.grad(weighted.sum(), nodes[-1], retain_graph=True)
    return (walks * last).sum(-1)


def _jacobian(before: Tensor, after: Tensor) -> Tensor:
    """(n_atoms, f, n_atoms, f) derivative of ``after`` (last two axes) with respect to ``before`` (first two)."""
    n, f = after.shape
    rows = []
    for part in torch.eye(n * f, dtype=after.dtype).split(JACOBIAN_BATCH):  # small molecules alone: walks grow as n ** 4
        (found,) = torch.autograd.grad(after, before, part.view(-1, n, f), retain_graph=True, is_grads_batched=True)
        rows.append(found)
    return torch.cat(rows).permute(1, 2, 0).reshape(n, f, n, f)


def walks_one_by_one(model: Potential, graph: Graph) -> Tensor:
    """The same as ``walk_relevances`` by its definition, one masked pass per walk: the check, and the peer in speed."""
    n, length = len(graph.numbers), model.n_layers + 1
    out = torch.zeros((n,) * length, dtype=graph.positions.dtype)
    for walk in product(range(n), repeat=length):
        out[walk] = one_walk(model, graph, walk)
    return out


def one_walk(model: Potential, graph: Graph, walk: tuple[int, ...]) -> float:
    """Relevance of one walk, atoms layer by layer."""
    start: list[Tensor] = []

    def between(layer: int, x: Tensor) -> Tensor:
        if layer == 0:
            x = x.detach().requires_grad_()
            start.append(x)
        kept = torch.zeros(len(x), 1, dtype=x.dtype)
        kept[walk[layer]] = 1
        return kept * x + (1 - kept) * x.detach()

    value = model.learned(graph, between)
    (gradient,) = torch.autograd.grad(value.sum(), start[0])
    return float((start[0].detach() * gradient)[walk[0]].sum())


def shares_by_bodies(walks: Tensor) -> list[float]:
    """Share of sum |R| in walks over 1, 2, ... distinct atoms."""
    size = _by_bodies(walks.abs())
    return (size / size.sum()).tolist()


def signed_by_bodies(walks: Tensor) -> list[float]:
    """Sum of R in walks over 1, 2, ... distinct atoms."""
    return _by_bodies(walks).tolist()


def _by_bodies(walks: Tensor) -> Tensor:
    n, length = walks.shape[0], walks.dim()
    index = torch.stack(torch.meshgrid(*[torch.arange(n)] * length, indexing="ij")).flatten(1)
    ordered = index.sort(0).values
    bodies = 1 + (ordered[1:] != ordered[:-1]).sum(0)
    return torch.zeros(length + 1, dtype=walks.dtype).index_add(0, bodies, walks.flatten())[1:]
