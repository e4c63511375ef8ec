"""Flakes of hexagonal boron nitride, some of their B-N pairs replaced by carbon, edges closed with hydrogen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..structure import Bond, Structure

BOND, TO_HYDROGEN = 1.446, {5: 1.19, 6: 1.09, 7: 1.01}
"""Angstrom: between neighbours of the lattice, and from an edge to its hydrogen."""


def nitride_flake(doped: Sequence[int] = (), *, name: str) -> Structure:
    """B12N12H12 in the plane, lattice geometry, not relaxed, with its bonds.

    doped: numbers of bonds (as in ``lattice_bonds``) whose two atoms become carbon; they must not share atoms.
    """
    sites, kinds = _sites()
    numbers = np.where(kinds == 0, 5, 7)
    bonds = lattice_bonds(sites)
    for k in doped:
        numbers[list(bonds[k])] = 6
    hydrogens, edge = [], []
    for a, site in enumerate(sites):
        near = [b for pair in bonds if a in pair for b in pair if b != a]
        if len(near) == 2:
            out = 2 * site - sites[near].sum(0)
            hydrogens.append(site + out / np.linalg.norm(out) * TO_HYDROGEN[int(numbers[a])])
            edge.append(a)
    n = len(sites)
    every = [Bond(a, b) for a, b in bonds] + [Bond(a, n + h) for h, a in enumerate(edge)]
    return Structure(
        np.concatenate([numbers, np.ones(len(edge), dtype=int)]), np.concatenate([sites, hydrogens]), bonds=tuple(every),
        name=name, source="hexagonal boron nitride, lattice geometry",
    )  # fmt: skip


def lattice_bonds(sites: np.ndarray) -> list[tuple[int, int]]:
    """Neighbours of the lattice, in order."""
    apart = np.linalg.norm(sites[:, None] - sites, axis=-1)
    return [(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(apart < 1.1 * BOND, 1)), strict=True)]


def _sites() -> tuple[np.ndarray, np.ndarray]:
    """Positions (24, 3) of a coronene-like flake about the middle of a ring, and which of the two sublattices each is on."""
    a = BOND * np.sqrt(3)
    first, second = np.array([a, 0, 0]), np.array([a / 2, a * np.sqrt(3) / 2, 0])
    middle = (first + second) * 2 / 3  # of a ring
    span = range(-4, 5)
    points = [(i * first + j * second + s * (first + second) / 3 - middle, s) for i in span for j in span for s in (0, 1)]
    reach = BOND * np.sqrt(7) + 0.1  # of the outermost of 24 atoms
    kept = [(p, s) for p, s in points if np.linalg.norm(p) < reach]
    return np.array([p for p, _ in kept]), np.array([s for _, s in kept])
