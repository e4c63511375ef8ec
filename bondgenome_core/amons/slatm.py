"""Atomic SLATM: the surroundings of every atom as spectra of London and Axilrod-Teller-Muto terms (10.1038/s41557-020-0527-z).

one body     Z
two bodies   for each element of the partner, over r:      1/2 Z_i Z_j g(r - r_ij) / r^6
three bodies for each pair of elements of the two ends, over the angle t at the atom:
             1/3 Z_i Z_j Z_k (1 + cos t cos a_j cos a_k) g(t - a_i) / (r_ij r_jk r_ki)^3

g is a normalised Gaussian times the grid step; a_i, a_j, a_k are the angles of the triangle.  Only partners within the cut-off of
the atom, and triangles with every side within it, count.  The same numbers as qmllib's, in blocks of the environment alone: the
kernel compares atoms of one element only, so what every block of another element holds is zero and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

FIRST_RADIUS = 0.1
REACH = 8.0
"""Widths from its centre at which a Gaussian has fallen to 1e-14 of its height."""
MARGIN = np.radians(20.0)
"""The angles' grid reaches so far beyond 0 and pi."""


@dataclass(frozen=True)
class Spectra:
    """What the representation is made with.  elements: sorted atomic numbers that may surround an atom.

    cutoff, width_r, step_r: Angstrom.  width_angle, step_angle: radians.
    """

    elements: tuple[int, ...]
    cutoff: float = 4.8
    width_r: float = 0.05
    width_angle: float = 0.05
    step_r: float = 0.04
    step_angle: float = 0.04

    @cached_property
    def radii(self) -> np.ndarray:
        """(n_r,) Angstrom."""
        return np.linspace(FIRST_RADIUS, self.cutoff, int((self.cutoff - FIRST_RADIUS) / self.step_r) + 1)

    @cached_property
    def angles(self) -> np.ndarray:
        """(n_t,) radians."""
        return np.linspace(-MARGIN, np.pi + MARGIN, int((np.pi + 2 * MARGIN) / self.step_angle) + 1)

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """Pairs of elements of the two ends of a triangle, by place among ``elements``."""
        return tuple(combinations_with_replacement(range(len(self.elements)), 2))

    def place_of_ends(self, device: torch.device) -> Tensor:
        """(n_elements, n_elements) index of a pair of elements in ``ends``."""
        n = len(self.elements)
        return torch.tensor([[self.ends.index((min(a, b), max(a, b))) for b in range(n)] for a in range(n)], device=device)

    @property
    def n_features(self) -> int:
        return 1 + len(self.elements) * len(self.radii) + len(self.ends) * len(self.angles)


def atomic_spectra(numbers: Sequence[int] | np.ndarray, positions: np.ndarray, spectra: Spectra, *,
                   device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64) -> Tensor:  # fmt: skip
    """(n_atoms, n_features) of one molecule; positions: (n_atoms, 3) Angstrom."""
    place = {z: k for k, z in enumerate(spectra.elements)}
    kind = torch.tensor([place[int(z)] for z in numbers], device=device)
    charge = torch.tensor(np.asarray(numbers), device=device, dtype=dtype)
    r = torch.tensor(np.asarray(positions), device=device, dtype=dtype)
    return torch.cat([charge[:, None], _two_bodies(kind, charge, r, spectra), _three_bodies(kind, charge, r, spectra)], dim=1)


def _two_bodies(kind: Tensor, charge: Tensor, r: Tensor, spectra: Spectra) -> Tensor:
    n, n_kinds = len(kind), len(spectra.elements)
    d = _distances(r)
    i, j = torch.nonzero((d < spectra.cutoff) & ~torch.eye(n, dtype=torch.bool, device=r.device), as_tuple=True)
    bells = _Bells(spectra.radii, d[i, j], spectra.width_r)
    values = (0.5 * spectra.step_r * charge[i] * charge[j])[:, None] * bells.values / bells.grid**6
    return bells.summed(values, i * n_kinds + kind[j], n * n_kinds).reshape(n, -1)


def _three_bodies(kind: Tensor, charge: Tensor, r: Tensor, spectra: Spectra) -> Tensor:
    n, n_ends = len(kind), len(spectra.ends)
    i, j, k = _triangles(r, spectra.cutoff)
    sides = [r[b] - r[a] for a, b in ((i, j), (j, k), (k, i))]
    lengths = [torch.linalg.vector_norm(s, dim=1) for s in sides]
    # the angle at a corner lies between the side that leaves it and the one that enters it, reversed
    cosines = [-(sides[m] * sides[m - 1]).sum(1) / (lengths[m] * lengths[m - 1]) for m in range(3)]
    strength = charge[i] * charge[j] * charge[k] * (spectra.step_angle / 3) / (lengths[0] * lengths[1] * lengths[2]) ** 3
    bells = _Bells(spectra.angles, torch.arccos(cosines[0].clamp(-1, 1)), spectra.width_angle)
    values = (strength[:, None] + torch.cos(bells.grid) * (strength * cosines[1] * cosines[2])[:, None]) * bells.values
    return bells.summed(values, i * n_ends + spectra.place_of_ends(r.device)[kind[j], kind[k]], n * n_ends).reshape(n, -1)


def _triangles(r: Tensor, cutoff: float) -> tuple[Tensor, Tensor, Tensor]:
    """Corners (i, j < k) of all triangles whose sides are within the cut-off."""
    near = (_distances(r) <= cutoff) & ~torch.eye(len(r), dtype=torch.bool, device=r.device)
    i, j, k = torch.nonzero(near[:, :, None] & near[:, None, :] & torch.triu(near, 1)[None], as_tuple=True)
    return i, j, k


def _distances(r: Tensor) -> Tensor:
    return torch.linalg.vector_norm(r[:, None] - r, dim=-1)


class _Bells:
    """Normalised Gaussians around ``centres``, each on the few points of a uniform grid where it is more than rounding.

    grid: (n, n_window) their points; values: (n, n_window).
    """

    def __init__(self, points: np.ndarray, centres: Tensor, width: float):
        step, half = points[1] - points[0], int(np.ceil(REACH * width / (points[1] - points[0])))
        self.n_points, self.half = len(points), half
        self.first = torch.round((centres - points[0]) / step).long()  # of the window, on a grid padded by its half
        window = torch.arange(-half, half + 1, device=centres.device)
        self.grid = points[0] + step * (self.first[:, None] + window).to(centres.dtype)
        self.values = torch.exp((self.grid - centres[:, None]) ** 2 * (-0.5 / width**2)) / np.sqrt(2 * np.pi * width**2)

    def summed(self, values: Tensor, rows: Tensor, n_rows: int) -> Tensor:
        """(n_rows, n_points): values (n, n_window) added to the row of each Gaussian; what lies off the grid is dropped."""
        padded = self.n_points + 2 * self.half
        window = torch.arange(values.shape[1], device=values.device)
        index = (rows * padded + self.first)[:, None] + window
        out = values.new_zeros(n_rows * padded).index_add_(0, index.flatten(), values.flatten())
        return out.view(n_rows, padded)[:, self.half : self.half + self.n_points]
