"""Families and roads that are there come back among other draws of the bonds; those that are not do not."""

import numpy as np
import pytest

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.roadmap.between import image_gaps
from bondgenome_core.roadmap.families import partition
from bondgenome_core.roadmap.neighbours import FrameSet, frames_of_slices
from bondgenome_core.roadmap.stability import bootstrap, overlaps


def frames_of(genomes):
    return FrameSet(genomes, np.arange(len(genomes)))


@pytest.fixture(scope="module")
def chain():
    """Eight groups in a row, each next to the following: the roads are known."""
    generator = np.random.default_rng(0)
    centres = np.zeros((8, 8))
    centres[:, 0] = 8 * np.arange(8) + np.array([0, 0, 1, 1, 3, 3, 6, 6])
    return frames_of(np.concatenate([c + generator.normal(size=(25, 8)) for c in centres]))


@pytest.mark.law
def test_groups_that_lie_apart_are_stable_families_joined_by_supported_roads(chain):
    family = np.repeat(np.arange(8), 25)
    found = bootstrap(chain, family, seed=0)
    assert found.families.min() > 0.95
    assert all(found.roads[k, k + 1] == 1 for k in range(7))


@pytest.mark.law
def test_families_cut_from_one_cloud_are_not_stable():
    cloud = frames_of(np.random.default_rng(1).normal(size=(300, 8)))
    parts = partition(cloud, seed=0)
    found = bootstrap(cloud, parts.family, seed=0)
    assert found.families.mean() < 0.6
    assert np.mean(list(found.roads.values())) < 0.6


@pytest.mark.unit
def test_families_drawn_at_random_overlap_with_none(chain):
    random = np.random.default_rng(2).integers(0, 8, chain.n_bonds)
    assert bootstrap(chain, random, seed=0).families.max() < 0.4


@pytest.mark.unit
def test_overlap_is_that_of_jaccard():
    found = overlaps(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]), 2)
    assert found == pytest.approx(np.array([[2 / 3, 1 / 5], [0, 2 / 3]]))


@pytest.mark.unit
def test_a_step_between_the_same_bond_has_the_gap_of_its_own_reconstruction(model_folder, slices):
    model = GenomeModel(model_folder)
    gauge = slices.subset(np.nonzero(np.isclose(slices.table["azimuth_deg"], 0))[0])
    frames = frames_of_slices(model, gauge)
    same, apart = image_gaps(model, gauge, frames, (0, 0, 40))
    counts = gauge.counting(np.arange(1))
    own = np.sqrt(((model.decode(frames.of(0)[0]) - gauge.elf(np.arange(1))) ** 2)[counts].mean())
    assert same <= own + 1e-4
    assert apart > 0
