"""The Roadmap page alone: the card of a bond, links that name what is not here, and named selections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas, load_atlas
from bondgenome_core.roadmap.selections import to_content
from bondgenome_core.workspace.store import open_workspace

ROOT = Path(__file__).resolve().parents[2]
MAPPED = [m for m in list_models() if has_atlas(m)]
pytestmark = [pytest.mark.page, pytest.mark.skipif(not MAPPED, reason="no model with a map is installed under assets/models")]


@pytest.fixture(scope="module")
def atlas():
    return load_atlas(MAPPED[0])


def run(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "roadmap.py"), default_timeout=120)
    app.query_params.update({"map": MAPPED[0].name} | query)
    return app.run()


def link_of(atlas, number) -> dict[str, str]:
    bond = atlas.bond(number)
    return {"structure": str(atlas.bonds["wavefunction"].iloc[number]), "bond": f"{bond.i}-{bond.j}"}


def texts(app) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info))


def test_without_a_bond_the_page_says_what_to_do_and_names_its_trustworthiness():
    app = run()
    assert not app.exception
    assert not app.error
    assert "Click a point of the map" in texts(app)
    assert "trustworthiness" in texts(app)


def test_card_of_a_mapped_bond_names_its_family_and_its_origin(atlas):
    number = int(np.nonzero((atlas.bonds["role"] == "relaxed").to_numpy())[0][0])
    app = run(**link_of(atlas, number))
    assert not app.exception
    assert f"bond {number}" in texts(app)
    assert atlas.families[atlas.family[number]].label in texts(app)
    assert "Nearest bonds" in texts(app)


def test_every_colouring_of_a_link_is_shown_and_an_unknown_one_refused():
    assert not run(coloured="g3").error
    assert any("no property called" in e.value for e in run(coloured="nonsense").error)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"map": "no-such-model"}, "There is no map of a model called"),
        ({"region": "0" * 64}, "not stored on this server"),
        ({"region": "../../x"}, "not the id of anything stored|not valid"),
    ],
)
def test_link_to_what_is_not_here_gets_one_clear_sentence(query, words):
    app = run(**query)
    assert not app.exception
    assert any(word in e.value for e in app.error for word in words.split("|"))


def test_link_to_a_map_that_is_not_here_offers_the_one_that_is():
    app = run(map="no-such-model")
    app.button[0].click().run()
    assert not app.error
    assert "trustworthiness" in texts(app)


def test_named_selections_of_a_link_are_compared(atlas):
    workspace = open_workspace()
    ids = [workspace.put_document("selections", name, to_content(atlas, bonds))
           for name, bonds in (("first ten", np.arange(10)), ("others", np.arange(5, 25)))]  # fmt: skip
    app = run(region=ids[0], against=ids[1])
    assert not app.exception
    assert not app.error
    assert "both have 5 bonds in common" in texts(app)
    assert {"Union (25)", "Intersection (5)", "Difference (5)"} <= {b.label for b in app.button}


def test_selection_made_on_another_map_is_refused(atlas):
    other = open_workspace().put_document("selections", "old", to_content(atlas, np.arange(3)) | {"model_sha256": "0" * 64})
    assert any("made on another map" in e.value for e in run(region=other).error)


def test_bond_of_a_molecule_the_model_cannot_read_says_so():
    app = run(structure="water", bond="0-1")
    assert not app.exception
    assert app.error or "No electrons have been computed" in texts(app)
