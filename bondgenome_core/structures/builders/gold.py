"""Bare gold: the planar triangle Au6, the cuboctahedron Au13 and the tetrahedral pyramid Au20.

Au6 and Au20 are known ground states (10.1126/science.1079879 for Au20).  Neutral Au13 has an odd number
of electrons (doublet) and many low isomers; the icosahedron, the core of Au25, is stable only under its
ligands and turns into the cuboctahedron, a piece of bulk gold, when relaxed bare by GFN1-xTB.
"""

from __future__ import annotations

import numpy as np

from ..structure import Structure
from .assemble import from_symbols

NEAREST_GOLD = 2.75
"""Angstrom between neighbours before relaxation."""


def au6() -> Structure:
    """Planar D3h triangle: three atoms along each side."""
    points = [(i + 0.5 * j, j * np.sqrt(3.0) / 2.0, 0.0) for j in range(3) for i in range(3 - j)]
    return _bare(np.array(points), "au6", "triangular lattice")


def au13() -> Structure:
    """Cuboctahedron with its centre: an atom of the fcc lattice and its twelve neighbours."""
    corners = [np.roll([0.0, a, b], turn) for turn in range(3) for a in (1.0, -1.0) for b in (1.0, -1.0)]
    return _bare(np.vstack([np.zeros(3), *corners]) / np.sqrt(2.0), "au13", "atom of the fcc lattice with its neighbours")


def au20() -> Structure:
    """Tetrahedron cut from the fcc lattice, four atoms along each edge."""
    basis = np.array([[1.0, 1, 0], [1, 0, 1], [0, 1, 1]]) / np.sqrt(2.0)
    cells = [(i, j, k) for i in range(4) for j in range(4 - i) for k in range(4 - i - j)]
    return _bare(np.array(cells, dtype=float) @ basis, "au20", "tetrahedron cut from the fcc lattice")


def _bare(points: np.ndarray, name: str, source: str) -> Structure:
    return from_symbols(["Au"] * len(points), NEAREST_GOLD * points, name=name, source=source)
