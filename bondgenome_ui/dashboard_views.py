"""What a pinned view stands for: its parameters turned into structures, slices, readings and maps, for page and file alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bondgenome_core.errors import ArtefactError, BondGenomeError, GenomeError, StructureError
from bondgenome_core.palette import CATEGORIES
from bondgenome_core.slices.elf_slice import WINDOW
from bondgenome_core.slices.figures import provenance_line
from bondgenome_core.structures.structure import Bond, Structure

from . import content, genomes, roadmap_content
from .content import SliceKey
from .selection import Selection
from .surfaces import provenance_of

if TYPE_CHECKING:
    from bondgenome_core.genome.model import GenomeModel
    from bondgenome_core.genome.reading import Reading
    from bondgenome_core.roadmap.atlas import Atlas
    from bondgenome_core.roadmap.colouring import Colouring
    from bondgenome_core.slices.elf_slice import ElfSlice

    from .roadmap_map import MappedSet, Overlay

SET_COLOURS = (CATEGORIES[3], CATEGORIES[0])
"""Seen on light and dark ground: a view is drawn without knowing where it will be looked at."""


class Molecule(NamedTuple):
    """A structure with its chosen bonds, and a line that says where it comes from."""

    structure: Structure
    bonds: tuple[Bond, ...]
    provenance: str
    electrons: str | None
    """Key of its electrons, where they are at hand."""


class Genome(NamedTuple):
    """A bond read by a model: its slice, its own genome, and where the sliders were when it was pinned."""

    model: GenomeModel
    place: SliceKey
    values: tuple[float, ...]
    cut: ElfSlice
    encoded: Reading
    now: Reading

    @property
    def provenance(self) -> str:
        return f"{provenance_line(self.cut)} · {self.model.name} ({self.model.hash[: genomes.HASH_DIGITS]})"


class Map(NamedTuple):
    """A map with its colours, what lies over its points, and a note about the structure marked there."""

    model: GenomeModel
    atlas: Atlas
    colouring: Colouring
    overlay: Overlay
    title: str
    note: str

    @property
    def provenance(self) -> str:
        figures = self.atlas.figures
        return (
            f"{self.model.name} ({self.model.hash[: genomes.HASH_DIGITS]}) · {self.model.card['accepts']['level']} · "
            f"{len(self.atlas):,} bonds · UMAP, seed {self.atlas.seed}, trustworthiness {figures['trustworthiness']:.3f} "
            f"(k = {figures['k']})"
        )


def molecule_of(chosen: Selection) -> Molecule:
    """The structure of a view; raises a BondGenomeError that says what is missing."""
    structure = content.shown_structure(chosen)
    found = (content.shown_bond(structure, b) for b in (chosen.bond, chosen.second))
    charge = f"charge {structure.charge:+d}" if structure.charge else ""
    key = content.electrons_key(chosen.structure, structure)
    facts = (structure.name, structure.formula, charge, structure.source, provenance_of(key, chosen.surface))
    return Molecule(structure, tuple(b for b in found if b is not None), " · ".join(f for f in facts if f), key)


def slices_of(chosen: Selection) -> list[ElfSlice]:
    """The slice of the chosen bond, and that of the second one beside it."""
    structure, bonds, *_ = molecule_of(chosen)
    return content.slices_of(_electrons(chosen, structure), chosen, _needed(bonds))


def genome_of(chosen: Selection) -> Genome:
    """The genome of a view; raises GenomeError where its model is another one or reads no such bond."""
    structure, bonds, *_ = molecule_of(chosen)
    key = _electrons(chosen, structure)
    bond = _needed(bonds)[0]
    model = genomes.model_of(structure, key, bond)
    if chosen.genome and not (chosen.model and model.hash.startswith(chosen.model)):
        raise GenomeError(
            f"This genome belongs to a model with weights {chosen.model[:12] or 'unknown'!r}, which is not the one installed "
            "here; open it where it was pinned, or pin the bond again."
        )
    place = SliceKey(key, bond, 0.0, 0.0, WINDOW)
    encoded = genomes.reading_of(model.hash, place, ())
    now = genomes.reading_of(model.hash, place, chosen.genome) if chosen.genome else encoded
    return Genome(model, place, chosen.genome, content.slice_of(place), encoded, now)


def map_of(chosen: Selection) -> Map:
    """The map of a view with its structure and named selections; raises ArtefactError that says what is missing here."""
    from bondgenome_core.roadmap.colouring import colour_by, quantity_of

    from .roadmap_map import Overlay

    models = roadmap_content.mapped_models()
    model = next((m for m in models if m.name == (chosen.map or models[0].name)), None)
    atlas = genomes.atlas_of(model.hash) if model else None
    if model is None or atlas is None:
        raise ArtefactError(f"There is no map of a model called {chosen.map[:60]!r} here; open the view where it was pinned.")
    selected = None if chosen.bond is None or chosen.frame else atlas.find(chosen.structure, chosen.bond)
    own, note = _own_places(model, atlas, chosen)
    everything = np.ones(len(atlas), dtype=bool)
    overlay = Overlay(shown=everything, sets=_sets(atlas, chosen), selected=selected, own=own, walk=())
    return Map(model, atlas, colour_by(atlas, chosen.coloured), overlay, quantity_of(chosen.coloured).axis, note)


def _own_places(model: GenomeModel, atlas: Atlas, chosen: Selection) -> tuple[np.ndarray, str]:
    """Places of the structure's bonds; none where the structure is not here, since the map itself does not need it."""
    try:
        structure = content.shown_structure(chosen)
        key = content.electrons_key(chosen.structure, structure)
        own = roadmap_content.own_bonds(atlas, model, "" if chosen.frame else chosen.structure, structure, key)
    except BondGenomeError as error:
        return np.empty((0, 2)), str(error)
    return own.places, f"◇ {len(own.bonds)} bonds of {structure.name}" if own.bonds else ""


def _sets(atlas: Atlas, chosen: Selection) -> list[MappedSet]:
    """The named selections of a view; raises ArtefactError where one is not on this server or of another map."""
    from bondgenome_core.roadmap.selections import from_content
    from bondgenome_core.workspace.store import open_workspace

    from .roadmap_map import MappedSet

    workspace = open_workspace()
    wanted = zip((chosen.region, chosen.against), SET_COLOURS, strict=True)
    named = [(workspace.get_document("selections", i), colour) for i, colour in wanted if i]
    return [MappedSet(document.name, colour, from_content(atlas, document.content)) for document, colour in named]


def _electrons(chosen: Selection, structure: Structure) -> str:
    key = content.electrons_key(chosen.structure, structure)
    if key is None:
        raise StructureError(
            f"The electrons of {structure.name} behind this view are not on this server; compute them on the Structure page, "
            "or load the session file of the server where the view was pinned."
        )
    return key


def _needed(bonds: tuple[Bond, ...]) -> tuple[Bond, ...]:
    if not bonds:
        raise StructureError("This view was pinned before a bond was chosen; open it, choose a bond and pin it again.")
    return bonds
