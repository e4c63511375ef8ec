"""Fragments in space: atoms where the query has them, new hydrogens along the bonds that were cut.

Fixed lengths of X-H after Huang and von Lilienfeld (10.1038/s41557-020-0527-z).  Nothing is relaxed: static amons.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .fragment import Fragment
from .heavy_graph import HeavyGraph

HYDROGEN_BOND = {5: 1.20, 6: 1.10, 7: 1.00, 8: 0.98, 9: 0.92, 16: 1.34, 17: 1.27}
"""Angstrom from a heavy atom to a hydrogen that takes a neighbour's place; other elements: sum of covalent radii."""
CONTACT = 1.25
"""Times the sum of covalent radii: atoms without a bond that are nearer clash."""


class Amon(NamedTuple):
    """A fragment molecule.  smiles: canonical, without stereochemistry; n_heavy: its size.

    numbers: (n,).  positions: (n, 3) Angstrom.  origin: (n,) atom of the query, -1 for a new hydrogen.  bonds: (a, b, order).
    charges: (n,) formal.
    """

    smiles: str
    n_heavy: int
    numbers: np.ndarray
    positions: np.ndarray
    origin: np.ndarray
    bonds: tuple[tuple[int, int, int], ...]
    charges: np.ndarray


class QueryGeometry(NamedTuple):
    """Atoms of a query in space.  hydrogens: per heavy atom of the graph, the query's atoms that are its hydrogens."""

    numbers: np.ndarray
    positions: np.ndarray
    hydrogens: tuple[tuple[int, ...], ...]


def place(graph: HeavyGraph, query: QueryGeometry, fragment: Fragment) -> Amon:
    """The static amon of a fragment: heavy atoms first, each followed later by its hydrogens."""
    inside = set(fragment.atoms)
    numbers: list[int] = []
    positions: list[np.ndarray] = []
    origin: list[int] = []
    order = {}
    for a in fragment.atoms:
        order[a] = len(numbers)
        numbers.append(graph.numbers[a])
        positions.append(query.positions[graph.index[a]])
        origin.append(graph.index[a])
    bonds = [(order[a], order[b], o) for (a, b), o in fragment.orders]
    for a in fragment.atoms:
        own = [(query.positions[h], h) for h in query.hydrogens[a]]
        own += [(_capped(graph, query, a, b), -1) for b in sorted(graph.neighbours[a] - inside)]
        for r, source in own:
            bonds.append((order[a], len(numbers), 1))
            numbers.append(1)
            positions.append(r)
            origin.append(source)
    charges = np.zeros(len(numbers), dtype=int)
    charges[: len(fragment.atoms)] = [graph.charges[a] for a in fragment.atoms]
    return Amon(
        fragment.smiles, len(fragment.atoms), np.array(numbers), np.array(positions), np.array(origin), tuple(bonds), charges
    )


def _capped(graph: HeavyGraph, query: QueryGeometry, a: int, b: int) -> np.ndarray:
    """Where the hydrogen stands that takes the place of neighbour b of atom a."""
    from ase.data import covalent_radii

    start, end = query.positions[graph.index[a]], query.positions[graph.index[b]]
    length = HYDROGEN_BOND.get(graph.numbers[a], float(covalent_radii[graph.numbers[a]] + covalent_radii[1]))
    along: np.ndarray = end - start
    return start + along * (length / np.linalg.norm(along))  # type: ignore[no-any-return]


def clashes(amon: Amon) -> bool:
    """Whether two atoms without a bond are nearer than 1.25 times the sum of their covalent radii."""
    from ase.data import covalent_radii

    i, j = np.triu_indices(len(amon.numbers), 1)
    bonded = {(a, b) for a, b, _ in amon.bonds} | {(b, a) for a, b, _ in amon.bonds}
    free = np.array([pair not in bonded for pair in zip(i.tolist(), j.tolist(), strict=True)], dtype=bool)
    apart = np.linalg.norm(amon.positions[i] - amon.positions[j], axis=1)
    radii = covalent_radii[amon.numbers]
    return bool((apart < CONTACT * (radii[i] + radii[j]))[free].any())
