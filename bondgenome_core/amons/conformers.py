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
    apart = np.linalg.norm(amon.positions[:, None] - amon.positions, axis=-1)
    np.fill_diagonal(apart, np.inf)
    return np.sort((1 / apart).sum(1))


class Conformers:
    """The conformers kept so far, by SMILES."""

    def __init__(self, difference: float = DIFFERENCE):
        self.difference, self._known = difference, dict[str, list[np.ndarray]]()

    def keeps(self, amon: Amon) -> bool:
        """Whether an amon is new; it is remembered then."""
        known = self._known.setdefault(amon.smiles, [])
        own = fingerprint(amon)
        single = amon.n_heavy <= SINGLE and "." not in amon.smiles
        if known and (single or min(np.abs(own - k).sum() for k in known) < self.difference):
            return False
        known.append(own)
        return True
