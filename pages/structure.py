"""Structure: choose or load one, see it in 3D, pick bonds, correct them, compute its electrons."""

import streamlit as st

from bondgenome_ui import bonds, compute, content, dashboard, editing, gallery, loading, properties, surfaces
from bondgenome_ui.page import ACCENTS, run_page, show_open_tab, theme
from bondgenome_ui.selection import bound, current
from bondgenome_ui.viewer import Mark, show_viewer


def body() -> None:
    gallery.show_gallery()
    chosen = current()
    frames = content.frames_of(chosen.structure)
    structure = content.shown_structure(chosen)
    key = content.electrons_key(chosen.structure, structure)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(properties.headline(chosen.structure, structure), width="stretch")
            surface = surfaces.choose_surface(key)
            loading.open_dialog()
            dashboard.offer_pin("structure")
        marks = [Mark(b, c) for b, c in zip((chosen.bond, chosen.second), ACCENTS[theme()], strict=True) if b]
        show_viewer(
            structure, key="structure_viewer", camera=chosen.camera, marks=marks, atom=st.session_state.get("atom"), height=560,
            surface=surface, on_bond=bonds.pick, on_atom=lambda atom: st.session_state.update(atom=atom),
        )  # fmt: skip
        if surface:
            st.caption(surfaces.provenance_of(key, chosen.surface))
        if len(frames) > 1:
            st.slider("Frame", 0, len(frames) - 1, **bound("frame"))
    with right:
        show_open_tab({
            "Bonds": lambda: bonds.show_table(structure),
            "Properties": lambda: properties.show_properties(structure, key),
            "Edit bonds": lambda: editing.edit_bonds(structure),
            "Compute": lambda: compute.show_compute(structure, frames, key),
        })  # fmt: skip


run_page("Structure", body)
