"""What FILE and W may be: a path, or the name of a gallery entry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArtefactError, StructureError
from ..structures.structure import Structure

if TYPE_CHECKING:
    from ..electrons.grids import ElfGrid
    from ..electrons.wavefunction import Wavefunction

STORED = ".safetensors"


def open_electrons(name: str) -> Wavefunction | ElfGrid:
    """A wavefunction file of this program, a Molden, FCHK, WFN, WFX, cube or ELFCAR file, or a gallery name."""
    from ..electrons.shipped import load_shipped, shipped_names
    from ..electrons.wavefunction import load_wavefunction

    path = Path(name)
    if path.is_file():
        return load_wavefunction(path) if path.suffix == STORED else _imported(path)
    if name in shipped_names():
        return load_shipped(name)
    raise ArtefactError(
        f"There is no file {name!r}, and no gallery wavefunction of that name; the gallery has {', '.join(shipped_names())}."
    )


def open_wavefunction(name: str) -> Wavefunction:
    """As ``open_electrons``, but refuses a grid, which has no orbitals."""
    from ..electrons.wavefunction import Wavefunction

    source = open_electrons(name)
    if not isinstance(source, Wavefunction):
        raise ArtefactError(f"{Path(name).name} is a grid of ELF without orbitals; it can be sliced, but not encoded.")
    return source


def open_frames(name: str, *, charge: int | None = None, multiplicity: int | None = None) -> tuple[Structure, ...]:
    """All frames of a structure file, or one gallery structure or the structure of a wavefunction file."""
    from ..electrons.wavefunction import load_wavefunction
    from ..structures.gallery import gallery, load_gallery_structure
    from ..structures.read import read_structures

    path = Path(name)
    if path.is_file() and path.suffix != STORED:
        return read_structures(path, charge=charge, multiplicity=multiplicity)
    names = [entry.name for entry in gallery()]
    if not path.is_file() and name not in names:
        raise StructureError(f"There is no file {name!r}, and no gallery entry of that name; the gallery has {', '.join(names)}.")
    found = load_wavefunction(path).structure if path.is_file() else load_gallery_structure(name)
    return (
        found.with_(
            charge=found.charge if charge is None else charge,
            multiplicity=found.multiplicity if multiplicity is None else multiplicity,
        ),
    )


def open_structure(name: str, frame: int = 0, *, charge: int | None = None, multiplicity: int | None = None) -> Structure:
    """One frame, counted from 0 (negative: from the end)."""
    frames = open_frames(name, charge=charge, multiplicity=multiplicity)
    if not -len(frames) <= frame < len(frames):
        raise StructureError(f"{name} has {len(frames)} frames, counted from 0; there is no frame {frame}.")
    return frames[frame]


def _imported(path: Path) -> Wavefunction | ElfGrid:
    from ..electrons.importers import read_electrons
    from ..electrons.text_files import MAX_FILE_BYTES

    if path.stat().st_size > MAX_FILE_BYTES:
        raise ArtefactError(f"{path.name} is larger than the limit of {MAX_FILE_BYTES // 2**20} MiB.")
    return read_electrons(path.read_bytes(), path.name)


def open_molecule(text: str) -> Structure:
    """A structure file, a gallery name, or else a molecule typed as SMILES."""
    from ..structures.bonds import with_bonds
    from ..structures.smiles import structure_from_smiles

    if is_file_or_gallery(text):
        return open_structure(text)
    return with_bonds(structure_from_smiles(text, name=text))


def is_file_or_gallery(text: str) -> bool:
    """Whether a text names a file or a gallery structure, and is no SMILES."""
    from ..structures.gallery import gallery
    from ..structures.smiles import parses

    if Path(text).is_file() or text in {entry.name for entry in gallery()}:
        return True
    return bool(Path(text).suffix) and not parses(text)  # a missing file, unless it is two molecules as SMILES
