"""The dashboard on its page: tiles in rows of three columns, arranged, captioned, annotated, shared and exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from bondgenome_core.errors import ArtefactError
from bondgenome_core.names import ascii_file_name, safe_name

from . import dashboard, dashboard_session, dashboard_tiles, offline
from .dashboard import KINDS, MAX_CAPTION, MAX_NOTE, UNNAMED, WIDTHS, Dashboard
from .page import clear_messages
from .selection import current, select

START = {"structure": "Structure", "slices": "ELF slices", "genome": "Genome", "roadmap": "Roadmap"}


def show_dashboard() -> None:
    """Head, then the tiles, or what to do where there are none."""
    board, missing = Dashboard(), False
    try:
        board = dashboard.shown()
    except ArtefactError as error:
        st.error(str(error), icon=":material/error:")
        missing = True
    _head(board)
    if not board.pins and not missing:
        _say_how()
    for row in board.rows():
        widths = [board.pins[n].width for n in row]
        spare = WIDTHS[-1] - sum(widths)
        columns = st.columns([*widths, spare] if spare else widths, gap="small")
        for number, column in zip(row, columns, strict=False):
            with column, st.container(border=True, height="stretch"):
                _tile(board, number)


def _head(board: Dashboard) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(board.name, width="content")
        st.space("stretch")
        if dashboard.can_undo(board):
            st.button("Undo", icon=":material/undo:", help="Back to before the last change", on_click=select,
                      kwargs={"dashboard": board.previous})  # fmt: skip
        with st.popover("Dashboards", icon=":material/folder_open:"):
            _choose(board)
        with st.popover("Share", icon=":material/ios_share:"):
            _share(board)
        with st.popover("Session", icon=":material/save:"):
            dashboard_session.show_session(board)
    dashboard_session.say_opened()


def _choose(board: Dashboard) -> None:
    """Name this one, open another, or start anew."""
    st.session_state["dashboard_name"] = board.name
    st.text_input("Name of this dashboard", key="dashboard_name", max_chars=80, disabled=not board.pins, on_change=_rename)
    with clear_messages():
        others = [d for d in dashboard.stored() if d.id != current().dashboard]
        known = {d.id: f"{d.name} ({len(d.content.get('pins', []))} views)" for d in others}
        if known:
            st.caption("On this server:")
        for document_id, label in known.items():
            st.button(label, key=f"open_{document_id}", type="tertiary", on_click=select, kwargs={"dashboard": document_id})
    st.button("New dashboard", icon=":material/add:", on_click=select, kwargs={"dashboard": ""}, disabled=not current().dashboard)


def _rename() -> None:
    name = safe_name(st.session_state["dashboard_name"], default=UNNAMED)
    _change(lambda board: replace(board, name=name))


def _share(board: Dashboard) -> None:
    st.markdown("**Link.** The address of this page opens the dashboard for everyone who uses this server.")
    st.markdown(
        "**One file.** All views in one HTML file that needs no network: sliders decode, atoms and map points can be clicked."
    )
    _download(board, "dashboard", f"{board.name}", "Download as one HTML file", disabled=not board.pins)


def _download(board: Dashboard, key: str, name: str, label: str, *, disabled: bool = False) -> None:
    st.download_button(
        label, lambda: offline.offline_page(board), mime="text/html", file_name=ascii_file_name(name, ".html"), key=f"html_{key}",
        icon=":material/download:", on_click="ignore", disabled=disabled, width="stretch",
    )  # fmt: skip


def _say_how() -> None:
    st.info(
        "Nothing is pinned yet. Open a view, and press Pin beside its figure: the view comes here with a caption. Views can "
        "then be arranged, annotated, shared by the link of this page, and saved as one HTML file.",
        icon=":material/push_pin:",
    )
    with st.container(horizontal=True):
        for kind, title in START.items():
            if st.button(title, icon=f":material/{KINDS[kind][1]}:", key=f"start_{kind}"):
                st.switch_page(f"pages/{kind}.py")


def _tile(board: Dashboard, number: int) -> None:
    pin = board.pins[number]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{number + 1}. {_plain(pin.caption)}**", width="stretch")
        for step, icon, words, idle in (
            (-1, "arrow_back", "Move earlier", number == 0), (1, "arrow_forward", "Move later", number == len(board.pins) - 1),
        ):  # fmt: skip
            st.button("", icon=f":material/{icon}:", key=f"move_{number}_{step}", help=words, type="tertiary", disabled=idle,
                      on_click=_change, args=(lambda b, step=step: b.moved(number, step),))  # fmt: skip
        if st.button("", icon=":material/open_in_new:", key=f"visit_{number}", help="Open on its own page", type="tertiary"):
            _visit(board, number)
        with st.popover("", icon=":material/edit:", help="Caption, note, width, file, remove", type="tertiary"):
            _edit(board, number)
    with clear_messages():
        dashboard_tiles.show_view(pin.kind, pin.selection, key=f"tile_{number}_{pin.kind}_{hash(tuple(pin.link.items()))}")
    if pin.note:
        st.markdown(_plain(pin.note).replace("\n", "  \n"))


def _edit(board: Dashboard, number: int) -> None:
    pin = board.pins[number]
    fields = {"caption": pin.caption, "note": pin.note, "width": pin.width}
    keys = {field: f"edit_{number}_{field}" for field in fields}
    st.session_state.update({keys[field]: value for field, value in fields.items()})

    def changed(field: str) -> None:
        value = st.session_state[keys[field]]
        if value is not None:
            _change(lambda b: b.with_pin(number, **{field: value}))

    st.text_input("Caption", key=keys["caption"], max_chars=MAX_CAPTION, on_change=changed, args=("caption",))
    st.text_area("Note", key=keys["note"], max_chars=MAX_NOTE, on_change=changed, args=("note",),
                 placeholder="What to see here")  # fmt: skip
    st.segmented_control("Width (columns)", WIDTHS, key=keys["width"], on_change=changed, args=("width",))
    _download(Dashboard(pin.caption, (pin,)), f"view_{number}", pin.caption, "This view as HTML")
    st.button("Remove", icon=":material/delete:", key=f"remove_{number}", on_click=_change, args=(lambda b: b.without(number),))


def _visit(board: Dashboard, number: int) -> None:
    """Show a view on its own page; the dashboard stays the one that pins go to."""
    pin = board.pins[number]
    with clear_messages():
        st.session_state["selection"] = replace(pin.selection, dashboard=current().dashboard)
        st.switch_page(f"pages/{pin.kind}.py")


def _change(change: Callable[[Dashboard], Dashboard]) -> None:
    """Apply a change to what is on show, and say what went wrong."""
    with clear_messages():
        dashboard.keep(change(dashboard.shown()))


def _plain(text: str) -> str:
    """A caption is text: signs that Markdown would read are escaped."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!~:$<>|" else c for c in text)
