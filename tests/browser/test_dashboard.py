"""Pinning in the app, the link of a dashboard, and its offline file opened from disk without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas
from tests.browser.app import go_to, open_page, slice_title, wait_for_words, words_of
from tests.browser.conftest import PATIENCE

GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds) and has_atlas(m)), None)
CLUSTER = {"structure": "au25_sh18_anion", "bond": "1-31"}
PICTURE = "canvas => { let sum = 0; const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;" \
          " for (let k = 0; k < d.length; k++) sum = (sum * 31 + d[k]) >>> 0; return sum; }"  # fmt: skip


@pytest.fixture
def file_page(browser, tmp_path, monkeypatch):
    """The offline file of four views, opened from disk in a browser without a network, and what it asked for."""
    from bondgenome_ui.dashboard import Dashboard, Pin
    from bondgenome_ui.offline import offline_page

    if GOLD is None:
        pytest.skip("no gold genome model with a map under assets/models")
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "workspace"))
    pins = tuple(Pin(kind, CLUSTER, kind.title()) for kind in ("structure", "slices", "genome", "roadmap"))
    path = tmp_path / "board.html"
    path.write_bytes(offline_page(Dashboard("Views", pins)))
    print(f"offline file of four views: {path.stat().st_size / 1e6:.2f} MB")
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, offline=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.asked, page.wrong = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()


def test_offline_file_decodes_and_answers_clicks_without_any_request(file_page):
    page = file_page
    click_an_atom(page)
    read_a_value(page)
    move_a_slider(page)
    click_a_map_point(page)
    outside = [url for url in page.asked if not url.startswith(("file:", "blob:", "data:"))]
    assert outside == []
    assert page.wrong == []


def click_an_atom(page):
    page.locator(".viewer[data-ready]").wait_for()
    # a free atom, found as a click would find it
    place = page.locator(".viewer").evaluate(
        "el => { const v = el.view.viewer; for (const [n, [, x, y, z]] of el.view.data.scene.atoms.entries()) {"
        " const s = v.modelToScreen({x, y, z}), m = v.mouseXY(s.x, s.y);"
        " const hit = v.targetedObjects(m.x, m.y, v.clickables)[0];"
        " if (hit?.clickable?.index === n) return {n, x: s.x - scrollX, y: s.y - scrollY}; } }"
    )
    page.mouse.click(place["x"], place["y"])
    said = page.locator(f".structure .card [data-picked='atom {place['n']}']")
    said.wait_for()
    assert "bonds" in said.inner_text()


def read_a_value(page):
    picture = page.locator(".slice[data-ready] canvas").first
    picture.hover()
    assert "Å: " in page.locator(".slice .readout").inner_text()


def move_a_slider(page):
    page.locator(".genome .host").scroll_into_view_if_needed()
    page.locator(".workbench[data-ready]").wait_for()
    canvas = page.locator(".workbench canvas.decoded")
    before, nearest = canvas.evaluate(PICTURE), page.locator(".neighbours output").all_inner_texts()
    assert float(page.locator(".workbench").get_attribute("data-deviation")) < 1e-4, "the file must decode as torch does"
    page.get_by_role("slider", name="Gene 1;").press("PageUp")
    page.wait_for_function("list => list.join() !== [...document.querySelector('.genome .host').shadowRoot"
                           ".querySelectorAll('.neighbours output')].map(o => o.textContent).join()", arg=nearest)  # fmt: skip
    assert canvas.evaluate(PICTURE) != before


def click_a_map_point(page):
    page.locator(".roadmap .host").scroll_into_view_if_needed()
    found = page.locator(".roadmap .map[data-ready]")
    found.wait_for()
    target = found.evaluate("el => { for (let n = 0; n < el.map.n; n++) { const t = el.map.target(n);"
                            " if (t.free && t.y > 0 && t.y < innerHeight) return {n, ...t}; } }")  # fmt: skip
    page.mouse.click(target["x"], target["y"])
    card = page.locator(f".bond[data-bond='{target['n']}']")
    card.wait_for()
    assert card.locator(".barcode i").count() == 8
    assert "Bond length" in card.inner_text()


def test_pinned_view_is_on_the_dashboard_of_whoever_follows_its_link_and_downloads_as_a_file(server, new_page):
    page = new_page()
    open_page(page, server, "slices", structure="au4_sh4", bond="0-4", azimuth="35")
    title = slice_title(page)
    page.get_by_role("button", name="Pin", exact=False).first.click()
    page.get_by_label("Caption").fill("At 35 degrees")
    page.get_by_role("button", name="Pin to the dashboard").click()
    page.wait_for_url("**dashboard=*")
    go_to(page, "Dashboard")
    page.get_by_text("At 35 degrees").wait_for()
    assert slice_title(page) == title
    page.wait_for_url("**/dashboard?*dashboard=*")
    other = new_page()
    other.goto(page.url)
    other.get_by_text("At 35 degrees").wait_for()
    assert slice_title(other) == title
    wait_for_words(other, dashboard=words_of(page)["dashboard"])
    other.get_by_role("button", name="Share").click()
    with other.expect_download() as waiting:
        other.get_by_role("button", name="Download as one HTML file").click()
    assert "At 35 degrees" in Path(waiting.value.path()).read_text(encoding="utf-8")
