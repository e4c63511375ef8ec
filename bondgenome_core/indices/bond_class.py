"""Where in a gold cluster a bond stands: core, staple, ring, free chain, bare cluster or slab.

Gold with two or more S neighbours links thiolates, gold with fewer is core (``structures.motifs``).  Linkers and their sulfur
form pieces: one that closes on itself is a ring, one that holds on to the core a staple, any other a free chain.
"""

from __future__ import annotations

import numpy as np

from ..structures.motifs import GOLD, SULFUR, core_gold, pieces_outside, sulfur_gold_graph
from ..structures.structure import Bond, Structure

CLASSES = ("core", "core-staple", "staple", "core-ring", "ring", "staple-ring", "chain", "bare", "slab", "other")
"""Names of bond classes; two names where the gold atoms of a bond differ, in the order of GOLD_CLASSES."""
GOLD_CLASSES = ("core", "staple", "ring", "chain", "bare", "slab")


def gold_classes(structure: Structure) -> dict[int, str]:
    """Gold atom -> one of GOLD_CLASSES."""
    gold = [int(k) for k in np.nonzero(structure.numbers == GOLD)[0]]
    if any(structure.pbc):
        return dict.fromkeys(gold, "slab")
    if not (structure.numbers == SULFUR).any():
        return dict.fromkeys(gold, "bare")
    graph, core = sulfur_gold_graph(structure), core_gold(structure)
    out = dict.fromkeys(core, "core")
    for piece in pieces_outside(graph, core):
        n_links = sum(len(graph[k] & piece) for k in piece) // 2
        held = any(graph[k] & core for k in piece)
        name = "ring" if n_links >= len(piece) else "staple" if held else "chain"
        out |= {k: name for k in piece if structure.numbers[k] == GOLD}
    return out


def bond_class(structure: Structure, bond: Bond, classes: dict[int, str]) -> str:
    """The class of the gold atoms of a bond, both where they differ; 'other' for a bond without gold."""
    found = {classes[k] for k in (bond.i, bond.j) if k in classes}
    return "-".join(sorted(found, key=GOLD_CLASSES.index)) or "other"
