"""What lies on the straight line between two atoms outside masked cores: the largest ELF, the least density.

The line is sampled between the core masks of its two atoms (other cores masked too), then around the largest value of ELF
again, and a parabola through the best three points gives value and place.  ELF has 1e-5 added to D, as in all slices.

Between two gold atoms ELF is least in the middle and rises towards both cores, so that its largest value often lies at
the edge of a mask and changes sides when the ends are alike: ``at_edge`` says so, and the centroid is a continuous measure
of the same polarisation, int z ELF dz / (d int ELF dz) over the unmasked line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..elf.masks import core_mask, core_radius
from ..slices.frame import BondFrame
from ..structures.periodic import lattice_images
from ..structures.structure import Structure

if TYPE_CHECKING:
    from ..elf.engine import ElfEngine

COARSE, FINE = 33, 9
"""Points on the line, and around the largest value."""


class BondLines(NamedTuple):
    """One entry per bond; z in Angstrom from the midpoint along the frame's z axis, from left to right.

    elf_max, elf_max_z: largest unmasked ELF and its place.  at_edge: whether that is where a mask begins or the line ends.
    middle: ELF at the midpoint.  centroid: mean place of ELF, over the length.  rho_min_z: place of the least density.
    NaN where masks leave nothing of the line.
    """

    elf_max: np.ndarray
    elf_max_z: np.ndarray
    at_edge: np.ndarray
    middle: np.ndarray
    centroid: np.ndarray
    rho_min_z: np.ndarray


def scan_bond_lines(engine: ElfEngine, frames: list[BondFrame]) -> BondLines:
    """Scan the lines of all bonds in two batches."""
    structure = engine.wavefunction.structure
    ends = [_unmasked_interval(structure, f) for f in frames]
    z = np.stack([np.linspace(low, high, COARSE) for low, high in ends])
    elf, rho = _evaluate(engine, frames, np.concatenate([z, np.zeros((len(z), 1))], axis=1))
    elf, middle, rho = elf[:, :-1], elf[:, -1], rho[:, :-1]
    best = np.argmax(np.where(np.isfinite(elf), elf, -1.0), axis=1)
    step = (z[:, 1] - z[:, 0])[:, None]
    around = np.take_along_axis(z, best[:, None], 1) + step * np.linspace(-1, 1, FINE)
    around = np.clip(around, z[:, :1], z[:, -1:])
    elf_max_z, elf_max = _top(around, _evaluate(engine, frames, around)[0])
    rho_min_z, _ = _top(z, -rho)
    at_edge = np.minimum(np.abs(elf_max_z - z[:, 0]), np.abs(elf_max_z - z[:, -1])) < 1e-9
    length = np.array([f.length for f in frames])
    return BondLines(elf_max, elf_max_z, at_edge, middle, _centroid(z, elf) / length, rho_min_z)


def _centroid(z: np.ndarray, elf: np.ndarray) -> np.ndarray:
    """Mean of z weighted by ELF, over unmasked points of even grids; NaN where there is none."""
    weight = np.nan_to_num(elf)
    with np.errstate(invalid="ignore"):
        return (weight * z).sum(1) / weight.sum(1)


def _unmasked_interval(structure: Structure, f: BondFrame) -> tuple[float, float]:
    """z between the masks of both atoms; one point in the middle where they overlap, which is masked then."""
    low = -0.5 * f.length + core_radius(int(structure.numbers[f.left]))
    high = 0.5 * f.length - core_radius(int(structure.numbers[f.right]))
    # a hair outside: a point on the sphere itself may fall on either side of it in rounding
    return (low + 1e-6, high - 1e-6) if high > low else (0.5 * (low + high),) * 2


def _evaluate(engine: ElfEngine, frames: list[BondFrame], z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ELF and rho (n_bonds, n_points) at places z of each bond, NaN inside cores."""
    structure = engine.wavefunction.structure
    points = np.stack([f.origin + t[:, None] * f.z for f, t in zip(frames, z, strict=True)])
    fields = engine.evaluate(points.reshape(-1, 3))
    elf, rho = (x.cpu().numpy().astype(np.float64).reshape(z.shape) for x in (fields.elf, fields.rho))
    for k, f in enumerate(frames):
        reach = 0.5 * f.length + 1.0
        places = structure.positions + lattice_images(structure, f.origin, reach)[:, None]
        near = np.linalg.norm(places - f.origin, axis=-1) < reach
        numbers = np.broadcast_to(structure.numbers, near.shape)[near]
        masked = core_mask(points[k], numbers, places[near])
        elf[k, masked] = rho[k, masked] = np.nan
    return elf, rho


def _top(z: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place and value (n,) of the largest of values (n, m) on even grids z, refined by a parabola; NaN where all are."""
    filled = np.where(np.isfinite(values), values, -np.inf)
    best = np.argmax(filled, axis=1)
    rows = np.arange(len(z))
    place, top = z[rows, best].copy(), values[rows, best].copy()
    inner = (best > 0) & (best < z.shape[1] - 1)
    left, right = (filled[rows, np.clip(best + d, 0, z.shape[1] - 1)] for d in (-1, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        bend = left - 2 * top + right
        shift = 0.5 * (left - right) / bend
        usable = inner & np.isfinite(bend) & (bend < 0) & (np.abs(shift) <= 1)
        step = z[rows, np.clip(best + 1, 0, z.shape[1] - 1)] - place
        return np.where(usable, place + shift * step, place), np.where(usable, top - 0.125 * (left - right) ** 2 / bend, top)
