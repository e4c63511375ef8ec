"""A badge that knows the error is told from one that does not."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.genome import calibration
from bondgenome_core.genome.calibration import calibration_figures, error_curve

pytestmark = pytest.mark.unit


def figures_of(monkeypatch, badge_of_error):
    generator = np.random.default_rng(0)
    error = {s: generator.gamma(2, 0.02, 400) for s in ("A", "B", "C")}
    monkeypatch.setattr(calibration, "badge_and_error", lambda piece, test: (badge_of_error(error[piece]), error[piece]))
    return calibration_figures({s: s for s in error}, {s: s for s in error})


def test_a_badge_that_rises_with_the_error_is_calibrated_and_states_it(monkeypatch):
    found = figures_of(monkeypatch, lambda e: 100 * (1 - np.exp(-e / 0.04)))
    assert found["ood_calibration"] > 0.99
    assert len(found["calibration_pairs"]) == 10
    assert all(stated == pytest.approx(actual, rel=0.1, abs=1e-3) for stated, actual in found["calibration_pairs"])


def test_a_badge_without_knowledge_is_not(monkeypatch):
    noise = np.random.default_rng(1)
    found = figures_of(monkeypatch, lambda e: noise.uniform(0, 100, len(e)))
    assert abs(found["ood_calibration"]) < 0.15


def test_one_badge_for_all_ranks_nothing(monkeypatch):
    assert figures_of(monkeypatch, lambda e: np.full(len(e), 100.0))["ood_calibration"] == 0


def test_the_error_a_badge_states_never_falls():
    generator = np.random.default_rng(0)
    badge = generator.uniform(0, 100, 300)
    curve = error_curve(badge, 0.01 + 0.0005 * badge + generator.normal(0, 0.02, 300))
    assert (np.diff(curve[:, 1]) >= 0).all()
    assert (np.diff(curve[:, 0]) >= 0).all()
