"""The heatmap and the molecule are one selection: a cell lights its pair in 3D, an atom clicked in 3D lights its row."""

from __future__ import annotations

import pytest

from bondgenome_core.potentials.shipped import list_potentials
from tests.browser.app import open_page, viewer, wait_for_words

KNOWN = [set(m.elements) for m in list_potentials() if m.has_forces]
GOLD = pytest.mark.skipif(not any({1, 16, 79} <= k for k in KNOWN), reason="no potential of Au, S and H is installed")
MOLECULE = pytest.mark.skipif(not any({1, 6, 8} <= k for k in KNOWN), reason="no potential of C, H and O is installed")


def heatmap(page):
    found = page.locator(".heatmap[data-ready]")
    found.wait_for()
    return found


def click_cell(page, i, j):
    """Click the cell of a pair, brought into view."""
    found = heatmap(page)
    found.scroll_into_view_if_needed()
    place = found.evaluate("(el, [i, j]) => el.view.target(i, j)", [i, j])
    page.mouse.click(place["x"], place["y"])


def free_atoms(page):
    """Atoms that no other hides, and where to click them."""
    return viewer(page).evaluate(
        "el => el.view.data.scene.atoms.map((_, atom) => ({atom, ...el.view.atomTarget(atom)})).filter((t) => t.free)"
    )


def linked_both_ways(page, i, j):
    """A cell lights its pair in 3D; an atom clicked there chooses its row."""
    click_cell(page, i, j)
    page.locator(f".viewer[data-linked='{i}-{j}']").wait_for()
    wait_for_words(page, pair=f"{i}-{j}")
    viewer(page).scroll_into_view_if_needed()
    target = free_atoms(page)[0]
    page.mouse.click(target["x"], target["y"])
    atom = target["atom"]
    page.locator(f".heatmap[data-chosen='{atom}-{atom}']").wait_for()
    page.get_by_text("strongest partners").wait_for()


@GOLD
def test_heatmap_and_molecule_are_linked_both_ways_on_au25(server, new_page):
    page = new_page()
    open_page(page, server, "interactions", structure="au25_sh18_anion")
    linked_both_ways(page, 0, 25)
    assert page.get_by_text("Force error on this frame").is_visible()
    assert page.get_by_text("Disagreement of 3 seeds").is_visible()


@MOLECULE
def test_heatmap_and_molecule_are_linked_both_ways_on_a_molecule_typed_as_smiles(server, new_page):
    page = new_page()
    open_page(page, server, "structure")
    page.get_by_test_id("stPopoverButton").filter(has_text="folder_open").first.click()
    page.get_by_role("tab", name="SMILES").click()
    page.get_by_role("textbox", name="SMILES").fill("CCO")
    page.get_by_role("button", name="Build").click()
    page.wait_for_function("!location.search.includes('au25') && location.search.includes('structure=')")
    page.get_by_test_id("stSidebarNavLink").filter(has=page.get_by_text("Interactions", exact=True)).click()
    linked_both_ways(page, 0, 2)


@MOLECULE
def test_elements_no_potential_knows_are_refused_in_words(server, new_page):
    page = new_page()
    open_page(page, server, "interactions", structure="lif")
    page.get_by_text("No shipped potential knows").wait_for()
