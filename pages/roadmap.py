"""Roadmap: all bonds on one map, by the similarity of their genomes."""

import streamlit as st

from bondgenome_ui import dashboard, roadmap_card, roadmap_view
from bondgenome_ui.page import clear_messages, run_page


def body() -> None:
    atlas = roadmap_view.open_map()
    if atlas is None:
        return
    left, right = st.columns([7, 4], gap="medium")
    with left:
        roadmap_view.show_explorer(atlas)
    with right, clear_messages():
        dashboard.offer_pin("roadmap")
        roadmap_card.show_card(atlas)


run_page("Roadmap", body)
