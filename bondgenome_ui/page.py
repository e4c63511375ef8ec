"""What every page does: set-up, the selection of its link, clear messages for bad input, the link of what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from bondgenome_core.errors import BondGenomeError
from bondgenome_core.palette import ACCENT, SECOND

from . import selection
from .content import prepare
from .navigation import enter_through_app

NAME = "BondGenome Explorer"
ICON = str(Path(__file__).with_name("icon.svg"))
LOGO = str(Path(__file__).with_name("logo.svg"))
SIDEBAR = 210
"""Pixels."""
ACCENTS = {name: (ACCENT[name], SECOND[name]) for name in ("light", "dark")}
"""Colours of the first and of the second bond, by theme."""
_RESTORED = "selection_restored"


def run_page(title: str, body: Callable[[], None]) -> None:
    """Run one page; it works alone too, without app.py."""
    enter_through_app(title)
    st.set_page_config(page_title=f"{title} · {NAME}", page_icon=ICON, layout="wide", initial_sidebar_state=SIDEBAR)
    # the default leaves five rem on either side, which a viewer beside a figure needs
    st.html("<style>.stMainBlockContainer { padding-inline: 2rem; }</style>")
    with clear_messages():
        restore_from_link()
    with clear_messages():
        body()
    write_link()
    prepare(selection.current())


@contextmanager
def clear_messages() -> Iterator[None]:
    """Bad input becomes its one sentence; anything else is a bug and stays visible."""
    try:
        yield
    except BondGenomeError as error:
        st.error(str(error), icon=":material/error:")


def show_open_tab(tabs: Mapping[str, Callable[[], None]]) -> None:
    """Tabs of which only the open one does any work."""
    for tab, show in zip(st.tabs(list(tabs), on_change="rerun"), tabs.values(), strict=True):
        if tab.open:
            with tab:
                show()


def restore_from_link() -> None:
    """Take the selection from the address the session began with; later the session's own selection leads.

    The browser's back and forward buttons change the address and nothing else: then the address leads again.  An address that is
    merely late (a click on its way while the new one was written) does not.
    """
    words = st.query_params.to_dict()
    if _RESTORED in st.session_state and not (words and _by_history()):
        return
    st.session_state[_RESTORED] = True
    if words:
        st.session_state["selection"] = selection.from_query(words)


def _by_history() -> bool:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write_link() -> None:
    """Make the address say what is shown, so that copying it copies the view."""
    words = selection.to_query(selection.current())
    if st.query_params.to_dict() != words:
        st.query_params.from_dict(words)


def theme() -> str:
    """'light' or 'dark', as the browser shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"
