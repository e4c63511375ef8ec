"""One planar image of ELF through a bond, and many of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..structures.structure import Bond
from .frame import BondFrame

WINDOW, N_PIXELS = 6.4, 64
"""Angstrom and pixels of the standard image: 0.10 Angstrom each, never scaled by the bond length."""


class PlaneAtom(NamedTuple):
    """An atom near a slice: element symbol, index, position along z and x, height above the plane (Angstrom)."""

    symbol: str
    index: int  # type: ignore[assignment]  # the atom's number, not tuple.index
    z: float
    x: float
    height: float


@dataclass(frozen=True, eq=False)
class ElfSlice:
    """ELF on a plane that contains the bond axis (or lies parallel to it, by ``offset``).

    image: (n, n) float32, rows along x (perpendicular), columns along z (the bond, lighter atom on
    the left).  mask: (n, n) bool, True inside cores, where ELF must not be compared.
    z_axis, x_axis: (n,) pixel centres in Angstrom, 0 at the bond midpoint.
    kind: 'S-Au' and so on.  length, offset: Angstrom.  provenance: method, basis, grid, versions.
    """

    image: np.ndarray
    mask: np.ndarray
    z_axis: np.ndarray
    x_axis: np.ndarray
    bond: Bond
    kind: str
    length: float
    azimuth_deg: float
    offset: float
    frame: BondFrame
    atoms: tuple[PlaneAtom, ...]
    structure_name: str
    core_treatment: str
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def window(self) -> float:
        """Edge of the window in Angstrom."""
        return float(self.z_axis[1] - self.z_axis[0]) * len(self.z_axis)

    def profile(self) -> tuple[np.ndarray, np.ndarray]:
        """(z in Angstrom, ELF) along the row next to the bond axis (mean of the two middle rows)."""
        n = len(self.x_axis)
        rows = self.image[(n - 1) // 2 : n // 2 + 1]
        return self.z_axis, rows.mean(0)

    def corners(self) -> np.ndarray:
        """(4, 3) corners of the window in space, Angstrom, for drawing its outline in 3D."""
        half = 0.5 * self.window
        u = self.frame.plane_axis(self.azimuth_deg)
        normal = np.cross(self.frame.z, u)
        centre = self.frame.origin + self.offset * normal
        signs = ((-1, -1), (-1, 1), (1, 1), (1, -1))
        return np.array([centre + half * (a * self.frame.z + b * u) for a, b in signs])
