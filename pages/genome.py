"""Genome: any bond as eight numbers, and the eight sliders that move it."""

import streamlit as st

from bondgenome_core.errors import GenomeError
from bondgenome_core.slices.figures import COLOUR_NAMES
from bondgenome_ui import bonds, content, generation, genome_tables, genome_view, genomes
from bondgenome_ui.page import ACCENTS, clear_messages, run_page, theme
from bondgenome_ui.selection import bound, current
from bondgenome_ui.viewer import Mark, show_viewer

VIEWS = (SLIDERS, ALL, FRAMES, GENERATE) = ("Sliders", "All bonds", "Over frames", "Generate")


def body() -> None:
    chosen = current()
    structure = content.shown_structure(chosen)
    bond, second = bonds.shown(structure)
    key = content.electrons_key(chosen.structure, structure)
    view, in_3d = settings(structure)
    if in_3d or (bond is None and view == SLIDERS):
        marks = [Mark(b, c) for b, c in zip((bond, second), ACCENTS[theme()], strict=True) if b]
        show_viewer(structure, key="genome_viewer", camera=chosen.camera, marks=marks, height=340, on_bond=bonds.pick)
    with clear_messages():
        if view == GENERATE and genomes.models():
            generation.show_generation(*generating(structure, key, bond))
        elif not structure.bonds:
            bonds.say_no_bonds(structure)
        elif not key:
            bonds.say_no_electrons(structure)
        elif view == ALL:
            genome_tables.show_all_bonds(structure, key, genomes.model_of_any(structure, key))
        elif bond is None:
            genome_view.choose_first(structure)
        elif view == SLIDERS:
            genome_view.show_sliders_of(structure, key, bond, second)
        else:
            genome_tables.show_frames(structure, bond, genomes.model_of(structure, key, bond))
    genome_view.show_models(structure, key, bond)


def generating(structure, key, bond):
    """The model to generate with, and whether the sliders of the chosen bond belong to it."""
    try:
        return genomes.model_of(structure, key, bond) if key and bond else genomes.models()[0], bool(key and bond)
    except GenomeError:
        return genomes.models()[0], False


def settings(structure) -> tuple[str, bool]:
    choice, view, colours = st.columns([5, 4, 3], gap="medium", vertical_alignment="top")
    with choice:
        bonds.choose(structure)
    with view:
        shown = st.segmented_control("Show", VIEWS, default=SLIDERS, required=True, key="genome_page_view")
        in_3d = st.toggle("Structure in 3D", key="genome_3d", help="Click a bond there to choose it.")
    with colours:
        st.selectbox("Colours", list(COLOUR_NAMES), format_func=COLOUR_NAMES.__getitem__, **bound("colours"))
        frames = len(content.frames_of(current().structure))
        if frames > 1:
            st.slider("Frame", 0, frames - 1, **bound("frame"))
    return shown, in_3d


run_page("Genome", body)
