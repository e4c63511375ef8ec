"""Molecules compared through their atoms: sums of Gaussians between atoms of one element.

K_AB = sum_(i in A) sum_(j in B) [Z_i = Z_j] exp(-d_ij^2 / (2 sigma_Z^2)),  sigma_Z = d_max,Z / sqrt(2 ln 2): the two most
different atoms of an element count one half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from .slatm import Spectra, atomic_spectra

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST_WIDTH = 1e-6
"""Where all atoms of an element are alike, any width gives the same kernel."""


@dataclass(frozen=True)
class Atoms:
    """Atoms of several molecules by element.  owner, index: (n,) molecule and atom of each; features: (n, n_features)."""

    owner: Tensor
    index: Tensor
    features: Tensor


def atoms_by_element(molecules: Sequence[tuple[np.ndarray, np.ndarray]], spectra: Spectra, *,
                     device: torch.device | str = "cpu") -> dict[int, Atoms]:  # fmt: skip
    """molecules: (numbers (n,), positions (n, 3) Angstrom) each."""
    features = [atomic_spectra(z, r, spectra, device=device) for z, r in molecules]
    numbers = torch.tensor(np.concatenate([z for z, _ in molecules]), device=device)
    owner = torch.tensor(np.repeat(np.arange(len(molecules)), [len(z) for z, _ in molecules]), device=device)
    index = torch.tensor(np.concatenate([np.arange(len(z)) for z, _ in molecules]), device=device)
    whole = torch.cat(features)
    return {int(z): Atoms(owner[numbers == z], index[numbers == z], whole[numbers == z]) for z in torch.unique(numbers)}


@dataclass(frozen=True)
class Distances:
    """Between the atoms of one element: first (n,) and second (m,) say whose, values (n, m)."""

    first: Atoms
    second: Atoms
    values: Tensor


def distances(first: dict[int, Atoms], second: dict[int, Atoms]) -> dict[int, Distances]:
    """Euclidean distances between atoms of every element that both have."""
    return {z: Distances(a, second[z], torch.cdist(a.features, second[z].features)) for z, a in first.items() if z in second}


def widths(*parts: dict[int, Distances]) -> dict[int, float]:
    """sigma_Z per element from the largest distances of all parts."""
    largest: dict[int, float] = {}
    for part in parts:
        for z, d in part.items():
            largest[z] = max(largest.get(z, 0.0), float(d.values.max()))
    return {z: max(d, SMALLEST_WIDTH) / float(np.sqrt(2 * np.log(2))) for z, d in largest.items()}


def atom_kernel(found: Distances, width: float) -> Tensor:
    """(n, m) similarities of atoms."""
    return torch.exp(-(found.values**2) / (2 * width**2))


def molecule_kernel(found: dict[int, Distances], sigma: dict[int, float], n_first: int, n_second: int) -> Tensor:
    """(n_first, n_second)."""
    any_one = next(iter(found.values())).values
    out = any_one.new_zeros(n_first, n_second)
    for z, d in found.items():
        rows = any_one.new_zeros(n_first, d.values.shape[1]).index_add_(0, d.first.owner, atom_kernel(d, sigma[z]))
        out.index_add_(1, d.second.owner, rows)
    return out
