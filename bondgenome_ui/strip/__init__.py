"""A strip of pictures to choose from: gallery structures, real bonds, exemplars; one click or Enter chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

_here = Path(__file__).parent
_strip = st.components.v2.component(
    "bondgenome_strip",
    html='<div class="strip" role="listbox"></div>',
    css=(_here / "strip.css").read_text(encoding="utf-8"),
    js=(_here / "strip.js").read_text(encoding="utf-8"),
)


class Item(NamedTuple):
    """id: handed back when chosen.  image: a URI.  group: a heading before the first item of each group."""

    id: str
    title: str
    image: str
    note: str = ""
    group: str = ""


def show_strip(items: Sequence[Item], *, key: str, label: str, chosen: str | None, on_choose: Callable[[str], None]) -> None:
    """Show the strip; the id of a chosen item is handed to ``on_choose`` before the page runs again."""
    ids = {item.id for item in items}

    def picked() -> None:
        value = st.session_state[key].chosen
        if value in ids:
            on_choose(value)

    data = {"label": label, "chosen": chosen, "items": [item._asdict() for item in items]}
    _strip(key=key, data=data, on_chosen_change=picked)
