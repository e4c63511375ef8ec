"""ELF or density on a regular grid: what cube and ELFCAR files hold, read between their points.

A value at r is the tensor product of cubic B-splines through the grid values (periodic where the cell is),
at the grid coordinates (r - origin) steps^-1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure

MAX_POINTS = 16_000_000
"""Largest grid that is read or made (252 points along each axis)."""
MAX_DISPLAY_POINTS = 80**3
QUANTITIES = {"elf": "ELF", "density": "electron density", "orbital": "orbital"}
TOLERANCE = 2e-3
"""ELF values outside 0-1 by no more than this are rounding of the file."""


@dataclass(frozen=True, eq=False)
class RegularGrid:
    """Points origin + i steps[0] + j steps[1] + k steps[2]; origin (3,) and steps (3, 3) in Angstrom."""

    origin: np.ndarray
    steps: np.ndarray
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        n = self.shape[0] * self.shape[1] * self.shape[2]
        if min(self.shape) < 2 or n > MAX_POINTS:
            raise ElectronsError(
                f"A grid of {self.shape[0]} x {self.shape[1]} x {self.shape[2]} points ({n:,} in all) is outside what is read: "
                f"at least 2 along each axis, at most {MAX_POINTS:,} in all; write a coarser or smaller grid."
            )
        if not np.isfinite(self.steps).all() or abs(np.linalg.det(self.steps)) < 1e-9:
            raise ElectronsError("The three axes of the grid do not span a volume; the file's header is damaged.")

    @property
    def n_points(self) -> int:
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Angstrom between neighbours along each axis."""
        a, b, c = (float(x) for x in np.linalg.norm(self.steps, axis=1))
        return a, b, c

    def points(self) -> np.ndarray:
        """(n_points, 3) Angstrom, the last axis fastest."""
        index = np.stack(np.meshgrid(*(np.arange(n) for n in self.shape), indexing="ij"), axis=-1)
        return self.origin + index.reshape(-1, 3) @ self.steps


@dataclass(frozen=True, eq=False)
class ElfGrid:
    """Values on a regular grid, with the atoms they belong to and where they came from.

    channels: (n_channels, nx, ny, nz) float32; one, or spin up and spin down, named in channel_names.
    quantity: 'elf', 'density' (bohr^-3) or 'orbital'.  channel: the one that is shown.
    Per-spin ELF (VASP, Q-Chem) stays per spin: a total cannot be made from it without the densities.
    """

    grid: RegularGrid
    channels: np.ndarray
    structure: Structure
    quantity: str = "elf"
    channel_names: tuple[str, ...] = ("total",)
    periodic: bool = False
    core_treatment: str = "not stated"
    source: dict[str, Any] = field(default_factory=dict)
    channel: int = 0

    def __post_init__(self) -> None:
        values = np.array(self.channels, dtype=np.float32)
        values.setflags(write=False)
        object.__setattr__(self, "channels", values)
        if values.shape != (len(self.channel_names), *self.grid.shape):
            raise ElectronsError(f"The grid should hold {self.grid.shape} values per channel; it holds {values.shape[1:]}.")
        if not np.isfinite(values).all():
            raise ElectronsError("The grid holds values that are not numbers; the file is damaged.")
        if self.quantity not in QUANTITIES or not 0 <= self.channel < len(values):
            raise ElectronsError(f"A grid holds one of {', '.join(QUANTITIES)}, in one of its {len(values)} channels.")
        low, high = float(values.min()), float(values.max())
        if self.quantity == "elf" and (low < -TOLERANCE or high > 1 + TOLERANCE):
            raise ElectronsError(
                f"The values run from {low:.3g} to {high:.3g}, but ELF lies between 0 and 1; state that the grid is a density."
            )

    @property
    def values(self) -> np.ndarray:
        """(nx, ny, nz) of the channel that is shown."""
        return np.asarray(self.channels[self.channel])

    def with_channel(self, name: str) -> ElfGrid:
        """The same grid showing another channel, for example 'spin down'."""
        if name not in self.channel_names:
            raise ElectronsError(f"The grid has no channel {name!r}; choose one of {', '.join(self.channel_names)}.")
        return replace(self, channel=self.channel_names.index(name))

    @property
    def label(self) -> str:
        """Quantity and channel in words, for figures."""
        several = len(self.channel_names) > 1
        return f"{QUANTITIES[self.quantity]}{f', {self.channel_names[self.channel]}' if several else ''}"

    @property
    def provenance(self) -> dict[str, Any]:
        """Source, quantity and grid, for every export."""
        spacing = " x ".join(f"{s:.3f}" for s in self.grid.spacing)
        shape = " x ".join(str(n) for n in self.grid.shape)
        return self.source | {"quantity": self.label, "grid": f"{shape} points, {spacing} Å, cubic interpolation"}

    def sample(self, points: np.ndarray) -> np.ndarray:
        """(n_points,) values at points (n_points, 3) in Angstrom; NaN outside a grid that is not periodic."""
        from scipy.ndimage import map_coordinates

        shape = np.array(self.grid.shape)
        index = (np.asarray(points, dtype=np.float64).reshape(-1, 3) - self.grid.origin) @ np.linalg.inv(self.grid.steps)
        values = map_coordinates(self._spline, index.T, order=self._order, mode=self._mode, prefilter=False).astype(np.float64)
        if self.quantity == "elf":
            values = np.clip(values, 0.0, 1.0)  # a spline overshoots between points
        if not self.periodic:
            values[((index < -1e-6) | (index > shape - 1 + 1e-6)).any(1)] = np.nan
        return values

    def elf_at(self, points: np.ndarray) -> np.ndarray:
        """ELF at points (n_points, 3) in Angstrom, NaN outside; raises ElectronsError for another quantity."""
        if self.quantity != "elf":
            raise ElectronsError(f"The grid holds an {QUANTITIES[self.quantity]} and no ELF, so that it has no ELF slices.")
        return self.sample(points)

    @property
    def _order(self) -> int:
        return 3 if min(self.grid.shape) >= 4 else 1

    @property
    def _mode(self) -> str:
        return "grid-wrap" if self.periodic else "mirror"

    @cached_property
    def _spline(self) -> np.ndarray:
        from scipy.ndimage import spline_filter

        values = self.values.astype(np.float64)
        return np.asarray(spline_filter(values, order=3, mode=self._mode)) if self._order == 3 else values


