"""The eight sliders in a browser: live image and badge, no reload, undo, numbers, keyboard, locks, links."""

from __future__ import annotations

import pytest

from bondgenome_core.genome.model import list_models
from tests.browser.app import open_page, wait_for_words

GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
pytestmark = pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")
PICTURE = "canvas => { let sum = 0; const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;" \
          " for (let k = 0; k < d.length; k++) sum = (sum * 31 + d[k]) >>> 0; return sum; }"  # fmt: skip


@pytest.fixture
def bench(server, new_page):
    """The workbench of one bond, once Python has confirmed its image."""
    page = new_page()
    open_page(page, server, "genome", structure="au4_sh4", bond="0-4")
    confirmed(page)
    page.evaluate("window.sameDocument = true")
    return page


def confirmed(page):
    page.locator(".workbench[data-ready][data-confirmed='true']").wait_for()


def slider(page, gene):
    return page.get_by_role("slider", name=f"Gene {gene};")


def number(page, gene):
    return page.get_by_role("spinbutton", name=f"Gene {gene}, value")


def picture(page):
    return page.locator("canvas.decoded").evaluate(PICTURE)


def badge(page):
    return page.locator(".badge").inner_text()


def indices(page):
    return page.locator("section.indices").get_attribute("data-values")


def grip(page, gene):
    """Where the knob of a slider is, in page coordinates, and how wide its way is."""
    found = slider(page, gene)
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    share = found.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    return box["x"] + 7 + share * (box["width"] - 14), box["y"] + box["height"] / 2, box["width"] - 14, share


def test_image_badge_and_indices_follow_while_the_slider_moves_without_a_reload(bench):
    before, said, address, read = picture(bench), badge(bench), bench.url, indices(bench)
    x, y, width, share = grip(bench, 1)
    bench.mouse.move(x, y)
    bench.mouse.down()
    bench.mouse.move(x + (0.4 if share < 0.5 else -0.4) * width, y, steps=8)
    bench.locator(".workbench[data-confirmed='false']").wait_for()
    assert picture(bench) != before
    assert badge(bench) != said
    assert indices(bench) != read
    assert bench.url == address, "Python must not hear of a slider that still moves"
    bench.mouse.up()
    bench.wait_for_url("**genome=*")
    confirmed(bench)
    assert bench.evaluate("window.sameDocument")


def test_decoded_pixels_in_the_browser_equal_torchs_to_1e_4(bench):
    number(bench, 2).fill("1.5")
    number(bench, 2).press("Enter")
    bench.wait_for_url("**genome=*")
    confirmed(bench)
    assert float(bench.locator(".workbench").get_attribute("data-deviation")) < 1e-4


def test_number_is_taken_and_undone_and_done_again(bench):
    before, first = picture(bench), number(bench, 3).input_value()
    number(bench, 3).fill("0.9")
    number(bench, 3).press("Enter")
    bench.wait_for_url("**genome=*")
    moved = picture(bench)
    assert moved != before
    bench.get_by_role("button", name="Undo (Ctrl+Z)").click()
    bench.wait_for_function("() => !location.search.includes('genome=')")
    assert number(bench, 3).input_value() == first
    confirmed(bench)
    assert picture(bench) == before
    bench.keyboard.press("Control+Shift+Z")
    bench.wait_for_url("**genome=*")
    assert number(bench, 3).input_value() == "0.900"


def test_empty_number_is_refused_and_the_value_kept(bench):
    first = number(bench, 4).input_value()
    number(bench, 4).fill("")
    number(bench, 4).press("Tab")
    assert "needs a number" in bench.locator(".status").inner_text()
    assert number(bench, 4).input_value() == first


def test_arrow_keys_move_a_slider_and_a_lock_holds_it(bench):
    first = float(number(bench, 5).input_value())
    slider(bench, 5).press("ArrowRight")
    slider(bench, 5).press("Shift+ArrowRight")
    bench.wait_for_url("**genome=*")
    assert float(number(bench, 5).input_value()) == pytest.approx(first + 0.30, abs=2e-3)
    bench.get_by_role("button", name="Lock gene 5").click()
    bench.get_by_role("button", name="Reset all").click()
    assert slider(bench, 5).is_disabled()
    assert float(number(bench, 5).input_value()) == pytest.approx(first + 0.30, abs=2e-3)


def test_two_keys_before_the_next_drawing_both_count(bench):
    first = float(number(bench, 5).input_value())
    slider(bench, 5).evaluate(
        "e => { for (let k = 0; k < 2; k++) e.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true})); }"
    )
    bench.wait_for_url("**genome=*")
    assert float(number(bench, 5).input_value()) == pytest.approx(first + 0.10, abs=2e-3)


def test_sweep_strip_and_the_way_to_another_bond_are_decoded_on_demand(bench):
    bench.get_by_role("button", name="Sweep strip").click()
    assert bench.locator(".sweep .frame").count() == 9
    bench.get_by_role("button", name="A → B").click()
    assert bench.locator(".path .frame").count() == 9
    bench.locator(".path .frame").nth(4).click()
    bench.wait_for_url("**genome=*")


def test_five_nearest_real_bonds_move_the_sliders_there(bench):
    if not bench.locator(".neighbour").count():
        pytest.skip("the model has no map of its bonds")
    assert bench.locator(".neighbour").count() == 5
    bench.locator(".neighbour").first.click()
    bench.wait_for_url("**genome=*")
    confirmed(bench)
    distances = bench.locator(".neighbour output").all_inner_texts()
    assert float(distances[0]) == pytest.approx(0, abs=5e-3)


def test_link_of_a_moved_genome_opens_the_same_image_for_another_user(bench, new_page):
    number(bench, 1).fill("0.4")
    number(bench, 1).press("Enter")
    bench.wait_for_url("**genome=*")
    confirmed(bench)
    other = new_page()
    other.goto(bench.url)
    confirmed(other)
    assert picture(other) == picture(bench)
    wait_for_words(other, model=GOLD.hash[:12])
