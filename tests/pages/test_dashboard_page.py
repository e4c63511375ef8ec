"""The Dashboard page alone, without a browser: pins, arrangement, links, sessions, refusals."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bondgenome_core.genome.model import list_models
from bondgenome_core.roadmap.atlas import has_atlas
from bondgenome_core.workspace.store import open_workspace
from bondgenome_ui.dashboard import Dashboard, Pin, from_content, to_content
from bondgenome_ui.offline.data import view_of
from bondgenome_ui.selection import Selection

ROOT = Path(__file__).resolve().parents[2]
HAS_MODEL = any({"S-Au", "Au-Au"} <= set(m.kinds) and has_atlas(m) for m in list_models())
RING = {"structure": "au4_sh4", "bond": "0-4"}
WATER = b"3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"
pytestmark = pytest.mark.page


def run(page: str = "dashboard.py", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / page), default_timeout=90)
    app.query_params.update(query)
    return app.run()


def keep(*pins: Pin, name: str = "ring") -> str:
    return open_workspace().put_document("dashboards", name, to_content(Dashboard(name, pins)))


def shown(app: AppTest) -> Dashboard:
    document = open_workspace().get_document("dashboards", app.session_state["selection"].dashboard)
    return from_content(document.name, document.content)


def said(elements) -> str:
    return " ".join(e.value for e in elements)


STRUCTURE, SLICE = Pin("structure", {"structure": "au4_sh4"}, "The ring"), Pin("slices", RING, "A bond", note="the *lone* pair")


def test_empty_dashboard_says_what_to_do_next():
    app = run()
    assert not app.exception
    assert "Nothing is pinned yet" in said(app.info)
    assert {"Structure", "ELF slices", "Genome", "Roadmap"} <= {b.label for b in app.button}


def test_pin_on_the_slices_page_keeps_the_view_and_its_caption():
    app = run("slices.py", **RING, azimuth="30")
    app.text_input(key="pin_slices_caption").input("At thirty degrees")
    next(b for b in app.button if b.label == "Pin to the dashboard").click().run()
    assert not app.exception
    (pin,) = shown(app).pins
    assert (pin.kind, pin.caption) == ("slices", "At thirty degrees")
    assert pin.selection == Selection(structure="au4_sh4", bond=pin.selection.bond, azimuth=30.0)
    assert app.query_params["dashboard"] == app.session_state["selection"].dashboard


@pytest.mark.skipif(not HAS_MODEL, reason="no gold genome model with a map under assets/models")
def test_every_kind_of_view_is_drawn_again_with_its_provenance():
    genome, everything = Pin("genome", RING, "Genome", width=2), Pin("roadmap", RING | {"coloured": "length"}, "Map", width=2)
    app = run(dashboard=keep(STRUCTURE, SLICE, genome, everything))
    assert not app.exception
    assert not app.error
    assert "PBE GPW" in said(app.caption)
    assert "trustworthiness" in said(app.caption)
    assert "as encoded" in said(app.caption)


def test_views_are_moved_widened_annotated_and_removed():
    app = run(dashboard=keep(STRUCTURE, SLICE))
    app.button(key="move_0_1").click().run()
    assert [p.caption for p in shown(app).pins] == ["A bond", "The ring"]
    app.text_area(key="edit_1_note").input("Four of them").run()
    app.text_input(key="edit_1_caption").input("Ring of four").run()
    assert shown(app).pins[1] == Pin("structure", {"structure": "au4_sh4"}, "Ring of four", "Four of them")
    app.button(key="remove_0").click().run()
    assert [p.caption for p in shown(app).pins] == ["Ring of four"]
    next(b for b in app.button if b.label == "Undo").click().run()
    assert [p.caption for p in shown(app).pins] == ["A bond", "Ring of four"]
    assert not app.exception


def test_dashboards_of_two_users_with_one_name_are_both_listed_and_older_versions_are_not():
    first, second = run(dashboard=keep(STRUCTURE)), run(dashboard=keep(SLICE))
    for app in (first, second):
        app.text_area(key="edit_0_note").input("changed").run()
    listed = {b.key.removeprefix("open_") for b in run().button if b.key and b.key.startswith("open_")}
    assert listed == {app.session_state["selection"].dashboard for app in (first, second)}


def test_link_opens_the_dashboard_for_another_user_of_the_server():
    link = keep(STRUCTURE, SLICE, name="for all")
    one, other = run(dashboard=link), run(dashboard=link)
    one.button(key="remove_0").click().run()
    other.run()
    assert len(shown(one).pins) == 1
    assert len(shown(other).pins) == 2, "what another user sees must not change under his hands"
    assert "for all" in said(other.title)


@pytest.mark.skipif(not HAS_MODEL, reason="no gold genome model with a map under assets/models")
def test_map_of_a_named_selection_says_where_the_selection_is_missing():
    app = run(dashboard=keep(Pin("roadmap", {"structure": "au4_sh4", "region": "0" * 64}, "My bonds"), SLICE))
    assert not app.exception
    assert "selection 00000000 of this link is not stored on this server" in said(app.error)


def test_link_to_a_dashboard_of_another_server_says_what_is_missing():
    app = run(dashboard="0" * 64)
    assert not app.exception
    assert "dashboard 00000000 of this link is not stored on this server" in said(app.error)
    assert "Nothing is pinned yet" not in said(app.info)


def test_view_whose_structure_is_missing_says_so_and_the_others_are_drawn():
    app = run(dashboard=keep(Pin("slices", {"structure": "0" * 64, "bond": "0-1"}, "Lost"), SLICE))
    assert not app.exception
    assert "not stored on this server" in said(app.error)
    assert "PBE GPW" in said(app.caption)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"pins": 3},
        {"pins": [{"kind": "slices"}]},
        {"pins": [{"kind": "shell", "link": {}, "caption": "", "note": "", "width": 1}]},
        {"pins": [{"kind": "slices", "link": {}, "caption": "", "note": "", "width": 9}]},
    ],
)
def test_damaged_dashboard_gets_one_clear_sentence(content):
    app = run(dashboard=open_workspace().put_document("dashboards", "bad", content))
    assert not app.exception
    assert "damaged" in said(app.error)


@pytest.fixture
def saved(monkeypatch, tmp_path):
    """A session with an upload, a structure and a dashboard, and then an empty workspace of another machine."""
    from bondgenome_core.structures.read import read_structures
    from bondgenome_ui import dashboard_session

    workspace = open_workspace()
    upload = workspace.put_upload("water.xyz", WATER)
    molecule = workspace.put_structure(read_structures(WATER, "water.xyz")[0])
    workspace.put_upload("unrelated.xyz", WATER)
    workspace.put_document("selections", "some bonds", {"bonds": [1]})
    app = run(structure=upload, dashboard=keep(Pin("structure", {"structure": molecule}, "Water"), STRUCTURE))
    data = dashboard_session.save(shown(app), app.session_state["selection"], everything=False)
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "elsewhere"))
    return data, upload, molecule


def opened(data: bytes) -> AppTest:
    app = run()
    app.file_uploader(key="session_file").set_value(("session.bondgenome", data, "application/zip")).run()
    return app


def test_session_opens_on_another_machine_with_everything_behind_its_views(saved):
    data, upload, molecule = saved
    app = opened(data)
    assert not app.exception
    assert not app.error
    assert "The session is open" in said(app.success)
    assert [p.caption for p in shown(app).pins] == ["Water", "The ring"]
    assert app.session_state["selection"].structure == upload
    assert open_workspace().ids("structures") == (molecule,)
    assert open_workspace().ids("uploads") == (upload,), "what no view needs stays at home"
    assert len(open_workspace().ids("selections")) == 1


@pytest.fixture
def computed():
    """A structure of the user's own, and the id of the wavefunction that a job computed for it."""
    from bondgenome_core.electrons.request import ScfRequest, request_hash
    from bondgenome_core.electrons.shipped import load_shipped

    shipped = load_shipped("au1_sh2_anion")
    own = shipped.structure.with_(positions=shipped.structure.positions + 0.25, name="my staple")
    request = ScfRequest(**{k: v for k, v in shipped.method.items() if k in ScfRequest.__dataclass_fields__})
    answer = shipped.provenance | {"request_sha256": request_hash(own, request)}
    workspace = open_workspace()
    return workspace.put_structure(own), workspace.put_wavefunction(replace(shipped, structure=own, provenance=answer))


