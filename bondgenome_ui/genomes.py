"""Genomes in the interface: which model reads a bond, cached readings, saving and loading, tables over bonds and frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from bondgenome_core.errors import GenomeError
from bondgenome_core.structures.structure import Bond, Structure

from . import content, roadmap_content
from .selection import current, select
from .sliders import Choice, Colours

if TYPE_CHECKING:
    import pandas as pd

    from bondgenome_core.genome.model import GenomeModel
    from bondgenome_core.genome.named import NamedGenome
    from bondgenome_core.genome.reading import Reading
    from bondgenome_core.roadmap.atlas import Atlas

HASH_DIGITS = 12
N_NEAREST = 5
_LOADED = "loaded_genomes"


@st.cache_resource(show_spinner=False)
def models() -> tuple[GenomeModel, ...]:
    from bondgenome_core.genome.model import list_models

    return list_models()


def model_of(structure: Structure, key: str, bond: Bond) -> GenomeModel:
    """The model whose card accepts a bond; raises GenomeError that says which model is missing."""
    from bondgenome_core.genome.model import model_for

    chosen = model_for(structure.kind(bond), *level_of(key))
    return next(m for m in models() if m.name == chosen.name)


def model_of_any(structure: Structure, key: str) -> GenomeModel:
    """The model that reads the first bond any model reads; raises GenomeError where none reads any."""
    bonds = {structure.kind(b): b for b in reversed(structure.bonds)}
    readable = [b for b in bonds.values() if any(m.refusal(structure.kind(b), *level_of(key)) is None for m in models())]
    if not bonds:
        raise GenomeError(f"{structure.name} has no bonds; raise a cut-off on the Structure page (tab Edit bonds).")
    return model_of(structure, key, (readable or list(bonds.values()))[0])


def level_of(key: str) -> tuple[str, str]:
    """Core treatment and level of theory of the electrons under a key."""
    from bondgenome_core.genome.reading import level_of

    return level_of(content.source_of(key))


def model_table(structure: Structure, key: str | None, bond: Bond | None) -> pd.DataFrame:
    """All models, what they read, their error on species never seen, and why each does or does not read this bond."""
    import pandas as pd

    level = level_of(key) if key else None

    def answer(model: GenomeModel) -> str:
        if level is None or bond is None:
            return ""
        return model.refusal(structure.kind(bond), *level) or "reads this bond"

    def row(model: GenomeModel) -> dict[str, Any]:
        accepts = model.card["accepts"]
        figures = model.card.get("figures", {})
        return {
            "model": model.name, "answer": answer(model), "kinds": ", ".join(accepts["kinds"]), "level": accepts["level"],
            "rmse": figures.get("rmse_heldout_species"), "pca8": figures.get("pca8_rmse_heldout_species"),
            "hash": model.hash[:HASH_DIGITS],
        }  # fmt: skip

    return pd.DataFrame([row(m) for m in models()])


@st.cache_resource(max_entries=4, show_spinner=False)
def payload_of(model_hash: str) -> dict[str, Any]:
    from bondgenome_core.genome.browser import browser_payload

    return browser_payload(by_hash(model_hash))


def by_hash(model_hash: str) -> GenomeModel:
    """Raises GenomeError where no model here has these weights."""
    for model in models():
        if model_hash and model.hash.startswith(model_hash):
            return model
    raise GenomeError(f"The model with weights {model_hash[:HASH_DIGITS]!r} is not installed here; encode the bond again.")


@st.cache_data(max_entries=512, show_spinner=False)
def reading_of(model_hash: str, key: content.SliceKey, values: tuple[float, ...]) -> Reading:
    """The genome of a bond, or eight values beside the slice of that bond."""
    from bondgenome_core.genome.reading import read_slice, read_values

    model, s = by_hash(model_hash), content.slice_of(key)
    return read_values(model, values, s) if values else read_slice(model, s)


def values_of_link(model: GenomeModel) -> tuple[float, ...]:
    """Where the sliders are; raises GenomeError where the link's genome is malformed or belongs to another model."""
    from bondgenome_core.genome.code import check_genome

    chosen = current()
    if not chosen.genome:
        return ()
    check_genome(chosen.genome)
    if not chosen.model or not model.hash.startswith(chosen.model):
        other = chosen.model[:HASH_DIGITS] or "unknown"
        raise GenomeError(
            f"The genome of this link belongs to a model with weights {other!r}, this bond is read by {model.name}; "
            "the bond's own genome is shown instead."
        )
    return chosen.genome


def move_to(model: GenomeModel, encoded: np.ndarray, values: Sequence[float]) -> None:
    """Keep where the sliders are; back at the bond's own values nothing needs keeping."""
    if np.array_equal(np.asarray(values, dtype=np.float32), encoded):
        select(genome=(), model="")
    else:
        select(genome=tuple(float(v) for v in values), model=model.hash[:HASH_DIGITS])


