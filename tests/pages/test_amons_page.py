"""The Amons page: gallery, prediction and doubts of a molecule; a clear refusal for what has no amons."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import ROOT

pytestmark = pytest.mark.page


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def run(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "amons.py"), default_timeout=120)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def metrics(app):
    return {m.label: m.value for m in app.metric}


def test_a_molecule_has_its_energy_interval_and_gallery():
    app = run(structure="toluene", largest="6")
    assert float(metrics(app)["Predicted energy (kcal/mol)"].replace(",", "")) < -11_000
    assert "95 % interval" in metrics(app)
    assert any(b.label == "c1ccccc1" for b in app.button)


def test_the_true_value_is_computed_when_asked_for():
    app = run(structure="toluene", largest="6")
    app.button("amons_true").click().run()
    assert not app.exception
    assert "True energy (kcal/mol)" in metrics(app)


def test_an_amon_in_the_link_is_lit_and_one_that_is_not_there_forgotten():
    assert any("heavy atoms," in m.value for m in run(structure="toluene", amon="0").markdown)
    app = run(structure="toluene", amon="999")
    assert not any("heavy atoms," in m.value for m in app.markdown)


def test_a_small_molecule_is_said_to_be_its_own_amon():
    assert any("computed, not predicted" in i.value for i in run(structure="methanol").info)


def test_gold_is_refused_with_a_way_on():
    app = run(structure="au4_sh4")
    assert any("Au" in w.value for w in app.warning)
    app.button("amons_toluene").click().run()
    assert not app.exception
    assert "Predicted energy (kcal/mol)" in metrics(app)


def test_a_size_outside_its_range_gets_one_sentence():
    app = AppTest.from_file(str(ROOT / "pages" / "amons.py"), default_timeout=60)
    app.query_params.update(structure="toluene", largest="40")
    app.run()
    assert any("outside 3 to 9" in e.value for e in app.error)


def test_a_library_counts_what_is_shared_and_predicts_all():
    app = AppTest.from_string("from bondgenome_ui.amons_library import show_library; show_library()", default_timeout=120).run()
    app.text_area("library_smiles").set_value("CCc1ccccc1\nCCCc1ccccc1\nC[CH2]").run()
    assert metrics(app)["Molecules"] == "2"
    assert any("radical" in w.value for w in app.warning)
    app.button("library_predict").click().run()
    assert not app.exception
    assert len(app.dataframe) == 2


def test_families_are_shown_with_their_error_once_computed(monkeypatch, tmp_path):
    from bondgenome_core.amons import tried
    from bondgenome_core.amons.families import Member
    from bondgenome_core.amons.query import query_from_smiles
    from bondgenome_core.amons.references import Store

    monkeypatch.setattr(tried, "STUDIES", tmp_path)
    assert "Families" not in [t.label for t in run(structure="toluene").tabs]
    member = Member("polymers", "anisole", 7, lambda: query_from_smiles("COc1ccccc1C"))
    tried.write_study("polymers", tried.tried([member], store=Store(), say=lambda _: None))
    assert "Families" in [t.label for t in run(structure="toluene").tabs]
    app = AppTest.from_string("from bondgenome_ui.amons_library import show_families; show_families()", default_timeout=60).run()
    assert not app.exception
    assert any("kcal/mol against GFN2-xTB" in m.value for m in app.markdown)


def test_a_slow_level_is_asked_for_first():
    app = run(structure="toluene", largest="3", level="b3lyp")
    assert any("no B3LYP" in i.value for i in app.info)
    assert "Predicted energy (kcal/mol)" not in metrics(app)
    assert set(app.dataframe[0].value["n_heavy"]) == {1, 2, 3}
    app.button("amons_compute").click().run(timeout=300)
    assert not app.exception
    assert float(metrics(app)["Predicted energy (kcal/mol)"].replace(",", "")) < -150_000
