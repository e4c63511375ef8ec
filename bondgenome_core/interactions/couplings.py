"""What needs no explanation rule: second derivatives, gradients of atomic energies, differences of fragments.

hessian     H_ij = d2E / dr_i dr_j, (3, 3) blocks in eV/Angstrom^2; its coupling is the Frobenius norm of the block
gradients   F_(k->i) = - dE_k / dr_i, eV/Angstrom: sums over k to the force on i
fragments   E(N) - E(N without i) - E(N without j) + E(N without both), eV: the model is asked about radicals it never saw
"""

from __future__ import annotations

from copy import deepcopy
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from ..potentials.contract import Potential
from ..potentials.graph import Graph, batch_of

EDGES = 200_000
"""Edges of all copies of a graph that go through the network together: about 1 GB in PaiNN."""
HESSIAN_BATCH = 64
FRAGMENTS = 256
"""Fragments that go through the network together."""


def batch_for(graph: Graph, most: int) -> int:
    """How many copies of a graph go through a network together, within its memory."""
    return max(1, min(most, EDGES // max(1, len(graph.receiver))))


def in_double(model: Potential) -> Potential:
    """A copy in double precision: second derivatives lose digits in single."""
    return deepcopy(model).double()


def hessian(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms, 3, n_atoms, 3) eV/Angstrom^2 of the value of one structure."""
    n = len(graph.numbers)
    positions = graph.positions.detach().requires_grad_()
    value = model.value(graph._replace(positions=positions)).sum()
    (gradient,) = torch.autograd.grad(value, positions, create_graph=True)
    rows = []
    for part in torch.eye(3 * n, dtype=positions.dtype).split(batch_for(graph, HESSIAN_BATCH)):
        (found,) = torch.autograd.grad(gradient, positions, part.view(-1, n, 3), retain_graph=True, is_grads_batched=True)
        rows.append(found)
    return torch.cat(rows).view(n, 3, n, 3)


def block_norms(second_derivatives: Tensor | np.ndarray) -> np.ndarray:
    """(n_atoms, n_atoms) Frobenius norms of the blocks of a Hessian (n_atoms, 3, n_atoms, 3)."""
    blocks = np.asarray(second_derivatives)
    return np.sqrt(np.einsum("iajb,iajb->ij", blocks, blocks))


def atomic_energy_gradients(model: Potential, graph: Graph) -> Tensor:
    """(n_atoms, n_atoms, 3) eV/Angstrom: element (k, i) is the force on i from the contribution of k."""
    n = len(graph.numbers)
    positions = graph.positions.detach().requires_grad_()
    energies = model.scale * model.atomic_contributions(graph._replace(positions=positions))
    (found,) = torch.autograd.grad(energies, positions, torch.eye(n, dtype=energies.dtype), is_grads_batched=True)
    return -found


def fragment_differences(model: Potential, numbers: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(n_atoms, n_atoms) eV, zeros on the diagonal; references of the elements cancel."""
    n = len(numbers)
    left_out = [(), *((i,) for i in range(n)), *combinations(range(n), 2)]
    energies = dict(zip(left_out, _energies_without(model, numbers, positions, left_out), strict=True))
    out = np.zeros((n, n))
    for i, j in combinations(range(n), 2):
        out[i, j] = out[j, i] = energies[()] - energies[i,] - energies[j,] + energies[i, j]
    return out


def _energies_without(model: Potential, numbers: np.ndarray, positions: np.ndarray,
                      left_out: list[tuple[int, ...]]) -> np.ndarray:  # fmt: skip
    dtype = model.references.dtype
    found = []
    for start in range(0, len(left_out), FRAGMENTS):
        kept = [np.delete(np.arange(len(numbers)), list(gone)) for gone in left_out[start : start + FRAGMENTS]]
        graph = batch_of([numbers[k] for k in kept], [positions[k] for k in kept], model.cutoff, dtype)
        with torch.no_grad():
            found.append(model.learned(graph).double().numpy())
    return np.concatenate(found)
