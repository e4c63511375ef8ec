"""Fits find the law that the pairs were made by."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.errors import PotentialError
from bondgenome_core.interactions.decay import above_noise, decay_curve, deviation, fit_decay
from bondgenome_core.interactions.strength import participation, strength_by_kind

pytestmark = pytest.mark.unit


N_ATOMS = 29
ATOMS = np.column_stack(np.triu_indices(N_ATOMS, 1))


def pairs(law, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    distances = rng.uniform(1.0, 12.0, len(ATOMS))
    return distances, law(distances) * np.exp(noise * rng.standard_normal(len(ATOMS)))


@pytest.mark.parametrize("n", [3, 6, 8])
def test_exponent_of_a_power_law_lies_in_its_interval(n):
    found = fit_decay(*pairs(lambda d: 5 * d**-n), ATOMS, seed=1)
    assert found.low < n < found.high
    assert found.high - found.low < 0.5
    assert found.at_one == pytest.approx(5, rel=0.3)
    assert found.as_record()["is_power_law"]


def test_intervals_are_wider_than_independent_pairs_would_give_where_atoms_shift_all_of_theirs():
    rng = np.random.default_rng(5)
    place, shift = rng.uniform(0, 10, N_ATOMS), np.exp(0.8 * rng.standard_normal(N_ATOMS))
    d = 1 + np.abs(place[ATOMS[:, 0]] - place[ATOMS[:, 1]])
    s = d**-4.0 * shift[ATOMS].prod(1)
    found, x, y = fit_decay(d, s, ATOMS, seed=1), np.log(d), np.log(s)
    residual = y - np.polyval(np.polyfit(x, y, 1), x)
    independent = 3.92 * np.sqrt(residual.var() / (len(d) * x.var()))
    assert found.high - found.low > 1.5 * independent


def test_an_exponential_is_told_from_a_power_law():
    found = fit_decay(*pairs(lambda d: 5 * np.exp(-d / 1.5)), ATOMS, seed=1)
    assert not found.as_record()["is_power_law"]
    assert found.length == pytest.approx(1.5, rel=0.05)


def test_interval_is_the_same_for_the_same_seed_and_too_few_pairs_are_refused():
    d, s = pairs(lambda d: d**-3.0)
    assert fit_decay(d, s, ATOMS, seed=2) == fit_decay(d, s, ATOMS, seed=2)
    with pytest.raises(PotentialError, match="too few"):
        fit_decay(d[:5], s[:5], ATOMS[:5], seed=0)


def test_curve_counts_every_pair_once_and_quantiles_are_ordered():
    d, s = pairs(lambda d: d**-3.0)
    curve = decay_curve(d, s)
    assert curve["n"].sum() == len(d)
    assert (curve["low"] <= curve["median"]).all()
    assert (curve["median"] <= curve["high"]).all()


def test_deviation_is_zero_for_equals_and_one_for_ten_times_as_much():
    d, s = pairs(lambda d: d**-3.0)
    assert deviation(d, s, s) == 0
    assert deviation(d, 10 * s, s) == pytest.approx(1.0)
    assert deviation(d, s * d, s) > 0.3


def test_an_interaction_that_the_model_misses_is_a_deviation():
    d, s = pairs(lambda d: d**-3.0, noise=0.0)
    blind = np.where(d < 5, s, 0.0)
    assert deviation(d, blind, s) > 0.3
    assert deviation(d, blind, s) < 4  # never more than xTB can tell


def test_noise_is_what_lies_below_a_ten_thousandth_of_the_largest_block():
    assert above_noise(np.array([[1.0, 2e-4], [5e-5, 1e-4]])).tolist() == [[True, True], [False, False]]


def test_at_equal_distance_kinds_that_only_stand_farther_apart_are_alike():
    rng = np.random.default_rng(3)
    near, far = rng.uniform(1, 6, 3000), rng.uniform(3, 8, 3000)
    kinds = np.repeat(["C-C", "H-H"], 3000)
    distances = np.concatenate([near, far])
    table = strength_by_kind(kinds, distances, distances**-4.0).set_index("kind")
    assert table.loc["C-C", "raw_median"] > 3 * table.loc["H-H", "raw_median"]
    assert table.loc["C-C", "equal_distance_median"] == pytest.approx(table.loc["H-H", "equal_distance_median"], rel=0.1)
    stronger = strength_by_kind(kinds, distances, distances**-4.0 * np.where(kinds == "H-H", 5, 1)).set_index("kind")
    assert stronger.loc["H-H", "equal_distance_median"] > 2 * stronger.loc["C-C", "equal_distance_median"]


def test_participation_counts_atoms():
    assert participation(np.array([0.0, 3.0, 0.0])) == pytest.approx(1)
    assert participation(np.array([2.0, -2.0, 2.0, 2.0])) == pytest.approx(4)
