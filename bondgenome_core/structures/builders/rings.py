"""Rings Au_n(SR)_n: S at the corners of a polygon, Au in the middle of its edges (S-Au-S straight).

Larger rings are puckered into crowns so that Au-S-Au keeps near 100 degrees.
"""

from __future__ import annotations

import numpy as np

from ...errors import StructureError
from ..structure import Structure
from .assemble import thiolate
from .ligands import thiolate_tag

SULFUR_GOLD = 2.33
GOLD_SULFUR_GOLD = np.radians(100.0)
RING_SIZES = (3, 4, 5, 6, 7, 8, 10)
INTERLOCK_SHIFT = 3.3
"""Angstrom between the centres of two interlocked five-rings: their inner Au atoms meet at about 3.1."""


def ring_corners(n: int) -> np.ndarray:
    """(n, 3) Angstrom: S positions of a ring about z, a crown where the flat polygon is too open."""
    edge = 2.0 * SULFUR_GOLD
    flat_angle = np.pi - 2.0 * np.pi / n
    # a crown of alternating height: cos(angle) = 1 - (chord/edge)^2 (1 - cos(flat angle))
    chord = edge * min(1.0, np.sqrt((1.0 - np.cos(GOLD_SULFUR_GOLD)) / (1.0 - np.cos(flat_angle))))
    height, radius = 0.5 * np.sqrt(edge**2 - chord**2), chord / (2.0 * np.sin(np.pi / n))
    k = np.arange(n)
    angle = 2.0 * np.pi * k / n
    up = np.cos(2.0 * np.pi * k * (n // 2) / n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height * up], axis=1)


def _alternating(n: int) -> np.ndarray:
    return np.stack([np.zeros(n), np.zeros(n), (-1.0) ** np.arange(n)], axis=1)


def ring(n: int, ligand: str = "H") -> Structure:
    """One ring Au_n(SR)_n, ligands alternately above and below; n = 3-8 or 10."""
    if n not in RING_SIZES:
        raise StructureError(f"Rings are built for n = {', '.join(map(str, RING_SIZES))}; got {n}.")
    sulfur = ring_corners(n)
    gold = 0.5 * (sulfur + np.roll(sulfur, -1, axis=0))
    contacts = [[k, (k - 1) % n] for k in range(n)]
    name = f"au{n}_{thiolate_tag(ligand, n)}"
    source = f"ring of {n} S-Au units built from bond lengths and angles"
    return thiolate(gold, sulfur, _alternating(n), ligand=ligand, charge=0, name=name, source=source, contacts=contacts)


def interlocked_rings(ligand: str = "H") -> Structure:
    """Au10(SR)10 as two interlocked five-rings, the form known from crystals."""
    sulfur = ring_corners(5)
    gold = 0.5 * (sulfur + np.roll(sulfur, -1, axis=0))
    turn = np.arctan2(gold[0, 1], gold[0, 0])
    spin = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    other = np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
    sulfur, gold, sides = sulfur @ spin.T, gold @ spin.T, _alternating(5)
    shift = np.array([INTERLOCK_SHIFT, 0, 0])
    contacts = [[k, (k - 1) % 5] for k in range(5)]
    return thiolate(
        np.vstack([gold, gold @ other.T + shift]),
        np.vstack([sulfur, sulfur @ other.T + shift]),
        np.vstack([sides, sides @ other.T]),
        ligand=ligand,
        charge=0,
        name=f"au10_{thiolate_tag(ligand, 10)}_interlocked",
        source="two interlocked rings of five S-Au units built from bond lengths and angles",
        contacts=contacts + [[a + 5, b + 5] for a, b in contacts],
    )
