"""A cluster no model has seen, from a plain xyz file to its place on the map."""

from __future__ import annotations

import ase.io
import pytest

from bondgenome_core.genome.model import list_models
from tests.browser.app import go_to, open_page, slice_title, viewer, wait_for_words
from tests.browser.conftest import ROOT
from tests.browser.test_sliders import confirmed

FILE = ROOT / "tests" / "browser" / "au12_sh12.xyz"
"""Ring Au12(SH)12, relaxed with GFN1-xTB."""
GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
MINUTES = 6 * 60_000
pytestmark = pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")


def test_the_file_holds_a_composition_that_no_gold_model_was_trained_on():
    symbols = ase.io.read(FILE).get_chemical_symbols()
    assert symbols.count("Au") >= 10
    assert f"Au{symbols.count('Au')}S{symbols.count('S')}" not in set(GOLD.bonds["species"])


def test_uploaded_cluster_goes_from_its_atoms_to_the_roadmap_with_its_badge(server, new_page):
    page = new_page()
    open_page(page, server, "structure")
    viewer(page)
    page.get_by_text("Open", exact=True).first.click()
    page.locator("input[type=file]").first.set_input_files(FILE)
    page.get_by_text("36 atoms").first.wait_for()
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="Compute").click()
    page.get_by_role("button", name="Compute", exact=True).click()
    page.get_by_text("finished").first.wait_for(timeout=MINUTES)

    page.goto(page.url.replace("/structure?", "/slices?") + "&bond=0-1")
    assert slice_title(page).startswith("Au0–Au1")
    go_to(page, "Genome")
    confirmed(page)
    assert page.locator(".badge .verdict").text_content().endswith("the domain")

    go_to(page, "Roadmap")
    page.locator(".map[data-new]:not([data-new=''])").wait_for()
    wait_for_words(page, bond="0-1")
    page.get_by_text("not among the mapped bonds").first.wait_for()
    page.get_by_text("the domain, percentile").first.wait_for()
