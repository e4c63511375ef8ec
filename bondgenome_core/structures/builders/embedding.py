"""Place staples and rings around a gold core by springs, for clusters without a simple symmetry.

E = sum k (d - d0)^2 over bonds (S-Au), over the ends of angles (Au-S-Au, S-Au-S) and inside the core,
  + sum k max(0, d_min - d)^2 over all other pairs + a weak pull to the centre,
minimised from random starts; all lengths in Angstrom, E in arbitrary units (it only ranks the starts).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SULFUR_GOLD = 2.36
ANGLE_SPAN = {"Au-S-Au": 3.35, "S-Au-S": 4.70}
"""Distance between the ends of the angles: 90 degrees at S, nearly straight at Au."""
CLOSEST = {"AuAu": 3.00, "AuS": 3.70, "SS": 3.70}
STIFFNESS = {"bond": 10.0, "angle": 3.0, "core": 10.0, "contact": 4.0, "pull": 0.005}
CAPTURE_RADIUS = (4.0, 7.0)


@dataclass(frozen=True)
class MotifPlan:
    """A cluster as a core (n, 3) Angstrom, staples by length with the two core atoms each holds, and ring sizes."""

    core: np.ndarray
    staples: tuple[tuple[int, tuple[int, int]], ...]
    rings: tuple[int, ...] = ()


@dataclass
class ContactGraph:
    """Atoms as 'Au' or 'S' in the order core, then motif by motif; S-Au contacts as index pairs."""

    elements: list[str]
    contacts: list[tuple[int, int]] = field(default_factory=list)

    def add_chain(self, n_gold: int, start: int, end: int) -> None:
        """S-(Au-S)_n between two core atoms."""
        previous = start
        for k in range(2 * n_gold + 1):
            previous = self._add("S" if k % 2 == 0 else "Au", previous)
        self.contacts.append((previous, end))

    def add_ring(self, n_gold: int) -> None:
        """A closed cycle (Au-S)_n."""
        first = previous = self._add("Au", None)
        for k in range(2 * n_gold - 1):
            previous = self._add("S" if k % 2 == 0 else "Au", previous)
        self.contacts.append((previous, first))

    def _add(self, element: str, previous: int | None) -> int:
        self.elements.append(element)
        if previous is not None:
            self.contacts.append((previous, len(self.elements) - 1))
        return len(self.elements) - 1


def contact_graph(plan: MotifPlan) -> ContactGraph:
    """The S-Au contacts a plan asks for."""
    graph = ContactGraph(["Au"] * len(plan.core))
    for n_gold, (start, end) in plan.staples:
        graph.add_chain(n_gold, start, end)
    for n_gold in plan.rings:
        graph.add_ring(n_gold)
    return graph


@dataclass(frozen=True)
class Springs:
    """Matrices (n, n): target distance, stiffness (zero on the diagonal), and whether only shorter distances count."""

    target: np.ndarray
    stiffness: np.ndarray
    one_sided: np.ndarray

    def energy(self, flat: np.ndarray, softness: float = 1.0) -> tuple[float, np.ndarray]:
        """Energy and gradient for flattened positions; ``softness`` scales the contact terms."""
        from scipy.spatial.distance import cdist

        x = flat.reshape(-1, 3)
        d = cdist(x, x) + 1e-9
        off = np.where(self.one_sided, np.minimum(d - self.target, 0.0), d - self.target)
        k = np.where(self.one_sided, softness * self.stiffness, self.stiffness)
        slope = 2.0 * k * off / d
        centred = x - x.mean(axis=0)
        gradient = slope.sum(axis=1)[:, None] * x - slope @ x + 2.0 * STIFFNESS["pull"] * centred
        return float(0.5 * (k * off**2).sum() + STIFFNESS["pull"] * (centred**2).sum()), gradient.ravel()


def springs(plan: MotifPlan, graph: ContactGraph) -> Springs:
    """The spring of every pair of atoms."""
    n, n_core = len(graph.elements), len(plan.core)
    target = np.array([[CLOSEST["".join(sorted((a, b)))] for b in graph.elements] for a in graph.elements])
    stiffness = np.full((n, n), STIFFNESS["contact"])
    one_sided = np.ones((n, n), dtype=bool)

    def set_pair(a: int, b: int, distance: float, kind: str) -> None:
        for p, q in ((a, b), (b, a)):
            target[p, q], stiffness[p, q], one_sided[p, q] = distance, STIFFNESS[kind], False

    near: dict[int, list[int]] = {k: [] for k in range(n)}
    for a, b in graph.contacts:
        near[a].append(b)
        near[b].append(a)
    for centre, ends in near.items():
        if len(ends) == 2:
            set_pair(ends[0], ends[1], ANGLE_SPAN["S-Au-S" if graph.elements[centre] == "Au" else "Au-S-Au"], "angle")
    for a in range(n_core):
        for b in range(a):
            set_pair(a, b, float(np.linalg.norm(plan.core[a] - plan.core[b])), "core")
    for a, b in graph.contacts:
        set_pair(a, b, SULFUR_GOLD, "bond")
    np.fill_diagonal(stiffness, 0.0)
    return Springs(target, stiffness, one_sided)


def embed(plan: MotifPlan, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """(n_atoms, 3) Angstrom and spring energy from one random start."""
    from scipy.optimize import minimize

    graph = contact_graph(plan)
    terms = springs(plan, graph)
    direction = rng.standard_normal((len(graph.elements) - len(plan.core), 3))
    radius = rng.uniform(*CAPTURE_RADIUS, len(direction))
    shell = radius[:, None] * direction / np.linalg.norm(direction, axis=1)[:, None]
    flat, energy = np.vstack([plan.core - plan.core.mean(axis=0), shell]).ravel(), np.inf
    for softness in (0.02, 0.2, 1.0):  # let chains pass through one another first
        result = minimize(terms.energy, flat, args=(softness,), jac=True, method="L-BFGS-B", options={"maxiter": 300})
        flat, energy = result.x, float(result.fun)
    return flat.reshape(-1, 3), energy
