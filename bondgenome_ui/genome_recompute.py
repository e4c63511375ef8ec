"""Electrons that no model reads: the same geometry at the model's level, both slices and their difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bondgenome_core.electrons.request import default_request
from bondgenome_core.errors import ElectronsError, GenomeError
from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.elf_slice import WINDOW
from bondgenome_core.slices.figures import provenance_line
from bondgenome_core.structures.structure import Bond, Structure

from . import compute, content, genomes, jobs
from .content import SliceKey
from .page import theme
from .selection import current, select
from .slice_view import draw, show_slice

_CHARGES = "charges_of_grids"


def refuse(structure: Structure, key: str, bond: Bond, error: GenomeError) -> tuple[str, GenomeModel] | None:
    """Say why no model reads these electrons, and offer to compute them at the level of the model that reads the kind.

    Returns those electrons and that model once they are at hand.
    """
    st.warning(str(error), icon=":material/block:")
    found = _at_models_level(structure, key, bond)
    if found is None:
        return None
    _compare([SliceKey(k, bond, 0.0, 0.0, WINDOW) for k in (key, found[0])])
    st.markdown("The genome below is read from the second.")
    return found


def show_other_level(structure: Structure, key: str, bond: Bond) -> None:
    """Under a slice that no model reads: the same slice from electrons at the level of the model for such bonds."""
    try:
        genomes.model_of(structure, key, bond)
    except GenomeError as error:
        if _model_at_default_level(structure, bond) is None:
            return  # nothing could be read at any level
        st.subheader("At the level of the genome model")
        st.caption(str(error))
        found = _at_models_level(structure, key, bond)
        if found is not None:
            c = current()
            first = SliceKey(key, bond, c.azimuth, c.offset, c.window, c.view, c.channel)
            _compare([first, first._replace(electrons=found[0], channel=0)])


def _at_models_level(structure: Structure, key: str, bond: Bond) -> tuple[str, GenomeModel] | None:
    """Electrons of this geometry that a model reads; None, with an offer to compute them, where there are none."""
    model = _model_at_default_level(structure, bond)
    if model is None:
        return None
    charged = _with_charge(structure, key)
    found = content.default_electrons_key(charged)
    if found is None:
        _offer(charged, model)
    return None if found in (None, key) else (found, model)


def _with_charge(structure: Structure, key: str) -> Structure:
    """A file of grid values does not tell the charge, so that it is asked for."""
    from bondgenome_core.structures.structure import lowest_multiplicity

    if not content.is_grid(key):
        return structure
    known = st.session_state.setdefault(_CHARGES, {})
    widget = f"charge_{key}"
    charge = st.number_input(
        "Charge", -20, 20, known.get(key, structure.charge), key=widget, width=160,
        on_change=lambda: known.update({key: st.session_state[widget]}),
        help="The file does not say it. The lowest multiplicity is taken.",
    )  # fmt: skip
    return structure.with_(charge=charge, multiplicity=lowest_multiplicity(structure.numbers, charge))


def _model_at_default_level(structure: Structure, bond: Bond) -> GenomeModel | None:
    """The model that would read the bond, had its electrons been computed with the default settings."""
    level = default_request(structure).label
    reads = (m for m in genomes.models() if structure.kind(bond) in m.kinds and m.card["accepts"]["level"] == level)
    return next(reads, None)


def _offer(structure: Structure, model: GenomeModel) -> None:
    request = default_request(structure)
    plan = compute.plan_of(structure, request)
    st.markdown(f"{model.name} reads these bonds at the level {request.label}. {plan.sentence}")
    if plan.refusal:
        st.warning(plan.refusal, icon=":material/block:")
        return
    if st.button(f"Compute this geometry at the level of {model.name}", type="primary", key="recompute"):
        select(job=jobs.queue().submit_scf(structure, request))
    if current().job:
        jobs.show_job(current().job)


def _compare(keys: Sequence[SliceKey]) -> None:
    """The slice as given, at the model's level, and their difference; the second alone where the first has no ELF."""
    from .figures import compare_figure

    second = content.slice_of(keys[1])
    try:
        first = content.slice_of(keys[0])
    except ElectronsError:  # a grid of something else, which the page has said
        show_slice(second, key="recomputed", colours=current().colours)
        return
    difference = slice_difference(first, second, across_treatments=True)
    figure = compare_figure(
        first, second, difference, colours=current().colours, theme=theme(), names=("As given", "Model's level")
    )
    words = f"The slice as given and at the model's level: root mean square difference outside cores {difference.rmsd:.3f}."
    draw(figure, key="recomputed", alt=words)
    st.caption(f"{provenance_line(first)} | {provenance_line(second)}")
    st.markdown(words)