# ---- real bonds near a genome, from the model's map


@st.cache_resource(max_entries=4, show_spinner="Loading the map")
def atlas_of(model_hash: str) -> Atlas | None:
    """Raises ArtefactError where the model's map is damaged; None where it has none."""
    from bondgenome_core.roadmap.atlas import has_atlas, load_atlas

    model = by_hash(model_hash)
    return load_atlas(model) if has_atlas(model) else None


@st.cache_data(max_entries=256, show_spinner=False)
def neighbours_of(model_hash: str, key: content.SliceKey, values: tuple[float, ...], structure_id: str) -> list[dict[str, Any]]:
    """The nearest real bonds: label, note, distance (minimum over admissible frames), values; without the bond itself.

    values: where the sliders are, empty for the bond's own genome, whose frames are then read from its slice.
    """
    from bondgenome_core.genome.exemplars import frame_views
    from bondgenome_core.roadmap.neighbours import FrameSet, frames_of_new

    atlas, model, s = atlas_of(model_hash), by_hash(model_hash), content.slice_of(key)
    if atlas is None:
        return []
    if values:
        ambiguous = {"x_ambiguous": s.frame.x_ambiguous, "z_ambiguous": s.frame.z_ambiguous}
        views = frame_views(model, np.array(values), **ambiguous)
        query = FrameSet(views, np.zeros(len(views), dtype=np.int64))
    else:
        query = frames_of_new(model, [s])
    found = atlas.nearest(query, N_NEAREST + 1)
    itself = atlas.find(structure_id, key.bond)
    near = [(n, d) for n, d in zip(found.bonds[0].tolist(), found.distances[0].tolist(), strict=True) if n != itself]
    return [_neighbour(atlas, n, d) for n, d in near[:N_NEAREST]]


def _neighbour(atlas: Atlas, number: int, distance: float) -> dict[str, Any]:
    label, note = roadmap_content.label_of(atlas, number), roadmap_content.origin_of(atlas, number)
    at_hand = roadmap_content.structure_at_hand(str(atlas.bonds["wavefunction"].iloc[number]))
    values = atlas.genomes[number].tolist()
    return {"label": label, "note": note, "distance": distance, "values": values, "number": number, "at_hand": at_hand}


def nearest_mapped(model_hash: str, values: tuple[float, ...], k: int = N_NEAREST) -> tuple[list[int], list[float]]:
    """Numbers and distances of the mapped bonds nearest to any genome in the frame it is given in."""
    from bondgenome_core.roadmap.neighbours import FrameSet

    atlas = atlas_of(model_hash)
    if atlas is None:
        return [], []
    found = atlas.nearest(FrameSet(np.array([values]), np.zeros(1, dtype=np.int64)), k)
    return found.bonds[0].tolist(), found.distances[0].tolist()


@st.cache_data(max_entries=64, show_spinner=False)
def pictures_of(model_hash: str, values: tuple[tuple[float, ...], ...]) -> list[str]:
    """Decoded images of genomes as data URIs."""
    model = by_hash(model_hash)
    return [roadmap_content.picture_of(model.name, model.hash, g) for g in values]


def visit(model: GenomeModel, number: int) -> None:
    """Select a bond of the model's map with its structure."""
    atlas = atlas_of(model.hash)
    if atlas is not None:
        roadmap_content.go_to(atlas, number)


@st.cache_data(max_entries=8, show_spinner=False)
def presets_of(model_hash: str) -> list[Choice]:
    """Real bonds that stand for others: the exemplar of every family on the map, and the extremes of every kind."""
    from bondgenome_core.genome.exemplars import extremes

    atlas = atlas_of(model_hash)
    if atlas is None:
        return []
    named = {f.label: f.exemplar for f in atlas.families} | {
        f"{name}, {roadmap_content.label_of(atlas, n)}": n for name, n in extremes(atlas.bonds).items()
    }
    return [Choice(label, tuple(atlas.genomes[n].tolist())) for label, n in named.items()]


@st.cache_data(max_entries=8, show_spinner=False)
def colours_of(colours: str, second: str) -> Colours:
    from bondgenome_core.genome.figures import colour_table
    from bondgenome_core.slices.figures import CONTOUR_INK

    return Colours(colour_table(colours), colour_table("diverging"), CONTOUR_INK[colours], second)


@st.cache_data(max_entries=16, show_spinner="Reading the genomes of all bonds, once", show_time=True)
def table_of(model_hash: str, keys: tuple[tuple[int, str], ...]) -> pd.DataFrame:
    """Genomes of all bonds over (frame, wavefunction)."""
    from bondgenome_core.genome.reading import encode_trajectory

    return encode_trajectory([(frame, content.source_of(key)) for frame, key in keys], by_hash(model_hash))


def loaded() -> list[NamedGenome]:
    """Named genomes opened in this session."""
    found: list[NamedGenome] = st.session_state.setdefault(_LOADED, [])
    return found
