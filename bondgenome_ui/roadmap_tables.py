"""Lists of mapped bonds with their barcodes; a click goes to the bond."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bondgenome_core.roadmap.atlas import Atlas

from .barcode import BARCODE, barcode_uri
from .roadmap_content import label_of, origin_of


def show_bonds(atlas: Atlas, bonds: Sequence[int], distances: Sequence[float], *, key: str, alt: str, distance: str,
               on_choose: Callable[[int], None], height: int | str = "auto",
               gaps: Sequence[float] | None = None) -> None:  # fmt: skip
    """One row per bond with its distance; the rows of a list that changed start unselected.

    gaps: of the steps that lead there, see ``Step``.
    """
    import pandas as pd

    table = pd.DataFrame({
        "distance": list(distances),
        "bond": [label_of(atlas, n) for n in bonds],
        "barcode": [barcode_uri(atlas.genomes[n], width=BARCODE) for n in bonds],
        "family": [atlas.families[atlas.family[n]].short for n in bonds],
        "origin": [origin_of(atlas, n) for n in bonds],
    })  # fmt: skip
    if gaps is not None:
        table.insert(1, "gap", list(gaps))
    own_key = f"{key}_{hash(tuple(bonds))}"

    def chosen() -> None:
        state: Any = st.session_state[own_key]
        rows = state["selection"]["rows"]
        if rows:
            on_choose(int(bonds[rows[0]]))

    st.dataframe(
        table, key=own_key, hide_index=True, selection_mode="single-row", on_select=chosen, alt=alt, height=height,
        column_config={
            "distance": st.column_config.NumberColumn(distance, format="%.2f", width=70),
            "gap": st.column_config.NumberColumn("Gap (RMSE)", format="%.3f", width=80,
                                                 help="ELF half way from the bond before, against the nearest real image."),
            "bond": st.column_config.TextColumn("Bond", width=150),
            "barcode": st.column_config.ImageColumn("Barcode", width=BARCODE + 30),
            "family": st.column_config.TextColumn("Family", width=60), "origin": "Origin",
        },
    )  # fmt: skip
