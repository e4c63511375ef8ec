"""Connected sets of heavy atoms: the fragments of a molecule, each once.

Node-induced by construction: a fragment keeps every bond of the query between its atoms.
Wernicke's enumeration (10.1109/TCBB.2006.51).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def connected_sets(neighbours: Sequence[frozenset[int]], largest: int, *,
                   first: int | None = None) -> Iterator[tuple[int, ...]]:  # fmt: skip
    """Every connected set of at most ``largest`` nodes, sorted, once; first: only those whose lowest node it is.

    >>> sorted(connected_sets([frozenset({1}), frozenset({0, 2}), frozenset({1})], 2))
    [(0,), (0, 1), (1,), (1, 2), (2,)]
    """
    for root in range(len(neighbours)) if first is None else (first,):
        yield from _grown((root,), {n for n in neighbours[root] if n > root}, root, neighbours, largest)


def _grown(chosen: tuple[int, ...], frontier: set[int], root: int, neighbours: Sequence[frozenset[int]],
           largest: int) -> Iterator[tuple[int, ...]]:  # fmt: skip
    yield tuple(sorted(chosen))
    if len(chosen) == largest:
        return
    waiting, near = set(frontier), set(chosen).union(*(neighbours[c] for c in chosen))
    while waiting:
        node = waiting.pop()
        new = {n for n in neighbours[node] if n > root and n not in near}
        yield from _grown((*chosen, node), waiting | new, root, neighbours, largest)
