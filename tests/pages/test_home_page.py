"""Home starts the three most common tasks on shipped data, each with one click."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas, load_atlas
from bondgenome_ui import roadmap_families
from bondgenome_ui.thumbnail import MOST_POINTS, map_uri

ROOT = Path(__file__).resolve().parents[2]
GOLD = next((m for m in list_models() if "S-Au" in m.kinds), None)
pytestmark = pytest.mark.page


def click(label: str, monkeypatch) -> tuple[AppTest, list[str]]:
    """A page run alone has no pages to switch to; which one was wanted is noted."""
    opened: list[str] = []
    monkeypatch.setattr("streamlit.switch_page", opened.append)
    app = AppTest.from_file(str(ROOT / "pages" / "home.py"), default_timeout=90).run()
    next(b for b in app.button if b.label == label).click().run()
    assert not app.exception
    assert not app.error
    return app, opened


@pytest.mark.parametrize(
    ("label", "page", "needed"),
    [
        ("Look at a bond in Au25", "slices", True),
        ("Move the eight sliders", "genome", GOLD),
        ("Walk the roadmap", "roadmap", GOLD and has_atlas(GOLD)),
    ],
)
def test_one_click_starts_a_task_on_a_sulfur_gold_bond_of_the_shipped_cluster(label, page, needed, monkeypatch):
    if not needed:
        pytest.skip("no gold genome model with a map under assets/models")
    app, opened = click(label, monkeypatch)
    chosen = app.session_state["selection"]
    assert opened == [f"pages/{page}.py"]
    assert chosen.structure == "au25_sh18_anion"
    assert chosen.bond is not None


@pytest.mark.skipif(not (GOLD and has_atlas(GOLD)), reason="no gold genome model with a map under assets/models")
def test_roadmap_opens_with_a_walk_over_real_bonds(monkeypatch):
    app, _ = click("Walk the roadmap", monkeypatch)
    atlas = load_atlas(GOLD)
    start, end = (app.session_state[roadmap_families._end(atlas, word)] for word in roadmap_families.ENDS)
    assert start != end
    assert len(atlas.walk(start, end)) > 2


def test_picture_of_a_map_stays_small_however_many_points_there_are():
    points = np.random.default_rng(0).normal(size=(26_528, 2))
    assert len(map_uri(points, ["#000000"] * len(points))) < 30 * MOST_POINTS
    assert map_uri(points[:0], [])
