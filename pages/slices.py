"""ELF slices: the plane through any bond, turned, shifted and compared with another."""

import streamlit as st

from bondgenome_core.errors import ElectronsError
from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.elf_slice import ElfSlice
from bondgenome_core.slices.figures import COLOUR_NAMES, provenance_line
from bondgenome_core.structures.structure import Bond
from bondgenome_ui import bonds, content, dashboard, genome_recompute
from bondgenome_ui.page import ACCENTS, run_page, theme
from bondgenome_ui.selection import AZIMUTHS, OFFSETS, WINDOWS, Selection, bound, current, select
from bondgenome_ui.slice_view import choose_channel, choose_view, draw, show_downloads, show_gauge, show_profile, show_slice
from bondgenome_ui.viewer import Mark, Outline, show_viewer


def body() -> None:
    chosen = current()
    structure = content.shown_structure(chosen)
    bond, second = bonds.shown(structure)
    key = content.electrons_key(chosen.structure, structure)
    settings()
    slices, refusal = sampled(key, chosen, [b for b in (bond, second) if b])
    left, right = st.columns([5, 6], gap="medium")
    with left:
        first_colour, second_colour = ACCENTS[theme()]
        marks = [Mark(b, c) for b, c in ((bond, first_colour), (second, second_colour)) if b]
        outlines = [Outline(s.corners(), m.colour) for s, m in zip(slices, marks, strict=False)]
        show_viewer(structure, key="slices_viewer", camera=chosen.camera, marks=marks, outlines=outlines, on_bond=bonds.pick)
        bonds.choose(structure)
    with right:
        if not structure.bonds:
            bonds.say_no_bonds(structure)
        elif not key:
            bonds.say_no_electrons(structure)
        elif refusal:
            st.warning(f"{refusal} Structure, tab Compute, computes the electrons of this geometry.", icon=":material/block:")
        elif not slices:
            st.info("Click a bond in the 3D view, or choose one under it, to see its ELF.", icon=":material/ads_click:")
        else:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                choose_view(structure, bond)
                choose_channel(key)
            show_slice(slices[0], key="slice", colours=chosen.colours)
            show_gauge(slices[0])
            with st.container(horizontal=True, vertical_alignment="center"):
                show_downloads(slices[0], key="slice", colours=chosen.colours)
                dashboard.offer_pin("slices")
    if slices:
        show_profile(slices, key="profile")
    if len(slices) == 2:
        compare(*slices)
    if slices or (refusal and bond):
        genome_recompute.show_other_level(structure, key, bond)


def sampled(key: str | None, chosen: Selection, wanted: list[Bond]) -> tuple[list[ElfSlice], str]:
    """The slices, or why these electrons give none, such as a grid of a density: the 3D view and the bonds stay."""
    try:
        return (content.slices_of(key, chosen, wanted) if key else []), ""
    except ElectronsError as error:
        return [], str(error)


def settings() -> None:
    azimuth, offset, window, colours = st.columns([4, 4, 2, 3], gap="medium", vertical_alignment="bottom")
    azimuth.slider(
        "Azimuth φ (degrees)", *AZIMUTHS, step=5.0, format="%g", **bound("azimuth"), help="Turns the plane about the bond."
    )
    offset.slider("Offset (Å)", *OFFSETS, step=0.1, format="%.1f", **bound("offset"), help="Shifts the plane along its normal.")
    window.number_input("Window (Å)", *WINDOWS, step=0.8, **bound("window"), help="6.4 Å is what genomes are read from.")
    names = COLOUR_NAMES.__getitem__
    colours.selectbox("Colours", list(COLOUR_NAMES), format_func=names, **bound("colours"))


def compare(first, second) -> None:
    from bondgenome_ui.figures import compare_figure

    difference = slice_difference(first, second)
    figure = compare_figure(first, second, difference, colours=current().colours, theme=theme())
    draw(figure, key="compare", alt=f"Two slices side by side; their root mean square difference is {difference.rmsd:.3f}.")
    st.caption(f"{provenance_line(first)} | {provenance_line(second)}")
    st.button("Remove the second bond", on_click=select, kwargs={"second": None}, type="tertiary")


run_page("ELF slices", body)
