"""The pages and their sections; which of them exist is known here and nowhere else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from bondgenome_core.artefacts import ASSETS

_NAVIGATED = "navigated"


SECTIONS = {
    "": [("home", "Home", "home")],
    "Look": [
        ("structure", "Structure", "hub"), ("slices", "ELF slices", "contrast"), ("genome", "Genome", "tune"),
        ("roadmap", "Roadmap", "map"), ("dashboard", "Dashboard", "dashboard"),
        ("models", "Models", "model_training"),
    ],
    "Further lenses": [("interactions", "Interactions", "grid_on"), ("learning", "Learning physics", "school"),
        ("amons", "Amons", "view_module"),
    ],
    "Server": [("jobs", "Jobs", "pending_actions"), ("about", "About", "info")],
}  # fmt: skip
"""Section -> file, title and icon of each page."""
NEEDED = {"interactions": "potentials/*/card.json", "learning": "studies/*.json"}
"""Pages that are listed only where such files are among the assets."""


def sections(*, icons: bool) -> dict[str, list[StreamlitPage]]:
    """Section title -> pages; sections without any are left out."""
    found = {
        section: [
            st.Page(f"pages/{file}.py", title=title, icon=f":material/{icon}:" if icons else None, default=file == "home")
            for file, title, icon in pages
            if _usable(file)
        ]
        for section, pages in SECTIONS.items()
    }
    return {section: pages for section, pages in found.items() if pages}


def _usable(file: str) -> bool:
    return file not in NEEDED or any(ASSETS.glob(NEEDED[file]))


def navigate() -> None:
    """Show the navigation and run the chosen page: what app.py does."""
    st.session_state[_NAVIGATED] = True
    st.navigation(sections(icons=True)).run()


def enter_through_app(title: str) -> None:
    """Hand a page over to app.py where Streamlit has run it alone.

    Until st.navigation has been called once in a server process, Streamlit runs a page of ``pages/`` named
    in an address without app.py; a permalink opened first would then show a page without navigation.
    """
    context = get_script_run_ctx()
    if st.session_state.get(_NAVIGATED) or context is None or Path(context.main_script_path).name != "app.py":
        return
    known = sections(icons=False)  # an icon would become the tab's, fetched from outside
    st.navigation(known, position="hidden")
    page = next((page for pages in known.values() for page in pages if page.title == title), None)
    if page is not None:
        st.switch_page(page, query_params=st.query_params.to_dict())
