"""Is a cluster still in one piece, with no contact that chemistry forbids?

Optimised thiolate-protected gold clusters have no S-Au contact below about 2.27 and no Au-Au contact
below 2.7 Angstrom; contacts under the limits here mean a structure that collapsed, also at 900 K.
"""

from __future__ import annotations

import numpy as np

from .bonds import LITERATURE_CUTOFFS, default_cutoffs, find_bonds
from .structure import Structure

SHORTEST_CONTACT = {"S-Au": 2.05, "Au-Au": 2.2}
"""Angstrom.  In GFN1-xTB trajectories of rings and chains at 900 K S-Au has mean 2.42, standard deviation
0.13 and a steep inner wall: none of about 1,600 bond instances lay below 2.1, so 2.05 spares healthy snapshots."""
STRETCH = 1.25
"""Times the cut-off of a bond between other elements: a bond that swings past what is drawn, as C-H did at 500 K past its 1.28
Angstrom, is not broken."""


def pieces(structure: Structure, *, stretch: float = 1.0) -> np.ndarray:
    """(n_atoms,) number of the connected piece each atom belongs to, by the default cut-offs; stretch: times those that are not
    of the literature."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(structure)
    cutoffs = {k: stretch * d for k, d in default_cutoffs(structure.symbols).items() if k not in LITERATURE_CUTOFFS}
    bonds = find_bonds(structure, cutoffs)
    i, j = [b.i for b in bonds], [b.j for b in bonds]
    return connected_components(coo_matrix((np.ones(len(bonds)), (i, j)), shape=(n, n)), directed=False)[1]


def why_broken(structure: Structure, *, n_pieces: int = 1) -> str | None:
    """One clause saying why the structure is broken, or None where it is whole.

    n_pieces: how many separate molecules the intact structure has.
    """
    bonds = find_bonds(structure)
    for bond in bonds:
        limit = SHORTEST_CONTACT.get(structure.kind(bond), 0.0)
        if structure.length(bond) < limit:
            kind, d = structure.kind(bond), structure.length(bond)
            return f"the {kind} contact of atoms {bond.i} and {bond.j} is {d:.2f} Angstrom, below {limit}"
    found = int(pieces(structure, stretch=STRETCH).max()) + 1
    if found > n_pieces:
        return f"it has fallen into {found} pieces where {n_pieces} belong"
    return None


def is_broken(structure: Structure, *, n_pieces: int = 1) -> bool:
    """True where a contact is impossibly short or an atom or group has lost all bonds to the rest."""
    return why_broken(structure, n_pieces=n_pieces) is not None
