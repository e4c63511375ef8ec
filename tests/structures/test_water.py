"""Clusters of water are molecules of water, apart from one another."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.structures.builders.water import water_cluster

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("n", [1, 8, 200])
def test_every_molecule_is_water_and_none_touches_another(n):
    cluster = water_cluster(n, seed=1)
    assert cluster.formula in ("H2O", f"H{2 * n}O{n}")
    oxygen, hydrogen = cluster.positions[::3], cluster.positions.reshape(n, 3, 3)[:, 1:]
    np.testing.assert_allclose(np.linalg.norm(hydrogen - oxygen[:, None], axis=-1), 0.96)
    apart = np.linalg.norm(oxygen[:, None] - oxygen, axis=-1)[np.triu_indices(n, 1)]
    assert (apart > 2.89).all()


def test_molecules_form_one_compact_cluster():
    oxygen = water_cluster(64, seed=0).positions[::3]
    apart = np.linalg.norm(oxygen[:, None] - oxygen, axis=-1)
    assert (np.sort(apart, axis=1)[:, 1] < 2.91).all()
    volume = 64 * 2.9**3 / np.sqrt(2)
    assert apart.max() < 2 * (3 * volume / (4 * np.pi)) ** (1 / 3)  # a ball of that volume


def test_the_seed_turns_the_molecules():
    assert np.array_equal(water_cluster(3, seed=0).positions, water_cluster(3, seed=0).positions)
    assert not np.allclose(water_cluster(3, seed=0).positions, water_cluster(3, seed=1).positions)
