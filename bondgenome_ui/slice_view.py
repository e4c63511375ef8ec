"""Slices on a page: figure, profile, text alternative, provenance line and downloads, the same wherever a slice is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bondgenome_core.slices.elf_slice import ElfSlice
from bondgenome_core.slices.figures import describe_slice, profile_figure, provenance_line, slice_figure
from bondgenome_core.structures.structure import Bond, Structure

from . import content
from .page import theme
from .selection import bound

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FONT = "'Source Sans', sans-serif"
PLOT = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def show_slice(s: ElfSlice, *, key: str, colours: str, height: int = 480) -> None:
    """One slice with its provenance line."""
    figure = slice_figure(s, colours=colours, theme=theme(), height=height)
    draw(figure, key=key, alt=describe_slice(s))
    st.caption(provenance_line(s))


def draw(figure: Figure, *, key: str, alt: str) -> None:
    """A plotly figure in the app's own type, with its text alternative."""
    figure.update_layout(font_family=FONT)
    st.plotly_chart(figure, key=key, theme=None, config=PLOT, alt=alt)


def show_profile(slices: Sequence[ElfSlice], *, key: str) -> None:
    """ELF along the bond line of each slice."""
    text = " ".join(describe_slice(s) for s in slices)
    draw(profile_figure(list(slices), theme=theme()), key=key, alt=text)


def choose_view(structure: Structure, bond: Bond) -> None:
    """The admissible frames of an ambiguous bond: none of them is better than another."""
    names = list(content.views_of(structure, bond))
    if len(names) > 1:
        st.segmented_control(
            "Admissible frames", range(len(names)), format_func=names.__getitem__, required=True, **bound("view"),
            help="Where a bond's surroundings are symmetric, either sign of an axis is as good; genomes are read as defined.",
        )  # fmt: skip


def choose_channel(key: str) -> None:
    """The spins of an imported grid that holds each by itself: a total cannot be made from them."""
    names = content.channels_of(key)
    if len(names) > 1:
        st.segmented_control("Spin", range(len(names)), format_func=names.__getitem__, required=True, **bound("channel"))


def show_gauge(s: ElfSlice) -> None:
    """How well 'up' and 'along' are defined for this bond, and what that means."""
    frame = s.frame
    if not frame.ambiguous:
        st.caption(f"Gauge quality |p| = {frame.gauge_quality:.2f} Å: the frame of this bond is unique.")
        return
    causes = []
    if frame.x_ambiguous:
        causes.append(f"|p| = {frame.gauge_quality:.2f} Å leaves the sign of x open")
    if frame.z_ambiguous:
        causes.append(f"|s| = {frame.orientation:.2f} leaves the direction of z open")
    st.caption(f":orange-badge[ambiguous frame] {len(frame.admissible())} frames are admissible: {'; '.join(causes)}.")


def show_downloads(s: ElfSlice, *, key: str, colours: str) -> None:
    """PNG, SVG, CSV and cube, each with its provenance; a file is made when asked for."""
    from bondgenome_core.names import ascii_file_name
    from bondgenome_core.slices.export import EXPORTS, export_slice

    name = f"{s.structure_name}_{s.kind}_{s.bond.i}-{s.bond.j}_phi{s.azimuth_deg:g}_elf"
    with st.popover("Export", icon=":material/download:"):
        for ending, (media_type, _) in EXPORTS.items():
            st.download_button(
                ending.upper(), lambda ending=ending: export_slice(s, ending, colours=colours), mime=media_type,
                file_name=ascii_file_name(name, f".{ending}"), key=f"{key}_{ending}", on_click="ignore", width="stretch",
            )  # fmt: skip
