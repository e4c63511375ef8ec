"""Lattice images of a periodic structure that come near a place."""

from __future__ import annotations

from itertools import product

import numpy as np

from .structure import Structure


def lattice_images(structure: Structure, middle: np.ndarray, reach: float) -> np.ndarray:
    """Lattice vectors (n_images, 3) in Angstrom by which atoms may come within reach of a point."""
    counts = [0, 0, 0]
    if any(structure.pbc):
        # spacing of the lattice planes along each vector
        inverse = np.linalg.inv(structure.cell)
        spacing = 1 / np.linalg.norm(inverse, axis=0)
        spread = np.abs((structure.positions - middle) @ inverse).max(0)
        counts = [int(np.ceil(reach / d + s)) if p else 0 for d, s, p in zip(spacing, spread, structure.pbc, strict=True)]
    grid = product(*(range(-c, c + 1) for c in counts))
    return np.array([np.array(g) @ structure.cell for g in grid])


def images_near_box(structure: Structure, low: np.ndarray, high: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Atoms, images included, within reach of a box: their indices (n,) and positions (n, 3); all in Angstrom.

    low, high: (3,) corners of the box.
    """
    middle, half = 0.5 * (low + high), 0.5 * float(np.linalg.norm(high - low))
    shifts = lattice_images(structure, middle, reach + half)
    everywhere = (structure.positions[None] + shifts[:, None]).reshape(-1, 3)
    atoms = np.tile(np.arange(len(structure)), len(shifts))
    near = np.linalg.norm(everywhere - everywhere.clip(low, high), axis=1) < reach
    return atoms[near], everywhere[near]
