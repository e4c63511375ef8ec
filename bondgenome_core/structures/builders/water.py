"""Clusters of water: molecules turned at random on the closest points of a face-centred lattice, to be relaxed."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from ..structure import Structure

APART = 2.9
"""Angstrom between neighbouring oxygens."""
BOND, ANGLE = 0.96, 104.5


def water_cluster(n: int, *, seed: int) -> Structure:
    """(H2O)n, not relaxed: oxygen first in every molecule."""
    return Structure(*water_molecules(n, seed=seed), name=f"water_{n}", source=f"random cluster, seed {seed}")


def water_molecules(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Atomic numbers (3n,) and positions (3n, 3) in Angstrom of any number of molecules."""
    rng = np.random.default_rng(seed)
    half = np.radians(ANGLE) / 2
    own = BOND * np.array([[0, 0, 0], [np.sin(half), 0, np.cos(half)], [-np.sin(half), 0, np.cos(half)]])
    positions = [site + turn.apply(own) for site, turn in zip(_sites(n), Rotation.random(n, rng=rng), strict=True)]
    return np.tile([8, 1, 1], n), np.concatenate(positions)


def _sites(n: int) -> np.ndarray:
    """(n, 3) points of the lattice around a point off its symmetry, the nearest first."""
    half = int(np.ceil((n / 2) ** (1 / 3))) + 2  # a sphere of n sites fits well inside
    span = np.arange(-half, half + 1)
    grid = np.stack(np.meshgrid(span, span, span, indexing="ij"), -1).reshape(-1, 3)
    points = grid[grid.sum(1) % 2 == 0] * (APART / np.sqrt(2)) - np.array([0.3, 0.5, 0.7])
    return points[np.argsort((points**2).sum(1), kind="stable")[:n]]
