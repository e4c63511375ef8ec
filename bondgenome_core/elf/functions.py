"""Basis functions and their gradients on one tile of points, only those that reach it.

chi = R(r) S(x, y, z) with R = sum_k c_k exp(-a_k r^2) and S a polynomial of degree l;
grad chi = S (dR/dr^2) 2 r + R grad S.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .basis import Group
from .harmonics import angular_matrix, derivative_matrix, factors

if TYPE_CHECKING:
    import torch
    from torch import Tensor


SMALLEST_POWER = -86.0
"""Primitives are not made smaller than 2^-86 = 1e-26: processors compute many times slower with denormal numbers."""


@dataclass(frozen=True, eq=False)
class _Block:
    l: int  # noqa: E741
    contraction: Tensor
    slope: Tensor
    angular: Tensor
    derivative: Tensor | None
    first_row: np.ndarray
    reach: float


@dataclass(frozen=True, eq=False)
class PlacedGroup:
    """A group of equal atoms as tensors on a device; centres in bohr; binary_exponents: -a/ln 2, bohr^-2."""

    centres: Tensor
    centres_host: np.ndarray
    binary_exponents: Tensor
    blocks: tuple[_Block, ...]


def place_group(
    group: Group, centres_bohr: np.ndarray, threshold: float, device: torch.device, dtype: torch.dtype
) -> PlacedGroup:
    """Move a group to a device; functions below the threshold (atomic units) will be skipped."""
    import torch

    def put(a: np.ndarray) -> Tensor:
        return torch.tensor(a, device=device, dtype=dtype)

    blocks = tuple(
        _Block(
            b.l, put(b.contraction), put(-2 * b.contraction * group.exponents), put(angular_matrix(b.l, b.cartesian)),
            put(derivative_matrix(b.l, b.cartesian)) if b.l else None, b.first_row, group.reach(b, threshold),
        )
        for b in group.blocks
    )  # fmt: skip
    own = centres_bohr[group.atoms]
    return PlacedGroup(put(own), own, put(-group.exponents / np.log(2)), blocks)


def tile_functions(groups: tuple[PlacedGroup, ...], coords: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """(n_rows, 4, n_points): value and x, y, z derivatives; and (n_rows,) the functions' indices.

    coords: (n_points, 3) bohr, a compact tile.
    """
    import torch

    low, high = coords.min(0), coords.max(0)
    jobs, rows = [], []
    for group in groups:
        # distance from each atom to the tile's bounding box; in this order a block's atoms are the first ones
        near = np.sqrt(((group.centres_host - group.centres_host.clip(low, high)) ** 2).sum(1))
        order = np.argsort(near)
        counts = [int((near < block.reach).sum()) for block in group.blocks]
        # (n_shells, n_functions, n_atoms), the order in which functions are written
        indices = [
            b.first_row[order[:n]].T[:, None, :] + np.arange(len(b.angular))[:, None]
            for b, n in zip(group.blocks, counts, strict=True)
        ]
        rows += [index.ravel() for index in indices]
        if any(counts):
            jobs.append((group, order[: max(counts)], [index.shape for index in indices]))
    index = np.concatenate(rows)
    points = torch.tensor(coords, device=groups[0].centres.device, dtype=groups[0].centres.dtype)
    out = torch.empty(len(index), 4, len(points), device=points.device, dtype=points.dtype)
    start = 0
    for group, atoms, shapes in jobs:
        nearby = _look_from(group, atoms, points)
        for block, shape in zip(group.blocks, shapes, strict=True):
            size = int(np.prod(shape))
            if size:
                _write_block(out[start : start + size].view(*shape, 4, len(points)), block, nearby)
            start += size
    return out, index


class _Nearby(NamedTuple):
    """What the blocks of a group share on a tile; n = n_atoms * n_points.

    delta: (3, n) bohr.  primitives: (n_prim, n).  monomials: by degree, (n_monomials, n).
    """

    delta: Tensor
    primitives: Tensor
    monomials: list[Tensor]


def _look_from(group: PlacedGroup, atoms: np.ndarray, points: Tensor) -> _Nearby:
    import torch

    centres = group.centres[torch.as_tensor(atoms, device=points.device)]
    delta = (points.T[:, None, :] - centres.T[:, :, None]).reshape(3, -1)
    powers = group.binary_exponents[:, None] * (delta * delta).sum(0)
    # 2^x is four times faster than e^x
    primitives = torch.exp2(powers.clamp_min_(SMALLEST_POWER))
    found = [torch.ones_like(delta[:1]), delta]
    for degree in range(2, max(block.l for block in group.blocks) + 1):
        lower, axis = factors(degree)
        found.append(found[-1][lower] * delta[axis])
    return _Nearby(delta, primitives, found)


def _write_block(out: Tensor, block: _Block, nearby: _Nearby) -> None:
    """Fill (n_shells, n_functions, n_atoms, 4, n_points) for the first n_atoms nearby."""
    import torch

    n_atoms, n_points = out.shape[2], out.shape[4]
    n = n_atoms * n_points
    delta = nearby.delta[:, :n].view(3, n_atoms, n_points)
    radial = (block.contraction @ nearby.primitives[:, :n]).view(-1, 1, n_atoms, n_points)
    slope = (block.slope @ nearby.primitives[:, :n]).view(-1, 1, n_atoms, n_points)
    angular = (block.angular @ nearby.monomials[block.l][:, :n]).view(1, -1, n_atoms, n_points)
    torch.mul(radial, angular, out=out[..., 0, :])
    for axis in range(3):
        torch.mul(slope * delta[axis], angular, out=out[..., 1 + axis, :])
    if block.derivative is not None:
        lower = nearby.monomials[block.l - 1][:, :n]
        for axis in range(3):
            out[..., 1 + axis, :].addcmul_(radial, (block.derivative[axis] @ lower).view(1, -1, n_atoms, n_points))
