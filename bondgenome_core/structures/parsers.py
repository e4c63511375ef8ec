"""One parser per format: text in, structures out, without bonds."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import StructureError
from .structure import MAX_ATOMS, Structure, lowest_multiplicity
from .ulm import read_trajectory

if TYPE_CHECKING:
    from ase import Atoms

MAX_FRAMES = 2000
"""Frames of one file (a stated limit, see README)."""
SMALLEST_CELL = 2.0
"""Angstrom; shorter lattice vectors are placeholders (a CRYST1 line of a molecule says 1 1 1)."""


@contextmanager
def parsing(what: str) -> Iterator[None]:
    """Whatever a library raises on a bad file becomes one sentence; its warnings are not the user's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except StructureError:
        raise
    except Exception as error:  # parsers raise anything from KeyError to RecursionError on bad files
        raise StructureError(f"The {what} file is truncated or malformed; check it in an editor or export it again.") from error


def parse_xyz(text: str, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """Plain and extended xyz, any number of frames; charge and multiplicity from the comment line."""
    from ase.io import read

    lines, extended = _checked_xyz_lines(text)
    with parsing("xyz"):
        frames = read(StringIO("\n".join(lines)), index=":", format="extxyz" if extended else "xyz")
    return [_from_atoms(atoms, name, charge, multiplicity) for atoms in frames]


def _checked_xyz_lines(text: str) -> tuple[list[str], bool]:
    """Lines with plain element symbols, and whether the file is extended xyz.

    Raises StructureError with a precise sentence for truncated or huge files and unknown elements.
    """
    lines, at, n_frames, extended = text.splitlines(), 0, 0, False
    while at < len(lines) and lines[at].strip():
        if not re.fullmatch(r"\s*\d+\s*", lines[at]):
            raise StructureError(f"Line {at + 1} of the xyz file should be a number of atoms; the file is malformed.")
        n = int(lines[at])
        n_frames += 1
        _check_size(n, n_frames)
        rows = lines[at + 2 : at + 2 + n]
        if len(rows) < n or (n and not rows[-1].strip()):
            raise StructureError(f"Frame {n_frames} of the xyz file announces {n} atoms but has {len(rows)}; it is truncated.")
        if n_frames == 1:
            extended = re.search(r"(properties|lattice|charge|pbc)\s*=", lines[at + 1], re.I) is not None
        if not re.search(r"properties\s*=", lines[at + 1], re.I):
            lines[at + 2 : at + 2 + n] = _with_symbols(rows)
        at += 2 + n
    return lines, extended


def _with_symbols(rows: list[str]) -> list[str]:
    """Rows whose first column is a capitalised symbol, also where the file has atomic numbers there."""
    from ase.data import chemical_symbols

    columns = [row.split(maxsplit=1) for row in rows]
    _check_symbols([c[0] if c else "" for c in columns])
    names = [chemical_symbols[int(c[0])] if c[0].isdigit() else c[0].capitalize() for c in columns]
    return [f"{name} {' '.join(c[1:])}" for name, c in zip(names, columns, strict=True)]


def _check_size(n_atoms: int, n_frames: int) -> None:
    if n_atoms > MAX_ATOMS:
        raise StructureError(
            f"The structure has {n_atoms} atoms, more than the limit of {MAX_ATOMS}; cut out the part of interest."
        )
    if n_atoms < 1:
        raise StructureError("The structure has no atoms; check that the file is complete.")
    if n_frames > MAX_FRAMES:
        raise StructureError(f"The file has more than {MAX_FRAMES} frames; thin it out.")


def _check_symbols(symbols: list[str]) -> None:
    from ase.data import atomic_numbers

    for symbol in dict.fromkeys(symbols):
        known = symbol.capitalize() in atomic_numbers or (symbol.isdigit() and 1 <= int(symbol) <= 118)
        if not known or symbol.capitalize() == "X":
            raise StructureError(f"The element {symbol[:20]!r} is unknown; use symbols from H to Og.")


def parse_cif(text: str, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """Crystals, all symmetry images; refuses sites with partial occupancy."""
    from ase.io import read

    with parsing("cif"):
        frames = read(StringIO(text), index=":", format="cif")
        occupied = [float(v) for atoms in frames for site in atoms.info.get("occupancy", {}).values() for v in site.values()]
    if any(v < 0.999 for v in occupied):
        raise StructureError("The cif file has partly occupied sites; choose one ordered arrangement and export that.")
    return [_from_atoms(atoms, name, charge, multiplicity) for atoms in frames]


def parse_poscar(text: str, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """VASP POSCAR or CONTCAR, with element symbols on line 6 (VASP 5)."""
    from ase.io import read

    lines = text.splitlines()
    symbols = lines[5].split() if len(lines) > 5 else []
    if symbols and all(s.isdigit() for s in symbols):
        raise StructureError("The POSCAR file names no elements (VASP 4 form); add a line of symbols above the counts.")
    _check_symbols([s.split("_")[0].split("/")[0] for s in symbols])
    with parsing("POSCAR"):
        atoms = read(StringIO(text), index=0, format="vasp")
    return [_from_atoms(atoms, name, charge, multiplicity)]  # type: ignore[arg-type]


def parse_pdb(text: str, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """Protein data bank files, one structure per MODEL."""
    from ase.io import read

    n_atoms = len(re.findall(r"^(?:ATOM  |HETATM)", text, re.M))
    n_models = max(1, len(re.findall(r"^MODEL", text, re.M)))
    _check_size(-(-n_atoms // n_models), n_models)
    with parsing("pdb"):
        frames = read(StringIO(text), index=":", format="proteindatabank")
    return [_from_atoms(atoms, name, charge, multiplicity) for atoms in frames]


def parse_sdf(text: str, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """MDL mol and sdf (V2000 and V3000), one structure per record, the formal charges summed."""
    from rdkit import Chem, rdBase

    with parsing("sdf"), rdBase.BlockLogs():
        records = list(Chem.ForwardSDMolSupplier(_as_stream(text), sanitize=False, removeHs=False))
    if not records or any(record is None for record in records):
        raise StructureError("The sdf file is truncated or malformed; check it in an editor or export it again.")
    out = []
    for record in records:
        _check_size(record.GetNumAtoms(), len(records))
        numbers = np.array([atom.GetAtomicNum() for atom in record.GetAtoms()])
        formal = sum(atom.GetFormalCharge() for atom in record.GetAtoms())
        if not record.GetNumConformers() or (
            len(numbers) > 1 and np.ptp(record.GetConformer().GetPositions(), axis=0).max() < 0.1
        ):
            raise StructureError("The sdf file has no coordinates; export it with three-dimensional coordinates or give SMILES.")
        positions = record.GetConformer().GetPositions()
        out.append(_structure(numbers, positions, name, formal if charge is None else charge, multiplicity))
    return out


def _as_stream(text: str) -> Any:
    from io import BytesIO

    return BytesIO(text.encode())


def parse_traj(content: bytes, name: str, charge: int | None = None, multiplicity: int | None = None) -> list[Structure]:
    """ASE trajectories."""
    frames = read_trajectory(content, MAX_FRAMES)
    return [_structure(f.numbers, f.positions, name, charge or 0, multiplicity, f.cell, f.pbc) for f in frames]


def _from_atoms(atoms: Atoms, name: str, charge: int | None, multiplicity: int | None) -> Structure:
    info = atoms.info
    own_charge, stated = _whole(info.get("charge", 0), "charge"), info.get("multiplicity")
    charge = own_charge if charge is None else charge
    if multiplicity is None and stated is not None and charge == own_charge:
        multiplicity = _whole(stated, "multiplicity")  # the file's is for the file's charge
    cell, pbc = atoms.cell.array, atoms.pbc
    if pbc.any() and np.linalg.norm(cell, axis=1)[pbc].min() < SMALLEST_CELL:
        cell, pbc = np.zeros((3, 3)), np.zeros(3, dtype=bool)
    source = str(info.get("source", ""))
    return _structure(atoms.numbers, atoms.positions, name, charge, multiplicity, cell, pbc, source)


def _structure(
    numbers: np.ndarray,
    positions: np.ndarray,
    name: str,
    charge: int,
    multiplicity: int | None,
    cell: np.ndarray | None = None,
    pbc: np.ndarray | None = None,
    source: str = "",
) -> Structure:
    spin = lowest_multiplicity(numbers, charge) if multiplicity is None else multiplicity
    cell = np.zeros((3, 3)) if cell is None else cell
    periodic = (False, False, False) if pbc is None else (bool(pbc[0]), bool(pbc[1]), bool(pbc[2]))
    return Structure(numbers, positions, cell=cell, pbc=periodic, charge=charge, multiplicity=spin, name=name, source=source)


def _whole(value: object, what: str) -> int:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise StructureError(
            f"The {what} in the file, {str(value)[:40]!r}, is not a number; correct the comment line."
        ) from error
    if number != round(number):
        raise StructureError(f"The {what} in the file is {number}; it must be a whole number.")
    return round(number)
