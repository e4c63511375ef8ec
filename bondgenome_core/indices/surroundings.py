"""Which atoms stand around a bond (intrusion) and how its neighbouring bonds lie (alignment); geometry alone.

Intrusion: atoms other than the bond's own two, hydrogen included, in the frame of the slices.  Alignment: angles at an atom
between the bond, seen from that atom, and every other listed bond of the atom.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..slices.elf_slice import WINDOW
from ..slices.frame import BondFrame
from ..slices.sample import NEAR_PLANE
from ..slices.slice_set import DISC_RADIUS
from ..structures.periodic import lattice_images
from ..structures.structure import Bond, Structure

SEARCH = 6.0
"""Angstrom around the midpoint: wider than the corner of the window; the nearest other atom is looked for in it."""


def intrusion(structure: Structure, f: BondFrame) -> dict[str, float]:
    """Counts of other atoms and their least distances (Angstrom).

    intruders_0, intruders_90: in the 6.4 Angstrom window and within 1.5 Angstrom of its plane, at both azimuths.
    intruders_disc: within 2.4 Angstrom of the midpoint.  intruder_distance, intruder_line_distance: from the midpoint and
    from the segment between the two atoms to the nearest other atom (NaN where none is within 6 Angstrom).
    """
    relative = _others(structure, f)
    x, y, z = relative @ f.x, relative @ f.y, relative @ f.z
    in_window = np.abs(z) < 0.5 * WINDOW
    distance = np.linalg.norm(relative, axis=1)
    beyond = np.maximum(np.abs(z) - 0.5 * f.length, 0.0)
    from_line = np.sqrt(x**2 + y**2 + beyond**2)
    return {
        "intruders_0": int((in_window & (np.abs(x) < 0.5 * WINDOW) & (np.abs(y) < NEAR_PLANE)).sum()),
        "intruders_90": int((in_window & (np.abs(y) < 0.5 * WINDOW) & (np.abs(x) < NEAR_PLANE)).sum()),
        "intruders_disc": int((distance < DISC_RADIUS).sum()),
        "intruder_distance": float(distance.min()) if len(distance) else np.nan,
        "intruder_line_distance": float(from_line.min()) if len(distance) else np.nan,
    }


def _others(structure: Structure, f: BondFrame) -> np.ndarray:
    """(n, 3) places relative to the midpoint of all other atoms and images near a bond, Angstrom."""
    shifts = lattice_images(structure, f.origin, SEARCH)
    relative = (structure.positions + shifts[:, None] - f.origin).reshape(-1, 3)
    keep = np.linalg.norm(relative, axis=1) < SEARCH
    for end in (-0.5, 0.5):
        keep &= np.linalg.norm(relative - end * f.length * f.z, axis=1) > 1e-6
    return relative[keep]


def neighbour_directions(structure: Structure) -> dict[int, list[tuple[int, np.ndarray]]]:
    """Atom -> (other atom, unit vector to it) of all its listed bonds."""
    out: dict[int, list[tuple[int, np.ndarray]]] = defaultdict(list)
    for b in structure.bonds:
        start, end = structure.end_points(b)
        v = (end - start) / np.linalg.norm(end - start)
        out[b.i].append((b.j, v))
        out[b.j].append((b.i, -v))
    return out


def alignment(bond: Bond, f: BondFrame, directions: dict[int, list[tuple[int, np.ndarray]]]) -> dict[str, float]:
    """Largest and mean angle (degrees) with the other bonds at either end; NaN where an end has none."""
    out = {}
    for side, atom, away in (("left", f.left, f.z), ("right", f.right, -f.z)):
        cosines = np.array([v @ away for _, v in directions.get(atom, [])])
        # the bond itself, seen from this atom
        cosines = cosines[cosines < 1 - 1e-9]
        angles = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
        out[f"angle_max_{side}"] = float(angles.max()) if len(angles) else np.nan
        out[f"angle_mean_{side}"] = float(angles.mean()) if len(angles) else np.nan
    return out
