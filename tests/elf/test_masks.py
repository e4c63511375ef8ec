"""Where ELF must not be compared."""

import numpy as np
import pytest

from bondgenome_core.elf.masks import core_mask

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("z", "radius"), [(79, 1.0), (47, 1.0), (6, 0.6), (7, 0.6), (8, 0.6), (9, 0.6), (16, 0.6)])
def test_mask_is_a_ball_of_the_stated_radius(z, radius):
    points = np.array([[0, 0, radius - 1e-6], [0, radius + 1e-6, 0]])
    assert core_mask(points, np.array([z]), np.zeros((1, 3))).tolist() == [True, False]


def test_hydrogen_has_no_core_to_mask():
    assert not core_mask(np.zeros((1, 3)), np.array([1]), np.zeros((1, 3))).any()


def test_masks_of_several_atoms_add_up(gold_complex):
    points = np.random.default_rng(0).uniform(-3, 3, (500, 3))
    single = [core_mask(points, gold_complex.numbers[[i]], gold_complex.positions[[i]]) for i in range(len(gold_complex))]
    both = core_mask(points, gold_complex.numbers, gold_complex.positions)
    assert (both == np.any(single, axis=0)).all()