def test_session_brings_the_wavefunctions_of_computed_jobs(computed, tmp_path, monkeypatch):
    from bondgenome_ui import dashboard_session

    structure, wavefunction = computed
    app = run(dashboard=keep(Pin("slices", {"structure": structure, "bond": "0-1"}, "Mine")))
    data = dashboard_session.save(shown(app), app.session_state["selection"], everything=False)
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "elsewhere"))
    there = opened(data)
    assert open_workspace().ids("wavefunctions") == (wavefunction,)
    assert not there.error
    assert "PBE GPW" in said(there.caption), "the slice is sampled on the other machine"


def newer(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps(manifest | {"version": 99}).encode()


def edited(members: dict[str, bytes]) -> None:
    name = next(n for n in members if n.startswith("dashboards/"))
    members[name] = members[name].replace(b"Water", b"Wader")


@pytest.mark.parametrize(
    ("change", "sentence"), [(newer, "saved by a newer version"), (edited, "was changed after it was saved")]
)
def test_session_of_a_newer_version_or_edited_by_hand_is_refused_in_one_sentence(saved, change, sentence):
    with zipfile.ZipFile(io.BytesIO(saved[0])) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    app = opened(buffer.getvalue())
    assert not app.exception
    assert sentence in said(app.error)
    assert open_workspace().ids("uploads") == ()


def test_pinned_structure_keeps_its_isosurface_in_3d_and_in_the_offline_file(monkeypatch):
    drawn = []
    monkeypatch.setattr("bondgenome_ui.dashboard_tiles.show_viewer", lambda *given, surface=None, **words: drawn.append(surface))
    app = run(dashboard=keep(Pin("structure", {"structure": "au4_sh4", "surface": "elf"}, "Surface"), STRUCTURE))
    for button in [b for b in app.button if b.label == "Show in 3D"]:
        app = app.button(key=button.key).click().run()
    assert not app.exception
    assert "ELF isosurface · PBE GPW" in said(app.caption)
    assert [s.name if s else None for s in drawn[:2]] == ["ELF", None]
    assert view_of("structure", Selection("au4_sh4", surface="elf"), 0).data["grid"]["name"] == "ELF"
    assert view_of("structure", Selection("au4_sh4"), 0).data["grid"] is None
