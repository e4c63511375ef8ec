"""Every page runs alone, and says clearly what is wrong with bad input."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_ui.navigation import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(p.name for p in (ROOT / "pages").glob("*.py"))
pytestmark = pytest.mark.page


def run(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / page), default_timeout=60)
    app.query_params.update(query)
    return app.run()


@pytest.mark.parametrize("page", PAGES)
def test_page_runs_alone_without_errors(page):
    app = run(page)
    assert not app.exception
    assert not app.error


def test_navigation_lists_every_page():
    listed = {f"{file}.py" for pages in SECTIONS.values() for file, _, _ in pages}
    assert listed == set(PAGES)


def test_link_to_a_bond_shows_its_slice_with_its_level():
    app = run("slices.py", structure="au4_sh4", bond="0-4", azimuth="30")
    assert not app.error
    assert any("PBE GPW" in c.value and "64² px" in c.value for c in app.caption)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"bond": "abc"}, "cannot be read"),
        ({"azimuth": "nan"}, "cannot be read"),
        ({"structure": "0" * 64}, "not stored on this server"),
        ({"structure": "../../etc/passwd"}, "not valid"),
        ({"bond": "0-60"}, "not bonded"),
        ({"frame": "7"}, "no frame 7"),
        ({"window": "500"}, "outside 2 to 20"),
    ],
)
def test_bad_link_gets_one_clear_sentence(query, words):
    app = run("slices.py", **({"bond": "0-1"} | query))
    assert not app.exception
    assert any(words in e.value for e in (*app.error, *app.warning))


def test_switching_to_a_second_bond_shows_the_difference():
    app = run("slices.py", structure="au4_sh4", bond="0-4", second="0-1")
    assert not app.exception
    assert any(b.label == "Remove the second bond" for b in app.button)


def test_a_page_whose_models_are_missing_is_not_listed(tmp_path, monkeypatch):
    from bondgenome_ui import navigation

    monkeypatch.setattr(navigation, "ASSETS", tmp_path)
    assert not navigation._usable("interactions")
    assert navigation._usable("slices")
    (tmp_path / "potentials" / "potential-x-v1").mkdir(parents=True)
    (tmp_path / "potentials" / "potential-x-v1" / "card.json").write_text("{}")
    assert navigation._usable("interactions")
