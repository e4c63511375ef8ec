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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

FIRST_RADIUS = 0.1
REACH = 6.0
"""Widths from its centre at which a Gaussian has fallen to 2e-8 of its height."""
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

    @cached_property
    def place_of_ends(self) -> Tensor:
        """(n_elements, n_elements) index of a pair of elements in ``ends``."""
        n = len(self.elements)
        return torch.tensor([[self.ends.index((min(a, b), max(a, b))) for b in range(n)] for a in range(n)])

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
    with torch.inference_mode():  # many small steps, of which every one would be watched for gradients
        d = torch.linalg.vector_norm(r[:, None] - r, dim=-1)
        near = (d <= spectra.cutoff).fill_diagonal_(False)
        blocks = [_two_bodies(kind, charge, d, near, spectra), _three_bodies(kind, charge, d, near, spectra)]
    return torch.cat([charge[:, None], *blocks], dim=1)


def _two_bodies(kind: Tensor, charge: Tensor, d: Tensor, near: Tensor, spectra: Spectra) -> Tensor:
    n, n_kinds = len(kind), len(spectra.elements)
    i, j = torch.nonzero(near, as_tuple=True)
    bells = _Bells(spectra.radii, d[i, j], spectra.width_r)
    values = (0.5 * spectra.step_r * charge[i] * charge[j])[:, None] * bells.values * bells.on_grid(lambda x: 1 / np.abs(x) ** 6)
    return bells.summed(values, i * n_kinds + kind[j], n * n_kinds).reshape(n, -1)


def _three_bodies(kind: Tensor, charge: Tensor, d: Tensor, near: Tensor, spectra: Spectra) -> Tensor:
    n, n_ends = len(kind), len(spectra.ends)
    # corners j < k of all triangles at i whose sides are within the cut-off
    i, j, k = torch.nonzero(near[:, :, None] & near[:, None, :] & torch.triu(near, 1)[None], as_tuple=True)
    at_jk = j * n + k
    ij, ik, jk = (d.flatten()[at] for at in (i * n + j, i * n + k, at_jk))
    arms, squares = ij * ik, [side * side for side in (ij, ik, jk)]
    # law of cosines at i; the product of the cosines at j and k enters the strength
    difference = squares[0] - squares[1]
    at_i = (squares[0] + squares[1] - squares[2]) / (2 * arms)
    at_ends = (squares[2] * squares[2] - difference * difference) / (4 * squares[2] * arms)
    far_ends = (spectra.step_angle / 3) * torch.outer(charge, charge)
    strength = charge[i] * far_ends.flatten()[at_jk] / (arms * jk) ** 3
    bells = _Bells(spectra.angles, torch.arccos(at_i.clamp(-1, 1)), spectra.width_angle)
    # strength (1 + at_ends cos(middle + w)) over the window w, by the cosine of a sum
    along, w = strength * at_ends, bells.window
    parts = torch.stack([along * torch.cos(bells.middle), -along * torch.sin(bells.middle)], dim=1)
    values = torch.addmm(strength[:, None], parts, torch.stack([torch.cos(w), torch.sin(w)])).mul_(bells.values)
    ends = spectra.place_of_ends.to(d.device)[kind[:, None], kind]
    return bells.summed(values, i * n_ends + ends.flatten()[at_jk], n * n_ends).reshape(n, -1)


class _Bells:
    """Normalised Gaussians around ``centres``, each on the few points of a uniform grid where it is more than rounding.

    values: (n, n_window).  middle: (n,) the grid's point next to each centre; window: (n_window,) steps from there.
    """

    def __init__(self, points: np.ndarray, centres: Tensor, width: float):
        self.step, self.n_points = points[1] - points[0], len(points)
        self.half = int(np.ceil(REACH * width / self.step))
        # the grid goes on by half a window on either side
        self.padded = points[0] + self.step * np.arange(-self.half, self.n_points + self.half)
        nearest = torch.round((centres - points[0]) / self.step)
        self.first, self.middle = nearest.long(), points[0] + self.step * nearest
        self.places = torch.arange(2 * self.half + 1, device=centres.device)
        self.window = w = self.step * (self.places - self.half).to(centres.dtype)
        away = centres - self.middle
        # -(w - a)^2 / 2 s^2, from products of what depends on w alone and on the centre alone
        slopes = torch.stack([w, torch.full_like(w, -0.5)]) / width**2
        height = -0.5 * (w / width) ** 2 - 0.5 * np.log(2 * np.pi * width**2)
        self.values = torch.addmm(height, torch.stack([away, away * away], dim=1), slopes).exp_()

    def on_grid(self, function: Callable[[np.ndarray], np.ndarray]) -> Tensor:
        """(n, n_window): a function of the grid's points."""
        told = torch.tensor(function(self.padded), dtype=self.values.dtype, device=self.values.device)
        return told[self.first[:, None] + self.places]

    def summed(self, values: Tensor, rows: Tensor, n_rows: int) -> Tensor:
        """(n_rows, n_points): values (n, n_window) added to the row of each Gaussian; what lies off the grid is dropped."""
        index = (self.first + rows * len(self.padded))[:, None] + self.places
        out = torch.bincount(index.flatten(), values.flatten(), minlength=n_rows * len(self.padded))
        return out.view(n_rows, -1)[:, self.half : self.half + self.n_points].to(values.dtype)
