"""The ELF slices page: admissible frames, spins of an imported grid, and electrons no model reads beside those it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.electrons.request import default_request
from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.genome.model import list_models
from bondgenome_core.palette import ACCENT, SECOND
from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.figures import profile_figure
from bondgenome_core.slices.frame import bond_frame
from bondgenome_core.slices.sample import sample_slice
from bondgenome_core.structures.gallery import load_gallery_structure
from bondgenome_core.workspace.store import open_workspace
from bondgenome_ui.figures import compare_figure

ROOT = Path(__file__).resolve().parents[2]
GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
needs_model = pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")
pytestmark = pytest.mark.page


def run(page: str = "slices.py", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / page), default_timeout=90)
    app.query_params.update(query)
    return app.run()


def said(elements) -> str:
    return " ".join(e.value for e in elements)


# ---- admissible frames


@pytest.fixture
def ambiguous():
    """A gallery structure and one of its bonds whose frame is not unique."""
    structure = load_gallery_structure("au25_sh18_anion")
    return next(b for b in structure.bonds if len(bond_frame(structure, b).admissible()) > 1)


def test_ambiguous_bond_offers_its_other_admissible_frames(ambiguous):
    word = f"{ambiguous.i}-{ambiguous.j}"
    app = run(structure="au25_sh18_anion", bond=word)
    assert not app.exception
    assert "reversed" not in said(app.caption)
    app.segmented_control(key="widget_view").select(1).run()
    assert not app.exception
    assert not app.error
    assert "reversed" in said(app.caption)
    assert app.query_params["view"] == "1"


def test_link_to_a_frame_the_bond_has_not_gets_one_clear_sentence(ambiguous):
    app = run(structure="au25_sh18_anion", bond=f"{ambiguous.i}-{ambiguous.j}", view="9")
    assert not app.exception
    assert "there is no frame 9" in said(app.error)


# ---- electrons that no model reads


def as_if_imported(structure):
    """Electrons in the workspace as if another program had made them with other cores."""
    given = load_shipped("au4_sh4")
    other = replace(given, core_treatment="def2-ecp", structure=structure, provenance={"request_sha256": "f" * 64})
    return open_workspace().put_wavefunction(other)


@needs_model
def test_refused_electrons_stand_beside_those_at_the_models_level_with_the_difference():
    app = run(structure=as_if_imported(load_gallery_structure("au4_sh4")), bond="0-4", azimuth="30")
    assert not app.exception
    assert not app.error
    assert "others are not comparable" in said(app.caption)
    assert any("root mean square difference" in m.value for m in app.markdown)


@needs_model
def test_one_button_submits_the_refused_geometry_with_the_settings_of_the_model(monkeypatch):
    structure = load_gallery_structure("au4_sh4")
    moved = structure.with_(positions=structure.positions * 1.01)
    submitted = []

    def submit(self, *given):
        submitted.append(given)
        return ""

    monkeypatch.setattr("bondgenome_core.jobs.queue.JobQueue.submit_scf", submit)
    app = run(structure=as_if_imported(moved), bond="0-4")
    app.button(key="recompute").click().run()
    assert not app.exception
    [(geometry, request)] = submitted
    assert np.array_equal(geometry.positions, moved.positions)
    assert request == default_request(moved)
    assert request.label == GOLD.card["accepts"]["level"]


@needs_model
def test_charge_of_a_grid_is_asked_for_before_it_is_computed():
    app = run(structure=open_workspace().put_upload("ELFCAR", elfcar(("S", "Au"), spins=1)), bond="0-1")
    assert not app.exception
    assert not app.error
    assert any(n.label == "Charge" for n in app.number_input)


# ---- spins of an imported grid


def elfcar(symbols: tuple[str, str], *, spins: int) -> bytes:
    """Two atoms 2.4 Angstrom apart in a cell of 10, ELF 0.2 everywhere for spin up and 0.8 for spin down."""
    n = 16
    head = f"two atoms\n1.0\n10 0 0\n0 10 0\n0 0 10\n{' '.join(symbols)}\n1 1\nDirect\n0.5 0.5 0.5\n0.5 0.5 0.74\n"
    blocks = [f"{n} {n} {n}\n" + "\n".join([" ".join([f"{v:.5f}"] * 8)] * (n**3 // 8)) for v in (0.2, 0.8)[:spins]]
    return (head + "\n" + "\n".join(blocks) + "\n").encode()


def test_grid_with_two_spins_offers_the_channel_and_names_it_under_the_figure():
    app = run(structure=open_workspace().put_upload("ELFCAR", elfcar(("S", "Au"), spins=2)), bond="0-1")
    assert not app.exception
    assert "ELF, spin up" in said(app.caption)
    app.segmented_control(key="widget_channel").select(1).run()
    assert not app.exception
    assert not app.error
    assert "ELF, spin down" in said(app.caption)
    assert "ELFCAR" in said(app.caption)


def test_closed_shell_electrons_offer_no_channel():
    app = run(structure="au4_sh4", bond="0-4")
    assert not [c for c in app.get("segmented_control") if c.key == "widget_channel"]
    assert not app.exception


# ---- what has no ELF, and what has no bonds


def density(symbols: tuple[int, int]) -> bytes:
    """Two atoms 1.5 Angstrom apart in a cube that says it holds a density."""
    n, step = 12, 0.6
    atoms = "".join(f"{z} {z}.0 0 0 {k * 2.835}\n" for k, z in enumerate(symbols))
    axes = "".join(f"{n} {' '.join(str(step * (row == column)) for column in range(3))}\n" for row in range(3))
    return f"two atoms\nelectron density\n2 -3 -3 -3\n{axes}{atoms}{'0.5 ' * n**3}\n".encode()


def test_grid_of_a_density_keeps_the_3d_view_and_the_bonds_and_says_why_there_is_no_slice():
    app = run(structure=open_workspace().put_upload("density.cube", density((6, 6))), bond="0-1")
    assert not app.exception
    assert not app.error
    assert "no ELF slices" in said(app.warning)
    assert any(s.label == "Bond" for s in app.selectbox)
    assert any(b.key == "recompute" for b in app.button)
    assert "others are not comparable (here: not stated by the cube file)" in said(app.caption)


@needs_model
def test_grid_of_a_density_is_followed_by_the_slice_at_the_models_level(monkeypatch):
    structure = open_workspace().put_upload("density.cube", density((79, 16)))
    monkeypatch.setattr("bondgenome_ui.content.default_electrons_key", lambda structure: "shipped:au4_sh4")
    app = run(structure=structure, bond="0-1")
    assert not app.exception
    assert not app.error
    assert "GTH-PBE" in said(app.caption)


@pytest.mark.parametrize("page", ["slices.py", "genome.py", "structure.py"])
def test_one_atom_is_told_to_have_no_bonds(page):
    app = run(page, structure=open_workspace().put_upload("gold.xyz", b"1\ngold\nAu 0 0 0\n"))
    assert not app.exception
    assert not app.error
    assert "one atom, which has no bonds" in said(app.info)
    if page == "structure.py":
        assert "1 atom, 0 bonds" in said(app.markdown)


# ---- figures


def test_profile_has_the_colours_that_mark_the_bonds_in_3d():
    s = sample_slice(ElfEngine(load_shipped("au4_sh4")), load_gallery_structure("au4_sh4").bonds[0])
    for theme in ("light", "dark"):
        lines = [t.line.color for t in profile_figure([s, s], theme=theme).data]
        assert lines == [ACCENT[theme]] * 2 + [SECOND[theme]] * 2


def test_panels_of_one_bond_at_two_levels_are_told_apart_by_their_titles():
    s = sample_slice(ElfEngine(load_shipped("au4_sh4")), load_gallery_structure("au4_sh4").bonds[0])
    figure = compare_figure(
        s, s, slice_difference(s, s), colours="perceptual", theme="light", names=("As given", "Model's level")
    )
    titles = [a.text for a in figure.layout.annotations[:2]]
    assert [t.split(":")[0] for t in titles] == ["As given", "Model's level"]


@pytest.mark.parametrize(("word", "why"), [
    ("azimuth=999", "is outside -180 to 180"), ("offset=50", "is outside -3 to 3"), ("window=0", "is outside 2 to 20"),
    ("colours=zzz", "cannot be read"),
])  # fmt: skip
def test_link_with_a_value_no_widget_can_show_gets_one_clear_sentence(word, why):
    name, value = word.split("=")
    app = run(structure="au4_sh4", bond="0-4", **{name: value})
    assert not app.exception
    assert f"The link says {name}='{value}', which {why}" in said(app.error)


@pytest.mark.parametrize("page", ["slices.py", "genome.py"])
@pytest.mark.parametrize("query", [{"bond": "0-99"}, {"bond": "0-4", "second": "3-99"}])
def test_bond_of_a_link_that_the_structure_lacks_is_said_and_the_page_stays(page, query):
    app = run(page, structure="au4_sh4", **query)
    assert not app.exception
    assert "are not bonded in" in said(app.warning)
    assert app.selectbox(key="list_bond").options
