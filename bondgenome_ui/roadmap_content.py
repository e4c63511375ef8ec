"""Maps in the interface: which one is shown, cached readings of new bonds, and the bond that is selected on it."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.errors import ArtefactError
from bondgenome_core.slices.elf_slice import WINDOW
from bondgenome_core.structures.structure import Bond, Structure

from . import content
from .selection import current, select

if TYPE_CHECKING:
    from bondgenome_core.genome.model import GenomeModel
    from bondgenome_core.roadmap.atlas import Atlas
    from bondgenome_core.roadmap.neighbours import FrameSet


class Own(NamedTuple):
    """The current structure on the map: its bonds, (m, 2) places, and how many of them had to be projected."""

    bonds: tuple[Bond, ...]
    places: np.ndarray
    n_projected: int


def mapped_models() -> list[GenomeModel]:
    """Models that have a map, by name."""
    from bondgenome_core.genome.model import list_models
    from bondgenome_core.roadmap.atlas import has_atlas

    return [m for m in list_models() if has_atlas(m)]


def shown_model() -> GenomeModel | None:
    """The model of the map on show; raises ArtefactError where a link names one that has no map here."""
    models = mapped_models()
    wanted = current().map
    if not models or not wanted:
        return models[0] if models else None
    for model in models:
        if model.name == wanted:
            return model
    raise ArtefactError(f"There is no map of a model called {wanted[:60]!r} here; choose another map.")


def shown_atlas() -> Atlas | None:
    """The map on show; None where no model has one yet."""
    model = shown_model()
    return None if model is None else _atlas(model.name, model.hash)


@st.cache_resource(max_entries=4, show_spinner="Loading the map")
def _atlas(name: str, model_hash: str) -> Atlas:
    from bondgenome_core.genome.model import find_model
    from bondgenome_core.roadmap.atlas import load_atlas

    return load_atlas(find_model(name))


# ---- bonds


def selected_number(atlas: Atlas) -> int | None:
    """The selected bond's number on the map, or None where the map has it not."""
    chosen = current()
    if chosen.bond is None or chosen.frame:
        return None
    return atlas.find(chosen.structure, chosen.bond)


def go_to(atlas: Atlas, number: int) -> None:
    """Select a mapped bond with its structure; every page follows."""
    select(structure=str(atlas.bonds["wavefunction"].iloc[number]), bond=atlas.bond(number), second=None)


def origin_of(atlas: Atlas, number: int) -> str:
    """Where a mapped bond comes from: structure, temperature and snapshot."""
    row = atlas.bonds.iloc[number]
    if row["role"] == "relaxed":
        return f"{row['wavefunction']}, relaxed"
    return f"{str(row['trajectory']).split('/')[0]}, {row['temperature_k']:.0f} K, {row['role']} snapshot {row['snapshot']}"


def label_of(atlas: Atlas, number: int) -> str:
    """Atoms and length of a mapped bond: ``S27–Au3, 2.384 Å``."""
    row = atlas.bonds.iloc[number]
    first, second = str(row["kind"]).split("-")
    return f"{first}{row['left']}–{second}{row['right']}, {row['length']:.3f} Å"


def structure_at_hand(structure_id: str) -> bool:
    """Whether a bond's molecule can be shown here: a gallery entry, a shipped snapshot, or the user's own."""
    from bondgenome_core.workspace.store import open_workspace

    known = structure_id in content.snapshots() or structure_id in {e.name for e in content.gallery_entries()}
    workspace = open_workspace()
    return known or any(workspace.missing_sentence(kind, structure_id) is None for kind in ("uploads", "structures"))


@st.cache_data(max_entries=512, show_spinner="Reading the genome of the bond")
def frames_of_bond(model_name: str, model_hash: str, key: str, bond: Bond) -> FrameSet:
    """Genomes of all admissible frames of a bond that the map may not have; raises GenomeError where it cannot be read."""
    from bondgenome_core.genome.model import find_model
    from bondgenome_core.roadmap.neighbours import frames_of_new

    return frames_of_new(find_model(model_name), [content.slice_of(content.SliceKey(key, bond, 0.0, 0.0, WINDOW))])


def own_bonds(atlas: Atlas, model: GenomeModel, structure_id: str, structure: Structure, key: str | None) -> Own:
    """The current structure's bonds on the map: those it has at their own points, the others projected."""
    wanted = [b for b in structure.bonds if structure.kind(b) in model.kinds]
    numbers = [atlas.find(structure_id, b) for b in wanted]
    known = [(b, n) for b, n in zip(wanted, numbers, strict=True) if n is not None]
    missing = tuple(b for b, n in zip(wanted, numbers, strict=True) if n is None)
    places = atlas.points[[n for _, n in known]].reshape(-1, 2)
    if missing and key is not None and not known:
        projected = _projected(model.name, model.hash, key, missing)
        return Own(missing, projected, len(missing))
    return Own(tuple(b for b, _ in known), places, 0)


@st.cache_data(max_entries=32, show_spinner="Projecting the bonds of this structure onto the map")
def _projected(model_name: str, model_hash: str, key: str, bonds: tuple[Bond, ...]) -> np.ndarray:
    from bondgenome_core.genome.model import find_model
    from bondgenome_core.roadmap.neighbours import frames_of_new
    from bondgenome_core.slices.sample import Plane, sample_planes

    slices = sample_planes(content.source_of(key), [Plane(b) for b in bonds])
    return _atlas(model_name, model_hash).project(frames_of_new(find_model(model_name), slices))


@st.cache_data(max_entries=64, show_spinner=False)
def picture_of(model_name: str, model_hash: str, genome: tuple[float, ...]) -> str:
    """The decoded image of a genome as a small PNG (data URI)."""
    from PIL import Image

    from bondgenome_core.genome.figures import colour_table
    from bondgenome_core.genome.model import find_model

    image = find_model(model_name).decode(np.array(genome))[0]
    # rows of an image run downwards, x upwards
    pixels = colour_table("perceptual")[np.round(image[::-1].clip(0, 1) * 255).astype(np.uint8)]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
