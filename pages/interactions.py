"""Interactions: which atoms a neural network finds interacting, beside quantum chemistry on the same frame."""

import streamlit as st

from bondgenome_core.errors import PotentialError
from bondgenome_ui import content, explanations
from bondgenome_ui.interactions_view import show_interactions
from bondgenome_ui.page import run_page
from bondgenome_ui.selection import current, select


def body() -> None:
    if not explanations.potentials():
        st.info("No potential is installed. Make frames with `dataset frames` and train one with `train potential`.",
                icon=":material/info:")  # fmt: skip
        return
    structure = content.shown_structure(current())
    try:
        models = explanations.potentials_knowing(structure)
    except PotentialError as refusal:
        refuse(refusal)
        return
    show_interactions(structure, models)


def refuse(refusal: PotentialError) -> None:
    """Say which elements are known, and lead to structures that can be explained."""
    st.warning(str(refusal), icon=":material/block:")
    known = explanations.gallery_explained()
    if known:
        st.markdown("**Structures that can be explained**")
        with st.container(horizontal=True):
            for name, title in known:
                st.button(title, key=f"explain_{name}", on_click=select, kwargs={"structure": name}, type="tertiary")


run_page("Interactions", body)
