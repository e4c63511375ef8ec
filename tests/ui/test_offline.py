"""One HTML file for a whole dashboard: what is in it, how large it is, what it must never do."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas
from bondgenome_ui.dashboard import Dashboard, Pin
from bondgenome_ui.offline import LIBRARY, offline_page

ROOT = Path(__file__).resolve().parents[2]
GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds) and has_atlas(m)), None)
RING = {"structure": "au4_sh4", "bond": "0-4"}
CLUSTER = {"structure": "au25_sh18_anion", "bond": "1-31"}
pytestmark = [
    pytest.mark.page,
    pytest.mark.skipif(GOLD is None, reason="no gold genome model with a map under assets/models"),
    pytest.mark.skipif(not LIBRARY.is_file(), reason="the 3D library is not installed (make setup)"),
]


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "workspace"))


def page_of(*pins: Pin) -> str:
    return offline_page(Dashboard("six views", pins)).decode()


def content_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.S)[1])


def test_six_views_take_at_most_15_mb():
    pins = [Pin("structure", CLUSTER, "a"), Pin("slices", CLUSTER, "b"), Pin("slices", CLUSTER | {"second": "0-1"}, "c"),
            Pin("genome", CLUSTER, "d"), Pin("genome", RING, "e"), Pin("roadmap", CLUSTER, "f")]  # fmt: skip
    page = page_of(*pins)
    print(f"six views: {len(page.encode()) / 1e6:.2f} MB")
    assert len(page.encode()) <= 15e6
    content = content_of(page)
    assert [v["kind"] for v in content["views"]] == [p.kind for p in pins]
    assert list(content["models"]) == [GOLD.hash], "two views of one model bring its weights once"


def test_file_names_no_address_it_would_load_from():
    page = page_of(Pin("slices", RING, "a bond"))
    assert not re.search(r'(src|href)\s*=\s*["\']', page.split('<script type="application/json"')[0])
    assert "default-src 'none'" in page
    assert content_of(page)["library"] is None, "a file without a 3D view needs no 3D library"


def test_captions_and_notes_cannot_become_html():
    evil = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>'
    page = offline_page(Dashboard(evil, (Pin("slices", RING, evil, note=evil),))).decode()
    assert "<img" not in page
    assert "<script>alert" not in page
    assert page.count("</script>") == 2


def test_view_that_is_missing_here_says_so_in_its_place():
    lost, torn = Pin("structure", {"structure": "0" * 64}, "lost"), Pin("slices", {"bond": "x"}, "torn")
    page = page_of(lost, torn, Pin("slices", RING, "here"))
    assert page.count('role="alert"') == 2
    assert "is not stored on this server" in page
    assert [v and v["kind"] for v in content_of(page)["views"]] == [None, None, "slices"]


def test_pixels_in_the_file_are_those_of_the_slice():
    from bondgenome_ui import dashboard_views

    pin = Pin("slices", RING | {"azimuth": "35"}, "a bond")
    picture = content_of(page_of(pin))["views"][0]["data"]["pictures"][0]
    image = np.frombuffer(base64.b64decode(picture["image"]), "<f4").reshape(64, 64)
    assert np.array_equal(image, dashboard_views.slices_of(pin.selection)[0].image)


def test_provenance_stands_under_every_view():
    pins = [Pin("structure", RING, "a"), Pin("slices", RING, "b"), Pin("genome", RING, "c"), Pin("roadmap", RING, "d")]
    sources = re.findall(r'<p class="source">(.*?)</p>', page_of(*pins))
    assert len(sources) == 4
    assert "PBE GPW" in sources[1]
    assert all(GOLD.hash[:12] in s for s in sources[2:])


def test_sliders_of_the_file_stand_where_they_were_pinned():
    moved = (0.5, -0.25, 0.0, 1.0, -1.0, 0.125, 0.75, -0.5)
    words = {"genome": ",".join(map(str, moved)), "model": GOLD.hash[:12]}
    data = content_of(page_of(Pin("genome", RING | words, "moved")))["views"][0]["data"]
    assert data["values"] == list(moved)
    assert data["encoded"] != data["values"], "undo must lead back to the bond itself"
    assert page_of(Pin("genome", RING | words | {"model": "0" * 12}, "other")).count("belongs to a model with weights") == 1
