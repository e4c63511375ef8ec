"""The map with its settings, and what lies under it: named selections, walks and families."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from bondgenome_core.errors import BondGenomeError
from bondgenome_core.roadmap.atlas import Atlas
from bondgenome_core.roadmap.colouring import COLOURED_BY, colour_by, quantity_of
from bondgenome_core.roadmap.selections import matching

from . import content, roadmap_content, roadmap_families, roadmap_sets
from .page import clear_messages, show_open_tab, write_link
from .roadmap_content import Own
from .roadmap_map import Overlay, show_map
from .selection import bound, current, select

FILTERS = {"kind": "Kind", "species": "Species", "temperature_k": "Temperature (K)", "role": "Role", "family": "Family"}
_GO = "roadmap_go"


def open_map() -> Atlas | None:
    """The map on show; where there is none, what to do."""
    with clear_messages():
        atlas = roadmap_content.shown_atlas()
        if atlas is None:
            _say_no_map()
        return atlas
    if current().map:
        st.button("Show the first map there is", on_click=select, kwargs={"map": "", "region": "", "against": ""})
    return None


def _say_no_map() -> None:
    st.info(
        "No model has a map yet. Train a model with `python -m bondgenome_core train genome`, then draw its map with "
        "`python -m bondgenome_core.roadmap MODEL`.",
        icon=":material/map:",
    )


@st.fragment
def show_explorer(atlas: Atlas) -> None:
    """The map and all that needs no other part of the page to run again."""
    with clear_messages():
        shown = _settings(atlas)
        _map(atlas, shown)
        show_open_tab({
            "Selections": lambda: roadmap_sets.show_sets(atlas),
            "Walk a road": lambda: roadmap_families.show_walk(atlas, go),
            "Families": lambda: roadmap_families.show_families(atlas, go),
        })  # fmt: skip
    write_link()
    if st.session_state.pop(_GO, False):
        st.rerun()


def go(atlas: Atlas, number: int) -> None:
    """Select a bond from inside the fragment; the card beside it then follows."""
    roadmap_content.go_to(atlas, number)
    st.session_state[_GO] = True


def _settings(atlas: Atlas) -> np.ndarray:
    """Map, colours and filter; returns which bonds pass the filter."""
    models = [m.name for m in roadmap_content.mapped_models()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(models) > 1:
            st.selectbox("Map", models, **_whole_page("map", atlas.model), width=230)
        st.selectbox("Colour by", COLOURED_BY, format_func=lambda c: quantity_of(c).axis, **bound("coloured"), width=230)
        with st.popover("Filter", icon=":material/filter_alt:"):
            wanted = {column: _choose_values(atlas, column) for column in FILTERS}
        shown = matching(atlas, wanted)
        if not shown.all():
            st.badge(f"{shown.sum():,} of {len(atlas):,} bonds in colour", icon=":material/filter_alt:")
    if not shown.any():
        st.info("No bond passes the filter; remove one of its conditions.", icon=":material/filter_alt_off:")
    return shown


def _whole_page(field: str, value: str) -> dict[str, Any]:
    """Like ``bound``, with the value that stands for 'the first' filled in; the card must follow too."""
    arguments = bound(field)
    st.session_state[arguments["key"]] = value
    change = arguments["on_change"]

    def changed() -> None:
        change()
        roadmap_sets.forget_drawn()
        st.session_state[_GO] = True

    return arguments | {"on_change": changed}


def _choose_values(atlas: Atlas, column: str) -> list[Any]:
    key = f"roadmap_filter_{atlas.model}_{column}"
    if column == "family":
        return st.multiselect(FILTERS[column], range(len(atlas.families)), format_func=lambda k: atlas.families[k].label, key=key)
    return st.multiselect(FILTERS[column], sorted(atlas.bonds[column].unique().tolist()), key=key)


def _map(atlas: Atlas, shown: np.ndarray) -> None:
    chosen = current()
    colouring = colour_by(atlas, chosen.coloured)
    own = _own(atlas)
    overlay = Overlay(
        shown=shown,
        sets=roadmap_sets.mapped_sets(atlas),
        selected=roadmap_content.selected_number(atlas),
        own=own.places,
        walk=[s.bond for s in roadmap_families.chosen_walk(atlas)],
        new=own.bonds.index(chosen.bond) if chosen.bond in own.bonds else None,
    )
    show_map(
        atlas, colouring, overlay, key="roadmap_map", height=700, title=quantity_of(chosen.coloured).axis, note=_own_note(own),
        on_pick=lambda n: go(atlas, n), on_drawn=roadmap_sets.keep_drawn,
    )  # fmt: skip
    f = atlas.figures
    st.caption(
        f"{atlas.model} ({atlas.model_hash[:12]}) · {f['n_bonds']:,} bonds"
        + (f", {f['n_left_out']} without a genome left out" if f["n_left_out"] else "")
        + f" · UMAP, seed {atlas.seed}: trustworthiness {f['trustworthiness']:.3f}, continuity {f['continuity']:.3f} "
        f"(k = {f['k']}); distances are read in genome space, not on the map · a new bond is placed by its nearest mapped "
        f"bonds, without a new fit: median error {f['placement']['median']:.2%}, 90th percentile {f['placement']['p90']:.2%} "
        "of the map's width"
    )


def _own(atlas: Atlas) -> Own:
    """The current structure on the map; nothing where it cannot be read, which the card explains."""
    chosen, model = current(), roadmap_content.shown_model()
    try:
        structure = content.shown_structure(chosen)
        key = content.electrons_key(chosen.structure, structure)
        if model is not None:
            return roadmap_content.own_bonds(atlas, model, chosen.structure if not chosen.frame else "", structure, key)
    except BondGenomeError:
        pass
    return Own((), np.empty((0, 2)), 0)


def _own_note(own: Own) -> str:
    if not own.bonds:
        return ""
    how = "projected" if own.n_projected else "on the map already"
    return f"◇ {len(own.bonds)} bonds of the current structure, {how}"
