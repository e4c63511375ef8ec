"""Relevance of walks: how much of a prediction flows along atoms i0 -> i1 -> ... -> iL, one per layer (GNN-LRP).

R(W) = sum over features of h0(i0) dE~/dh0(i0), where after each layer only atom i_l passes gradient on.  Walks are pooled
without enumerating them: the sum over all walks inside a set of atoms is one backward pass over these atoms alone, what arrives
from outside being held fixed; all sets go in one batch.

pairs      walks that visit exactly i and j: R({i,j}) - R({i}) - R({j}), the Harsanyi dividend; single atoms on the diagonal
endpoints  all walks from i to k (our definition): shows coupling past the cut-off, sums to the whole
walks      every value, by Jacobians of the layers; for shares of absolute relevance

Schnake et al. 10.1109/TPAMI.2021.3115452; subsets as in Xiong et al. (PMLR 162:24478).  All relevances in eV.
"""

from __future__ import annotations

from itertools import combinations, pairwise, permutations, product
from typing import NamedTuple

import torch
from torch import Tensor

from ..potentials.contract import Potential
from ..potentials.graph import Graph

SETS = 8192
"""Sets of atoms that go through the network together."""
JACOBIAN_BATCH = 1024


class Recorded(NamedTuple):
    """What a pass over the whole structure leaves: sums of messages (n_atoms, width) for each layer, and the weights (n_atoms,)
    in eV with which contributions enter the prediction."""

    arrived: list[Tensor]
    weights: Tensor


def recorded(model: Potential, graph: Graph) -> Recorded:
    """One pass over one structure."""
    arrived: list[Tensor] = []

    def arriving(_: int, sums: Tensor) -> Tensor:
        arrived.append(sums)
        return sums

    with torch.no_grad():
        contributions = model.atomic_contributions(graph, arriving=arriving)
        return Recorded(arrived, model.scale * read_out_weights(model, contributions))


def subset_relevances(model: Potential, graph: Graph, sets: Tensor) -> Tensor:
    """(n_sets,) sums over all walks inside each set of atoms.  model: from ``explainable``; sets: (n_sets, size) atoms of an
    isolated structure, distinct within a set."""
    whole = recorded(model, graph)
    return torch.cat([_inside(model, graph, part, whole) for part in sets.split(SETS)])


def _inside(model: Potential, graph: Graph, sets: Tensor, whole: Recorded) -> Tensor:
    atoms, start = sets.flatten(), list[Tensor]()

    def between(layer: int, x: Tensor) -> Tensor:
        if layer == 0:
            x = x.detach().requires_grad_()
            start.append(x)
        return x

    def arriving(layer: int, sums: Tensor) -> Tensor:
        # the value is that of the whole structure; relevance goes to the messages of the set alone
        return sums + (whole.arrived[layer - 1][atoms] - sums).detach()

    contributions = model.atomic_contributions(sets_alone(graph, sets), between, arriving)
    (gradient,) = torch.autograd.grad((contributions * whole.weights[atoms]).sum(), start[0])
    return (start[0].detach() * gradient).sum(-1).view(sets.shape).sum(1)


def sets_alone(graph: Graph, sets: Tensor) -> Graph:
    """Sets of atoms (n_sets, size) as structures of their own, side by side, with the edges that they have among themselves."""
    n, (n_sets, size) = len(graph.numbers), sets.shape
    edge = torch.full((n, n), -1).index_put((graph.receiver, graph.sender), torch.arange(len(graph.receiver)))
    first, second = zip(*permutations(range(size), 2), strict=True) if size > 1 else ((), ())
    a, b = torch.tensor(first, dtype=torch.long), torch.tensor(second, dtype=torch.long)
    found = edge[sets[:, a], sets[:, b]]
    row, column = torch.nonzero(found >= 0, as_tuple=True)
    atoms = sets.flatten()
    return Graph(
        graph.numbers[atoms], graph.positions[atoms], torch.arange(n_sets).repeat_interleave(size), row * size + a[column],
        row * size + b[column], graph.offset[found[row, column]], n_sets,
    )  # fmt: skip


def pair_relevances(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms, n_atoms): walks over exactly two atoms; over one atom alone on the diagonal.

    Atoms beyond the cut-off have no walk between them: their pair is exactly 0.
    """
    n = len(graph.numbers)
    own = subset_relevances(model, graph, torch.arange(n)[:, None])
    near = torch.cdist(graph.positions, graph.positions) < model.cutoff
    i, j = torch.nonzero(torch.triu(near, 1), as_tuple=True)
    out = torch.diag(own)
    if len(i):
        both = subset_relevances(model, graph, torch.stack([i, j], dim=1)) - own[i] - own[j]
        out[i, j] = both
        out[j, i] = both
    return out


def set_relevances(model: Potential, graph: Graph, size: int) -> tuple[Tensor, Tensor]:
    """(sets (n_sets, size), relevance of walks that visit exactly these atoms (n_sets,)), by inclusion and exclusion."""
    n = len(graph.numbers)
    inside: dict[tuple[int, ...], float] = {}
    for k in range(1, size + 1):
        sets = list(combinations(range(n), k))
        inside |= dict(zip(sets, subset_relevances(model, graph, torch.tensor(sets)).tolist(), strict=True))
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
