"""Genomes and families of the bonds of one structure: those a model's own table has at once, all others on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.errors import ArtefactError
from bondgenome_core.structures.structure import Bond, Structure

from . import content, genomes

if TYPE_CHECKING:
    from bondgenome_core.genome.model import GenomeModel
    from bondgenome_core.roadmap.atlas import Atlas

_WANTED = "encode_all_bonds"


class KnownGenome(NamedTuple):
    """Eight values of a bond and the short name of its family, empty where no map tells."""

    values: tuple[float, ...]
    family: str


def known_genomes(structure: Structure, key: str | None) -> dict[Bond, KnownGenome]:
    """Without any encoding: from the tables of the models, or where encoding was asked for before."""
    if key is None:
        return {}
    found: dict[Bond, KnownGenome] = {}
    for model in genomes.models():
        found |= _listed(model.hash, key)
    if key in st.session_state.get(_WANTED, ()):
        for model in genomes.models():
            missing = tuple(b for b in _read_by(model, structure, key) if b not in found)
            found |= _encoded(model.hash, key, missing) if missing else {}
    return found


def offer_encoding(structure: Structure, key: str | None, known: dict[Bond, KnownGenome]) -> None:
    """One button where bonds of kinds that a model reads have no genome yet; after it, why some still have none."""
    kinds = {kind for model in genomes.models() for kind in model.kinds}
    missing = [b for b in structure.bonds if b not in known and structure.kind(b) in kinds]
    if key is None or not missing:
        return
    if key in st.session_state.get(_WANTED, ()):
        reasons = {m.refusal(structure.kind(missing[0]), *genomes.level_of(key)) for m in genomes.models()} - {None}
        st.caption(" ".join(sorted(str(r) for r in reasons)))
    elif st.button(f"Encode all bonds ({len(missing)})", icon=":material/tune:", help="Reads the genome of every bond, once."):
        st.session_state[_WANTED] = {*st.session_state.get(_WANTED, ()), key}
        st.rerun()


def _read_by(model: GenomeModel, structure: Structure, key: str) -> list[Bond]:
    level = genomes.level_of(key)
    return [b for b in structure.bonds if model.refusal(structure.kind(b), *level) is None]


@st.cache_data(max_entries=32, show_spinner=False)
def _listed(model_hash: str, key: str) -> dict[Bond, KnownGenome]:
    """Bonds of a shipped wavefunction as the model's table has them."""
    from bondgenome_core.roadmap.atlas import GENES, bond_table
    from bondgenome_core.slices.build import bond_of_row

    place, _, name = key.partition(":")
    if place not in ("shipped", "snapshot"):
        return {}
    model, atlas = genomes.by_hash(model_hash), _atlas(model_hash)
    table = atlas.bonds if atlas is not None else bond_table(model)
    rows = np.nonzero((table["wavefunction"] == name).to_numpy())[0]
    own = table.iloc[rows]
    values = own[list(GENES)].to_numpy(float)
    bonds = [bond_of_row(row) for _, row in own.iterrows()]
    known = zip(bonds, values, _families(atlas, rows), strict=True)
    return {b: KnownGenome(tuple(v.tolist()), f) for b, v, f in known if np.isfinite(v).all()}


@st.cache_data(max_entries=32, show_spinner="Reading the genomes of all bonds, once", show_time=True)
def _encoded(model_hash: str, key: str, bonds: tuple[Bond, ...]) -> dict[Bond, KnownGenome]:
    """Bonds that were just sampled; the family is that of the nearest mapped bond."""
    from bondgenome_core.roadmap.neighbours import frames_of_new
    from bondgenome_core.slices.sample import Plane, sample_planes

    atlas = _atlas(model_hash)
    slices = sample_planes(content.source_of(key), [Plane(b) for b in bonds])
    frames = frames_of_new(genomes.by_hash(model_hash), slices)
    nearest = atlas.nearest(frames, 1).bonds[:, 0] if atlas is not None else np.empty(0, dtype=np.int64)
    families = _families(atlas, nearest) or [""] * len(bonds)
    return {b: KnownGenome(tuple(v.tolist()), f) for b, v, f in zip(bonds, frames.displayed, families, strict=True)}


def _families(atlas: Atlas | None, numbers: Sequence[int] | np.ndarray) -> list[str]:
    return [atlas.families[atlas.family[n]].short if atlas is not None else "" for n in numbers]


def _atlas(model_hash: str) -> Atlas | None:
    """A map that cannot be read leaves genomes without families; the Roadmap page says why."""
    try:
        return genomes.atlas_of(model_hash)
    except ArtefactError:
        return None
