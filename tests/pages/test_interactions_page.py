"""The Interactions page: what it shows for atoms a model knows, and how it refuses others."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.interactions.conftest import trial
from tests.pages.test_pages import ROOT

__all__ = ["trial"]
pytestmark = pytest.mark.page


@pytest.fixture(autouse=True)
def shipped(trial, monkeypatch):
    monkeypatch.setattr("bondgenome_core.potentials.shipped.POTENTIALS", trial.folder.parent)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield trial
    st.cache_resource.clear()
    st.cache_data.clear()


def run(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "interactions.py"), default_timeout=120)
    app.query_params.update(query)
    return app.run()


def labels(app):
    return {m.label: m.value for m in app.metric}


def test_force_error_disagreement_and_leak_stand_above_the_heatmap(shipped):
    app = run(structure="ethanol")
    assert not app.exception
    assert {"Force error on this frame", "of the forces' s.d.", "Disagreement of 3 seeds", "Leak"} <= set(labels(app))
    assert not app.warning


def test_a_large_force_error_is_said_before_the_figure(shipped, monkeypatch):
    monkeypatch.setattr("bondgenome_core.interactions.explanation.UNRELIABLE", 1e-6)
    assert any("Unreliable" in w.value for w in run(structure="ethanol").warning)


def test_a_hessian_has_no_leak_and_no_gamma(shipped):
    app = run(structure="ethanol", measure="hessian")
    assert not app.exception
    assert "Leak" not in labels(app)
    assert not app.slider


def test_a_pair_in_the_link_is_described_with_its_distance(shipped):
    app = run(structure="ethanol", pair="0-2", measure="endpoint")
    assert any("C0 – O2" in m.value and "Å" in m.value for m in app.markdown)
    assert any("strongest partners" in m.value for m in run(structure="ethanol", pair="2-2").markdown)


def test_two_measures_are_compared_by_rank(shipped):
    app = run(structure="ethanol", measure="hessian", minus="xtb")
    assert not app.exception
    assert any("Spearman" in c.value for c in app.caption)


def test_atoms_no_model_knows_are_refused_with_a_way_on(shipped):
    app = run(structure="au4_sh4")
    assert any("No shipped potential knows" in w.value for w in app.warning)
    names = [b.label for b in app.button]
    assert "Ethanol" in names
    next(b for b in app.button if b.label == "Ethanol").click().run()
    assert labels(app)


def test_a_bad_gamma_or_pair_in_the_link_gets_one_sentence(shipped):
    assert any("outside 0 to 2" in e.value for e in run(structure="ethanol", gamma="7").error)
    assert any("cannot be read" in e.value for e in run(structure="ethanol", pair="a-b").error)
    app = run(structure="ethanol", pair="0-99")
    assert not app.exception
    assert any("atoms 0 to 8" in w.value for w in app.warning)
