"""Write a structure as xyz (with charge, multiplicity and cell in the comment line), cif or sdf."""

from __future__ import annotations

import os
from io import BytesIO, StringIO
from pathlib import Path

from ..errors import StructureError
from .structure import Structure

WRITABLE = ("xyz", "cif", "sdf")


def structure_text(structure: Structure, file_format: str = "xyz") -> str:
    """The structure in one of the formats xyz, cif (needs a cell) or sdf (needs at most 999 atoms).

    Raises StructureError for another format or a structure the format cannot hold.
    """
    if file_format == "xyz":
        return _extended_xyz(structure)
    if file_format == "cif":
        return _cif(structure)
    if file_format == "sdf":
        return _sdf(structure)
    raise StructureError(f"Structures are written as {', '.join(WRITABLE)}; {file_format!r} is not one of them.")


def write_structure(structure: Structure, path: Path, file_format: str | None = None) -> None:
    """Write to ``path``; the format follows from the ending unless given; an old file survives a crash."""
    text = structure_text(structure, file_format or path.suffix.lstrip(".").lower())
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _extended_xyz(structure: Structure) -> str:
    from ase.io import write

    atoms = structure.atoms()
    atoms.info = {"charge": structure.charge, "multiplicity": structure.multiplicity, "name": structure.name}
    if structure.source:
        atoms.info["source"] = structure.source
    out = StringIO()
    write(out, atoms, format="extxyz")
    return out.getvalue()


def _cif(structure: Structure) -> str:
    if not all(structure.pbc):
        raise StructureError(f"{structure.name} has no three-dimensional cell, which a cif file needs; write it as xyz.")
    from ase.io import write

    out = BytesIO()
    write(out, structure.atoms(), format="cif")
    return out.getvalue().decode()


def _sdf(structure: Structure) -> str:
    if len(structure) > 999 or len(structure.bonds) > 999:
        raise StructureError("An sdf file of version V2000 holds at most 999 atoms and bonds; write the structure as xyz.")
    lines = [structure.name, "  BondGenome Explorer", ""]
    lines.append(f"{len(structure):3d}{len(structure.bonds):3d}  0  0  0  0  0  0  0  0999 V2000")
    for symbol, (x, y, z) in zip(structure.symbols, structure.positions, strict=True):
        lines.append(f"{x:10.4f}{y:10.4f}{z:10.4f} {symbol:<3s} 0  0  0  0  0  0  0  0  0  0  0  0")
    # bond order 1: the list says which atoms are bonded, not how strongly
    lines += [f"{b.i + 1:3d}{b.j + 1:3d}  1  0" for b in structure.bonds]
    return "\n".join([*lines, "M  END", "$$$$", ""])
