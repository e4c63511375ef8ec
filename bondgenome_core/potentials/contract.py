"""What every potential is: one method gives atomic contributions, everything else follows.

=====================  ==============================  ==========  ==================================================
property               shape                           unit        sign, reference
=====================  ==============================  ==========  ==================================================
contributions          (..., n_atoms)                  1           what a potential computes; explanations start here
value                  (n_structures,)                 eV          scale x read-out of contributions + reference
energies of elements   (HIGHEST_Z,)                    eV          reference of an extensive value: the sum over atoms
forces                 (n_atoms, 3)                    eV/Angstrom minus the gradient of value
=====================  ==============================  ==========  ==================================================

Read-outs: 'sum' (extensive), 'mean' and 'max' (intensive; a constant instead of the energies of elements).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import PotentialError
from .graph import Graph
from .layers import HIGHEST_Z

READOUTS = ("sum", "mean", "max")
Between = Callable[[int, Tensor], Tensor]
"""(layer, features (..., n_atoms, f)) -> features: called on the embeddings (layer 0) and after every layer."""
Arriving = Callable[[int, Tensor], Tensor]
"""(layer from 1, sums of messages (..., n_atoms, width)) -> sums: called on what arrives at each atom in every layer."""


class Potential(nn.Module, ABC):
    """cutoff: Angstrom.  readout: one of READOUTS.  elements: the atomic numbers it was trained on, empty where untrained."""

    embedding: nn.Embedding
    scale: Tensor
    references: Tensor

    def __init__(self, *, cutoff: float, n_features: int, n_layers: int, readout: str = "sum"):
        if readout not in READOUTS:
            raise PotentialError(f"The read-out {readout!r} is unknown; choose one of {', '.join(READOUTS)}.")
        super().__init__()
        self.cutoff, self.n_features, self.n_layers, self.readout = cutoff, n_features, n_layers, readout
        self.elements: tuple[int, ...] = ()
        self.embedding = nn.Embedding(HIGHEST_Z, n_features, padding_idx=0)
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("references", torch.zeros(HIGHEST_Z))

    @abstractmethod
    def atomic_contributions(self, graph: Graph, between: Between | None = None, arriving: Arriving | None = None) -> Tensor:
        """(..., n_atoms) contributions; ``between`` may put leading axes in front of the features and so of these."""

    @property
    def architecture(self) -> dict[str, Any]:
        """What ``build_potential`` needs to make the same network with other weights."""
        return {
            "kind": type(self).__name__, "cutoff": self.cutoff, "n_features": self.n_features, "n_layers": self.n_layers,
            "readout": self.readout,
        }  # fmt: skip

    def require_known(self, numbers: Iterable[int]) -> None:
        """Raises PotentialError for elements the potential was not trained on."""
        from ase.data import chemical_symbols

        unknown = sorted({int(z) for z in numbers} - set(self.elements)) if self.elements else []
        if unknown:
            new, known = (", ".join(chemical_symbols[z] for z in group) for group in (unknown, self.elements))
            raise PotentialError(f"This model never saw {new}; it knows {known}. Choose another model or structure.")

    def learned(self, graph: Graph, between: Between | None = None) -> Tensor:
        """(..., n_structures) eV: the value without its reference."""
        return self.scale * read_out(self.atomic_contributions(graph, between), graph, self.readout)

    def value(self, graph: Graph) -> Tensor:
        """(n_structures,) eV."""
        reference = read_out(self.references[graph.numbers], graph, "sum" if self.readout == "sum" else "mean")
        return self.learned(graph) + reference

    def value_and_forces(self, graph: Graph, *, training: bool = False) -> tuple[Tensor, Tensor]:
        """(values (n_structures,) eV, forces (n_atoms, 3) eV/Angstrom); training: keep the graph to differentiate again."""
        positions = graph.positions.detach().requires_grad_()
        value = self.value(graph._replace(positions=positions))
        (gradient,) = torch.autograd.grad(value.sum(), positions, create_graph=training)
        return (value if training else value.detach()), -gradient


def read_out(contributions: Tensor, graph: Graph, readout: str) -> Tensor:
    """(..., n_structures) from contributions (..., n_atoms)."""
    shape = (*contributions.shape[:-1], graph.n_structures)
    if readout == "max":
        index = graph.structure.expand(contributions.shape)
        return contributions.new_full(shape, -torch.inf).scatter_reduce(-1, index, contributions, "amax")
    total = contributions.new_zeros(shape).index_add(-1, graph.structure, contributions)
    if readout == "sum":
        return total
    return total / torch.bincount(graph.structure, minlength=graph.n_structures)
