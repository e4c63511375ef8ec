"""Conformers of one amon: kept where their distances differ, merged where they do not."""

from __future__ import annotations

import numpy as np

from .geometry import Amon

DIFFERENCE = 0.1
"""1/Angstrom: least L1 distance of sorted row sums of 1/r between two conformers that are both kept."""
SINGLE = 2
"""Amons of so many heavy atoms have one conformer; pairs of molecules have as many as differ."""


def fingerprint(amon: Amon) -> np.ndarray:
    """(n_atoms,) sorted sums of 1/r over the other atoms: the same for mirror images and for any order of the atoms."""
    return np.sort(crowding(amon.positions))


def crowding(positions: np.ndarray) -> np.ndarray:
    """(n,) of each atom, the sum of 1/r over the others (1/Angstrom); positions: (n, 3) Angstrom."""
    apart = np.linalg.norm(positions[:, None] - positions, axis=-1)
    np.fill_diagonal(apart, np.inf)
    return (1 / apart).sum(1)


class Conformers:
    """The conformers kept so far, by SMILES."""

    def __init__(self, difference: float = DIFFERENCE):
        self.difference, self._known = difference, dict[str, list[tuple[np.ndarray, Amon]]]()

    def keeps(self, amon: Amon) -> bool:
        """Whether an amon is new; it is remembered then."""
        return self.like(amon) is amon

    def like(self, amon: Amon) -> Amon:
        """The remembered conformer that stands for an amon: the nearest where it is near enough, else the amon itself."""
        known, own = self._known.setdefault(amon.smiles, []), fingerprint(amon)
        if known:
            apart, nearest = min(((float(np.abs(own - f).sum()), k) for k, (f, _) in enumerate(known)), key=lambda pair: pair[0])
            single = amon.n_heavy <= SINGLE and "." not in amon.smiles
            if single or apart < self.difference:
                return known[nearest][1]
        known.append((own, amon))
        return amon
