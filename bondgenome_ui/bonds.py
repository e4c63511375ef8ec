"""Choosing bonds: by a click in 3D, in a table, or from a list with the keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.structure import Bond, Structure

from . import content
from .barcode import BARCODE, barcode_uri
from .bond_genomes import known_genomes, offer_encoding
from .selection import current, select
from .viewer import bond_label

if TYPE_CHECKING:
    import pandas as pd

    from .bond_genomes import KnownGenome

_SECOND = "A click sets the second bond of a comparison"


def pick(bond: Bond) -> None:
    """A click chooses the bond, or the second one where a comparison is wanted."""
    if st.session_state.get("pick_second"):
        select(second=None if bond == current().bond else bond)
    else:
        select(bond=bond, second=None if bond == current().second else current().second)


def shown(structure: Structure) -> tuple[Bond | None, Bond | None]:
    """The bond and the one beside it; of a link's bond that the structure lacks it is said, and the page goes on without it."""
    found: list[Bond | None] = []
    for bond in (current().bond, current().second):
        try:
            found.append(content.shown_bond(structure, bond))
        except StructureError as error:
            st.warning(str(error), icon=":material/link_off:")
            found.append(None)
    return found[0], found[1]


def choose(structure: Structure) -> None:
    """Lists of all bonds, reachable with the keyboard; the switch says what the next click sets."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _list(structure, "Bond", "bond")
        if st.session_state.get("pick_second") or current().second:
            _list(structure, "Second bond", "second")
    st.toggle(_SECOND, key="pick_second", help="While on, a click in the 3D view sets the second bond.")


def _list(structure: Structure, label: str, field: str) -> None:
    key = f"list_{field}"
    chosen = getattr(current(), field)
    st.session_state[key] = chosen if chosen in structure.bonds else None
    st.selectbox(
        label, [None, *structure.bonds], key=key, on_change=lambda: select(**{field: st.session_state[key]}),
        format_func=lambda bond: "none chosen" if bond is None else f"{structure.kind(bond)}:  {bond_label(structure, bond)}",
    )  # fmt: skip


def bond_table(structure: Structure, known: Mapping[Bond, KnownGenome]) -> pd.DataFrame:
    """One row per bond, in the order of ``structure.bonds``; barcode and family where its genome is known."""
    import pandas as pd

    symbols = structure.symbols
    read = [known.get(b) for b in structure.bonds]
    return pd.DataFrame({
        "bond": [bond_label(structure, b).split(",")[0] for b in structure.bonds],
        "kind": [structure.kind(b) for b in structure.bonds],
        "length": structure.bond_lengths,
        "atoms": [f"{symbols[b.i]}{b.i} {symbols[b.j]}{b.j}" for b in structure.bonds],
        "barcode": [barcode_uri(k.values, width=BARCODE) if k else None for k in read],
        "family": [k.family if k else None for k in read],
    })  # fmt: skip


def show_table(structure: Structure, *, height: int = 430) -> None:
    """Sort by a column's head, filter by kind; a click on a row selects the bond in 3D and everywhere else."""
    if not structure.bonds:
        say_no_bonds(structure)
        return
    electrons = content.electrons_key(current().structure, structure)
    known = known_genomes(structure, electrons)
    table = bond_table(structure, known)
    kinds = sorted(table["kind"].unique())
    # widgets of another structure keep their own state: its kinds and rows mean nothing here
    own = f"{current().structure}_{'_'.join(kinds)}"
    wanted = st.pills("Kinds", kinds, selection_mode="multi", default=kinds, key=f"kinds_{own}", label_visibility="collapsed")
    table = table[table["kind"].isin(wanted)]
    key = f"bonds_{own}_{'_'.join(wanted)}"
    rows = [k for k, n in enumerate(table.index) if structure.bonds[n] == current().bond]
    st.session_state[key] = {"selection": {"rows": rows}}
    st.dataframe(
        table, key=key, height=height, hide_index=True, selection_mode="single-row",
        column_order=["bond", "kind", "length", *(("barcode", "family") if known else ())],
        on_select=lambda: _row_chosen(structure, table, key),
        alt=f"{len(table)} bonds with their lengths in Angstrom" + (", barcodes and families" if known else ""),
        column_config={
            "bond": "Bond", "kind": st.column_config.TextColumn("Kind", width=65),
            "length": st.column_config.NumberColumn("Length (Å)", format="%.3f", width=80),
            "barcode": st.column_config.ImageColumn("Barcode", width=BARCODE + 30),
            "family": st.column_config.TextColumn("Family", width=60),
        },
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if current().bond and st.button("See its ELF slice", type="primary", icon=":material/contrast:"):
            st.switch_page("pages/slices.py")
        offer_encoding(structure, electrons, known)


def _row_chosen(structure: Structure, table: pd.DataFrame, key: str) -> None:
    state: Any = st.session_state[key]
    rows = state["selection"]["rows"]
    select(bond=structure.bonds[table.index[rows[0]]] if rows else None)


def say_no_bonds(structure: Structure) -> None:
    """Nothing to look at: one atom, or atoms too far apart."""
    if len(structure) == 1:
        words = f"{structure.name} is one atom, which has no bonds; open a structure with two atoms or more."
    else:
        words = (
            f"{structure.name} has no bonds: its atoms are further apart than the cut-offs on the Structure page, tab Edit bonds."
        )
    st.info(words, icon=":material/link_off:")


def say_no_electrons(structure: Structure) -> None:
    """What to do where there is no wavefunction."""
    st.info(
        f"No electrons have been computed for this geometry of {structure.name} yet. Open Structure, tab Compute, to run a "
        "calculation; or choose a structure of the gallery that comes with its wavefunction.",
        icon=":material/calculate:",
    )
