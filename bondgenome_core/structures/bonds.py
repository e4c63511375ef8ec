"""Bonds from element-pair cut-offs, periodic cells respected, editable by hand.

Metal cut-offs follow the literature on thiolate-protected gold: S-Au contacts of 2.3-2.5 Angstrom
widen to about 2.9 at 900 K; Au-Au below 3.4 Angstrom, the sum of van der Waals radii (1.66 each,
Bondi, 10.1021/j100785a001), covers the aurophilic range (10.1039/C1CS15115G).
Other pairs: 1.2 times the sum of covalent radii (Cordero et al., 10.1039/B801115J, as in ASE).
"""

from __future__ import annotations

import numpy as np

from ..errors import StructureError
from .structure import Bond, Structure

LITERATURE_CUTOFFS: dict[str, float] = {"Au-Au": 3.4, "S-Au": 2.9, "C-Au": 2.4, "H-Au": 1.9, "H-H": 0.9}
"""Angstrom, by element pair, the lighter element first."""
COVALENT_FACTOR = 1.2
SMALLEST_CUTOFF, LARGEST_CUTOFF = 0.5, 6.0


def pair_key(symbol_a: str, symbol_b: str) -> str:
    """Name of an element pair, the lighter element first: ``pair_key('Au', 'S') == 'S-Au'``.

    >>> pair_key("Au", "S")
    'S-Au'
    """
    from ase.data import atomic_numbers

    return "-".join(sorted((symbol_a, symbol_b), key=lambda s: atomic_numbers[s]))


def default_cutoffs(symbols: list[str]) -> dict[str, float]:
    """Cut-off in Angstrom for every pair of the elements given."""
    from ase.data import atomic_numbers, covalent_radii

    elements = sorted(set(symbols), key=lambda s: atomic_numbers[s])
    out = {}
    for n, a in enumerate(elements):
        for b in elements[n:]:
            key = pair_key(a, b)
            radii = covalent_radii[atomic_numbers[a]] + covalent_radii[atomic_numbers[b]]
            out[key] = LITERATURE_CUTOFFS.get(key, round(COVALENT_FACTOR * float(radii), 2))
    return out


def find_bonds(structure: Structure, cutoffs: dict[str, float] | None = None) -> tuple[Bond, ...]:
    """All pairs closer than their cut-off (Angstrom), each once, ordered by atom indices.

    Missing pairs take the default.  Raises StructureError for a cut-off outside 0.5-6 Angstrom.
    """
    from ase.neighborlist import neighbor_list

    limits = default_cutoffs(structure.symbols) | dict(cutoffs or {})
    for key, value in limits.items():
        if not SMALLEST_CUTOFF <= value <= LARGEST_CUTOFF:
            raise StructureError(f"The cut-off {value} for {key} is outside {SMALLEST_CUTOFF}-{LARGEST_CUTOFF} Angstrom.")
    i, j, d, shifts = neighbor_list("ijdS", structure.atoms(), max(limits.values()))
    symbols = structure.symbols
    bonds = set()
    for a, b, dist, shift in zip(i, j, d, shifts, strict=True):
        if dist >= limits[pair_key(symbols[a], symbols[b])]:
            continue
        u, v, w = (int(x) for x in shift)
        bonds.add(min(Bond(int(a), int(b), (u, v, w)), Bond(int(b), int(a), (-u, -v, -w))))
    return tuple(sorted(bonds))


def with_bonds(structure: Structure, cutoffs: dict[str, float] | None = None) -> Structure:
    """The structure with its bonds found anew."""
    return structure.with_(bonds=find_bonds(structure, cutoffs))


def add_bond(structure: Structure, i: int, j: int) -> Structure:
    """Add one bond by hand (nearest image); raises StructureError where it exists or makes no sense."""
    n = len(structure)
    if i == j or not (0 <= i < n and 0 <= j < n):
        raise StructureError(f"A bond needs two different atoms between 0 and {n - 1}; got {i} and {j}.")
    if any({b.i, b.j} == {i, j} for b in structure.bonds):
        raise StructureError(f"Atoms {i} and {j} are bonded already.")
    new = Bond(min(i, j), max(i, j), _nearest_shift(structure, min(i, j), max(i, j)))
    return structure.with_(bonds=tuple(sorted((*structure.bonds, new))))


def delete_bond(structure: Structure, bond: Bond) -> Structure:
    """Remove one bond by hand."""
    if bond not in structure.bonds:
        raise StructureError(f"There is no bond {bond.i}-{bond.j} to delete.")
    return structure.with_(bonds=tuple(b for b in structure.bonds if b != bond))


def _nearest_shift(structure: Structure, i: int, j: int) -> tuple[int, int, int]:
    ranges = [(-1, 0, 1) if p else (0,) for p in structure.pbc]
    shifts = [(a, b, c) for a in ranges[0] for b in ranges[1] for c in ranges[2]]
    delta = structure.positions[j] - structure.positions[i]
    lengths = [np.linalg.norm(delta + np.array(s) @ structure.cell) for s in shifts]
    return shifts[int(np.argmin(lengths))]
