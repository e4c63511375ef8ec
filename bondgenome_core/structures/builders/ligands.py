"""Caps on sulfur: hydrogen or methyl, pyramidal at the S atom as in SR- groups that bridge two gold atoms.

S-H 1.35, S-C 1.82, C-H 1.09 Angstrom; Au-S-H 95 and Au-S-C 101 degrees (ranges of optimised clusters).
"""

from __future__ import annotations

import numpy as np

from ...errors import StructureError

LIGANDS = ("H", "CH3")
SULFUR_LINK = {"H": 1.35, "CH3": 1.82}
"""Angstrom, S to the first atom of the ligand."""
LINK_ANGLE = {"H": np.radians(95.0), "CH3": np.radians(101.0)}
"""Au-S-H and Au-S-C in radians."""
CARBON_HYDROGEN = 1.09
TETRAHEDRAL_COSINE = -1.0 / 3.0


def thiolate_tag(ligand: str, count: int) -> str:
    """How file names spell ``count`` thiolates: 'sh4' or 'sch3_4'; raises StructureError for an unknown ligand."""
    if ligand not in LIGANDS:
        raise StructureError(f"The ligand {ligand!r} is unknown; choose one of {', '.join(LIGANDS)}.")
    return f"sh{count}" if ligand == "H" else f"sch3_{count}"


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector divided by its length."""
    return np.asarray(vector, dtype=float) / np.linalg.norm(vector)


def link_direction(sulfur: np.ndarray, gold: list[np.ndarray], side: np.ndarray, angle: float) -> np.ndarray:
    """Unit vector from S that makes ``angle`` with each S-Au direction, on the side ``side`` points to.

    gold: positions of one or two bonded gold atoms.  side: a vector not in the Au-S-Au plane.
    """
    directions = [unit(g - sulfur) for g in gold]
    along = unit(np.sum(directions, axis=0))
    normal = np.cross(directions[0], directions[1]) if len(gold) == 2 else side - (side @ along) * along
    normal = unit(normal) if np.linalg.norm(normal) > 1e-6 else unit(np.cross(along, _any_other(along)))
    normal = normal if normal @ side >= 0 else -normal
    cosine = np.clip(np.cos(angle) / (along @ directions[0]), -1.0, 1.0)
    return cosine * along + np.sqrt(1.0 - cosine**2) * normal


def cap(sulfur: np.ndarray, gold: list[np.ndarray], side: np.ndarray, ligand: str) -> tuple[list[str], np.ndarray]:
    """Symbols and positions (n, 3) in Angstrom of the ligand atoms of one S atom."""
    thiolate_tag(ligand, 1)
    direction = link_direction(sulfur, gold, side, LINK_ANGLE[ligand])
    first = sulfur + SULFUR_LINK[ligand] * direction
    if ligand == "H":
        return ["H"], first[None]
    return ["C", "H", "H", "H"], np.vstack([first, methyl_hydrogens(first, -direction, gold[0] - sulfur)])


def methyl_hydrogens(carbon: np.ndarray, to_neighbour: np.ndarray, anti_to: np.ndarray) -> np.ndarray:
    """(3, 3) Angstrom: three H on a carbon, one of them anti to the bond ``anti_to`` of its neighbour."""
    axis = unit(-to_neighbour)
    first = -(anti_to - (anti_to @ axis) * axis)
    first = unit(first) if np.linalg.norm(first) > 1e-6 else unit(np.cross(axis, _any_other(axis)))
    second = np.cross(axis, first)
    tilt = np.sqrt(1.0 - TETRAHEDRAL_COSINE**2)
    angles = 2.0 * np.pi * np.arange(3) / 3.0
    spokes = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    return carbon + CARBON_HYDROGEN * (-TETRAHEDRAL_COSINE * axis + tilt * spokes)


def _any_other(vector: np.ndarray) -> np.ndarray:
    return np.eye(3)[int(np.argmin(np.abs(vector)))]
