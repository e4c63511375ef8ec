"""Amons: a molecule's energy from its own fragments."""

import streamlit as st

from bondgenome_core.errors import BondGenomeError
from bondgenome_ui import amons, content, loading
from bondgenome_ui.amons_library import families_computed, show_families, show_library
from bondgenome_ui.amons_view import show_amons
from bondgenome_ui.page import run_page, show_open_tab
from bondgenome_ui.selection import current, select


def body() -> None:
    tabs = {"Molecule": molecule, "Library": show_library}
    show_open_tab(tabs | ({"Families": show_families} if families_computed() else {}))


def molecule() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        structure = content.shown_structure(current())
        st.markdown(f"**{structure.name}**, {structure.formula}", width="stretch")
        loading.open_dialog()
    try:
        query = amons.query_of(amons.geometry_of(current()))
    except BondGenomeError as refusal:
        st.warning(str(refusal), icon=":material/block:")
        st.markdown("**A molecule to take apart**")
        loading.smiles_box("amons_smiles")
        with st.container(horizontal=True):
            for name, title in amons.examples():
                st.button(title, key=f"amons_{name}", on_click=select, kwargs={"structure": name}, type="tertiary")
        return
    show_amons(structure, query)


run_page("Amons", body)
