"""The frame of a bond: where its axis points and what 'up' means, and when that is ambiguous.

Our definition (docs/theory/bond_frame.md).  Origin: the midpoint.  z: from the lighter to the heavier
element (S to Au); between equal elements along falling s = sum_k w(r_kA) - sum_k w(r_kB) over the
anchoring neighbours k (S for Au-Au, every other element otherwise): A, the better anchored, is left.
x: along p = sum_k w(r_k) r_k,perp over all neighbours of the midpoint; where |p| is small, the
principal axis of sum_k w r_perp r_perp^T, which leaves a sign.  w is a smooth cut-off, because any
rule of the kind 'the third nearest atom' jumps when atoms move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ..errors import SliceError
from ..structures.periodic import lattice_images
from ..structures.structure import Bond, Structure

NEIGHBOUR_RANGE = 5.0
"""Angstrom: w falls from 1 to 0 as (1 + cos(pi r / range)) / 2."""
ORIENTATION_THRESHOLD = 0.03
"""|s| below this: either direction of z is admissible.  No displacement of 0.01 Angstrom changes s by so much."""
GAUGE_THRESHOLD = 0.30
"""Angstrom: |p| below this: the principal axis is used and either sign of x is admissible.  Above it, random
displacements of 0.01 Angstrom turn x by less than 7 degrees."""
SULFUR, GOLD = 16, 79


@dataclass(frozen=True, eq=False)
class BondFrame:
    """Right-handed axes (unit vectors) at the midpoint of a bond; Angstrom.

    left, right: the two atoms in the order the image shows them.  orientation: s (inf where the
    elements differ).  gauge_quality: |p| in Angstrom.
    """

    origin: np.ndarray
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    length: float
    left: int
    right: int
    orientation: float
    gauge_quality: float

    @property
    def z_ambiguous(self) -> bool:
        return abs(self.orientation) < ORIENTATION_THRESHOLD

    @property
    def x_ambiguous(self) -> bool:
        return self.gauge_quality < GAUGE_THRESHOLD

    @property
    def ambiguous(self) -> bool:
        return self.z_ambiguous or self.x_ambiguous

    def admissible(self) -> tuple[BondFrame, ...]:
        """All frames the thresholds allow (1, 2 or 4), this one first."""
        flips = product((False, True) if self.x_ambiguous else (False,), (False, True) if self.z_ambiguous else (False,))
        return tuple(self.flipped(x=x, z=z) for x, z in flips)

    def flipped(self, *, x: bool = False, z: bool = False) -> BondFrame:
        """The same bond seen with x or z reversed, still right-handed."""
        new_x, new_z = (-self.x if x else self.x), (-self.z if z else self.z)
        left, right = (self.right, self.left) if z else (self.left, self.right)
        return replace(self, x=new_x, z=new_z, y=np.cross(new_z, new_x), left=left, right=right)

    def closest_to(self, previous: BondFrame) -> BondFrame:
        """The admissible frame most like a previous one: how a trajectory is followed."""
        return max(self.admissible(), key=lambda f: float(f.x @ previous.x + f.z @ previous.z))

    def plane_axis(self, azimuth_deg: float) -> np.ndarray:
        """Unit vector that spans the slice together with z, turned by the azimuth from x."""
        angle = np.deg2rad(azimuth_deg)
        return np.cos(angle) * self.x + np.sin(angle) * self.y


def bond_frame(structure: Structure, bond: Bond) -> BondFrame:
    """The frame of one bond; raises SliceError where its atoms coincide."""
    a, b = structure.end_points(bond)
    length = float(np.linalg.norm(b - a))
    if length < 1e-6:
        raise SliceError(f"Bond {bond.i}-{bond.j} has no length; it has no direction to slice along.")
    neighbours, numbers = _surroundings(structure, bond, 0.5 * (a + b))
    s = _orientation(structure, bond, neighbours, numbers)
    left, right = (bond.i, bond.j) if s >= 0 else (bond.j, bond.i)
    start, end = (a, b) if s >= 0 else (b, a)
    z = (end - start) / length
    x, quality = _gauge(neighbours - 0.5 * (a + b), z)
    return BondFrame(0.5 * (a + b), x, np.cross(z, x), z, length, left, right, abs(s), quality)


def smooth_cutoff(r: np.ndarray) -> np.ndarray:
    """w(r): 1 at 0, 0 from NEIGHBOUR_RANGE on, with a continuous slope."""
    return np.where(r < NEIGHBOUR_RANGE, 0.5 * (1 + np.cos(np.pi * np.minimum(r, NEIGHBOUR_RANGE) / NEIGHBOUR_RANGE)), 0.0)


def _orientation(structure: Structure, bond: Bond, neighbours: np.ndarray, numbers: np.ndarray) -> float:
    """s with its sign (positive: atom i is left); infinite where the elements differ."""
    zi, zj = int(structure.numbers[bond.i]), int(structure.numbers[bond.j])
    if zi != zj:
        return np.inf if zi < zj else -np.inf
    anchors = neighbours[numbers == SULFUR] if zi == GOLD else neighbours[numbers != zi]
    a, b = structure.end_points(bond)
    w = [smooth_cutoff(np.linalg.norm(anchors - p, axis=1)).sum() for p in (a, b)]
    return float(w[0] - w[1])


def _gauge(relative: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, float]:
    """x axis and |p|, from neighbours relative to the midpoint (n, 3)."""
    w = smooth_cutoff(np.linalg.norm(relative, axis=1))
    across = relative - np.outer(relative @ z, z)
    p = w @ across
    quality = float(np.linalg.norm(p))
    if quality >= GAUGE_THRESHOLD:
        return p / quality, quality
    tensor = (across * w[:, None]).T @ across
    # the bond axis itself has eigenvalue 0; a linear molecule has no preferred direction at all
    values, vectors = np.linalg.eigh(tensor)
    x = vectors[:, -1] if values[-1] > 1e-8 else np.cross(z, np.eye(3)[np.argmin(np.abs(z))])
    x = x - (x @ z) * z
    x /= np.linalg.norm(x)
    largest = np.argmax(np.abs(x))
    return (x if x[largest] > 0 else -x), quality


def _surroundings(structure: Structure, bond: Bond, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and numbers of all atoms (images too) near a bond, without its own two atoms."""
    positions, numbers, own = [], [], structure.end_points(bond)
    reach = NEIGHBOUR_RANGE + 0.5 * structure.length(bond)
    for shift in lattice_images(structure, middle, reach):
        moved = structure.positions + shift
        near = np.linalg.norm(moved - middle, axis=1) < reach
        for p in own:
            near &= np.linalg.norm(moved - p, axis=1) > 1e-6
        positions.append(moved[near])
        numbers.append(structure.numbers[near])
    return np.concatenate(positions), np.concatenate(numbers)
