"""The tasks that Home starts on shipped data."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.palette import CATEGORIES
from bondgenome_core.roadmap.points import map_points
from bondgenome_core.structures.structure import Bond, Structure

from . import content, genomes, roadmap_content
from .barcode import barcode_uri
from .selection import Selection, select
from .thumbnail import map_uri, thumbnail_uri

GOLD_CLUSTER, KIND = "au25_sh18_anion", "S-Au"


class Task(NamedTuple):
    """title, text and picture of a card; ``start`` prepares the selection, then ``page`` opens."""

    title: str
    text: str
    picture: Callable[[], str]
    start: Callable[[], None]
    page: str


def tasks() -> list[Task]:
    """What can be started here: sliders need a model of sulfur-gold bonds, walks a map."""
    found = [
        Task(
            "Look at a bond in Au25",
            "A sulfur–gold bond of Au₂₅(SH)₁₈⁻ in 3D and its electron localization function, from the shipped wavefunction.",
            lambda: thumbnail_uri(_cluster()),
            _look_at_a_bond,
            "pages/slices.py",
        )
    ]
    model = next((m for m in genomes.models() if KIND in m.kinds), None)
    if model is not None:
        found.append(Task(
            "Move the eight sliders",
            "The same bond as eight numbers: move one and watch the image it stands for change at once.",
            lambda: _barcode(model.hash),
            _look_at_a_bond,
            "pages/genome.py",
        ))  # fmt: skip
    if model is not None and map_points(model) is not None:
        found.append(Task(
            "Walk the roadmap",
            "All bonds on one map by the similarity of their genomes, and a walk over real bonds from one family to another.",
            lambda: _map(model.hash),
            lambda: _start_a_walk(model.hash),
            "pages/roadmap.py",
        ))  # fmt: skip
    return found


def show_task(task: Task) -> None:
    """One card; a click starts the task."""
    picture, words = st.columns([1, 2], vertical_alignment="center")
    picture.image(task.picture(), width="stretch", alt="")
    words.markdown(f"**{task.title}**")
    words.caption(task.text)
    if st.button(task.title, key=f"task_{task.page}_{task.title}", type="primary", width="stretch"):
        task.start()
        st.switch_page(task.page)


def _cluster() -> Structure:
    return content.shown_structure(Selection(structure=GOLD_CLUSTER))


def _look_at_a_bond() -> None:
    select(structure=GOLD_CLUSTER)
    select(bond=_shortest(_cluster(), KIND))


def _start_a_walk(model_hash: str) -> None:
    """From the family of a sulfur-gold bond of the cluster to the largest other family; the map opens on that bond."""
    from . import roadmap_families  # with pandas and scipy, which Home itself does without

    _look_at_a_bond()
    atlas = genomes.atlas_of(model_hash)
    if atlas is None:
        return
    select(map=atlas.model, coloured="family", region="", against="")
    number = roadmap_content.selected_number(atlas)
    start = 0 if number is None else int(atlas.family[number])
    others = [k for k in range(len(atlas.families)) if k != start]
    if others:
        roadmap_families.choose_walk(atlas, start, max(others, key=lambda k: atlas.families[k].size))


def _shortest(structure: Structure, kind: str) -> Bond:
    return min((b for b in structure.bonds if structure.kind(b) == kind), key=structure.length)


@st.cache_data(max_entries=4, show_spinner=False)
def _barcode(model_hash: str) -> str:
    """The first bond the model was trained on."""
    return barcode_uri(genomes.by_hash(model_hash).training_genomes[0], width=100, height=60)


@st.cache_data(max_entries=4, show_spinner=False)
def _map(model_hash: str) -> str:
    """The points of the map in the colours of their families."""
    points, family = map_points(genomes.by_hash(model_hash)) or (np.empty((0, 2)), np.empty(0, dtype=np.int64))
    return map_uri(points, [CATEGORIES[k % len(CATEGORIES)] for k in family])