def grid_around(
    structure: Structure, *, spacing: float = 0.15, margin: float = 3.0, max_points: int = MAX_DISPLAY_POINTS
) -> RegularGrid:
    """A grid for display or export: the cell where periodic, else the atoms plus a margin (Angstrom).

    The spacing grows where it would need more than ``max_points``.
    """
    if not 0.01 <= spacing <= 2.0 or not 0.0 <= margin <= 20.0:
        raise ElectronsError("A grid needs a spacing of 0.01-2 and a margin of 0-20 Angstrom.")
    if all(structure.pbc):
        origin, edges = np.zeros(3), np.array(structure.cell)
    else:
        low, high = structure.positions.min(0) - margin, structure.positions.max(0) + margin
        origin, edges = low, np.diag(high - low)
    lengths = np.linalg.norm(edges, axis=1)
    finest = (lengths.prod() / max_points) ** (1 / 3)
    shape = np.maximum(np.floor(lengths / max(spacing, finest)).astype(int), 2)
    intervals = shape if all(structure.pbc) else shape - 1
    return RegularGrid(origin, edges / intervals[:, None], (int(shape[0]), int(shape[1]), int(shape[2])))


def numbers_in(text: str, expected: int, name: str) -> np.ndarray:
    """Exactly the numbers of a text, (expected,); raises ElectronsError where it is cut off or holds something else."""
    if len(text) < 2 * expected - 1:  # a digit and a space each: no need to read it
        raise _cut_off(name, text.count(" "), expected)
    try:
        values = np.fromstring(text.replace("D", "E"), dtype=np.float64, sep=" ")
    except ValueError as error:
        raise ElectronsError(
            f"{name} has something that is no number among its values; it is damaged, write it again."
        ) from error
    if len(values) < expected:
        raise _cut_off(name, len(values), expected)
    return values


def _cut_off(name: str, n: int, expected: int) -> ElectronsError:
    return ElectronsError(f"{name} ends after about {n:,} of {expected:,} values; it is cut off, copy or write it again.")
