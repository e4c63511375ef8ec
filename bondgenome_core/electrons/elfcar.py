"""VASP's ELFCAR (https://www.vasp.at/wiki/index.php/ELFCAR): the cell as in POSCAR, then ELF on a grid.

One block of values for a closed shell; with ISPIN = 2 two blocks, spin up then spin down, the first axis
fastest.  VASP's is the ELF of each spin by itself; no block is a total, and none is a difference.
"""

from __future__ import annotations

import hashlib
import io
import re

import numpy as np

from ..errors import ElectronsError
from ..names import safe_name
from ..structures.bonds import with_bonds
from ..structures.structure import MAX_ATOMS, Structure, lowest_multiplicity
from .grids import ElfGrid, RegularGrid, numbers_in
from .text_files import text_of

CLOSED_SHELL, SPIN_POLARISED, NON_COLLINEAR = 1, 2, 4
"""Blocks of values."""
_BLANK = re.compile(r"\n[ \t\r]*\n")


def read_elfcar(data: bytes, filename: str) -> ElfGrid:
    """An ELFCAR as a periodic grid, with spin up and spin down as two channels where there are two.

    Raises ElectronsError, in one sentence, for a file that is damaged, cut off, too large or non-collinear.
    """
    name = safe_name(filename)
    header, _, body = _split(text_of(data, filename))
    structure = _structure(header, name)
    first, _, values_text = body.lstrip("\n").partition("\n")
    counts = first.split()
    if len(counts) != 3 or not all(c.isdigit() for c in counts):
        raise ElectronsError(f"{name} is no ELFCAR or is damaged: the numbers of grid points should follow the atoms.")
    shape = (int(counts[0]), int(counts[1]), int(counts[2]))
    try:
        grid = RegularGrid(np.zeros(3), structure.cell / np.array(shape)[:, None], shape)
    except ElectronsError as error:
        raise ElectronsError(f"{name} cannot be read: {error}") from error
    blocks = _blocks(values_text, shape, name)
    names = ("total",) if len(blocks) == CLOSED_SHELL else ("spin up", "spin down")
    channels = np.stack([b.reshape(shape, order="F") for b in blocks])
    convention = "closed shell" if len(blocks) == CLOSED_SHELL else "each spin by itself (VASP)"
    source = {"source_file": name, "source_format": "ELFCAR", "spin_convention": convention,
              "source_sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    return ElfGrid(grid, channels, structure, "elf", names, True, "vasp-paw", source)


def _split(text: str) -> tuple[str, str, str]:
    """Header, separator and what follows the first blank line after the title."""
    start = text.find("\n") + 1
    blank = _BLANK.search(text, start)
    return (text[: blank.start()], "\n", text[blank.end() :]) if blank else (text, "", "")


def _blocks(text: str, shape: tuple[int, int, int], name: str) -> list[np.ndarray]:
    """The blocks of values; between two blocks the numbers of points are repeated."""
    n = shape[0] * shape[1] * shape[2]
    values = numbers_in(text, n, name)
    blocks = [values[:n]]
    rest = values[n:]
    while len(rest):
        if len(rest) < n + 3 or tuple(rest[:3]) != shape:
            raise ElectronsError(
                f"{name} has {len(values):,} values where one block has {n:,} and two have {2 * n + 3:,}; "
                "it is cut off, or it is a CHGCAR."
            )
        blocks.append(rest[3 : n + 3])
        rest = rest[n + 3 :]
    if len(blocks) not in (CLOSED_SHELL, SPIN_POLARISED):
        raise ElectronsError(
            f"{name} has {len(blocks)} blocks of values; ELF is defined for one (closed shell) or two (spin) only."
        )
    return blocks


def _structure(header: str, name: str) -> Structure:
    from ase.io.vasp import read_vasp

    if header.count("\n") > MAX_ATOMS + 20:
        raise ElectronsError(f"{name} has more than {MAX_ATOMS} atoms, or no blank line before its grid.")
    try:
        atoms = read_vasp(io.StringIO(header + "\n"))
    except Exception as error:  # whatever ASE stumbles over, the cause is the header
        raise ElectronsError(
            f"{name} has no readable POSCAR header ({type(error).__name__}); it needs title, scale, three cell vectors, "
            "elements, counts and positions."
        ) from error
    numbers = np.array(atoms.numbers)
    structure = Structure(
        numbers, atoms.positions, np.array(atoms.cell), (True, True, True), 0, lowest_multiplicity(numbers, 0), name=name,
        source=f"imported from {name}",
    )  # fmt: skip
    return with_bonds(structure)
