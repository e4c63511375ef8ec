"""The map driven by hand: a click, a box, a name, and a link for somebody else."""

from __future__ import annotations

import pytest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas
from tests.browser.app import go_to, open_page, viewer, words_of

NO_MAP = not any(map(has_atlas, list_models()))
pytestmark = pytest.mark.skipif(NO_MAP, reason="no model with a map is installed under assets/models")
FREE = "el => { for (let n = 0; n < el.map.n; n++) { const t = el.map.target(n); if (t.free) return { n, ...t }; } }"


def bond_map(page):
    """The map, once it has drawn."""
    found = page.locator(".map[data-ready]")
    found.wait_for()
    return found


def click_point(page):
    """Click a bond that no other hides; returns its number."""
    target = bond_map(page).evaluate(FREE)
    page.mouse.click(target["x"], target["y"])
    page.locator(f".map[data-selected='{target['n']}']").wait_for()
    return target["n"]


def draw_box(page):
    """A box over the left half of the map; returns the numbers of the bonds inside it."""
    page.get_by_role("radio", name="Box").click()
    box = bond_map(page).locator("canvas").bounding_box()
    x0, y0, x1, y1 = box["x"] + 3, box["y"] + 3, box["x"] + 0.5 * box["width"], box["y"] + box["height"] - 3
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=4)
    page.mouse.up()
    inside = "(el, [a, b, c, d]) => [...Array(el.map.n).keys()].filter(n => { const t = el.map.target(n);" \
             " return t.x > a && t.x < c && t.y > b && t.y < d; })"  # fmt: skip
    return bond_map(page).evaluate(inside, [x0, y0, x1, y1])


def test_clicked_point_shows_its_card_and_follows_to_the_other_pages(server, new_page):
    page = new_page()
    open_page(page, server, "roadmap")
    number = click_point(page)
    page.get_by_text(f"bond {number}").first.wait_for()
    viewer(page)
    page.wait_for_url("**bond=*")
    chosen = words_of(page)
    go_to(page, "Structure")
    page.wait_for_url("**/structure?*bond=*")
    assert {k: words_of(page)[k] for k in ("structure", "bond")} == {k: chosen[k] for k in ("structure", "bond")}


def test_map_keeps_its_view_when_a_point_is_clicked(server, new_page):
    page = new_page()
    open_page(page, server, "roadmap")
    bond_map(page).evaluate("el => el.map.zoom(1.6)")
    before = bond_map(page).evaluate("el => el.map.view")
    click_point(page)
    assert bond_map(page).evaluate("el => el.map.view") == before


def test_named_selection_is_the_same_set_for_another_user(server, new_page):
    first, second = new_page(), new_page()
    open_page(first, server, "roadmap")
    inside = draw_box(first)
    name = first.get_by_label("just drawn")
    name.fill("left half")
    name.press("Tab")
    first.get_by_role("button", name="Keep").click()
    first.wait_for_url("**region=*")
    second.goto(first.url)
    members = "el => [...el.map.members.keys()].filter(n => el.map.members[n])"
    second.get_by_text(f"left half ({len(inside)})").first.wait_for()
    assert bond_map(second).evaluate(members) == inside
