"""The map: the same for the same seed, true to its neighbours, and a place for bonds it has not."""

import numpy as np
import pytest

from bondgenome_core.errors import GenomeError
from bondgenome_core.roadmap.neighbours import FrameSet, Neighbours, nearest
from bondgenome_core.roadmap.projection import (
    N_NEIGHBOURS,
    PLACED_BY,
    fit_map,
    map_figures,
    place,
    placement_errors,
    umap_class,
)
from tests.roadmap.conftest import CENTRES, PER_GROUP


@pytest.fixture(scope="module")
def neighbours(single_frames):
    return nearest(single_frames, single_frames, N_NEIGHBOURS, same=True)


@pytest.fixture(scope="module")
def points(single_frames, neighbours):
    return fit_map(single_frames.genomes, neighbours, seed=0)


@pytest.mark.unit
def test_same_seed_draws_the_same_map_and_another_seed_another(single_frames, neighbours, points):
    np.testing.assert_array_equal(fit_map(single_frames.genomes, neighbours, seed=0), points)
    assert np.abs(fit_map(single_frames.genomes, neighbours, seed=1) - points).max() > 0.1


@pytest.mark.unit
def test_groups_far_apart_in_genome_space_are_apart_on_the_map(points):
    centres = points.reshape(len(CENTRES), PER_GROUP, 2).mean(1)
    spread = points.reshape(len(CENTRES), PER_GROUP, 2).std(1).max()
    apart = [np.linalg.norm(centres[a] - centres[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(apart) > 3 * spread


@pytest.mark.reference
def test_trustworthiness_and_continuity_are_those_of_scikit_learn_in_both_directions(single_frames, points):
    from sklearn.manifold import trustworthiness as of_scikit_learn

    for shown in (points, np.random.default_rng(0).normal(size=points.shape)):
        found = map_figures(single_frames, shown)
        there, back = (single_frames.genomes, shown), (shown, single_frames.genomes)
        assert found["trustworthiness"] == pytest.approx(of_scikit_learn(*there, n_neighbors=15), abs=1e-4)
        assert found["continuity"] == pytest.approx(of_scikit_learn(*back, n_neighbors=15), abs=1e-4)


@pytest.mark.law
def test_map_is_trustworthy_and_a_shuffled_one_is_not(single_frames, points):
    assert min(map_figures(single_frames, points).values()) > 0.85
    assert max(map_figures(single_frames, np.random.default_rng(0).permutation(points)).values()) < 0.6


@pytest.mark.law
def test_mapped_bonds_fall_on_their_own_points(single_frames, points):
    placed = place(points, nearest(single_frames, single_frames, PLACED_BY))
    assert np.abs(placed - points).max() < 1e-4 * np.ptp(points, axis=0).max()


def assert_held_out_bonds_land_near_their_points(points, neighbours):
    """As if each were new: within 10 % of the map's width for nine in ten; groups fill about 20 %."""
    assert np.percentile(placement_errors(points, neighbours), 90) < 0.10


@pytest.mark.law
def test_bonds_placed_without_themselves_land_near_their_points(points, neighbours):
    assert_held_out_bonds_land_near_their_points(points, neighbours)


@pytest.mark.law
def test_placement_on_a_shuffled_map_fails_that_law(points, neighbours):
    with pytest.raises(AssertionError):
        assert_held_out_bonds_land_near_their_points(np.random.default_rng(0).permutation(points), neighbours)


def band(n, *, seed):
    """Bonds that differ by two coordinates, as by length and temperature, and a little by chance: (n, 8)."""
    generator = np.random.default_rng(seed)
    t, u = generator.random((2, n))
    genomes = generator.normal(scale=0.03, size=(n, 8))
    genomes[:, :3] += np.stack([4 * t, 1.5 * np.sin(3 * t), u], axis=1)
    return genomes.astype(np.float32)


@pytest.mark.reference
def test_new_bonds_are_placed_where_umap_itself_would_put_them():
    """Against UMAP's own transform of bonds it was not fitted to, on one and the same fit."""
    known, new = band(300, seed=0), band(40, seed=7)
    fitted = umap_class()(n_neighbors=N_NEIGHBOURS, init="pca", random_state=0, n_jobs=1).fit(known)
    frames = [FrameSet(g, np.arange(len(g))) for g in (known, new)]
    found = place(fitted.embedding_, nearest(*frames, PLACED_BY))
    width = np.ptp(fitted.embedding_, axis=0).max()
    assert np.median(np.linalg.norm(found - fitted.transform(new), axis=1)) < 0.02 * width


@pytest.mark.unit
def test_too_few_bonds_for_a_map_are_refused():
    few = Neighbours(np.zeros((5, 4), dtype=int), np.ones((5, 4)))
    with pytest.raises(GenomeError, match="at least 12"):
        fit_map(np.zeros((5, 8)), few, seed=0)
