"""Bulk silicon from clusters cut out of it: the energy of an atom in the crystal from amons closed with hydrogen.

A study of its own: the query is one atom and its surroundings, not a molecule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..structures.structure import Structure
from .conformers import Conformers
from .enumerate import connected_sets
from .fragment import Fragment
from .geometry import Amon, QueryGeometry, clashes, place
from .heavy_graph import HeavyGraph
from .kernel import Atoms, atoms_by_element, distances
from .predict import CONFIDENCE
from .references import Reference, Store, reference_energies
from .regression import Comparison, learn
from .slatm import Spectra

LATTICE, SILICON = 5.431, 14
"""Angstrom: the measured lattice constant."""
SUPERCELL = 2
"""Cubic cells on each side of the crystal whose energy is the truth: 64 atoms (216 lower it by 0.09 kcal/mol per atom)."""
BOND = LATTICE * np.sqrt(3) / 4
SURROUNDINGS = 5.0
"""Angstrom: what the spectra of the first atom see."""


def ball(radius: float) -> tuple[np.ndarray, HeavyGraph]:
    """All atoms (n, 3) within a radius in Angstrom of the first of them, and the graph of their bonds."""
    span = range(-int(radius / LATTICE) - 1, int(radius / LATTICE) + 2)
    points = np.concatenate([_cell() + [i, j, k] for i in span for j in span for k in span]) * LATTICE
    away = np.linalg.norm(points, axis=1)
    points = points[np.argsort(away, kind="stable")][: int((away <= radius).sum())]
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    bonds = zip(*np.nonzero(np.triu((apart < 1.1 * BOND) & (apart > 0), 1)), strict=True)
    n = len(points)
    none = (0,) * n
    graph = HeavyGraph(tuple(range(n)), (SILICON,) * n, none, none, none, {(int(a), int(b)): 1 for a, b in bonds}, ())
    return points, graph


def _cell() -> np.ndarray:
    """(8, 3) the cubic cell, in lattice constants."""
    corner = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    return np.concatenate([corner, corner + 0.25])


def clusters(k: int) -> tuple[np.ndarray, list[Amon]]:
    """Atoms (n, 3) around the first of the crystal, and all clusters of at most k atoms closed with hydrogen.

    Every cluster of the crystal is equal to one with the first atom.
    """
    points, graph = ball((k + 0.5) * BOND)
    geometry = QueryGeometry(np.full(len(points), SILICON), points, ((),) * len(points))
    kept, amons = Conformers(), []
    for atoms in connected_sets(graph.neighbours, k, first=0):
        inside, n = set(atoms), len(atoms)
        orders = tuple((bond, 1) for bond in graph.orders if inside.issuperset(bond))
        amon = place(graph, geometry, Fragment(f"Si{n}H{4 * n - 2 * len(orders)}", atoms, orders))
        if not clashes(amon) and kept.keeps(amon):
            amons.append(amon)
    return points, amons


def silicon_study(reference: Reference, store: Store, *, k: int = 7) -> dict[str, Any]:
    """Error per atom (kcal/mol) as the clusters grow, against the crystal at the same level."""
    points, amons = clusters(k)
    energies = reference_energies(amons, reference, store)
    computed = np.isfinite(energies)
    amons = [a for a, ok in zip(amons, computed, strict=True) if ok]
    around = points[np.linalg.norm(points, axis=1) <= SURROUNDINGS]
    found = _compared(around, amons)
    true = crystal_energy(reference)
    steps = [(n, learn(found, energies[computed], largest=n)) for n in range(1, k + 1)]
    curve = [
        {"k": n, "n_amons": int((found.sizes <= n).sum()), "error": e.energy - true, "baseline_error": e.baseline - true,
         "half_width": None if e.std is None else CONFIDENCE * e.std}
        for n, e in steps if e is not None
    ]  # fmt: skip
    return {
        "family": "silicon", "name": "bulk silicon, per atom", "k": k, "error": curve[-1]["error"], "curve": curve, "failure": "",
        "half_width": curve[-1]["half_width"], "n_amons": len(amons), "n_heavy": 1, "warnings": [], "is_computed": False,
    }  # fmt: skip


def _compared(around: np.ndarray, amons: Sequence[Amon]) -> Comparison:
    """The first atom of the crystal against all atoms of the clusters."""
    spectra, first = Spectra((1, SILICON)), torch.zeros(1, dtype=torch.long)
    training = tuple((a.numbers, a.positions) for a in amons)
    atoms = atoms_by_element(training, spectra)
    whole = atoms_by_element([(np.full(len(around), SILICON), around)], spectra)[SILICON]
    one = {SILICON: Atoms(first, first, whole.features[:1])}
    query = (np.array([SILICON]), around[:1])
    sizes = np.array([a.n_heavy for a in amons])
    return Comparison(query, training, sizes, distances(atoms, atoms), distances(one, atoms), distances(one, one))


def crystal_energy(reference: Reference) -> float:
    """kcal/mol of one atom in a periodic cell of 64, at the Gamma point."""
    span = range(SUPERCELL)
    points = np.concatenate([_cell() + [i, j, k] for i in span for j in span for k in span]) * LATTICE
    crystal = Structure(np.full(len(points), SILICON), points, cell=np.eye(3) * SUPERCELL * LATTICE, pbc=(True, True, True),
                        name="silicon")  # fmt: skip
    return reference.energy(crystal) / len(points)
