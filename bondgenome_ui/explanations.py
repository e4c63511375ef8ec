"""Explanations in the interface: which potential is asked, cached answers, strength over a trajectory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bondgenome_core.structures.structure import Structure

from .content import gallery_entries, shown_structure
from .selection import Selection, current

if TYPE_CHECKING:
    from bondgenome_core.interactions.explanation import Explanation, Reliability
    from bondgenome_core.potentials.shipped import PotentialModel


@st.cache_resource(show_spinner=False)
def _potentials() -> tuple[PotentialModel, ...]:
    from bondgenome_core.potentials.shipped import list_potentials

    return tuple(list_potentials())


def potentials() -> dict[str, PotentialModel]:
    """All shipped potentials by name; their weights are loaded once for all sessions."""
    return {m.name: m for m in _potentials()}


def potentials_knowing(structure: Structure) -> list[PotentialModel]:
    """Those that know all its elements, the one to ask first; raises PotentialError where none does."""
    from bondgenome_core.potentials.shipped import potentials_for

    return [potentials()[m.name] for m in potentials_for(structure.numbers)]


@st.cache_data(show_spinner=False)
def gallery_explained() -> list[tuple[str, str]]:
    """(name, title) of the gallery structures whose elements some potential knows."""
    from bondgenome_core.structures.gallery import load_gallery_structure

    known = [set(m.elements) for m in _potentials()]
    entries = [(e, load_gallery_structure(e.name)) for e in gallery_entries()]
    return [(e.name, e.title) for e, s in entries if not any(s.pbc) and any(set(s.numbers.tolist()) <= k for k in known)]


@st.cache_data(max_entries=2048, show_spinner="Asking the model")
def explained(potential: str, selection: Selection, measure: str, gamma: float) -> Explanation:
    """One measure on the selected frame; selection: with nothing but structure, frame and cut-offs."""
    from bondgenome_core.interactions.explanation import explain

    return explain(potentials()[potential], shown_structure(selection), measure, gamma=gamma)


@st.cache_data(max_entries=256, show_spinner="xTB on this frame")
def checked(potential: str, selection: Selection) -> Reliability:
    """xTB on the selected frame against the model and its seeds."""
    from bondgenome_core.interactions.explanation import reliability

    return reliability(potentials()[potential], shown_structure(selection))


@st.cache_data(max_entries=32, show_spinner="Second derivatives by xTB", show_time=True)
def reference(method: str, selection: Selection) -> np.ndarray:
    """Coupling of the atoms in xTB itself."""
    from bondgenome_core.interactions.reference import reference_coupling

    return reference_coupling(shown_structure(selection), method)


def is_reference_kept(method: str, selection: Selection) -> bool:
    """Whether the coupling in xTB is shipped for these very atoms."""
    from bondgenome_core.interactions.reference import kept_coupling

    return kept_coupling(shown_structure(selection), method) is not None


def geometry_of(chosen: Selection, frame: int | None = None) -> Selection:
    """The part of a selection that says where the atoms are: what answers depend on."""
    return Selection(structure=chosen.structure, frame=chosen.frame if frame is None else frame, cutoffs=chosen.cutoffs)


def matrix_of(model: PotentialModel, geometry: Selection, measure: str, gamma: float) -> np.ndarray:
    """The matrix of a measure, the reference included."""
    if measure == "xtb":
        return reference(model.method, geometry)
    return np.asarray(explained(model.name, geometry, measure, gamma).matrix)


def answer_of(model: PotentialModel, geometry: Selection, measure: str, gamma: float) -> Explanation:
    """The answer of a measure with what belongs to it; xTB's has no prediction of a network."""
    from bondgenome_core.interactions.explanation import Explanation

    if measure == "xtb":
        return Explanation(measure, reference(model.method, geometry), None, None, None)
    return explained(model.name, geometry, measure, gamma)


def over_frames(model: PotentialModel, frames: Sequence[int], measure: str, gamma: float, pair: tuple[int, int]) -> list[float]:
    """Strength of a pair in each frame."""
    geometries = [geometry_of(current(), frame) for frame in frames]
    return [float(matrix_of(model, g, measure, gamma)[pair]) for g in geometries]
