"""Where ELF is not comparable because a pseudopotential or a coarse basis replaces the core (our definition)."""

from __future__ import annotations

import numpy as np

HEAVY_RADIUS, LIGHT_RADIUS = 1.0, 0.6
"""Angstrom: around metals and other atoms beyond argon; around second- and third-row atoms."""


def core_radius(atomic_number: int) -> float:
    """Mask radius in Angstrom: none for H and He, 0.6 to argon (C, N, O, F, S), 1.0 beyond (Au).

    >>> core_radius(1), core_radius(16), core_radius(79)
    (0.0, 0.6, 1.0)
    """
    if atomic_number <= 2:
        return 0.0
    return LIGHT_RADIUS if atomic_number <= 18 else HEAVY_RADIUS


def core_mask(points: np.ndarray, numbers: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """True where a point (n_points, 3) lies inside the core of any atom; all in Angstrom."""
    mask = np.zeros(len(points), dtype=bool)
    for z, centre in zip(numbers, positions, strict=True):
        radius = core_radius(int(z))
        if radius:
            mask |= ((points - centre) ** 2).sum(1) < radius**2
    return mask
