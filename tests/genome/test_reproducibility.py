"""What counts as the same eight values."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.genome.reproducibility import linear_r2, matched_correlations, reproducibility

pytestmark = pytest.mark.unit


@pytest.fixture
def code():
    return np.random.default_rng(0).normal(size=(400, 8))


def test_the_same_genes_in_another_order_and_sign_are_reproduced(code):
    order = np.random.default_rng(1).permutation(8)
    other = -code[:, order]
    found = reproducibility([code, other])
    assert found.genes == pytest.approx(np.ones(8))
    assert found.subspace == pytest.approx(1)


def test_a_rotated_code_keeps_its_subspace_but_not_its_genes(code):
    rotation = np.linalg.qr(np.random.default_rng(2).normal(size=(8, 8)))[0]
    found = reproducibility([code, code @ rotation])
    assert found.subspace == pytest.approx(1)
    assert found.genes.min() < 0.9


def test_codes_that_share_nothing_are_not_reproduced(code):
    other = np.random.default_rng(3).normal(size=code.shape)
    assert matched_correlations(code, other).max() < 0.3
    assert linear_r2(code, other) < 0.1
