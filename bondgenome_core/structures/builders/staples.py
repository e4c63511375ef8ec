"""Free staples [Au_n(SR)_(n+1)]-: a zigzag chain, S-Au-S straight, Au-S-Au 100 degrees, ligands alternating."""

from __future__ import annotations

import numpy as np

from ...errors import StructureError
from ..structure import Structure
from .assemble import thiolate
from .ligands import thiolate_tag
from .rings import GOLD_SULFUR_GOLD, SULFUR_GOLD

STAPLE_LENGTHS = (1, 2, 3, 4)


def staple(n: int, ligand: str = "H") -> Structure:
    """The anion [Au_n(SR)_(n+1)]- as an extended chain; n = 1-4."""
    if n not in STAPLE_LENGTHS:
        raise StructureError(f"Staples are built for n = {', '.join(map(str, STAPLE_LENGTHS))}; got {n}.")
    half = 0.5 * GOLD_SULFUR_GOLD
    steps = 2.0 * SULFUR_GOLD * np.array([[np.sin(half), (-1.0) ** k * np.cos(half), 0.0] for k in range(n)])
    sulfur = np.vstack([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    gold = 0.5 * (sulfur[1:] + sulfur[:-1])
    contacts = [[g for g in (k - 1, k) if 0 <= g < n] for k in range(n + 1)]
    sides = np.stack([np.zeros(n + 1), np.zeros(n + 1), (-1.0) ** np.arange(n + 1)], axis=1)
    name = f"au{n}_{thiolate_tag(ligand, n + 1)}_anion"
    source = f"chain of {n} Au and {n + 1} S built from bond lengths and angles"
    return thiolate(gold, sulfur, sides, ligand=ligand, charge=-1, name=name, source=source, contacts=contacts)
