"""Amons of several molecules: pairs and triples of covalent ones that touch in the query, and sub-clusters of small molecules.

Combinations after Huang and von Lilienfeld; sub-clusters of molecules with one heavy atom, which their rule leaves out, are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from .contacts import contacts, hydrogen_bonded, molecules_of
from .enumerate import connected_sets
from .fragment import Fragment
from .geometry import Amon, QueryGeometry, place
from .heavy_graph import HeavyGraph

BEYOND = 4
"""A combination has at most so many heavy atoms more than the largest covalent amon: the published 11 at k = 7."""
SMALLEST_PART = 2
"""Heavy atoms of a part, unless its whole molecule has one (our definition)."""
MOST_PARTS = 3
COMPLETE, LARGEST_CLUSTER = 3, 10
"""Molecules of a sub-cluster: all connected ones up to the first, the nearest around every molecule up to the second."""


def joined(parts: Sequence[Amon]) -> Amon:
    """Several amons as one."""
    starts = np.cumsum([0, *(len(p.numbers) for p in parts)])
    bonds = [(a + s, b + s, o) for p, s in zip(parts, starts[:-1].tolist(), strict=True) for a, b, o in p.bonds]
    return Amon(
        ".".join(sorted(p.smiles for p in parts)), sum(p.n_heavy for p in parts), np.concatenate([p.numbers for p in parts]),
        np.concatenate([p.positions for p in parts]), np.concatenate([p.origin for p in parts]), tuple(bonds),
        np.concatenate([p.charges for p in parts]),
    )  # fmt: skip


def touching_amons(graph: HeavyGraph, query: QueryGeometry, bonds: tuple[tuple[int, int], ...], fragments: Sequence[Fragment], *,
                   largest: int) -> Iterator[Amon]:  # fmt: skip
    """Combinations of two or three fragments of different molecules, every two joined by a contact of the query or, of three,
    at least two contacts in all; at most ``largest`` heavy atoms."""
    touching = contacts(query.numbers, query.positions, bonds)
    if not touching:
        return
    owner = {a: m for m, own in enumerate(molecules_of(len(query.numbers), bonds)) for a in own}
    heavy = Counter(owner[a] for a in graph.index)
    parts = [
        f for f in fragments
        if SMALLEST_PART <= len(f.atoms) <= largest - 1 or heavy[owner[graph.index[f.atoms[0]]]] == 1
    ]  # fmt: skip
    atoms = [_query_atoms(graph, query, f) for f in parts]
    molecule = [owner[graph.index[f.atoms[0]]] for f in parts]
    met = {
        (p, q): n
        for p, q in combinations(range(len(parts)), 2)
        if molecule[p] != molecule[q]
        and len(parts[p].atoms) + len(parts[q].atoms) <= largest
        and (n := sum((i in atoms[p] and j in atoms[q]) or (j in atoms[p] and i in atoms[q]) for i, j in touching))
    }
    placed = [place(graph, query, f) for f in parts]
    for p, q in met:
        yield joined([placed[p], placed[q]])
    for three in _chains(met, molecule):
        if sum(len(parts[s].atoms) for s in three) <= largest:
            yield joined([placed[s] for s in three])


def _chains(met: Iterable[tuple[int, int]], molecule: Sequence[int]) -> list[tuple[int, int, int]]:
    """Triples of parts of three molecules with at least two contacts among them, whatever their order."""
    near: dict[int, set[int]] = {}
    for p, q in met:
        near.setdefault(p, set()).add(q)
        near.setdefault(q, set()).add(p)
    triples = {tuple(sorted((a, p, b))) for p in near for a, b in combinations(sorted(near[p]), 2)}
    return sorted((p, q, r) for p, q, r in triples if len({molecule[p], molecule[q], molecule[r]}) == MOST_PARTS)


def _query_atoms(graph: HeavyGraph, query: QueryGeometry, fragment: Fragment) -> frozenset[int]:
    """Atoms of the query in a fragment, hydrogens included."""
    return frozenset(graph.index[a] for a in fragment.atoms).union(*(query.hydrogens[a] for a in fragment.atoms))


def sub_clusters(numbers: np.ndarray, positions: np.ndarray, bonds: tuple[tuple[int, int], ...]) -> list[tuple[int, ...]]:
    """Sets of molecules that hydrogen bonds join, by number of the molecule, each once, small ones first.

    All of up to three molecules; around every molecule the four, five, ... ten nearest that hang together.
    """
    near = hydrogen_bonded(numbers, positions, bonds)
    molecules = molecules_of(len(numbers), bonds)
    centres = np.array([positions[list(m)].mean(0) for m in molecules])
    found = dict.fromkeys(c for c in connected_sets(near, COMPLETE) if len(c) > 1)
    for start in range(len(molecules)):
        own = [start]
        while len(own) < min(LARGEST_CLUSTER, len(molecules)):
            edge = set().union(*(near[m] for m in own)) - set(own)
            if not edge:
                break
            own.append(min(edge, key=lambda m: (np.linalg.norm(centres[m] - centres[start]), m)))
            if len(own) > COMPLETE:
                found[tuple(sorted(own))] = None
    return sorted(found, key=lambda c: (len(c), c))
