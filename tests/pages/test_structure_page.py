"""The Structure page: barcodes and families in the table of bonds, cost before a calculation, frames as one batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.genome.model import list_models
from bondgenome_core.workspace.store import open_workspace
from bondgenome_ui import bond_genomes
from bondgenome_ui.selection import Selection
from bondgenome_ui.surfaces import surface_of

ROOT = Path(__file__).resolve().parents[2]
GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
needs_model = pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")
pytestmark = pytest.mark.page


def run(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "structure.py"), default_timeout=90)
    app.query_params.update(query)
    return app.run()


def bond_table(app: AppTest):
    return next(d.value for d in app.dataframe if "barcode" in d.value)


@needs_model
def test_bonds_of_shipped_electrons_show_their_barcodes_without_any_encoding(monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.model.GenomeModel.encode_images", lambda *given: pytest.fail("encoded"))
    app = run(structure="au25_sh18_anion")
    assert not app.exception
    table = bond_table(app)
    read = table["kind"].isin(GOLD.kinds)
    assert read.sum() > 60
    assert table["barcode"][read].str.startswith("data:image/svg+xml").all()
    assert not any(b.label.startswith("Encode all bonds") for b in app.button)


@needs_model
def test_one_button_encodes_the_bonds_no_table_has(monkeypatch):
    monkeypatch.setattr(bond_genomes, "_listed", lambda *given: {})
    app = run(structure="au4_sh4")
    assert bond_table(app)["barcode"].isna().all()
    next(b for b in app.button if b.label.startswith("Encode all bonds")).click().run()
    assert not app.exception
    table = bond_table(app)
    assert (table["barcode"].notna() == table["kind"].isin(GOLD.kinds)).all()


@needs_model
def test_genomes_of_the_table_are_those_that_encoding_gives():
    from bondgenome_core.structures.gallery import load_gallery_structure

    structure = load_gallery_structure("au4_sh4")
    key = "shipped:au4_sh4"
    listed = bond_genomes._listed(GOLD.hash, key)
    bonds = tuple(b for b in structure.bonds if structure.kind(b) in GOLD.kinds)
    encoded = bond_genomes._encoded(GOLD.hash, key, bonds)
    assert set(listed) == set(encoded)
    for bond, genome in listed.items():
        # the data set keeps images in 8 bits
        assert np.allclose(genome.values, encoded[bond].values, atol=0.02)


# ---- computing


@pytest.fixture
def trajectory():
    """Three frames of water, each a little longer, without electrons."""
    from bondgenome_core.workspace.store import open_workspace

    frames = [
        f"3\n\nO 0 0 0\nH {0.757 * k:.4f} {0.587 * k:.4f} 0\nH {-0.757 * k:.4f} {0.587 * k:.4f} 0\n" for k in (1, 1.01, 1.02)
    ]
    return open_workspace().put_upload("water.xyz", "".join(frames).encode())


def compute_tab(structure_id: str, key: str | None = None) -> AppTest:
    """The tab alone: a page opens it only where a browser asks for it."""
    script = f"""
from bondgenome_ui import compute, content
from bondgenome_ui.selection import current, select
if current().structure == "au25_sh18_anion":
    select(structure="{structure_id}")
