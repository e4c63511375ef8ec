"""One pinned view on the dashboard, drawn again from its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.figures import describe_slice, provenance_line, slice_figure

from . import dashboard_views as views
from . import roadmap_content
from .barcode import show_barcode
from .domain_badge import domain_words
from .figures import compare_figure
from .page import ACCENTS, theme
from .roadmap_map import show_map
from .selection import Selection
from .slice_view import draw, show_slice
from .surfaces import surface_of
from .thumbnail import thumbnail_uri
from .viewer import Mark, describe, show_viewer

HEIGHT = 360
"""Pixels of a view, so that neighbours in a row end together."""
MAP_HEIGHT = 440
LIVE = "dashboard_live"
"""Which structure is in 3D: browsers allow few such views, so it is one at a time."""


def show_view(kind: str, chosen: Selection, *, key: str) -> None:
    """Draw a view; raises a BondGenomeError that says what is missing here."""
    _SHOW[kind](chosen, key)


def _structure(chosen: Selection, key: str) -> None:
    structure, bonds, provenance, electrons = views.molecule_of(chosen)
    if st.session_state.get(LIVE) == key:
        marks = [Mark(b, c) for b, c in zip(bonds, ACCENTS[theme()], strict=False)]
        surface = surface_of(electrons, chosen.surface, channel=chosen.channel)
        show_viewer(structure, key=f"{key}_viewer", camera=chosen.camera, marks=marks, surface=surface, height=HEIGHT)
    else:
        with st.container(height=HEIGHT, border=False, horizontal_alignment="center", vertical_alignment="center"):
            st.image(thumbnail_uri(structure), width=HEIGHT - 90, alt=describe(structure, bonds))
            st.button("Show in 3D", icon=":material/3d_rotation:", key=f"{key}_live", on_click=_make_live, args=(key,))
    st.caption(provenance)


def _make_live(key: str) -> None:
    st.session_state[LIVE] = key


def _slices(chosen: Selection, key: str) -> None:
    slices = views.slices_of(chosen)
    if len(slices) == 1:
        show_slice(slices[0], key=key, colours=chosen.colours, height=HEIGHT)
        return
    first, second = slices
    difference = slice_difference(first, second)
    figure = compare_figure(first, second, difference, colours=chosen.colours, theme=theme(), height=HEIGHT)
    draw(figure, key=key, alt=f"Two slices side by side; their root mean square difference is {difference.rmsd:.3f}.")
    st.caption(f"{provenance_line(first)} | {provenance_line(second)}")


def _genome(chosen: Selection, key: str) -> None:
    found = views.genome_of(chosen)
    decoded = replace(found.cut, image=found.now.decoded.astype(np.float32))
    with st.container(horizontal=True, vertical_alignment="center"):
        show_barcode(found.now.values, width=200, height=28)
        how, domain = "moved sliders" if found.values else "as encoded", domain_words(found.now.badge.percentile)
        st.caption(f"{how} · RMSE {found.now.rmse:.3f} · {domain} · colours: ELF from 0 to 1")
    left, right = st.columns(2)
    for column, s, name in ((left, found.cut, "Original"), (right, decoded, "Decoded")):
        with column:
            figure = slice_figure(s, colours=chosen.colours, theme=theme(), title=name, height=HEIGHT - 44)
            figure.update_traces(showscale=False, selector={"type": "heatmap"})
            draw(figure, key=f"{key}_{name}", alt=f"{name}: {describe_slice(s)}")
    st.caption(found.provenance)


def _map(chosen: Selection, key: str) -> None:
    found = views.map_of(chosen)
    chosen_key = f"{key}_bond"
    picked = st.session_state.get(chosen_key, found.overlay.selected)
    overlay = found.overlay._replace(selected=picked)
    show_map(
        found.atlas, found.colouring, overlay, key=key, title=found.title, note=found.note, height=MAP_HEIGHT,
        on_pick=lambda n: st.session_state.update({chosen_key: n}), on_drawn=lambda bonds: None,
    )  # fmt: skip
    if picked is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            show_barcode(found.atlas.genomes[picked])
            st.caption(f"{roadmap_content.label_of(found.atlas, picked)} · {roadmap_content.origin_of(found.atlas, picked)}")
    st.caption(found.provenance)


_SHOW: dict[str, Callable[[Selection, str], None]] = {
    "structure": _structure, "slices": _slices, "genome": _genome, "roadmap": _map,
}  # fmt: skip
