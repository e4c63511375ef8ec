"""Laws that explanations obey, measured on shipped potentials: what ``evaluate interactions`` prints first."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import torch

from ...device import one_thread
from ...potentials.contract import Potential
from ...potentials.graph import Graph, dense_graph
from ...structures.structure import Structure
from ..couplings import hessian, in_double
from ..gamma import DEFAULT_GAMMA, explainable
from ..relevance import pair_relevances, walk_relevances, walks_one_by_one

FINITE_STEP = 1e-3
"""Angstrom, of the differences that second derivatives are checked against."""


def subset_error(model: Potential, structure: Structure, *, gamma: float = DEFAULT_GAMMA) -> float:
    """Largest difference between pooled pairs and the same sums over single walks, each by its own masked pass, relative to
    the sum of absolute relevances; double precision."""
    copy, graph = explainable(in_double(model), gamma), dense_graph(structure, torch.float64)
    with one_thread():
        walks, pairs = walks_one_by_one(copy, graph), pair_relevances(copy, graph)
    return float((sum_over_pairs(walks) - pairs).abs().max() / walks.abs().sum())


def sum_over_pairs(walks: torch.Tensor) -> torch.Tensor:
    """(n, n) sums of walks over exactly two atoms; over one on the diagonal."""
    n, length = walks.shape[0], walks.dim()
    index = torch.stack(torch.meshgrid(*[torch.arange(n)] * length, indexing="ij")).flatten(1)
    low, high = index.min(0).values, index.max(0).values
    only = ((index == low) | (index == high)).all(0)
    out = torch.zeros(n, n, dtype=walks.dtype)
    out.index_put_((low[only], high[only]), walks.flatten()[only], accumulate=True)
    return out + torch.triu(out, 1).T


def zero_bias_leak(model: Potential, structure: Structure, *, gamma: float = DEFAULT_GAMMA) -> float:
    """|prediction - sum of relevances| / sum of absolute relevances of the same network without biases where relevance flows.

    Filters act on distances and keep theirs.
    """
    bare, graph = without_biases(in_double(model)), dense_graph(structure, torch.float64)
    with one_thread(), torch.no_grad():
        prediction = float(bare.learned(graph))
    with one_thread():
        walks = walk_relevances(explainable(bare, gamma), graph)
    return abs(prediction - float(walks.sum())) / float(walks.abs().sum())


def without_biases(model: Potential) -> Potential:
    """A copy with biases 0 outside of filters."""
    copy = deepcopy(model)
    for name, parameter in copy.named_parameters():
        if name.endswith("bias") and ".filter" not in name:
            parameter.data.zero_()
    return copy


def hessian_errors(model: Potential, structure: Structure) -> dict[str, float]:
    """Largest deviation of the Hessian, over its largest element: from its transpose, from the acoustic sum rule, and from
    central differences of forces; double precision."""
    exact, graph = in_double(model), dense_graph(structure, torch.float64)
    with one_thread():
        found = hessian(exact, graph)
        n = len(structure)
        flat = found.reshape(3 * n, 3 * n).numpy()
        numeric = _by_differences(exact, graph)
    top = np.abs(flat).max()
    return {
        "symmetry": float(np.abs(flat - flat.T).max() / top), "sum_rule": float(found.sum(2).abs().max() / top),
        "finite_differences": float(np.abs(flat - numeric).max() / top),
    }  # fmt: skip


def _by_differences(model: Potential, graph: Graph) -> np.ndarray[Any, Any]:
    n = len(graph.numbers)
    rows = []
    for k in range(3 * n):
        step = torch.zeros(3 * n, dtype=torch.float64)
        step[k] = FINITE_STEP
        plus, minus = (
            model.value_and_forces(graph._replace(positions=graph.positions + s * step.view(n, 3)))[1] for s in (1, -1)
        )
        rows.append(((minus - plus) / (2 * FINITE_STEP)).flatten().numpy())
    return np.stack(rows)
