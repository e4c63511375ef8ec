"""The distance of two bonds does not depend on which of their admissible frames is displayed."""

import numpy as np
import pytest

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.roadmap.neighbours import FrameSet, bond_distance, distance_matrix, frames_of_slices, nearest
from tests.roadmap.conftest import blob_genomes, frames_with_mirrors


def redisplayed(frames):
    """The same bonds with another of their frames displayed."""
    parts = [frames.of(n)[::-1] for n in range(frames.n_bonds)]
    return FrameSet(np.concatenate(parts), frames.owner)


def assert_displayed_frame_does_not_matter(distances):
    frames = frames_with_mirrors(blob_genomes())
    other = redisplayed(frames)
    np.testing.assert_allclose(distances(frames, frames), distances(other, other), atol=1e-12)


@pytest.mark.law
def test_distance_does_not_depend_on_the_displayed_frame():
    assert_displayed_frame_does_not_matter(distance_matrix)


@pytest.mark.law
def test_distance_of_displayed_frames_alone_fails_that_law():
    def displayed_only(a, b):
        return np.linalg.norm(a.displayed[:, None] - b.displayed[None], axis=-1)

    with pytest.raises(AssertionError):
        assert_displayed_frame_does_not_matter(displayed_only)


@pytest.mark.law
def test_distance_is_symmetric_and_never_above_that_of_the_displayed_frames():
    frames = frames_with_mirrors(blob_genomes())
    distances = distance_matrix(frames, frames)
    displayed = np.linalg.norm(frames.displayed[:, None] - frames.displayed[None], axis=-1)
    np.testing.assert_allclose(distances, distances.T, atol=1e-12)
    assert (distances <= displayed + 1e-12).all()
    assert (distances < displayed - 0.1).any()
    assert np.abs(np.diag(distances)).max() == 0


@pytest.mark.unit
def test_nearest_bonds_are_those_of_the_full_distance_matrix():
    frames = frames_with_mirrors(blob_genomes())
    distances = distance_matrix(frames, frames)
    np.fill_diagonal(distances, np.inf)
    found = nearest(frames, frames, 7, same=True)
    np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :7], atol=1e-9)
    assert not (found.bonds == np.arange(frames.n_bonds)[:, None]).any()
    assert all(len(set(row)) == 7 for row in found.bonds)


@pytest.mark.unit
def test_few_bonds_have_fewer_neighbours_than_asked_for():
    frames = frames_with_mirrors(blob_genomes()[:4])
    assert nearest(frames, frames, 10, same=True).bonds.shape == (4, 3)


@pytest.mark.unit
def test_frames_of_an_ambiguous_bond_are_genomes_of_its_reversed_images(model_folder, slices):
    model = GenomeModel(model_folder)
    gauge = slices.subset(np.nonzero(slices.table["azimuth_deg"] == 0)[0])
    frames = frames_of_slices(model, gauge)
    n_frames = np.bincount(frames.owner)
    x, z = (gauge.table[c].to_numpy() for c in ("x_ambiguous", "z_ambiguous"))
    assert (n_frames == np.where(x, 2, 1) * np.where(z, 2, 1)).all()
    bond = int(np.nonzero(z & x)[0][0])
    image, mask = gauge.elf(slice(bond, bond + 1)), gauge.masks[bond : bond + 1]
    expected = [model.encode_images(image[:, a, b], mask)[0] for a in FLIPS for b in FLIPS]
    for genome in frames.of(bond):
        assert min(np.abs(genome - e).max() for e in expected) < 1e-4
    np.testing.assert_allclose(frames.of(bond)[0], expected[0], atol=1e-5)


FLIPS = (slice(None), slice(None, None, -1))


@pytest.mark.unit
def test_distance_of_two_bonds_is_the_least_over_their_frames():
    a, b = np.zeros((2, 8)), np.ones((1, 8))
    a[1] = 0.75
    assert bond_distance(a, b) == pytest.approx(0.25 * np.sqrt(8))
    assert bond_distance(b, a) == bond_distance(a, b)
