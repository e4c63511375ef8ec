"""Dashboards: views pinned with a caption, kept by content hash, so that a link opens them for everyone on a server.

A dashboard on show is only an id in the selection; every change stores a new one and moves the id there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from bondgenome_core.errors import ArtefactError, BondGenomeError

from . import content
from .properties import pretty
from .selection import Selection, current, from_query, select, to_query
from .viewer import bond_label

if TYPE_CHECKING:
    from bondgenome_core.workspace.store import Document

KINDS = {
    "structure": ("Structure", "hub"), "slices": ("ELF slice", "contrast"), "genome": ("Genome", "tune"),
    "roadmap": ("Map", "map"),
}  # fmt: skip
"""Kind of a pinned view, which is also the name of its page -> title and icon."""
WIDTHS = (1, 2, 3)
"""Columns of the dashboard that a view takes."""
USUAL_WIDTH = {"structure": 1, "slices": 1, "genome": 2, "roadmap": 2}
MAX_PINS = 60
MAX_CAPTION, MAX_NOTE, MAX_WORD = 200, 4000, 4000
UNNAMED = "My dashboard"
_OWN_WORDS = ("dashboard", "job")
"""Of a link, what is not part of a view."""


@dataclass(frozen=True)
class Pin:
    """One view: its kind, the words of its permalink, a caption, a note below it, and its width in columns."""

    kind: str
    link: Mapping[str, str]
    caption: str
    note: str = ""
    width: int = 1

    @property
    def selection(self) -> Selection:
        """What the view shows; raises LinkError where a word cannot be read."""
        return from_query(self.link)


@dataclass(frozen=True)
class Dashboard:
    """Pins in reading order; previous: id of the dashboard that this one was changed from, empty for the first."""

    name: str = UNNAMED
    pins: tuple[Pin, ...] = field(default=())
    previous: str = ""

    def with_pin(self, number: int, **changes: Any) -> Dashboard:
        return replace(self, pins=tuple(replace(p, **changes) if k == number else p for k, p in enumerate(self.pins)))

    def without(self, number: int) -> Dashboard:
        return replace(self, pins=self.pins[:number] + self.pins[number + 1 :])

    def moved(self, number: int, step: int) -> Dashboard:
        """A pin some places later (or, negative, earlier); at the ends it stays."""
        pins = list(self.pins)
        pin = pins.pop(number)
        pins.insert(min(max(number + step, 0), len(pins)), pin)
        return replace(self, pins=tuple(pins))

    def rows(self) -> list[list[int]]:
        """Numbers of the pins that share a row of three columns."""
        rows: list[list[int]] = []
        left = 0
        for number, pin in enumerate(self.pins):
            if not rows or pin.width > left:
                rows.append([])
                left = WIDTHS[-1]
            rows[-1].append(number)
            left -= pin.width
        return rows


def to_content(dashboard: Dashboard) -> dict[str, Any]:
    """As plain values, without the name, which the store keeps beside them."""
    return {"pins": [asdict(p) | {"link": dict(p.link)} for p in dashboard.pins], "previous": dashboard.previous}


def from_content(name: str, saved: Mapping[str, Any]) -> Dashboard:
    """Raises ArtefactError where the values are not those of a dashboard."""
    pins = saved.get("pins")
    if not isinstance(pins, list) or len(pins) > MAX_PINS:
        raise ArtefactError(f"The dashboard {name[:60]!r} does not list its views, or more than {MAX_PINS}; it is damaged.")
    try:
        return Dashboard(name, tuple(_pin(p) for p in pins), str(saved.get("previous", ""))[:64])
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ArtefactError(f"A view of the dashboard {name[:60]!r} cannot be read; the dashboard is damaged.") from error


def _pin(saved: Mapping[str, Any]) -> Pin:
    if saved["kind"] not in KINDS or saved["width"] not in WIDTHS:
        raise ValueError(saved["kind"])
    link = {str(k)[:40]: str(v)[:MAX_WORD] for k, v in saved["link"].items()}
    return Pin(saved["kind"], link, str(saved["caption"])[:MAX_CAPTION], str(saved["note"])[:MAX_NOTE], int(saved["width"]))


# ---- the dashboard on show


def shown() -> Dashboard:
    """The dashboard of this session, empty where none is chosen; raises ArtefactError that says what is missing here."""
    chosen = current().dashboard
    return load(chosen) if chosen else Dashboard()


def load(dashboard_id: str) -> Dashboard:
    from bondgenome_core.workspace.store import open_workspace

    document = open_workspace().get_document("dashboards", dashboard_id)
    return from_content(document.name, document.content)


def keep(dashboard: Dashboard) -> None:
    """Store a dashboard as the successor of the one on show, and show it; raises ArtefactError where there is no room."""
    from bondgenome_core.workspace.store import open_workspace

    if len(dashboard.pins) > MAX_PINS:
        raise ArtefactError(f"A dashboard holds at most {MAX_PINS} views; remove one or start another dashboard.")
    changed = replace(dashboard, previous=current().dashboard)
    select(dashboard=open_workspace().put_document("dashboards", changed.name, to_content(changed)))


def stored() -> list[Document]:
    """The dashboards of this server that were not changed any further, the newest first."""
    from bondgenome_core.workspace.store import open_workspace

    documents = open_workspace().list_documents("dashboards")
    changed = {d.content.get("previous") for d in documents}
    return [d for d in documents if d.id not in changed]


def can_undo(dashboard: Dashboard) -> bool:
    """Whether the dashboard before the last change is on this server."""
    from bondgenome_core.workspace.store import open_workspace

    return open_workspace().missing_sentence("dashboards", dashboard.previous) is None


# ---- pinning, from the other pages


def offer_pin(kind: str) -> None:
    """A folded form that pins what the page shows when it is sent."""
    key = f"pin_{kind}"
    label = "Pin the map" if kind == "roadmap" else "Pin"
    with st.popover(label, icon=":material/push_pin:", help="Keep this view on a dashboard"), st.form(key, border=False):
        st.text_input("Caption", key=f"{key}_caption", placeholder=usual_caption(kind, current()), max_chars=MAX_CAPTION)
        st.form_submit_button("Pin to the dashboard", type="primary", on_click=_pin_now, args=(kind,))
    done = st.session_state.pop("pinned", None)
    if isinstance(done, BondGenomeError):
        st.error(str(done))
    elif done:
        st.toast(done, icon=":material/push_pin:")


def _pin_now(kind: str) -> None:
    chosen = current()
    caption = st.session_state[f"pin_{kind}_caption"].strip() or usual_caption(kind, chosen)
    try:
        board = shown()
        width = WIDTHS[-1] if kind == "slices" and chosen.second else USUAL_WIDTH[kind]
        keep(replace(board, pins=(*board.pins, Pin(kind, link_of(chosen), caption, width=width))))
        st.session_state["pinned"] = f"Pinned as view {len(board.pins) + 1} of {board.name}; open Dashboard to see it."
    except BondGenomeError as error:
        st.session_state["pinned"] = error


def link_of(chosen: Selection) -> dict[str, str]:
    """The words of a view's link."""
    return {word: value for word, value in to_query(chosen).items() if word not in _OWN_WORDS}


def usual_caption(kind: str, chosen: Selection) -> str:
    """What a view is called where nothing was typed.

    >>> from bondgenome_core.structures.structure import Bond
    >>> usual_caption("slices", Selection("au4_sh4", bond=Bond(0, 4)))
    'ELF slice of S4–Au0, Au₄(SH)₄ ring'
    """
    if kind == "roadmap":
        return f"Map of all bonds, coloured by {chosen.coloured.replace('_', ' ')}"
    try:
        structure = content.shown_structure(chosen)
        bond = content.shown_bond(structure, chosen.bond)
    except BondGenomeError:
        return KINDS[kind][0]  # the page has said what is wrong
    name = {e.name: pretty(e.title) for e in content.gallery_entries()}.get(chosen.structure, structure.name)
    if kind == "structure" or bond is None:
        return f"{KINDS[kind][0]} of {name}"
    label = bond_label(structure, bond).split(",")[0]
    return f"{KINDS[kind][0]} of {label}, {name}{', sliders moved' if kind == 'genome' and chosen.genome else ''}"
