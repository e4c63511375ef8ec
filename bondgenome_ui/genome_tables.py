"""Genomes of all bonds of a structure or trajectory: a table with barcodes, CSV, and one bond over frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.names import ascii_file_name
from bondgenome_core.structures.structure import Bond, Structure

from . import content, genomes
from .barcode import barcode_uri
from .page import theme
from .selection import current, select
from .slice_view import draw
from .viewer import bond_label

if TYPE_CHECKING:
    import pandas as pd


def show_all_bonds(structure: Structure, key: str, model: GenomeModel) -> None:
    """One row per bond that the model reads; a click selects the bond everywhere."""
    from bondgenome_core.genome.reading import GENES

    frames = content.frames_of(current().structure)
    table = genomes.table_of(model.hash, ((current().frame, key),))
    ends = zip(table["i"], table["j"], strict=True)
    shown = table.assign(
        bond=[bond_label(structure, structure.find_bond(i, j)).split(",")[0] for i, j in ends],
        barcode=[barcode_uri(g) for g in table[list(GENES)].to_numpy()],
    )
    numbers = {g: st.column_config.NumberColumn(g, format="%.2f", width=60) for g in GENES}
    st.dataframe(
        shown, key="genome_table", hide_index=True, height=480, selection_mode="single-row",
        on_select=lambda: _row_chosen(structure, table),
        column_order=["bond", "kind", "length", "barcode", *GENES, "rmse"],
        alt=f"Genomes of {len(table)} bonds of {structure.name}, read by {model.name}",
        column_config={
            "bond": "Bond", "kind": "Kind", "length": st.column_config.NumberColumn("Length (Å)", format="%.3f"),
            "barcode": st.column_config.ImageColumn("Barcode", width=180), **numbers,
            "rmse": st.column_config.NumberColumn("RMSE", format="%.3f", help="Error of the decoded image over counting pixels"),
        },
    )  # fmt: skip
    left = len(structure.bonds) - len(table)
    said = f"{len(table)} bonds read by {model.name}" + (f"; {left} of other kinds are not" if left else "")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said, width="stretch")
        _download(table, model, structure.name, "Genomes of this structure (CSV)")
        keys = _keys(frames) if len(frames) > 1 else ()
        if len(keys) > 1:
            _download(
                genomes.table_of(model.hash, keys), model, f"{structure.name}_frames", f"Genomes of {len(keys)} frames (CSV)"
            )


def show_frames(structure: Structure, bond: Bond, model: GenomeModel) -> None:
    """The genome of the chosen bond over the frames that have electrons."""
    from bondgenome_core.genome.figures import describe_series, series_figure

    frames = content.frames_of(current().structure)
    keys = _keys(frames)
    if len(keys) < 2:
        st.info(
            f"{structure.name} has {len(frames)} frame(s), {len(keys)} with electrons. Open a trajectory on the Structure page "
            "and compute all its frames (tab Compute) to follow a bond in time.",
            icon=":material/timeline:",
        )
        return
    table = genomes.table_of(model.hash, keys)
    own = table[(table["i"] == bond.i) & (table["j"] == bond.j) & (table["shift"] == " ".join(map(str, bond.shift)))]
    label = bond_label(structure, bond).split(",")[0]
    draw(
        series_figure(own, label=f"Genome of {label} over frames", theme=theme()),
        key="genome_frames",
        alt=describe_series(own, label),
    )
    st.caption(
        f"{len(own)} of {len(frames)} frames have electrons and this bond · {model.name} · {model.card['accepts']['level']}"
    )
    _download(table, model, f"{structure.name}_frames", "Genomes of all bonds and frames (CSV)")


def _keys(frames: tuple[Structure, ...]) -> tuple[tuple[int, str], ...]:
    found = [(k, content.electrons_key(current().structure, frame)) for k, frame in enumerate(frames)]
    return tuple((k, key) for k, key in found if key)


def _download(table: pd.DataFrame, model: GenomeModel, name: str, label: str) -> None:
    from bondgenome_core.genome.reading import genome_csv

    st.download_button(
        label, lambda: genome_csv(table, model), file_name=ascii_file_name(f"{name}_genomes", ".csv"), mime="text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _row_chosen(structure: Structure, table: pd.DataFrame) -> None:
    state: Any = st.session_state["genome_table"]
    rows = state["selection"]["rows"]
    if rows:
        row = table.iloc[rows[0]]
        select(bond=structure.find_bond(int(row["i"]), int(row["j"])))
