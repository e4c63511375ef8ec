"""Differences of slices, only where both can be compared."""

from dataclasses import replace

import numpy as np
import pytest

from bondgenome_core.errors import SliceError
from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.sample import sample_slice

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def first(complex_gth):
    return sample_slice(complex_gth, complex_gth.structure.bonds[0])


def test_difference_is_signed_and_hidden_in_the_cores_of_either(first, complex_gth):
    second = sample_slice(complex_gth, complex_gth.structure.bonds[0], azimuth_deg=90)
    d, back = slice_difference(first, second), slice_difference(second, first)
    hidden = first.mask | second.mask
    assert np.isnan(d.image[hidden]).all()
    np.testing.assert_allclose(d.image[~hidden], (first.image - second.image)[~hidden], atol=1e-6)
    np.testing.assert_allclose(back.image, -d.image)
    assert d.rmsd == pytest.approx(np.sqrt(np.nanmean(d.image**2)))
    assert slice_difference(first, first).rmsd == 0


def test_images_that_must_not_be_compared_are_refused(first, complex_svp, complex_gth):
    with pytest.raises(SliceError, match="different core treatments"):
        slice_difference(first, sample_slice(complex_svp, complex_svp.structure.bonds[0]))
    with pytest.raises(SliceError, match="different windows"):
        slice_difference(first, sample_slice(complex_gth, complex_gth.structure.bonds[0], window=5.0))
    with pytest.raises(SliceError, match="different windows"):
        slice_difference(first, sample_slice(complex_gth, complex_gth.structure.bonds[0], n_pixels=32))


def test_two_slices_without_a_common_open_pixel_have_no_rmsd(first):
    covered = replace(first, mask=np.ones_like(first.mask))
    assert np.isnan(slice_difference(first, covered).rmsd)
