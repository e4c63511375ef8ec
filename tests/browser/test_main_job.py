"""The main job from end to end, for one bond of each of three structures drawn by a printed seed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from bondgenome_core.electrons.shipped import shipped_names
from bondgenome_core.genome.model import list_models
from tests.browser.app import click_bond, free_bonds, go_to, open_page, slice_title, wait_for_words
from tests.browser.conftest import ROOT
from tests.browser.test_sliders import PICTURE, confirmed, grip

GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
SEED = int(os.environ.get("BONDGENOME_TEST_SEED", "0"))
ON_SCREEN = "() => document.querySelector('.js-plotly-plot')._fullData.find(t => t.type === 'heatmap').z.map(r => Array.from(r))"
pytestmark = pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")


def drawn_structures():
    names = sorted(n for n in shipped_names() if n.startswith("au") and "_s" in n)
    return ["au25_sh18_anion", *random.Random(SEED).sample([n for n in names if n != "au25_sh18_anion"], 2)]


def slice_by_command_line(structure, i, j, folder):
    out = folder / "slice.npz"
    command = [sys.executable, "-m", "bondgenome_core", "slice", structure, "--bond", str(i), str(j), "--out", str(out), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert isinstance(json.loads(done.stdout), dict)
    with np.load(out, allow_pickle=False) as stored:
        return stored["elf"]


@pytest.mark.parametrize("structure", drawn_structures())
def test_main_job(structure, server, new_page, tmp_path):
    page = new_page()
    print(f"seed {SEED}, structure {structure}")
    # pick the structure, click a bond in 3D
    open_page(page, server, "structure", structure=structure)
    bonds = [b for b in free_bonds(page) if b["kind"] in GOLD.kinds]
    target = random.Random(f"{SEED} {structure}").choice(bonds)
    click_bond(page, target)
    page.wait_for_url(f"**bond={target['i']}-{target['j']}*")

    # its slice is the command line's
    go_to(page, "ELF slices")
    title = slice_title(page)
    expected = slice_by_command_line(structure, target["i"], target["j"], tmp_path)
    shown = np.array(page.evaluate(ON_SCREEN), dtype=np.float32)
    assert shown.shape == expected.shape
    assert np.abs(shown - expected).max() < 1e-4

    # encode it, drag a slider: the decoded image changes without a reload and equals torch's
    go_to(page, "Genome")
    confirmed(page)
    page.evaluate("window.sameDocument = true")
    before = page.locator("canvas.decoded").evaluate(PICTURE)
    x, y, width, share = grip(page, 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (0.3 if share < 0.5 else -0.3) * width, y, steps=6)
    page.locator(".workbench[data-confirmed='false']").wait_for()
    assert page.locator("canvas.decoded").evaluate(PICTURE) != before
    page.mouse.up()
    page.wait_for_url("**genome=*")
    confirmed(page)
    assert float(page.locator(".workbench").get_attribute("data-deviation")) < 1e-4
    assert page.evaluate("window.sameDocument")

    # find the bond on the roadmap: its own point, or its place among the mapped ones
    go_to(page, "Roadmap")
    page.locator(".map[data-ready]").wait_for()
    page.locator(".map:is([data-selected]:not([data-selected='']), [data-new]:not([data-new='']))").wait_for()
    wait_for_words(page, bond=f"{target['i']}-{target['j']}")

    # follow a permalink to the same view in a new browser context
    go_to(page, "ELF slices")
    assert slice_title(page) == title
    page.wait_for_url(f"**bond={target['i']}-{target['j']}*")
    other = new_page()
    other.goto(page.url)
    assert slice_title(other) == title
    assert np.allclose(np.array(other.evaluate(ON_SCREEN), dtype=np.float32), shown)
