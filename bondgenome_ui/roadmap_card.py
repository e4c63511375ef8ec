"""The card of the selected bond: genome, family, slice, molecule in 3D, and the nearest bonds."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bondgenome_core.roadmap.atlas import Atlas
from bondgenome_core.slices.elf_slice import WINDOW
from bondgenome_core.structures.structure import Bond

from . import bonds, content, roadmap_content
from .barcode import show_barcode
from .domain_badge import show_domain_badge
from .page import ACCENTS, clear_messages, theme
from .roadmap_tables import show_bonds
from .selection import current
from .slice_view import show_gauge, show_slice
from .viewer import Mark, bond_label, show_viewer

N_NEIGHBOURS = 8
ONWARDS = (("slices", "ELF slices", "contrast"), ("genome", "Genome", "tune"), ("structure", "Structure", "hub"))


def show_card(atlas: Atlas) -> None:
    """Everything known of the selected bond, mapped or new."""
    bond = current().bond
    if bond is None:
        _say_how(atlas)
        return
    number = roadmap_content.selected_number(atlas)
    if number is None:
        _new_bond(atlas, bond)
    else:
        _mapped_bond(atlas, number)


def _say_how(atlas: Atlas) -> None:
    st.info("Click a point of the map to see its bond: slice, genome, molecule and nearest bonds.", icon=":material/ads_click:")
    with st.container(horizontal=True):
        for family in atlas.families:
            st.button(family.label, key=f"roadmap_start_{family.number}", on_click=roadmap_content.go_to,
                      args=(atlas, family.exemplar), type="tertiary", icon=":material/place:")  # fmt: skip
    with clear_messages():
        _molecule(None)


def _mapped_bond(atlas: Atlas, number: int) -> None:
    family = atlas.families[atlas.family[number]]
    row = atlas.bonds.iloc[number]
    label, origin = roadmap_content.label_of(atlas, number), roadmap_content.origin_of(atlas, number)
    st.markdown(f"**{label}** · bond {number}  \n{origin} · {family.label}")
    with st.container(horizontal=True, vertical_alignment="center"):
        show_barcode(atlas.genomes[number], width=190, height=30)
        st.caption(f"reconstruction RMSE {row['rmse']:.3f}", width="content")
    _onwards()
    own = current().structure
    if roadmap_content.structure_at_hand(own):
        with clear_messages():
            _slice(current().bond)
            _molecule(current().bond)
    else:
        st.info(
            f"The electrons of {own} are not shipped with the program, so that its slice and molecule cannot be shown; "
            "its genome and its place on the map are kept.",
            icon=":material/cloud_off:",
        )
    found = atlas.neighbours_of(number, N_NEIGHBOURS)
    _neighbours(atlas, found.bonds[0], found.distances[0])


def _new_bond(atlas: Atlas, bond: Bond) -> None:
    """A bond the map has not: read now, placed among its neighbours."""
    chosen, model = current(), roadmap_content.shown_model()
    structure = content.shown_structure(chosen)
    bond = content.shown_bond(structure, bond)
    key = content.electrons_key(chosen.structure, structure)
    st.markdown(f"**{bond_label(structure, bond)}**  \n{structure.name} · not among the mapped bonds")
    if key is None or model is None:
        bonds.say_no_electrons(structure)
        _molecule(bond)
        return
    with clear_messages():
        frames = roadmap_content.frames_of_bond(model.name, model.hash, key, bond)
        with st.container(horizontal=True, vertical_alignment="center"):
            show_barcode(frames.genomes[0], width=190, height=30)
            show_domain_badge(model.badge(frames.genomes[0]).percentile)
        found = atlas.nearest(frames, N_NEIGHBOURS)
        family = atlas.families[atlas.family[found.bonds[0, 0]]]
        st.caption(f"Its nearest mapped bond is of {family.label}, {found.distances[0, 0]:.2f} sd away.")
        _neighbours(atlas, found.bonds[0], found.distances[0])
    with clear_messages():
        _slice(bond)
    _molecule(bond)


def _onwards() -> None:
    """The same bond on the other pages."""
    with st.container(horizontal=True):
        for page, title, icon in ONWARDS:
            if st.button(title, icon=f":material/{icon}:", type="tertiary", key=f"roadmap_to_{page}"):
                st.switch_page(f"pages/{page}.py")


def _slice(bond: Bond | None) -> None:
    chosen = current()
    structure = content.shown_structure(chosen)
    key = content.electrons_key(chosen.structure, structure)
    if key is None or bond is None:
        bonds.say_no_electrons(structure)
        return
    s = content.slice_of(content.SliceKey(key, bond, 0.0, 0.0, WINDOW))
    show_slice(s, key="roadmap_slice", colours=chosen.colours, height=330)
    show_gauge(s)


def _molecule(bond: Bond | None) -> None:
    chosen = current()
    structure = content.shown_structure(chosen)
    marks = [Mark(bond, ACCENTS[theme()][0])] if bond else []
    show_viewer(structure, key="roadmap_viewer", camera=chosen.camera, marks=marks, height=320, on_bond=bonds.pick)


def _neighbours(atlas: Atlas, numbers: np.ndarray, distances: np.ndarray) -> None:
    st.markdown("**Nearest bonds**")
    show_bonds(
        atlas, numbers.tolist(), distances.tolist(), key="roadmap_neighbours", distance="d (sd)",
        alt=f"The {len(numbers)} bonds nearest in genome space with their distances",
        on_choose=lambda n: roadmap_content.go_to(atlas, n),
    )  # fmt: skip
    st.caption("Distance of genomes in standard deviations, the smallest over all admissible frames. Click a row to go there.")
