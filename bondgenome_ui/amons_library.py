"""Amons of many molecules: a library that shares them, and the families they were tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from bondgenome_core.errors import ArtefactError

from . import amons
from .page import theme
from .selection import LARGEST, bound, current
from .slice_view import draw

if TYPE_CHECKING:
    from bondgenome_core.amons.library import Library

EXAMPLE = "\n".join(("CC(=O)Oc1ccccc1C(=O)O", "CC(=O)Nc1ccc(O)cc1", "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "OC(=O)c1cccnc1"))
ROWS = 10
"""Of a table that is as high as what it holds; longer ones scroll."""


@st.cache_resource(max_entries=16, show_spinner="Cutting fragments")
def _library(smiles: tuple[str, ...], k: int) -> Library:
    from bondgenome_core.amons.library import library_of

    return library_of(smiles, k)


def show_library() -> None:
    """Many molecules: the amons they share, what that saves, and their energies."""
    from bondgenome_core.amons.library import savings, shared_table
    from bondgenome_core.amons.references import find_reference

    left, right = st.columns([2, 3], gap="medium")
    with left:
        text = st.text_area("One SMILES a line", EXAMPLE, height=180, key="library_smiles")
        st.slider("Heavy atoms of the largest amon", *LARGEST, **bound("largest"))
    found = _library(tuple(text.split("\n")), current().largest)
    reference = find_reference(current().level)
    saved = savings(found, reference)
    with right:
        cells = st.columns(3)
        cells[0].metric("Molecules", len(found.queries))
        cells[1].metric("Amons", len(found.unique), f"{found.n_needed} if none were shared", delta_color="off", delta_arrow="off")
        cells[2].metric("Reference energies", f"{saved['shared_s']:.2g} s", f"{saved['alone_s']:.2g} s if none were shared",
                        delta_color="off", delta_arrow="off", help=f"Rough cost on one core at {reference.title}.")  # fmt: skip
        for smiles, reason in found.refused:
            st.warning(f"{smiles}: {reason}", icon=":material/block:")
        table = shared_table(found)
        st.dataframe(table, hide_index=True, height=240, alt=f"{len(table)} amons and how many molecules share each",
                     column_config={"smiles": "Amon", "n_heavy": "Heavy atoms", "n_queries": "In molecules",
                                    "n_conformers": "Conformers"})  # fmt: skip
    if found.queries and st.button("Predict all", icon=":material/play_arrow:", key="library_predict"):
        st.session_state["library_asked"] = text
    if st.session_state.get("library_asked") == text and found.queries:
        _predictions(found)


def _predictions(found: Library) -> None:
    from bondgenome_core.amons.library import predict_library, prediction_table
    from bondgenome_core.amons.references import find_reference

    reference = find_reference(current().level)
    bar = st.progress(0.0, f"{reference.title} energies of {len(found.unique)} amons")
    predictions = predict_library(found, reference, amons.store(), progress=lambda done, n: bar.progress(done / n))
    bar.empty()
    st.dataframe(
        prediction_table(predictions), hide_index=True, alt=f"Predicted energies of {len(predictions)} molecules",
        column_config={
            "smiles": "Molecule", "energy": st.column_config.NumberColumn(f"{reference.title} (kcal/mol)", format="%.2f"),
            "half_width": st.column_config.NumberColumn("± 95 %", format="%.2f"), "n_amons": "Amons", "warnings": "Doubts",
        },
    )  # fmt: skip


@st.cache_data(max_entries=8, show_spinner=False)
def _study(family: str) -> dict[str, Any]:
    from bondgenome_core.amons.tried import load_study

    return load_study(family)


def families_computed() -> list[str]:
    """Families whose predictions are kept."""
    from bondgenome_core.amons.tried import computed_families

    return computed_families()


def show_families() -> None:
    """Error against the size of the amons for every family that was computed."""
    from bondgenome_core.amons.figures import family_figure
    from bondgenome_core.amons.tried import family_table, mae

    names = families_computed()
    family = st.segmented_control("Family", names, default=names[0], required=True, key="amons_family",
                                  format_func=lambda name: name[0].upper() + name[1:])  # fmt: skip
    try:
        study = _study(family)
    except ArtefactError as error:
        st.info(str(error), icon=":material/info:")
        return
    records = study["records"]
    counted = "1 molecule" if len(records) == 1 else f"{len(records)} molecules"
    st.markdown(f"**{counted}**, mean absolute error {mae(records):.2f} kcal/mol against {study['reference']}; none left out")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        alt = f"Absolute error of {len(records)} molecules against the size of the amons."
        draw(family_figure(records, theme=theme()), key="amons_family_figure", alt=alt)
    with right:
        table = family_table(records)
        st.dataframe(
            table, hide_index=True, height=420 if len(table) > ROWS else "content",
            alt=f"Error and interval of {len(table)} molecules",
            column_config={
                "name": st.column_config.TextColumn("Molecule", width="medium"),
                "error": st.column_config.NumberColumn("Error (kcal/mol)", format="%.2f"),
                "half_width": st.column_config.NumberColumn("± 95 %", format="%.2f"), "n_amons": "Amons", "doubts": "Doubts",
            },
        )  # fmt: skip
    st.caption(
        "Errors are against the same level of theory, not experiment: they say how well fragments carry over. A molecule that "
        "could not be predicted counts 10 kcal/mol in the mean error and has no line."
    )
