"""Gaussian cube files: read with the header checked first, written with their provenance.

Layout (http://paulbourke.net/dataformats/cube): two comments; atom count, origin and, optionally, values per
point; three lines of count and axis; the atoms (Z, charge, x, y, z); with a negative atom count the list of
orbitals; then the values, the last axis fastest.  Positive counts mean bohr, negative ones Angstrom.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np

from .. import __version__
from ..errors import ElectronsError
from ..names import safe_name
from ..structures.bonds import with_bonds
from ..structures.structure import MAX_ATOMS, Structure, lowest_multiplicity
from ..units import ANGSTROM_PER_BOHR, BOHR_PER_ANGSTROM
from .grids import TOLERANCE, ElfGrid, RegularGrid, numbers_in
from .text_files import text_of

MAX_CHANNELS = 64
MAX_COMMENT = 200
_ELF = re.compile(r"\belf\b|locali[sz]ation", re.IGNORECASE)
_DENSITY = re.compile(r"density|\brho\b", re.IGNORECASE)


def read_cube(data: bytes, filename: str, *, quantity: str | None = None, periodic: bool = False) -> ElfGrid:
    """A cube file as a grid; the header is judged before anything is allocated.

    quantity: 'elf', 'density' or 'orbital'; by default what the comments say, else ELF where all values lie
    between 0 and 1.  periodic: the grid fills a cell.  Raises ElectronsError, in one sentence, for a file that
    is damaged, cut off, too large or not of the quantity.
    """
    name = safe_name(filename)
    lines = _Lines(text_of(data, filename), name)
    comments = f"{lines.next()} {lines.next()}"
    n_atoms, origin, n_values = _first_line(lines)
    grid, unit = _grid(lines, origin)
    if abs(n_atoms) > MAX_ATOMS or not 1 <= n_values <= MAX_CHANNELS:
        raise ElectronsError(
            f"{name} announces {abs(n_atoms)} atoms and {n_values} values per point, more than {MAX_ATOMS} and {MAX_CHANNELS}."
        )
    atoms = np.array([lines.numbers(5)[:5] for _ in range(abs(n_atoms))]).reshape(-1, 5)
    orbitals = _orbital_numbers(lines) if n_atoms < 0 else []
    n_values = len(orbitals) or n_values
    values = numbers_in(lines.rest(), grid.n_points * n_values, name)
    if len(values) != grid.n_points * n_values:
        raise ElectronsError(f"{name} has {len(values):,} values, but its header announces {grid.n_points * n_values:,}.")
    channels = values.reshape(*grid.shape, n_values).transpose(3, 0, 1, 2)
    quantity = quantity or _quantity(comments, bool(orbitals), channels, name)
    channel_names = tuple(f"orbital {n}" for n in orbitals) or tuple(f"value {n + 1}" for n in range(n_values))
    source = {"source_file": name, "source_format": "cube", "source_title": " ".join(comments.split())[:MAX_COMMENT],
              "source_sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    structure = _structure(atoms, grid, unit, periodic, name)
    names = ("total",) if n_values == 1 and not orbitals else channel_names
    return ElfGrid(grid, channels, structure, quantity, names, periodic, "not stated by the cube file", source)


def write_cube(grid: ElfGrid) -> str:
    """The channel shown, as a cube file in bohr; the two comments say what it is and where it came from."""
    p = grid.provenance
    origin = p.get("level") or p.get("source_file") or p.get("label") or "source not stated"
    first = f"{grid.label} of {grid.structure.name} ({grid.structure.formula}), bondgenome {__version__}"
    second = f"{origin}; {p['grid']}; cores: {grid.core_treatment}"
    rows = [_comment(first), _comment(second), _row(len(grid.structure), grid.grid.origin * BOHR_PER_ANGSTROM)]
    rows += [_row(n, step * BOHR_PER_ANGSTROM) for n, step in zip(grid.grid.shape, grid.grid.steps, strict=True)]
    for z, position in zip(grid.structure.numbers, grid.structure.positions, strict=True):
        x = position * BOHR_PER_ANGSTROM
        rows.append(f"{z:5d}{float(z):12.6f}{x[0]:12.6f}{x[1]:12.6f}{x[2]:12.6f}")
    for line in grid.values.reshape(-1, grid.grid.shape[2]):
        rows += ["".join(f"{v:13.5E}" for v in line[k : k + 6]) for k in range(0, len(line), 6)]
    return "\n".join(rows) + "\n"


class _Lines:
    """The header, line by line, without splitting the values that follow."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name, self.at = text, name, 0

    def next(self) -> str:
        if self.at >= len(self.text):
            raise ElectronsError(f"{self.name} ends within its header; it is cut off, copy or write it again.")
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        line, self.at = self.text[self.at : end], end + 1
        return line

    def numbers(self, n: int) -> list[float]:
        """At least n numbers of the next line."""
        line = self.next()
        try:
            found = [float(x) for x in line.split()]
        except ValueError:
            found = []
        if len(found) < n or not np.isfinite(found).all():
            raise ElectronsError(f"{self.name} is no cube file or is damaged: {line.strip()[:60]!r} should hold {n} numbers.")
        return found

    def rest(self) -> str:
        return self.text[self.at :]


