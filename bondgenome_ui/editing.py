"""Correcting bonds: cut-offs by element pair, and single bonds added or deleted."""

from __future__ import annotations

import streamlit as st

from bondgenome_core.structures.bonds import (
    LARGEST_CUTOFF,
    SMALLEST_CUTOFF,
    add_bond,
    default_cutoffs,
    delete_bond,
)
from bondgenome_core.structures.structure import Structure

from . import content
from .page import clear_messages
from .selection import current, select
from .viewer import bond_label


def edit_bonds(structure: Structure) -> None:
    """Cut-offs apply to all frames; a bond added or deleted keeps this frame as a structure of its own."""
    _cutoffs(structure)
    if len(content.frames_of(current().structure)) > 1:
        st.caption("Cut-offs apply to all frames; a bond added or deleted opens this frame as a structure of its own.")
    _single_bonds(structure)


def _cutoffs(structure: Structure) -> None:
    import pandas as pd

    usual = default_cutoffs(structure.symbols)
    now = usual | dict(current().cutoffs)
    st.caption("Two atoms are bonded when closer than the cut-off of their elements.")
    table = st.data_editor(
        pd.DataFrame({"pair": list(now), "cutoff": list(now.values()), "default": [usual[p] for p in now]}),
        key=f"cutoffs_{current().structure}", hide_index=True, disabled=["pair", "default"], alt="Cut-offs by element pair",
        column_config={
            "pair": "Elements",
            "cutoff": st.column_config.NumberColumn(
                "Cut-off (Å)", min_value=SMALLEST_CUTOFF, max_value=LARGEST_CUTOFF, step=0.05, required=True
            ),
            "default": st.column_config.NumberColumn("Default (Å)", format="%.2f"),
        },
    )  # fmt: skip
    apply, reset = st.columns(2)
    changed = tuple((p, float(c)) for p, c in zip(table["pair"], table["cutoff"], strict=True) if c != usual[p])
    if apply.button("Find bonds again", width="stretch"):
        select(cutoffs=changed, bond=None, second=None)
        st.rerun()
    if reset.button("Default cut-offs", width="stretch", disabled=not current().cutoffs):
        del st.session_state[f"cutoffs_{current().structure}"]
        select(cutoffs=(), bond=None, second=None)
        st.rerun()


def _single_bonds(structure: Structure) -> None:
    with st.form("add_bond", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        last = len(structure) - 1
        i = st.number_input("Atom", 0, last, 0, width=110)
        j = st.number_input("and atom", 0, last, min(1, last), width=110)
        if st.form_submit_button("Add bond"):
            with clear_messages():
                _keep(add_bond(structure, int(i), int(j)))
    bond = current().bond
    if bond in structure.bonds and bond is not None and st.button(f"Delete {bond_label(structure, bond)}"):
        _keep(delete_bond(structure, bond))


def _keep(changed: Structure) -> None:
    select(structure=content.keep_structure(changed))
    st.rerun()
