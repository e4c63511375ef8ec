"""Amons in the interface: the query of what is shown, predictions kept by geometry, the store of reference energies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from .content import gallery_entries, shown_structure
from .selection import Selection

if TYPE_CHECKING:
    import pandas as pd

    from bondgenome_core.amons.predict import Prediction
    from bondgenome_core.amons.query import AmonSet, Query
    from bondgenome_core.amons.references import Store

EXAMPLES = ("phenol", "acetic_acid", "toluene", "methyl_formate")
"""Gallery molecules offered where what is shown has no amons."""


def geometry_of(chosen: Selection) -> Selection:
    """The part of a selection that says which atoms are where."""
    return Selection(structure=chosen.structure, frame=chosen.frame)


@st.cache_resource(max_entries=64, show_spinner=False)
def query_of(geometry: Selection) -> Query:
    """The molecule that is shown, with perceived bond orders; raises AmonError where it has no amons."""
    from bondgenome_core.amons.query import query_from_structure

    return query_from_structure(shown_structure(geometry))


@st.cache_resource(max_entries=64, show_spinner="Cutting fragments")
def amons_of(geometry: Selection, k: int, relax: bool) -> AmonSet:
    """Its amons of at most k heavy atoms, as they stand in the molecule or relaxed."""
    from bondgenome_core.amons.query import amons_of as cut

    return cut(query_of(geometry), k, relax=relax)


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Reference energies of this workspace, shared by all sessions."""
    from bondgenome_core.amons.predict import store_at
    from bondgenome_core.workspace.store import open_workspace

    return store_at(open_workspace().root)


def missing(geometry: Selection, k: int, level: str, relax: bool) -> pd.DataFrame:
    """Amons whose reference energies are not known yet, the best first."""
    from bondgenome_core.amons.predict import missing_table
    from bondgenome_core.amons.references import find_reference

    return missing_table(query_of(geometry), amons_of(geometry, k, relax), find_reference(level), store())


@st.cache_resource(max_entries=64, show_spinner=False)
def predicted(geometry: Selection, k: int, level: str, relax: bool) -> Prediction:
    """The prediction, its reference energies computed where they are missing; a bar says how far they are."""
    from bondgenome_core.amons.predict import computed, learned
    from bondgenome_core.amons.references import find_reference

    found, reference = amons_of(geometry, k, relax), find_reference(level)
    bar = st.progress(0.0, f"{reference.title} energies of {len(found.amons)} amons")
    try:
        energies, comparison = computed(
            query_of(geometry), found, reference, store(),
            progress=lambda done, n: bar.progress(done / n, f"{reference.title}: {done} of {n} amons"),
        )  # fmt: skip
    finally:
        bar.empty()
    return learned(query_of(geometry), found, energies, comparison, level)


@st.cache_data(max_entries=64, show_spinner="The molecule itself")
def true_energy(geometry: Selection, level: str) -> float:
    """Its energy at the reference level, kcal/mol: what the prediction is compared with."""
    from bondgenome_core.amons.references import find_reference

    return find_reference(level).energy(query_of(geometry).structure)


@st.cache_data(max_entries=512, show_spinner=False)
def drawn(smiles: str, theme: str) -> str:
    """An amon as SVG."""
    from bondgenome_core.amons.depict import fragment_svg

    return fragment_svg(smiles, theme=theme)


@st.cache_data(show_spinner=False)
def examples() -> list[tuple[str, str]]:
    """(name, title) of gallery molecules that have amons."""
    return [(e.name, e.title) for e in gallery_entries() if e.name in EXAMPLES]
