"""Atoms and who is near whom: what every potential sees.

An edge carries a message from atom ``sender`` to atom ``receiver``; every pair within the cut-off has one edge in each
direction.  Several structures may share one graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import PotentialError
from ..structures.structure import Structure

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Edges = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(receivers, senders, offsets of the senders in Angstrom)."""


class Graph(NamedTuple):
    """numbers, structure: (n_atoms,) atomic numbers, and which structure an atom is of.  positions: (n_atoms, 3) Angstrom.

    receiver, sender: (n_edges,) atoms.  offset: (n_edges, 3) Angstrom, added to the sender where it stands in another
    cell.  n_structures: how many there are.
    """

    numbers: Tensor
    positions: Tensor
    structure: Tensor
    receiver: Tensor
    sender: Tensor
    offset: Tensor
    n_structures: int

    def vectors(self) -> Tensor:
        """(n_edges, 3) Angstrom from receiver to sender."""
        return self.positions[self.sender] + self.offset - self.positions[self.receiver]

    def to(self, device: torch.device | str) -> Graph:
        """The same graph elsewhere."""
        return Graph(
            self.numbers.to(device), self.positions.to(device), self.structure.to(device), self.receiver.to(device),
            self.sender.to(device), self.offset.to(device), self.n_structures,
        )  # fmt: skip


def graph_of(structure: Structure, cutoff: float, dtype: torch.dtype | None = None) -> Graph:
    """All pairs within ``cutoff`` Angstrom, over the lattice where there is one."""
    periodic = any(structure.pbc)
    found = neighbours(structure.positions, structure.cell if periodic else None, structure.pbc, cutoff)
    return side_by_side([structure.numbers], [structure.positions], [found], dtype)


def batch_of(numbers: Sequence[np.ndarray], positions: Sequence[np.ndarray], cutoff: float,
             dtype: torch.dtype | None = None) -> Graph:  # fmt: skip
    """Isolated structures side by side.  numbers: (n_atoms,) each; positions: (n_atoms, 3) each."""
    return side_by_side(numbers, positions, [neighbours(p, None, (False,) * 3, cutoff) for p in positions], dtype)


def dense_graph(structure: Structure, dtype: torch.dtype | None = None) -> Graph:
    """Every ordered pair of an isolated structure, near or far: cut-off functions do the rest.

    Raises PotentialError for a periodic structure.
    """
    if any(structure.pbc):
        raise PotentialError(f"{structure.name} is periodic; explanations need an isolated molecule or cluster.")
    n = len(structure)
    receiver, sender = np.nonzero(~np.eye(n, dtype=bool))
    return side_by_side([structure.numbers], [structure.positions], [(receiver, sender, np.zeros((len(sender), 3)))], dtype)


def neighbours(positions: np.ndarray, cell: np.ndarray | None, pbc: Sequence[bool], cutoff: float) -> Edges:
    """All pairs within the cut-off; cell: (3, 3) Angstrom or None."""
    from vesin import NeighborList

    lattice = np.zeros((3, 3)) if cell is None else np.asarray(cell, dtype=np.float64)
    points, periodic = np.ascontiguousarray(positions, dtype=np.float64), np.asarray(pbc, dtype=bool)
    search = NeighborList(cutoff=cutoff, full_list=True)
    i, j, shifts = search.compute(points=points, box=lattice, periodic=periodic, quantities="ijS")
    return i.astype(np.int64), j.astype(np.int64), shifts @ lattice


def side_by_side(numbers: Sequence[np.ndarray], positions: Sequence[np.ndarray], edges: Sequence[Edges],
                 dtype: torch.dtype | None = None) -> Graph:  # fmt: skip
    """One graph of several structures whose neighbours are known."""
    import torch

    dtype = dtype or torch.get_default_dtype()
    starts = np.cumsum([0, *(len(z) for z in numbers)])
    whole = [np.concatenate([edge[k] + starts[s] for s, edge in enumerate(edges)]) for k in (0, 1)]
    structure = np.repeat(np.arange(len(numbers)), [len(z) for z in numbers])
    return Graph(
        numbers=torch.from_numpy(np.concatenate(numbers).astype(np.int64)),
        positions=torch.tensor(np.concatenate(positions), dtype=dtype),
        structure=torch.from_numpy(structure), receiver=torch.from_numpy(whole[0]), sender=torch.from_numpy(whole[1]),
        offset=torch.tensor(np.concatenate([e[2] for e in edges]), dtype=dtype), n_structures=len(numbers),
    )  # fmt: skip
