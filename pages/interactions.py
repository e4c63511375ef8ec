"""Interactions: which atoms a neural network finds interacting, beside quantum chemistry on the same frame."""

import streamlit as st

from bondgenome_ui import content, explanations
from bondgenome_ui.interactions_view import show_interactions
from bondgenome_ui.page import run_page
from bondgenome_ui.selection import current


def body() -> None:
    if not explanations.potentials():
        st.info("No potential is installed. Make frames with `dataset frames` and train one with `train potential`.",
                icon=":material/info:")  # fmt: skip
        return
    show_interactions(content.shown_structure(current()))


run_page("Interactions", body)
