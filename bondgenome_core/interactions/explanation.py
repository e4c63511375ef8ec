"""One frame explained: how strongly each pair of atoms is coupled in a model, beside how wrong the model is on this frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..device import one_thread
from ..errors import PotentialError
from ..potentials.shipped import PotentialModel
from ..structures.relax import energy_and_forces
from ..structures.structure import Structure
from .gamma import DEFAULT_GAMMA

if TYPE_CHECKING:
    from ..potentials.contract import Potential
    from ..potentials.graph import Graph

MOST_ATOMS = 120
UNRELIABLE = 0.2
"""Force error, as a share of the forces' spread, above which an explanation is marked unreliable."""


class Measure(NamedTuple):
    """How a measure is called, its unit, and whether its values have a sign."""

    title: str
    unit: str
    signed: bool
    description: str


MEASURES = {
    "lrp": Measure("Relevance of pairs", "eV", True, "Walks that visit exactly these two atoms, after Esders et al.; GNN-LRP."),
    "endpoint": Measure(
        "Relevance end to end", "eV", True, "All walks from the row's embedding to the column's energy; reaches past the cut-off."
    ),
    "hessian": Measure("Hessian coupling", "eV/Å²", False, "Norm of the second derivative of the energy by both positions."),
    "gradient": Measure("Atomic-energy gradient", "eV/Å", False, "Size of the force on the column's atom from the row's energy."),
    "fragment": Measure(
        "Fragment difference", "eV", True, "E(all) - E(without i) - E(without j) + E(without both), on radicals it never saw."
    ),
    "xtb": Measure("Hessian coupling, xTB", "eV/Å²", False, "The quantum reference, by differences of xTB forces on this frame."),
}  # fmt: skip


@dataclass(frozen=True)
class Reliability:
    """How the model does on this very frame, in eV/Angstrom.  force_mae: mean absolute force component error.  force_sd: root
    mean square force component on the model's test frames or on this one, whichever is larger: at a minimum forces vanish and
    an error relative to them says nothing.  seed_spread: mean standard deviation of force components over the seeds."""

    force_mae: float
    force_sd: float
    seed_spread: float

    @property
    def share(self) -> float:
        return self.force_mae / max(self.force_sd, 1e-9)

    @property
    def unreliable(self) -> bool:
        return self.share > UNRELIABLE


@dataclass(frozen=True, eq=False)
class Explanation:
    """matrix: (n_atoms, n_atoms) in the unit of its measure.  prediction, total: eV, what the model learned of the energy (None
    for xTB) and the sum of relevances; the leak is their difference (None for a measure without one)."""

    measure: str
    matrix: np.ndarray
    prediction: float | None
    total: float | None
    gamma: float | None

    @property
    def leak(self) -> float | None:
        return None if self.total is None or self.prediction is None else self.prediction - self.total


def explain(
    model: PotentialModel, structure: Structure, measure: str, *, gamma: float = DEFAULT_GAMMA, member: int = 0
) -> Explanation:
    """A measure on one frame by one seed of a model; not 'xtb', which is no model (``reference_hessian``).

    Raises PotentialError for unknown measures and elements, periodic structures and more than 120 atoms.
    """
    import torch

    from ..potentials.graph import graph_of
    from .couplings import in_double

    if measure not in MEASURES or measure == "xtb":
        raise PotentialError(f"The measure {measure!r} is unknown; choose one of {', '.join(m for m in MEASURES if m != 'xtb')}.")
    require_explainable(model, structure)
    potential = model.members[member]
    if measure == "hessian":  # second derivatives lose digits in single precision
        potential = in_double(potential)
    graph = graph_of(structure, potential.cutoff, potential.references.dtype)
    with torch.no_grad():
        prediction = float(potential.learned(graph))
    with one_thread():
        matrix, total = _matrix(potential, graph, structure, measure, gamma)
    return Explanation(measure, matrix, prediction, total, gamma if measure in ("lrp", "endpoint") else None)


def require_explainable(model: PotentialModel, structure: Structure) -> None:
    """Raises PotentialError where a model cannot be asked about a structure."""
    model.potential.require_known(structure.numbers)
    if any(structure.pbc):
        raise PotentialError(f"{structure.name} is periodic; explanations need an isolated molecule or cluster.")
    if not 2 <= len(structure) <= MOST_ATOMS:
        raise PotentialError(f"{structure.name} has {len(structure)} atoms; explanations are made of 2 to {MOST_ATOMS}.")


def _matrix(
    potential: Potential, graph: Graph, structure: Structure, measure: str, gamma: float
) -> tuple[np.ndarray, float | None]:
    from .couplings import atomic_energy_gradients, block_norms, fragment_differences, hessian
    from .gamma import explainable
    from .relevance import endpoint_relevances, pair_relevances

    if measure == "hessian":
        return block_norms(hessian(potential, graph)), None
    if measure == "gradient":
        return np.linalg.norm(atomic_energy_gradients(potential, graph).numpy(), axis=-1), None
    if measure == "fragment":
        return fragment_differences(potential, structure.numbers, structure.positions), None
    copy = explainable(potential, gamma)
    ends = endpoint_relevances(copy, graph)
    found = ends if measure == "endpoint" else pair_relevances(copy, graph)
    return found.double().numpy(), float(ends.sum())


def reliability(model: PotentialModel, structure: Structure) -> Reliability:
    """xTB on the very frame against all seeds of the model."""
    from ..potentials.graph import graph_of

    require_explainable(model, structure)
    if not model.has_forces:
        raise PotentialError(f"{model.name} was trained on {model.method} without forces; there is nothing to check it with.")
    graph = graph_of(structure, model.potential.cutoff)
    with one_thread():
        _, expected = energy_and_forces(structure, method=model.method)
        found = np.stack([m.value_and_forces(graph)[1].numpy() for m in model.members])
    spread = max(float(np.sqrt((expected**2).mean())), float(model.card["figures"]["force_sd"]))
    return Reliability(float(np.abs(found[0] - expected).mean()), spread, float(found.std(0).mean()))
