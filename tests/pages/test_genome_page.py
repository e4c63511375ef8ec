"""The Genome page alone, without a browser: links, refusals, files, tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.genome.model import list_models

ROOT = Path(__file__).resolve().parents[2]
GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
pytestmark = [pytest.mark.page, pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")]
BOND = {"structure": "au4_sh4", "bond": "0-4"}
VALUES = (0.5, -0.25, 0.0, 1.0, -1.0, 0.125, 0.75, -0.5)


def run(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "genome.py"), default_timeout=90)
    app.query_params.update(query)
    return app.run()


def words(values) -> str:
    return ",".join(f"{v:.7g}" for v in values)


def said(elements) -> str:
    return " ".join(e.value for e in elements)


def test_page_without_a_bond_offers_a_real_one_to_start_from():
    app = run(structure="au4_sh4")
    assert not app.exception
    assert any("Shortest S-Au" in b.label for b in app.button)


def test_link_with_a_genome_keeps_it_and_names_its_model():
    app = run(**BOND, genome=words(VALUES), model=GOLD.hash[:12])
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert app.session_state["selection"].genome == VALUES


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"genome": words(VALUES[:7])}, "exactly 8 values; 7 were given"),
        ({"genome": words((*VALUES, 0.0))}, "exactly 8 values; 9 were given"),
        ({"genome": words(VALUES), "model": "0" * 12}, "belongs to a model with weights '000000000000'"),
        ({"genome": words(VALUES), "model": ""}, "belongs to a model with weights 'unknown'"),
    ],
)
def test_malformed_genome_in_a_link_is_said_and_the_bonds_own_is_shown(query, sentence):
    app = run(**BOND, **({"model": GOLD.hash[:12]} | query))
    assert not app.exception
    assert sentence in said(app.warning)


def test_genome_with_nan_in_a_link_gets_one_clear_sentence():
    app = run(**BOND, genome=words((*VALUES[:7], float("nan"))), model=GOLD.hash[:12])
    assert not app.exception
    assert "cannot be read" in said(app.error)


def test_choosing_another_bond_forgets_the_genome_of_the_first():
    app = run(**BOND, genome=words(VALUES), model=GOLD.hash[:12])
    others = [b for b in app.selectbox(key="list_bond").options if "S4–Au0" not in b and "S-Au" in b]
    app.selectbox(key="list_bond").select(others[0]).run()
    assert app.session_state["selection"].genome == ()
    assert "genome" not in app.query_params


def test_table_of_all_bonds_has_a_barcode_for_every_bond_that_the_model_reads():
    app = run(**BOND)
    app.segmented_control(key="genome_page_view").select("All bonds").run()
    assert not app.exception
    table = app.dataframe[0].value
    assert len(table) == sum(kind in GOLD.kinds for kind in table["kind"]) > 0
    assert table["barcode"].str.startswith("data:image/svg+xml").all()


def test_frames_view_of_a_single_structure_says_what_to_do():
    app = run(**BOND)
    app.segmented_control(key="genome_page_view").select("Over frames").run()
    assert not app.exception
    assert "Open a trajectory" in said(app.info)


def test_generated_bonds_stand_beside_real_ones_and_go_to_the_sliders():
    app = run(**BOND)
    app.segmented_control(key="genome_page_view").select("Generate").run()
    assert not app.exception
    assert "the domain, percentile" in said(app.markdown)
    assert any(len(d.value) == 5 for d in app.dataframe)
    next(b for b in app.button if b.label == "Put it on the sliders").click().run()
    assert len(app.session_state["selection"].genome) == 8


def test_wished_index_is_said_beside_what_is_read():
    app = run(**BOND)
    app.segmented_control(key="genome_page_view").select("Generate").run()
    app.segmented_control(key="generate_way").select("Seek wished indices").run()
    app.multiselect(key="generate_wishes").set_value(["length"]).run()
    app.number_input(key="generate_S-Au_length").set_value(2.36).run()
    assert not app.exception
    table = next(d.value for d in app.dataframe if "wish" in d.value)
    row = table[table["index"].str.startswith("Bond length")].iloc[0]
    assert row["wish"] == 2.36
    assert abs(row["read"] - 2.36) < 0.05


def test_bond_that_no_model_reads_is_refused_with_the_missing_model(monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.model.GenomeModel.refusal", lambda self, *given: "No model for this.")
    app = run(**BOND)
    assert not app.exception
    assert "No model for this" in said(app.warning)


def imported_at_another_level(change):
    """Electrons of a gallery geometry in the workspace, as if they had come with other cores."""
    from dataclasses import replace

    from bondgenome_core.electrons.shipped import load_shipped
    from bondgenome_core.workspace.store import open_workspace

    given = load_shipped("au4_sh4")
    other = replace(given, core_treatment="def2-ecp", structure=change(given.structure), provenance={"request_sha256": "f" * 64})
    return open_workspace().put_wavefunction(other)


def test_electrons_of_another_core_treatment_are_shown_beside_those_at_the_models_level():
    app = run(structure=imported_at_another_level(lambda structure: structure), bond="0-4")
    assert not app.exception
    assert not app.error
    assert "others are not comparable" in said(app.warning)
    assert any("The genome below is read from the second" in m.value for m in app.markdown)


def test_one_button_computes_the_geometry_at_the_models_level():
    moved = imported_at_another_level(lambda structure: structure.with_(positions=structure.positions * 1.01))
    app = run(structure=moved, bond="0-4")
    assert not app.exception
    assert [b for b in app.button if b.key == "recompute"]


@pytest.fixture
def trajectory():
    """Two frames of a gallery structure, both with shipped electrons."""
    from bondgenome_core.workspace.store import open_workspace

    frame = (ROOT / "assets" / "structures" / "au4_sh4.xyz").read_bytes()
    return open_workspace().put_upload("two_frames.extxyz", frame + frame)


def test_genome_of_a_bond_is_drawn_over_the_frames_that_have_electrons(trajectory):
    app = run(structure=trajectory, bond="0-4")
    app.segmented_control(key="genome_page_view").select("Over frames").run()
    assert not app.exception
    assert not app.info
    assert "2 of 2 frames have electrons and this bond" in said(app.caption)


def test_table_of_all_bonds_needs_no_chosen_bond():
    app = run(structure="au4_sh4")
    app.segmented_control(key="genome_page_view").select("All bonds").run()
    assert not app.exception
    assert not app.error
    assert len(app.dataframe[0].value)
