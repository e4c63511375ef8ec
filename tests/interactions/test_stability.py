"""Dynamics keep the temperature, and failures are noticed for what they are."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.interactions.stability import Ranges, bonded_ranges, forces_of, survive
from bondgenome_core.potentials.frames import Frame, FrameSet
from bondgenome_core.potentials.graph import graph_of
from bondgenome_core.structures.bonds import with_bonds

pytestmark = pytest.mark.unit

START = np.array([[0.0, 0, 0], [1.1, 0, 0]])
MASSES = np.array([12.0, 16.0])
RANGES = Ranges(np.array([[0, 1]]), np.array([1.0]), np.array([1.2]))


def spring(stiffness):
    def forces(positions):
        apart = positions[:, 1] - positions[:, 0]
        d = np.linalg.norm(apart, axis=-1, keepdims=True)
        pull = stiffness * (d - 1.1) * apart / d
        return np.stack([pull, -pull], 1)

    return forces


def test_a_stiff_spring_survives_and_a_loose_one_breaks():
    held = survive(spring(40.0), START, MASSES, RANGES, temperatures_k=[300] * 4, seed=0, most_ps=1.0)
    assert held.n_survivors == 4
    assert (held.times == 1.0).all()
    loose = survive(spring(0.01), START, MASSES, RANGES, temperatures_k=[500] * 4, seed=0, most_ps=5.0)
    assert loose.n_survivors == 0
    assert all("bond 0-1" in cause for cause in loose.causes)
    assert (loose.times < 5.0).all()


def test_replicas_differ_and_follow_from_the_seed():
    one, again, other = (
        survive(spring(0.01), START, MASSES, RANGES, temperatures_k=[500] * 4, seed=s, most_ps=5.0).times for s in (1, 1, 2)
    )
    assert (one == again).all()
    assert (one != other).any()
    assert len(set(one)) > 1


def test_temperature_is_that_of_the_bath():
    """Mean squared stretch of a spring is kT / k; a wrong temperature or mass would show."""
    seen = []

    def forces(positions):
        seen.append(np.linalg.norm(positions[:, 1] - positions[:, 0], axis=-1))
        return spring(10.0)(positions)

    survive(forces, START, MASSES, RANGES, temperatures_k=[300] * 16, seed=4, most_ps=6.0)
    stretch = np.concatenate(seen[2000:]) - 1.1
    # radial: kT/k, plus the centrifugal shift of the mean, which the variance does not hold
    assert stretch.var() == pytest.approx(8.617e-5 * 300 / 10.0, rel=0.25)


def test_each_replica_has_the_temperature_of_its_own_bath():
    """Twelve springs: hot replicas break first, and the cold ones that go on keep their own bath."""
    many = START[None] + 20.0 * np.arange(12)[:, None, None]
    seen = []

    def forces(positions):
        apart = positions.reshape(-1, 2, 3)
        seen.append(np.linalg.norm(apart[:, 1] - apart[:, 0], axis=-1).reshape(len(positions), 12))
        return spring(2.0)(apart).reshape(positions.shape)

    baths = [20_000] * 3 + [100] * 4
    found = survive(forces, many.reshape(-1, 3), np.tile(MASSES, 12), RANGES, temperatures_k=baths, seed=5, most_ps=4.0)
    assert all(found.causes[:3])
    assert found.causes[3:] == ("",) * 4
    stretch = np.concatenate([s for s in seen[1000:] if len(s) == 4]) - 1.1
    assert stretch.var() == pytest.approx(8.617e-5 * 100 / 2.0, rel=0.15)


def test_a_force_that_heats_is_noticed():
    hot = survive(lambda r: 300 * (r - r.mean(1, keepdims=True)), START, MASSES, RANGES._replace(high=np.array([99.0])),
                  temperatures_k=[300] * 4, seed=0, most_ps=1.0)  # fmt: skip
    assert hot.n_survivors == 0
    assert any("K" in cause for cause in hot.causes)


def test_forces_of_replicas_are_those_of_the_potential(potential, ethanol):
    moved = np.stack([ethanol.positions, ethanol.positions * 1.02])
    found = forces_of(potential, ethanol.numbers)(moved)
    for positions, forces in zip(moved, found, strict=True):
        expected = potential.value_and_forces(
            graph_of(ethanol.with_(positions=positions), potential.cutoff, potential.references.dtype)
        )[1]
        np.testing.assert_allclose(forces, expected.numpy(), atol=1e-9)


def test_ranges_are_extremes_over_the_frames(ethanol):
    frames = FrameSet(
        tuple(Frame(ethanol.numbers, ethanol.positions * s, 0.0, ethanol.positions, "ethanol/train") for s in (0.9, 1.1))
    )
    ranges = bonded_ranges(with_bonds(ethanol), frames)
    np.testing.assert_allclose(ranges.high / ranges.low, 1.1 / 0.9)
