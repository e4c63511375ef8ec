"""Planes and motions shared by the tests of slices."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation


@pytest.fixture(scope="session")
def turn():
    """A rotation matrix with no special direction."""
    return Rotation.from_rotvec([0.4, -1.1, 0.7]).as_matrix()


@pytest.fixture
def displaced():
    """Every atom moved by the given distance (Angstrom) in a random direction."""

    def move(structure, distance, *, seed):
        step = np.random.default_rng(seed).normal(size=structure.positions.shape)
        step *= distance / np.linalg.norm(step, axis=1, keepdims=True)
        return structure.with_(positions=structure.positions + step)

    return move
