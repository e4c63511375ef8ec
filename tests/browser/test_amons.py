"""Molecules typed as SMILES get amons, a prediction with its interval and, when asked for, the true value; amons are lit."""

from __future__ import annotations

import re

import numpy as np

from bondgenome_core.amons.organic_set import grow_set, load_set
from tests.browser.app import open_page, viewer

N_DRAWN = 5


def unused():
    """Five of the nine hundred grown molecules that are not in the set, by a seeded draw among those that embed."""
    from bondgenome_core.amons.query import query_from_smiles
    from bondgenome_core.errors import BondGenomeError

    chosen, out = set(load_set()), []
    others = [s for s in grow_set() if s not in chosen]
    for k in np.random.default_rng(11).permutation(len(others)):
        try:
            query_from_smiles(others[k])
        except BondGenomeError:
            continue
        out.append(others[k])
        if len(out) == N_DRAWN:
            return out
    raise AssertionError("too few molecules embed")


def number(text):
    return float(re.search(r"-?[\d,]+\.\d+", text)[0].replace(",", ""))


def test_five_molecules_nobody_chose_are_predicted_and_compared(server, new_page):
    page = new_page()
    open_page(page, server, "amons", structure="au4_sh4")
    page.get_by_text("A molecule to take apart").wait_for()
    for k, smiles in enumerate(unused()):
        box = page.get_by_role("textbox", name="SMILES").last
        if k:
            page.get_by_text("Open", exact=True).first.click()
            page.get_by_role("tab", name="SMILES").click()
        box.fill(smiles)
        page.get_by_role("button", name="Build").last.click()
        page.get_by_role("strong").get_by_text(smiles, exact=True).wait_for()
        ask = page.get_by_role("button", name="Compute the true value")
        ask.wait_for()
        energy = number(page.get_by_test_id("stMetric").filter(has_text="Predicted energy").inner_text())
        page.get_by_test_id("stMetric").filter(has_text="95 % interval").wait_for()
        ask.click()
        true = page.get_by_test_id("stMetric").filter(has_text="True energy")
        true.wait_for()
        error = abs(energy - number(true.inner_text().split("mol)")[1]))
        print(f"{smiles}: {error:.2f} kcal/mol")
        assert error < 3  # of thousands; drawn by a seed, so always the same five


def test_an_amon_lights_its_atoms_in_the_drawing_and_in_space(server, new_page):
    page = new_page()
    open_page(page, server, "amons", structure="toluene", largest="6")
    root = viewer(page)
    assert not root.get_attribute("data-halos")
    page.get_by_role("button", name="c1ccccc1").click()
    page.locator(".viewer[data-halos]:not([data-halos=''])").wait_for()
    lit = page.locator(".viewer").get_attribute("data-halos").split()
    assert len(lit) == 11  # six carbons and five hydrogens; the sixth is new
    page.get_by_role("button", name="Clear").click()
    page.locator(".viewer[data-halos='']").wait_for()
