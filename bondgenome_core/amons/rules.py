"""Which fragments are amons, and why others are not (rules of Huang and von Lilienfeld, 10.1038/s41557-020-0527-z, as in their
reference implementation; definitions of our own are marked).

A cut bond becomes a bond to hydrogen, whatever its order: atoms keep their coordination number.  Unsaturated atoms are then
paired anew to double bonds; where that is impossible the fragment is a radical.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .heavy_graph import HeavyGraph, Ring

CARBON, OXYGEN, PHOSPHORUS, SULFUR = 6, 8, 15, 16
HALOGENS = frozenset({9, 17, 35, 53})
CONJUGATED_PART = {3: 1, 4: 1, 5: 4, 6: 4, 7: 4}
STRAINED_PART = {3: 1, 4: 2}
"""Ring size -> most atoms of it in a fragment that does not hold it whole."""
HEAVY_LOSS = 3


class Rejection(NamedTuple):
    """atoms: of the heavy graph.  reason: a key of REASONS."""

    atoms: tuple[int, ...]
    reason: str


REASONS = {
    "charge": "carries a net charge",
    "halogen": "is a lone halogen",
    "carbonyl": "splits a C=O",
    "multiple": "cuts a triple bond, a cumulated bond or an S=O",
    "radical": "has unpaired electrons",
    "center": "takes three or more heavy neighbours from P or S",
    "conjugated ring": "holds too large a part of a conjugated ring",
    "strained ring": "holds too large a part of a strained ring",
}


def rejected(graph: HeavyGraph, atoms: tuple[int, ...]) -> str | None:
    """Why a connected set is no amon, by graph alone; None where only its pairing is still to be tried."""
    inside = frozenset(atoms)
    if sum(graph.charges[a] for a in atoms):
        return "charge"
    if len(atoms) == 1 and graph.numbers[atoms[0]] in HALOGENS:
        return "halogen"
    for a in atoms:
        cut = graph.neighbours[a] - inside
        if graph.numbers[a] in (PHOSPHORUS, SULFUR) and len(cut) >= HEAVY_LOSS:
            return "center"
        for b in cut:
            if graph.order(a, b) > 1 and {graph.numbers[a], graph.numbers[b]} == {CARBON, OXYGEN}:
                return "carbonyl"
            if graph.order(a, b) > 1 and graph.unsaturation[a] > 1:
                return "multiple"
    for ring in graph.rings:
        reason = _rejected_part(ring, inside)
        if reason:
            return reason
    return None


def _rejected_part(ring: Ring, inside: frozenset[int]) -> str | None:
    part, size = len(ring.atoms & inside), len(ring.atoms)
    if part == size:
        return None
    if ring.conjugated and part > CONJUGATED_PART.get(size, size):
        return "conjugated ring"
    if not ring.conjugated and ring.strained and part > STRAINED_PART.get(size, size):
        return "strained ring"
    return None


def pairings(graph: HeavyGraph, atoms: tuple[int, ...]) -> Iterator[dict[tuple[int, int], int]]:
    """Bond orders of a fragment, (low, high) -> order, one for each way of pairing its unsaturated atoms; none for a radical.

    Atoms with more than one unsaturation keep the orders of the query.
    """
    inside = frozenset(atoms)
    orders = {bond: 1 for bond in graph.orders if bond[0] in inside and bond[1] in inside}
    left = {a: graph.unsaturation[a] for a in atoms}
    for bond in orders:
        if max(graph.unsaturation[bond[0]], graph.unsaturation[bond[1]]) > 1:
            orders[bond] = graph.orders[bond]
            for end in bond:
                left[end] -= graph.orders[bond] - 1
    if any(n not in (0, 1) for n in left.values()):
        return
    for doubles in _matchings(graph, frozenset(a for a, n in left.items() if n)):
        yield orders | dict.fromkeys(doubles, 2)


def _matchings(graph: HeavyGraph, open_atoms: frozenset[int]) -> Iterator[tuple[tuple[int, int], ...]]:
    """All ways of pairing bonded open atoms, each atom once."""
    if not open_atoms:
        yield ()
        return
    # the atom with the fewest partners first: dead ends show early
    first = min(open_atoms, key=lambda a: (len(graph.neighbours[a] & open_atoms), a))
    for partner in sorted(graph.neighbours[first] & open_atoms):
        for rest in _matchings(graph, open_atoms - {first, partner}):
            yield ((min(first, partner), max(first, partner)), *rest)
