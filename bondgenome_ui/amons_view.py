"""Amons of a molecule: the gallery by size, the lit atoms in 2D and 3D, the prediction, its reasons for doubt, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bondgenome_core.palette import diverging_colour
from bondgenome_core.structures.structure import Structure

from . import amons
from .jobs import duration
from .page import show_open_tab, theme
from .selection import LARGEST, Selection, bound, current, select
from .slice_view import draw
from .viewer import Halo, show_viewer

if TYPE_CHECKING:
    from bondgenome_core.amons.geometry import Amon
    from bondgenome_core.amons.predict import Prediction
    from bondgenome_core.amons.query import AmonSet, Query

COLUMNS, PAGE = 5, 20
"""Drawings in a row, and on a page of the gallery."""
ATOMIC = "energies"


def show_amons(structure: Structure, query: Query) -> None:
    """The whole page for one molecule."""
    _settings()
    chosen = current()
    geometry = amons.geometry_of(chosen)
    found = amons.amons_of(geometry, chosen.largest, chosen.relaxed)
    _forget_missing(found)
    if not _may_compute(geometry, found):
        return
    prediction = amons.predicted(geometry, chosen.largest, chosen.level, chosen.relaxed)
    found = prediction.amons  # without those whose reference failed
    _forget_missing(found)
    _headline(prediction)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _molecule(structure, query, found, prediction)
    with right:
        show_open_tab({
            "Amons": lambda: _gallery(found),
            "Learning curve": lambda: _curve(prediction),
            "Atoms": lambda: _atoms(prediction),
            "Left out": lambda: _rejected(query, found),
            "Files": lambda: _files(structure, found, prediction),
        })  # fmt: skip


def _settings() -> None:
    from bondgenome_core.amons.references import REFERENCES

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider("Heavy atoms of the largest amon", *LARGEST, width=260, **bound("largest"))
        titles = {key: r.title for key, r in REFERENCES.items()}
        st.selectbox("Reference level", list(titles), format_func=titles.get, width=240, **bound("level"),
                     help="Errors and energies are against this level, not against experiment.")  # fmt: skip
        said = "Each to an MMFF94 minimum of its own; otherwise atoms stay where the molecule has them."
        st.toggle("Relax the amons", help=said, **bound("relaxed"))


def _may_compute(geometry: Selection, found: AmonSet) -> bool:
    """What takes long is asked for first: the missing amons are listed in the order in which they would be computed."""
    from bondgenome_core.amons.references import find_reference

    chosen = current()
    reference = find_reference(chosen.level)
    if not reference.is_slow:
        return True
    table = amons.missing(geometry, chosen.largest, chosen.level, chosen.relaxed)
    key = f"amons_compute {geometry.structure} {geometry.frame} {chosen.largest} {chosen.level} {chosen.relaxed}"
    if table.empty or st.session_state.get(key):
        return True
    cost = duration(table["seconds"].sum())
    st.info(
        f"{len(table)} of {len(found.amons)} amons have no {reference.title} energy yet: about {cost} of one core. What is "
        "finished is kept, also when you stop."
    )
    st.button("Compute them", key="amons_compute", type="primary", on_click=lambda: st.session_state.update({key: True}))
    st.dataframe(
        table, hide_index=True, height=320,
        column_config={
            "smiles": "Amon", "n_heavy": "Heavy atoms", "seconds": st.column_config.NumberColumn("Cost (s)", format="%.1f"),
            "gain": st.column_config.NumberColumn("Gain", format="%.2e", help="Fall of the variance of the prediction."),
        },
    )  # fmt: skip
    return False


def _forget_missing(found: AmonSet) -> None:
    number = current().amon
    if number is not None and not 0 <= number < len(found.amons):
        select(amon=None)


def _headline(prediction: Prediction) -> None:
    from bondgenome_core.amons.references import find_reference

    chosen, e = current(), prediction.estimate
    level = find_reference(chosen.level).title
    cells = st.columns([1.5, 1, 1, 1.5], vertical_alignment="center")
    said = f"Total energy at {level}, learned from {e.n_training} amons."
    cells[0].metric("Predicted energy (kcal/mol)", f"{e.energy:,.2f}", help=said)
    width = "–" if prediction.half_width is None else f"± {prediction.half_width:.2f}"
    cells[1].metric("95 % interval", width, help="Gaussian-process variance times the spread of the training residuals.")
    cells[2].metric("Farthest atom", f"{e.nearest.max():.2f}", help="Largest distance of an atom to its nearest training atom.")
    geometry = amons.geometry_of(chosen)
    key = f"amons_true {geometry.structure} {geometry.frame} {chosen.level}"
    if st.session_state.get(key):
        true = amons.true_energy(geometry, chosen.level)
        error = f"{e.energy - true:+.2f} error"
        cells[3].metric(
            "True energy (kcal/mol)", f"{true:,.2f}", error, delta_color="off", help=f"{level} of the whole molecule."
        )
    else:
        cells[3].button(
            "Compute the true value", key="amons_true", on_click=lambda: st.session_state.update({key: True}),
            help=f"{level} of the whole molecule, which the prediction never saw.", icon=":material/target:",
        )  # fmt: skip
    if prediction.is_computed:
        st.info("The molecule is small enough to be among its own amons: its energy was computed, not predicted.")
    for warning in prediction.warnings:
        st.warning(warning, icon=":material/warning:")


def _molecule(structure: Structure, query: Query, found: AmonSet, prediction: Prediction) -> None:
    from bondgenome_core.amons.depict import query_svg

    number = current().amon
    amon = None if number is None else found.amons[number]
    lit = [] if amon is None else [int(a) for a in amon.origin if a >= 0]
    st.image(query_svg(query.molecule, lit, theme=theme()), width="stretch")
    halos = [Halo(a) for a in lit]
    if amon is None and st.toggle("Colour atoms by their energy", key="amons_atomic"):
        halos = _energy_halos(prediction)
    show_viewer(structure, key="amons_viewer", camera=current().camera, halos=halos, height=360)
    if amon is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{amon.smiles}**, {amon.n_heavy} heavy atoms, {prediction.energies[number]:,.2f} kcal/mol")
            st.button("Clear", on_click=select, kwargs={"amon": None}, type="tertiary", key="amons_clear")


def _energy_halos(prediction: Prediction) -> list[Halo]:
    from bondgenome_core.amons.predict import relative_to_element

    shares = relative_to_element(prediction)
    st.caption("Relative to the mean of each element in the molecule: blue binds more, orange less.")
    return [Halo(a, diverging_colour(share, 1.0)) for a, share in enumerate(shares.tolist())]


def _gallery(found: AmonSet) -> None:
    sizes = sorted({a.n_heavy for a in found.amons})
    counts = {n: sum(a.n_heavy == n for a in found.amons) for n in sizes}
    size = st.segmented_control("Heavy atoms", sizes, default=sizes[-1], required=True, key="amons_size",
                                format_func=lambda n: f"{n} ({counts[n]})")  # fmt: skip
    own = [(k, a) for k, a in enumerate(found.amons) if a.n_heavy == size]
    pages = range(0, len(own), PAGE)
    start = 0
    if len(pages) > 1:
        start = st.segmented_control("Page", list(pages), default=0, required=True, key=f"amons_page_{size}",
                                     format_func=lambda s: f"{s + 1}–{min(s + PAGE, len(own))}")  # fmt: skip
    _drawings(own[start : start + PAGE])


def _drawings(own: Sequence[tuple[int, Amon]]) -> None:
    """Drawings in rows; each lights its atoms."""
    for row in range(0, len(own), COLUMNS):
        for (number, amon), place in zip(own[row : row + COLUMNS], st.columns(COLUMNS), strict=False):
            with place, st.container(border=number == current().amon, gap="xsmall"):
                st.image(amons.drawn(amon.smiles, theme()), width="stretch")
                st.button(amon.smiles, key=f"amon_{number}", on_click=select, kwargs={"amon": number}, type="tertiary",
                          help="Light its atoms in the molecule.", width="stretch")  # fmt: skip


def _curve(prediction: Prediction) -> None:
    from bondgenome_core.amons.figures import curve_figure

    chosen = current()
    geometry = amons.geometry_of(chosen)
    asked = st.session_state.get(f"amons_true {geometry.structure} {geometry.frame} {chosen.level}")
    true = amons.true_energy(geometry, chosen.level) if asked else None
    alt = f"Energy learned from amons of up to 1 to {prediction.amons.k} heavy atoms."
    draw(curve_figure(prediction, true=true, theme=theme()), key="amons_curve", alt=alt)
    st.caption(
        "Learned anew from all amons of at most so many heavy atoms. Sizes that do not settle the energies of the elements are "
        "left out. Errors need not fall at every size; with the true value computed, the curve is the error itself."
    )


def _atoms(prediction: Prediction) -> None:
    from bondgenome_core.amons.predict import atom_table, binding_energies

    table, (_, apart) = atom_table(prediction), binding_energies(prediction)
    st.dataframe(
        table, hide_index=True, height=420, alt=f"{len(table)} atoms with their energies and nearest training atoms",
        column_config={
            "atom": "Atom", "energy": st.column_config.NumberColumn("Energy (kcal/mol)", format="%.2f"),
            "distance": st.column_config.NumberColumn("Distance", format="%.2f"), "amon": "Most like, in the amon",
            "amon_atom": "its atom",
        },
    )  # fmt: skip
    st.caption(
        f"Energies against free atoms; they sum to that of the molecule less its free atoms within {abs(apart):.0e} kcal/mol. "
        "Distance: to the most similar training atom; above 0.75 is far."
    )


def _rejected(query: Query, found: AmonSet) -> None:
    from bondgenome_core.amons.query import rejected_table

    table = rejected_table(query, found)
    if table.empty:
        st.caption("No fragment was left out.")
        return
    event = st.dataframe(
        table, hide_index=True, height=300, on_select="rerun", selection_mode="single-row", key="amons_rejected",
        column_config={"n_heavy": "Heavy atoms", "reason": "Why", "atoms": "Atoms"},
        alt=f"{len(table)} connected sets of atoms that are no amons, with the reason",
    )  # fmt: skip
    if event.selection.rows:
        from bondgenome_core.amons.depict import query_svg

        lit = [int(a) for a in str(table["atoms"].iloc[event.selection.rows[0]]).split()]
        st.image(query_svg(query.molecule, lit, width=360, height=240, theme=theme()))


def _files(structure: Structure, found: AmonSet, prediction: Prediction) -> None:
    from bondgenome_core.amons import export

    level, energies, stem = current().level, prediction.energies, f"{structure.name}-amons"
    st.markdown("**The amons with their energies**")
    with st.container(horizontal=True):
        for words, make, end in (("SDF", export.amons_sdf, "sdf"), ("extended xyz", export.amons_extxyz, "extxyz"),
                                 ("CSV", export.amons_csv, "csv")):  # fmt: skip
            st.download_button(words, lambda make=make: make(found.amons, energies, level), f"{stem}.{end}", on_click="ignore",
                               icon=":material/download:")  # fmt: skip
    st.markdown("**Inputs for B3LYP/cc-pVDZ energies**; a script in each writes the table that `predict --training` reads")
    with st.container(horizontal=True):
        st.download_button("ORCA", lambda: export.orca_inputs(found.amons), f"{stem}-orca.zip", on_click="ignore")
        st.download_button("PySCF", lambda: export.pyscf_inputs(found.amons), f"{stem}-pyscf.zip", on_click="ignore")