compute.show_compute(content.shown_structure(current()), content.frames_of(current().structure), {key!r})
"""
    return AppTest.from_string(script, default_timeout=90).run()


def test_size_time_and_memory_are_said_before_a_calculation_and_for_all_frames(trajectory):
    app = compute_tab(trajectory)
    assert not app.exception
    assert any("basis functions" in m.value and "GiB of memory" in m.value for m in app.markdown)
    assert any("All 3 frames" in c.value for c in app.caption)


def test_frames_of_a_trajectory_are_sent_as_one_batch(trajectory, monkeypatch):
    from bondgenome_core.electrons.request import MOLECULE_REQUEST

    sent = []
    monkeypatch.setattr("bondgenome_core.jobs.queue.JobQueue.submit_batch", lambda self, *given: sent.append(given) or "")
    app = compute_tab(trajectory)
    next(b for b in app.button if b.label == "Compute all 3 frames").click().run()
    assert not app.exception
    [(frames, request)] = sent
    assert len(frames) == 3
    assert request == MOLECULE_REQUEST


def test_charge_set_by_hand_holds_for_all_frames(trajectory):
    from bondgenome_ui import content

    app = compute_tab(trajectory)
    fields = {n.label: n for n in app.number_input}
    fields["Charge"].set_value(1)
    fields["Multiplicity"].set_value(2)
    next(b for b in app.button if b.label == "Set").click().run()
    assert not app.exception
    assert not app.error
    frames = content.frames_of(app.session_state["selection"].structure)
    assert [(f.charge, f.multiplicity) for f in frames] == [(1, 2)] * 3


def test_impossible_charge_gets_one_clear_sentence(trajectory):
    app = compute_tab(trajectory)
    next(n for n in app.number_input if n.label == "Charge").set_value(1)
    next(b for b in app.button if b.label == "Set").click().run()
    assert not app.exception
    assert len(app.error) == 1


def test_link_brings_the_isosurface_with_it_and_the_choice_goes_into_the_link():
    app = run(structure="au4_sh4", surface="density")
    assert not app.exception
    assert app.selectbox(key="widget_surface").value == "density"
    assert any("density (e/bohr³) isosurface · PBE GPW" in c.value for c in app.caption)
    app.selectbox(key="widget_surface").select("elf").run()
    assert app.query_params["surface"] == "elf"
    app.selectbox(key="widget_surface").select("").run()
    assert "surface" not in app.query_params


def test_a_click_that_was_on_its_way_while_the_address_changed_does_not_bring_the_old_structure_back():
    """Its run sees the address of before; only the browser's back and forward buttons may go by that."""
    app = run(structure="au4_sh4")
    app.session_state["selection"] = Selection(structure="au6")
    app.run()
    assert app.query_params["structure"] == "au6"
    app.query_params["structure"] = "au4_sh4"
    app.run()
    assert app.session_state["selection"].structure == "au6"
    assert app.query_params["structure"] == "au6"


def test_isosurface_of_a_grid_with_two_spins_shows_the_chosen_spin():
    n = 16
    head = "two atoms\n1.0\n10 0 0\n0 10 0\n0 0 10\nS Au\n1 1\nDirect\n0.5 0.5 0.5\n0.5 0.5 0.74\n"
    blocks = [f"{n} {n} {n}\n" + "\n".join([" ".join([f"{v:.5f}"] * 8)] * (n**3 // 8)) for v in (0.2, 0.8)]
    uploaded = open_workspace().put_upload("ELFCAR", (head + "\n" + "\n".join(blocks) + "\n").encode())
    up, down = (surface_of(f"imported:{uploaded}", "elf", channel=k) for k in (0, 1))
    assert (up.name, down.name) == ("ELF, spin up", "ELF, spin down")
    assert np.allclose(up.values, 0.2, atol=1e-3)
    assert np.allclose(down.values, 0.8, atol=1e-3)
    app = run(structure=uploaded, surface="elf")
    assert not app.exception
    assert any(c.key == "widget_channel" for c in app.get("segmented_control") + app.get("button_group"))


def test_grid_of_a_density_is_not_said_to_be_the_electrons_that_slices_need():
    cube = "two atoms\nelectron density\n2 -3 -3 -3\n8 1 0 0\n8 0 1 0\n8 0 0 1\n6 6 0 0 0\n6 6 0 0 2.8\n" + "0.5 " * 8**3
    structure = open_workspace().put_upload("density.cube", cube.encode())
    app = compute_tab(structure, f"imported:{structure}")
    assert not app.exception
    assert not app.success
    assert "basis functions" in " ".join(m.value for m in app.markdown)
