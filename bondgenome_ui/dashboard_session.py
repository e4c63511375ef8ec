"""Session files: what a user works with, saved as one file and opened again on another machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from bondgenome_core.errors import BondGenomeError

from . import content
from .dashboard import Dashboard
from .page import clear_messages
from .selection import Selection, current, from_query, to_query

MAX_FILE_MIB = 200
"""The core's own limit for a session file."""
_DONE, _SAID = "session_done", "session_said"
_ONE = {"uploads": "upload", "structures": "structure", "wavefunctions": "wavefunction", "selections": "named selection",
        "dashboards": "dashboard", "genomes": "genome", "views": "view"}  # fmt: skip


def show_session(board: Dashboard) -> None:
    """Two ways: out and in."""
    st.markdown("**Download** the dashboard with the structures and results behind it and the named selections.")
    everything = st.toggle("Everything stored on this server", key="session_all", help="Also what other users have stored here.")
    chosen = current()
    st.download_button(
        "Download session", lambda: save(board, chosen, everything=everything), file_name="session.bondgenome",
        mime="application/zip", icon=":material/download:", on_click="ignore", width="stretch", key="session_save",
    )  # fmt: skip
    file = st.file_uploader("**Open a session**", type=["bondgenome", "zip"], key="session_file", max_upload_size=MAX_FILE_MIB)
    if file is None or st.session_state.get(_DONE) == file.file_id:
        return
    st.session_state[_DONE] = file.file_id
    with clear_messages():
        open_file(file.getvalue())
        st.rerun()


def save(board: Dashboard, chosen: Selection, *, everything: bool) -> bytes:
    """A session file; raises ArtefactError where it would be too large."""
    from bondgenome_core.workspace.session import export_session
    from bondgenome_core.workspace.store import open_workspace

    workspace = open_workspace()
    contents = {kind: workspace.ids(kind) for kind in _ONE} if everything else _contents(board, chosen)
    return export_session(workspace, contents, {"link": to_query(replace(chosen, job=""))})


def open_file(data: bytes) -> None:
    """Store a session's content and show what it showed; raises a BondGenomeError that says why it cannot be opened."""
    from bondgenome_core.workspace.session import import_session
    from bondgenome_core.workspace.store import open_workspace

    session = import_session(open_workspace(), data)
    link = session.state.get("link")
    words = {str(k): str(v) for k, v in link.items()} if isinstance(link, dict) else {}
    st.session_state["selection"] = from_query(words)
    counted = [f"{len(ids)} {_ONE[kind]}{'s' if len(ids) > 1 else ''}" for kind, ids in session.contents.items()]
    st.session_state[_SAID] = f"The session is open: {', '.join(counted) or 'only the view it showed'}."


def say_opened() -> None:
    """Once, after a session was opened."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check_circle:")


def _contents(board: Dashboard, chosen: Selection) -> dict[str, list[str]]:
    """Ids by kind of everything the views and the named selections need; shipped content needs no storing."""
    from bondgenome_core.workspace.store import open_workspace

    workspace = open_workspace()
    wanted: dict[str, set[str]] = {kind: set() for kind in _ONE}
    wanted["selections"] = set(workspace.ids("selections"))
    if chosen.dashboard and workspace.missing_sentence("dashboards", chosen.dashboard) is None:
        wanted["dashboards"].add(chosen.dashboard)
    for shown in _selections(board, chosen):
        for kind in ("uploads", "structures", "wavefunctions"):
            if workspace.missing_sentence(kind, shown.structure) is None:
                wanted[kind].add(shown.structure)
        wanted["wavefunctions"] |= set(_results(shown))
    return {kind: sorted(ids) for kind, ids in wanted.items() if ids}


def _selections(board: Dashboard, chosen: Selection) -> Iterable[Selection]:
    yield chosen
    for pin in board.pins:
        try:
            yield pin.selection
        except BondGenomeError:
            continue  # the tile has said what is wrong with it


def _results(shown: Selection) -> Iterable[str]:
    """The wavefunctions computed here for any frame of a view's structure."""
    try:
        frames = content.frames_of(shown.structure)
        structures = [content.shown_structure(replace(shown, frame=k)) for k in range(len(frames))]
        keys = [content.electrons_key(shown.structure, structure) for structure in structures]
    except BondGenomeError:
        return  # not on this server: the tile has said so
    for key in keys:
        if key and key.startswith("computed:"):
            yield key.removeprefix("computed:")
