"""The shipped structures: what there is, and loading one after its hash has been checked."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..errors import ArtefactError, StructureError
from .bonds import with_bonds
from .gallery_card import GALLERY, read_card
from .structure import Structure

GROUPS = ("Clusters", "Rings", "Staples", "Bare gold", "Molecules", "Surface")
"""In the order in which the page shows them."""
WAVEFUNCTIONS = GALLERY.parent / "wavefunctions"


class GalleryEntry(NamedTuple):
    """One shipped structure; ``has_wavefunction``: its DFT wavefunction is shipped too."""

    name: str
    title: str
    formula: str
    group: str
    description: str
    n_atoms: int
    has_wavefunction: bool


def gallery() -> tuple[GalleryEntry, ...]:
    """All shipped structures, group by group."""
    entries = [
        GalleryEntry(
            name=name,
            title=record["title"],
            formula=record["formula"],
            group=record["group"],
            description=record["description"],
            n_atoms=record["n_atoms"],
            has_wavefunction=(WAVEFUNCTIONS / f"{name}.safetensors").exists(),
        )
        for name, record in read_card()["structures"].items()
    ]
    return tuple(sorted(entries, key=lambda entry: GROUPS.index(entry.group)))


@cache
def load_gallery_structure(name: str) -> Structure:
    """A shipped structure with bonds by the default cut-offs.

    Raises StructureError for an unknown name, ArtefactError where the file is not the one on the card.
    """
    from .parsers import parse_xyz

    record = read_card()["structures"].get(name)
    if record is None:
        raise StructureError(f"There is no gallery structure called {name[:80]!r}; see the gallery for the names.")
    path = GALLERY / f"{name}.xyz"
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        raise ArtefactError(f"The gallery file of {name} is missing or not the one on its card; restore assets/structures.")
    frame = parse_xyz(content.decode(), name)[0]
    return with_bonds(frame)


def gallery_wavefunction_path(name: str) -> Path:
    """Where the wavefunction of a gallery structure is shipped.

    Raises ArtefactError where none is shipped.
    """
    path = WAVEFUNCTIONS / f"{name}.safetensors"
    if name not in read_card()["structures"] or not path.exists():
        raise ArtefactError(f"No wavefunction is shipped for {name[:80]!r}; compute it or choose another entry.")
    return path
