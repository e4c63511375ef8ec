"""From an id in the selection to structures and their electrons; cached, bounded, shared by all sessions.

A structure id is the name of a gallery entry, or the sha256 of an upload, a structure or a wavefunction in the
workspace; a wavefunction brings its own structure, so that results at several levels can be told apart.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from bondgenome_core.errors import BondGenomeError, SliceError, StructureError
from bondgenome_core.structures.structure import Bond, Structure

from .selection import Selection

if TYPE_CHECKING:
    from bondgenome_core.electrons.grids import ElfGrid
    from bondgenome_core.elf.engine import ElfEngine
    from bondgenome_core.slices.elf_slice import ElfSlice
    from bondgenome_core.slices.frame import BondFrame
    from bondgenome_core.structures.gallery import GalleryEntry


class SliceKey(NamedTuple):
    """Everything a slice depends on; view: which admissible frame, channel: which spin of an imported grid, from 0."""

    electrons: str
    bond: Bond
    azimuth: float
    offset: float
    window: float
    view: int = 0
    channel: int = 0


# ---- structures


@st.cache_resource(show_spinner=False)
def gallery_entries() -> tuple[GalleryEntry, ...]:
    from bondgenome_core.structures.gallery import gallery

    return gallery()


@st.cache_resource(show_spinner=False)
def snapshots() -> frozenset[str]:
    """Names of the thermal snapshots that come with their wavefunction."""
    from bondgenome_core.electrons.shipped import snapshot_names

    return frozenset(snapshot_names())


@st.cache_resource(max_entries=64, show_spinner="Reading the structure")
def frames_of(structure_id: str) -> tuple[Structure, ...]:
    """All frames that an id stands for; raises a BondGenomeError that says what is missing on this server."""
    from bondgenome_core.structures.gallery import load_gallery_structure
    from bondgenome_core.structures.read import read_structures
    from bondgenome_core.workspace.store import open_workspace

    if structure_id in {entry.name for entry in gallery_entries()}:
        return (load_gallery_structure(structure_id),)
    if structure_id in snapshots():
        return (_source(f"snapshot:{structure_id}").wavefunction.structure,)
    workspace = open_workspace()
    if workspace.missing_sentence("wavefunctions", structure_id) is None:
        return (workspace.get_wavefunction(structure_id).structure,)
    if workspace.missing_sentence("uploads", structure_id) is not None:
        return (workspace.get_structure(structure_id),)
    upload = workspace.get_upload(structure_id)
    if holds_electrons(upload.name):
        return (_imported(structure_id).structure,)
    return read_structures(upload.data, upload.name)


@st.cache_resource(max_entries=64, show_spinner=False)
def _structure(structure_id: str, frame: int, cutoffs: tuple[tuple[str, float], ...]) -> Structure:
    from bondgenome_core.structures.bonds import with_bonds

    frames = frames_of(structure_id)
    if not 0 <= frame < len(frames):
        raise StructureError(f"There is no frame {frame}; {frames[0].name} has {len(frames)}, counted from 0.")
    chosen = frames[frame]
    return with_bonds(chosen, dict(cutoffs)) if cutoffs or not chosen.bonds else chosen


def shown_structure(selection: Selection) -> Structure:
    """The structure of a selection: its frame, with the bonds its cut-offs give."""
    return _structure(selection.structure, selection.frame, selection.cutoffs)


def shown_bond(structure: Structure, bond: Bond | None) -> Bond | None:
    """The bond if the structure has it; raises StructureError where a link names one that it has not."""
    if bond is None or bond in structure.bonds:
        return bond
    return structure.find_bond(bond.i, bond.j)


# ---- what comes in


def keep_upload(name: str, data: bytes) -> str:
    """Read a file, and keep it only if it can be read; returns its id."""
    from bondgenome_core.electrons.importers import read_electrons
    from bondgenome_core.structures.read import read_structures
    from bondgenome_core.workspace.store import open_workspace

    (read_electrons if holds_electrons(name) else read_structures)(data, name)
    return open_workspace().put_upload(name, data)


def keep_structure(structure: Structure) -> str:
    from bondgenome_core.workspace.store import open_workspace

    return open_workspace().put_structure(structure)


def keep_frames(frames: Sequence[Structure]) -> str:
    """One structure with its bonds as they are; several as a trajectory, whose bonds follow from cut-offs."""
    from bondgenome_core.names import ascii_file_name
    from bondgenome_core.structures.write import structure_text

    if len(frames) == 1:
        return keep_structure(frames[0])
    return keep_upload(ascii_file_name(frames[0].name, ".extxyz"), "".join(map(structure_text, frames)).encode())


def keep_smiles(smiles: str) -> str:
    from bondgenome_core.structures.bonds import with_bonds
    from bondgenome_core.structures.smiles import structure_from_smiles

    return keep_structure(with_bonds(structure_from_smiles(smiles, name=smiles.strip())))


def holds_electrons(name: str) -> bool:
    """Whether a file of this name is read as a wavefunction or a grid rather than as atoms alone."""
    from bondgenome_core.electrons.importers import FORMATS

    return Path(name).suffix.lower() in (*FORMATS, ".cube", ".cub") or "elfcar" in name.lower()


# ---- electrons


def electrons_key(structure_id: str, structure: Structure) -> str | None:
    """Under which key the electrons of exactly this geometry, charge and spin are at hand; None where they are not."""
    from bondgenome_core.workspace.store import open_workspace

    if structure_id in snapshots():
        return f"snapshot:{structure_id}"
    workspace = open_workspace()
    if structure_id not in {entry.name for entry in gallery_entries()}:
        if workspace.has("wavefunctions", structure_id):
            return f"computed:{structure_id}"
        if workspace.has("uploads", structure_id) and holds_electrons(workspace.get_upload(structure_id).name):
            return f"imported:{structure_id}"
    return default_electrons_key(structure)


def default_electrons_key(structure: Structure) -> str | None:
    """The same for electrons computed with the settings that genomes are read at."""
    from bondgenome_core.electrons.request import default_request, request_hash
    from bondgenome_core.workspace.store import open_workspace

    request = request_hash(structure, default_request(structure))
    shipped = _shipped_requests()
    if request in shipped:
        return f"shipped:{shipped[request]}"
    found = open_workspace().find_wavefunction(request)
    return f"computed:{found}" if found else None


def source_of(key: str) -> ElfEngine | ElfGrid:
    """What knows ELF at points: an engine over a wavefunction, or an imported grid."""
    with _opening:  # two sessions that want the same wavefunction at once must not both load it
        return _source(key)


def prepare(selection: Selection) -> None:
    """Load in the background what the next click will need: torch, plotly and the wavefunction take seconds."""
    try:
        key = electrons_key(selection.structure, shown_structure(selection))
    except BondGenomeError:
        return  # the page has said why
    if key is not None and key not in _prepared:
        _prepared.add(key)
        threading.Thread(target=_prepare, args=(key,)).start()


def slices_of(key: str, selection: Selection, bonds: Sequence[Bond]) -> list[ElfSlice]:
    """The slices of these bonds as the selection wants them; only its own bond is seen in another admissible frame."""
    c = selection
    return [slice_of(SliceKey(key, b, c.azimuth, c.offset, c.window, c.view if b == bonds[0] else 0, c.channel)) for b in bonds]


@st.cache_data(max_entries=512, show_spinner=False)
def slice_of(key: SliceKey) -> ElfSlice:
    """One slice, sampled once."""
    from bondgenome_core.slices.sample import sample_slice

    source = source_of(key.electrons)
    if key.channel:
        source = channel_of(source, key.channel)
    place = {"azimuth_deg": key.azimuth, "offset": key.offset, "window": key.window}
    if not key.view:
        return sample_slice(source, key.bond, **place)
    words, frame = _admissible(source, key.bond, key.view)
    s = sample_slice(source, key.bond, **place, frame=frame)
    return replace(s, provenance=s.provenance | {"frame": words})


def views_of(structure: Structure, bond: Bond) -> dict[str, BondFrame]:
    """All admissible frames of a bond, ours first, each named by what is reversed in it."""
    from bondgenome_core.slices.frame import bond_frame

    own = bond_frame(structure, bond)
    named = {}
    for frame in own.admissible():
        turned = [name for name, a, b in (("x", frame.x, own.x), ("z", frame.z, own.z)) if a @ b < 0]
        named[f"{' and '.join(turned)} reversed" if turned else "as defined"] = frame
    return named


def _admissible(source: Any, bond: Bond, view: int) -> tuple[str, BondFrame]:
    views = views_of(getattr(source, "wavefunction", source).structure, bond)
    if not 0 <= view < len(views):
        raise SliceError(f"This bond has {len(views)} admissible frame(s), counted from 0; there is no frame {view}.")
    return list(views.items())[view]


def channels_of(key: str) -> tuple[str, ...]:
    """Names of the channels of an imported grid; one for everything else."""
    return source_of(key).channel_names if is_grid(key) else ("total",)


def channel_of(source: Any, channel: int) -> ElfGrid:
    """An imported grid that shows another of its channels; raises SliceError where it has none of that number."""
    names = getattr(source, "channel_names", ("total",))
    if not 0 <= channel < len(names):
        raise SliceError(f"These electrons have {len(names)} channel(s), counted from 0; there is no channel {channel}.")
    return source.with_channel(names[channel])


def is_grid(key: str) -> bool:
    """Whether the electrons are an imported grid rather than orbitals."""
    from bondgenome_core.electrons.grids import ElfGrid

    return isinstance(source_of(key), ElfGrid)


@lru_cache(maxsize=6)
def _source(key: str) -> ElfEngine | ElfGrid:
    from bondgenome_core.electrons.grids import ElfGrid
    from bondgenome_core.electrons.shipped import load_shipped, load_snapshot
    from bondgenome_core.elf.engine import ElfEngine
    from bondgenome_core.workspace.store import open_workspace

    place, _, name = key.partition(":")
    if place == "imported":
        found = _imported(name)
        return found if isinstance(found, ElfGrid) else ElfEngine(found)
    if place == "snapshot":
        return ElfEngine(load_snapshot(name))
    return ElfEngine(load_shipped(name) if place == "shipped" else open_workspace().get_wavefunction(name))


@lru_cache(maxsize=6)
def _imported(upload_id: str):  # noqa: ANN202 - a wavefunction or a grid
    from bondgenome_core.electrons.importers import read_electrons
    from bondgenome_core.workspace.store import open_workspace

    upload = open_workspace().get_upload(upload_id)
    return read_electrons(upload.data, upload.name)


def _prepare(key: str) -> None:
    import plotly.graph_objects  # noqa: F401
    import plotly.subplots  # noqa: F401

    source_of(key)


@st.cache_resource(show_spinner=False)
def _shipped_requests() -> dict[str, str]:
    from bondgenome_core.electrons.shipped import shipped_requests

    return shipped_requests()


_opening = threading.Lock()
_prepared: set[str] = set()