def _first_line(lines: _Lines) -> tuple[int, np.ndarray, int]:
    first = lines.numbers(4)
    if first[0] != int(first[0]):
        raise ElectronsError(f"{lines.name} is no cube file: its third line should begin with the number of atoms.")
    return int(first[0]), np.array(first[1:4]), int(first[4]) if len(first) > 4 else 1


def _grid(lines: _Lines, origin: np.ndarray) -> tuple[RegularGrid, float]:
    """The grid in Angstrom and the length of the file's unit in Angstrom."""
    axes = np.array([lines.numbers(4)[:4] for _ in range(3)])
    counts = axes[:, 0]
    if (counts != counts.astype(np.int64)).any() or not ((counts > 0).all() or (counts < 0).all()):
        raise ElectronsError(f"{lines.name} has point counts {counts.tolist()}, which must be whole numbers of one sign.")
    unit = ANGSTROM_PER_BOHR if counts[0] > 0 else 1.0
    shape = tuple(int(abs(n)) for n in counts)
    try:
        return RegularGrid(origin * unit, axes[:, 1:] * unit, (shape[0], shape[1], shape[2])), unit
    except ElectronsError as error:
        raise ElectronsError(f"{lines.name} cannot be read: {error}") from error


def _orbital_numbers(lines: _Lines) -> list[int]:
    found = lines.numbers(1)
    n = int(found[0])
    if not 1 <= n <= MAX_CHANNELS:
        raise ElectronsError(f"{lines.name} announces {n} orbitals; between 1 and {MAX_CHANNELS} can be read.")
    while len(found) < n + 1:
        found += lines.numbers(1)
    return [int(x) for x in found[1 : n + 1]]


def _quantity(comments: str, orbitals: bool, channels: np.ndarray, name: str) -> str:
    if orbitals:
        return "orbital"
    if _ELF.search(comments):
        return "elf"
    if _DENSITY.search(comments):
        return "density"
    if channels.min() >= -TOLERANCE and channels.max() <= 1 + TOLERANCE:
        return "elf"
    raise ElectronsError(
        f"{name} does not say what it holds, and its values run from {channels.min():.3g} to {channels.max():.3g}, so that they "
        "are no ELF; if it is a density, write that word into its first line."
    )


def _structure(atoms: np.ndarray, grid: RegularGrid, unit: float, periodic: bool, name: str) -> Structure:
    if not len(atoms) or (atoms[:, 0] < 1).any():
        raise ElectronsError(f"{name} has no atoms or ghost atoms; write it with the atoms of the molecule.")
    numbers = atoms[:, 0].astype(int)
    cell: Any = grid.steps * np.array(grid.shape)[:, None] if periodic else np.zeros((3, 3))
    structure = Structure(
        numbers, atoms[:, 2:5] * unit, cell, (periodic,) * 3, 0, lowest_multiplicity(numbers, 0),
        name=name.rsplit(".", 1)[0], source=f"imported from {name}",
    )  # fmt: skip
    return with_bonds(structure)


def _row(n: int, xyz: np.ndarray) -> str:
    return f"{n:5d}{xyz[0]:12.6f}{xyz[1]:12.6f}{xyz[2]:12.6f}"


def _comment(text: str) -> str:
    return " ".join(text.split())[:MAX_COMMENT]
