"""A slice that does not follow from its wavefunction is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.genome import recheck
from bondgenome_core.genome.recheck import slice_recheck_max
from bondgenome_core.slices.build import build_slice_set

pytestmark = pytest.mark.law
FILE = SHIPPED / "au2_sh3_anion.safetensors"
ROUNDING = 0.5 / 255 + 1e-4


@pytest.fixture(scope="module")
def shipped():
    return build_slice_set([FILE], ["S-Au"])


@pytest.fixture(autouse=True)
def one_file(monkeypatch):
    monkeypatch.setattr(recheck, "wavefunction_files", lambda model: [FILE])


def test_slices_made_again_differ_by_rounding_alone(shipped):
    assert slice_recheck_max(None, shipped) <= ROUNDING


def test_one_changed_pixel_is_noticed(shipped):
    images = shipped.images.copy()
    row, column = next(zip(*(~shipped.masks[3]).nonzero(), strict=True))
    images[3, row, column] ^= 64
    assert slice_recheck_max(None, replace(shipped, images=images)) > 0.2


def test_a_changed_mask_is_noticed(shipped):
    masks = shipped.masks.copy()
    masks[3, 5, 5] ^= True
    assert slice_recheck_max(None, replace(shipped, masks=masks)) == 1
