"""Starting a calculation: what it will cost, one button, then its progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST, ScfRequest, default_request
from bondgenome_core.structures.structure import Structure

from . import content, jobs
from .page import clear_messages
from .selection import current, select
from .surfaces import quantities_of

if TYPE_CHECKING:
    from bondgenome_core.electrons.plan import ScfPlan


def show_compute(structure: Structure, frames: Sequence[Structure], key: str | None) -> None:
    """Settings and cost of an SCF of this geometry or of all frames."""
    if key is not None and "elf" not in quantities_of(key):
        key = None  # a grid of something else, of which no bond can be sliced
    if key is not None:
        st.success("The electrons of this geometry are at hand: every bond can be sliced.", icon=":material/check:")
    with clear_messages():
        _charge_and_spin(structure, frames)
        request = _settings(structure)
        plan = plan_of(max(frames, key=len) if len(frames) > 1 else structure, request)
        st.markdown(plan.sentence)
        together = ""
        if len(frames) > 1:
            together = f"All {len(frames)} frames, one after the other: about {jobs.duration(60 * plan.minutes * len(frames))}. "
        st.caption(f"{together}Estimate from runs on {plan.machine}.")
        if plan.refusal:
            st.warning(plan.refusal, icon=":material/block:")
        else:
            _start(structure, frames, request, at_hand=key is not None)
    if current().job:
        jobs.show_job(current().job)


def _start(structure: Structure, frames: Sequence[Structure], request: ScfRequest, *, at_hand: bool) -> None:
    one, batch = st.columns(2)
    if one.button("Compute", type="secondary" if at_hand else "primary", width="stretch"):
        select(job=jobs.queue().submit_scf(structure, request))
    if len(frames) > 1 and batch.button(f"Compute all {len(frames)} frames", width="stretch"):
        select(job=jobs.queue().submit_batch(frames, request))


def _charge_and_spin(structure: Structure, frames: Sequence[Structure]) -> None:
    """Most files do not tell them; the geometry with another charge or spin is a structure of its own."""
    with st.form("charge_and_spin", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        charge = st.number_input("Charge", -200, 200, structure.charge, width=120)
        multiplicity = st.number_input("Multiplicity", 1, 201, structure.multiplicity, width=120, help="Unpaired electrons + 1.")
        if st.form_submit_button("Set") and (charge, multiplicity) != (structure.charge, structure.multiplicity):
            changed = [f.with_(charge=charge, multiplicity=multiplicity) for f in (frames if len(frames) > 1 else [structure])]
            frame, cutoffs = current().frame, current().cutoffs
            select(structure=content.keep_frames(changed))
            select(frame=frame, cutoffs=cutoffs)
            st.rerun()


def _settings(structure: Structure) -> ScfRequest:
    usual = default_request(structure)
    engines = {"gpw": GOLD_REQUEST, "molecular": MOLECULE_REQUEST}
    names = {"gpw": "Γ-point GPW (GTH)", "molecular": "molecular def2-SVP"}
    engine = st.segmented_control(
        "Engine", list(engines), default=usual.engine, format_func=names.__getitem__, required=True,
        key=f"engine_{current().structure}",
        help="Genomes read only slices of the core treatment they were trained on: keep the default to encode bonds.",
    )  # fmt: skip
    unrestricted = st.toggle("Spin-polarised", value=structure.multiplicity > 1, disabled=structure.multiplicity > 1)
    request = engines[engine].with_(unrestricted=unrestricted and structure.multiplicity == 1)
    st.caption(request.label)
    return request


def _signature(s: Structure) -> tuple[object, ...]:
    return (s.numbers.tobytes(), s.positions.tobytes(), s.cell.tobytes(), s.charge, s.multiplicity)


@st.cache_data(max_entries=64, show_spinner="Estimating the cost", hash_funcs={Structure: _signature})
def plan_of(structure: Structure, request: ScfRequest) -> ScfPlan:
    from bondgenome_core.electrons.plan import plan_scf

    return plan_scf(structure, request, threads=jobs.threads())
