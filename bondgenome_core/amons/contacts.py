"""Contacts between molecules: which atoms touch without a bond, and which molecules a hydrogen bond joins."""

from __future__ import annotations

from collections import deque

import numpy as np

BEYOND_BOND = 0.45
"""Angstrom beyond the sum of covalent radii: nearer atoms are bonded."""
REACH = 1.2
"""Times the sum of van der Waals radii."""
NEIGHBOURHOOD = 2
"""Bonds: a contact is no longer than the distance to either partner's neighbours within so many bonds."""
DONORS = frozenset({7, 8, 9, 16})
HYDROGEN_BOND, STRAIGHT = 2.5, 120.0
"""Angstrom from the hydrogen to the acceptor, and least angle in degrees at the hydrogen (our definition)."""
Bonds = tuple[tuple[int, int], ...]


def molecules_of(n_atoms: int, bonds: Bonds) -> list[tuple[int, ...]]:
    """Atoms of every molecule, by its first atom."""
    near, seen, out = neighbour_sets(n_atoms, bonds), set[int](), []
    for start in range(n_atoms):
        if start not in seen:
            own = tuple(sorted(within(near, start, n_atoms)))
            seen.update(own)
            out.append(own)
    return out


def neighbour_sets(n_atoms: int, bonds: Bonds) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in range(n_atoms)]
    for a, b in bonds:
        near[a].add(b)
        near[b].add(a)
    return near


def within(near: list[set[int]], start: int, most: int) -> dict[int, int]:
    """Atom -> bonds away from ``start``, up to ``most``."""
    away, waiting = {start: 0}, deque([start])
    while waiting:
        a = waiting.popleft()
        if away[a] < most:
            for b in near[a] - away.keys():
                away[b] = away[a] + 1
                waiting.append(b)
    return away


def contacts(numbers: np.ndarray, positions: np.ndarray, bonds: Bonds) -> list[tuple[int, int]]:
    """Pairs of atoms of different molecules that touch; no saturated carbon among them."""
    from ase.data import covalent_radii, vdw_radii

    n = len(numbers)
    near, owner = neighbour_sets(n, bonds), np.empty(n, dtype=int)
    for m, own in enumerate(molecules_of(n, bonds)):
        owner[list(own)] = m
    apart = np.linalg.norm(positions[:, None] - positions, axis=-1)
    covalent, outer = covalent_radii[numbers], vdw_radii[numbers]
    low, high = covalent[:, None] + covalent + BEYOND_BOND, REACH * (outer[:, None] + outer)
    saturated = np.array([z == 6 and len(near[a]) == 4 for a, z in enumerate(numbers)])
    possible = (apart > low) & (apart < high) & (owner[:, None] != owner) & ~saturated[:, None] & ~saturated
    around = [list(within(near, a, NEIGHBOURHOOD)) for a in range(n)]
    return [
        (int(i), int(j))
        for i, j in zip(*np.nonzero(np.triu(possible, 1)), strict=True)
        if apart[i, j] <= min(apart[i, around[j]].min(), apart[j, around[i]].min()) + 1e-9
    ]


def hydrogen_bonded(numbers: np.ndarray, positions: np.ndarray, bonds: Bonds) -> list[frozenset[int]]:
    """For every molecule, the molecules a hydrogen bond joins it with."""
    n, near = len(numbers), neighbour_sets(len(numbers), bonds)
    molecules = molecules_of(n, bonds)
    owner = {a: m for m, own in enumerate(molecules) for a in own}
    joined: list[set[int]] = [set() for _ in molecules]
    for h in np.flatnonzero(numbers == 1).tolist():
        donor = next((d for d in near[h] if numbers[d] in DONORS), None)
        if donor is None:
            continue
        for acceptor in range(n):
            if numbers[acceptor] in DONORS and owner[acceptor] != owner[h] and _joins(positions, donor, h, acceptor):
                joined[owner[h]].add(owner[acceptor])
                joined[owner[acceptor]].add(owner[h])
    return [frozenset(j) for j in joined]


def _joins(positions: np.ndarray, donor: int, h: int, acceptor: int) -> bool:
    legs = positions[[donor, acceptor]] - positions[h]
    lengths = np.linalg.norm(legs, axis=1)
    if lengths[1] > HYDROGEN_BOND:
        return False
    return bool(np.degrees(np.arccos(np.clip(legs[0] @ legs[1] / lengths.prod(), -1, 1))) >= STRAIGHT)
