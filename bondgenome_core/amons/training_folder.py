"""Amons computed elsewhere: a folder of xyz files and a table of their energies in hartree."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import AmonError, StructureError
from ..units import EV_PER_HARTREE, KCAL_PER_MOL_PER_EV
from .geometry import Amon

COLUMNS = ("file", "energy_hartree")
MOST_FILES = 5000


def read_training_folder(folder: Path) -> tuple[list[Amon], np.ndarray]:
    """Training molecules and their energies (n,) in kcal/mol.

    The folder holds xyz files and one CSV with the columns ``file`` and ``energy_hartree``; files it does not name are left
    out.  Raises AmonError where anything is missing or is no number.
    """
    import pandas as pd

    tables = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if len(tables) != 1:
        raise AmonError(f"{folder.name} needs xyz files and exactly one CSV with the columns {' and '.join(COLUMNS)}.")
    try:
        table = pd.read_csv(tables[0])
        energies = table[COLUMNS[1]].to_numpy(dtype=float)
        names = [str(name) for name in table[COLUMNS[0]]]
    except (ValueError, KeyError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise AmonError(f"{tables[0].name} needs the columns {' and '.join(COLUMNS)} with a number in every row.") from error
    if not np.isfinite(energies).all() or not len(energies):
        raise AmonError(f"{tables[0].name} has no energies, or some that are no numbers.")
    if len(names) > MOST_FILES:
        raise AmonError(f"{tables[0].name} names {len(names)} files, more than the limit of {MOST_FILES}.")
    return [_read(folder, name) for name in names], energies * EV_PER_HARTREE * KCAL_PER_MOL_PER_EV


def _read(folder: Path, name: str) -> Amon:
    from ..structures.read import read_structures

    path = folder / name
    if path.parent.resolve() != folder.resolve() or path.suffix != ".xyz" or not path.is_file():
        raise AmonError(f"The table names {name!r}, which is no xyz file of its folder.")
    try:
        s = read_structures(path)[0]
    except StructureError as error:
        raise AmonError(f"{name}: {error}") from error
    n_heavy = int((s.numbers > 1).sum())
    return Amon(path.stem, n_heavy, s.numbers, s.positions, np.full(len(s), -1), (), np.zeros(len(s), dtype=int))
