"""Orders of atoms in which a matrix of pairs shows its blocks."""

from __future__ import annotations

import numpy as np

from ..structures.structure import Structure

ORDERS = {"element": "by element", "fragment": "by fragment", "index": "as in the file"}
"""A fragment is a heavy atom with its hydrogens; fragments follow one another along the bonds."""


def order_of(structure: Structure, order: str) -> list[int]:
    """Atoms in one of ORDERS; 'index' where the order is unknown."""
    n = len(structure)
    if order == "element":
        return sorted(range(n), key=lambda a: (-int(structure.numbers[a]), a))
    if order == "fragment":
        return _along_bonds(structure)
    return list(range(n))


def _along_bonds(structure: Structure) -> list[int]:
    """Heavy atoms in reverse Cuthill-McKee order of the bond graph, each followed by its hydrogens."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    n, light = len(structure), structure.numbers == 1
    ends = np.array([(b.i, b.j) for b in structure.bonds], dtype=int).reshape(-1, 2)
    heavy = ends[~light[ends].any(1)]
    graph = coo_array((np.ones(len(heavy)), heavy.T), shape=(n, n)).tocsr()
    ranked = [int(a) for a in reverse_cuthill_mckee((graph + graph.T).tocsr(), symmetric_mode=True) if not light[a]]
    owner = {int(h): int(a) for pair in ends for h, a in (pair, pair[::-1]) if light[h] and not light[a]}
    out = [b for a in ranked for b in (a, *(h for h, of in owner.items() if of == a))]
    return out + [a for a in range(n) if a not in set(out)]
