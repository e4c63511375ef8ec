"""Reference energies of amons behind one interface, computed in parallel and kept in an embedded store.

A store is a database of ASE (SQLite): ``ase db amons.db`` lists it.  An entry is found again by its level, canonical SMILES and
a hash of its shape, which does not depend on place, orientation or the order of the atoms.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..device import one_thread
from ..errors import AmonError, ElectronsError, StructureError
from ..structures.relax import METHODS, energy_and_forces
from ..structures.structure import Structure
from ..units import KCAL_PER_MOL_PER_EV
from .conformers import crowding
from .geometry import Amon

KEPT_EVERY = 5.0
"""Seconds between two times that finished energies are kept."""
SHAPE_DIGITS = 4
"""Decimals of the row sums of 1/r (1/Angstrom) that make the hash of a shape."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reference:
    """A level of theory.  key: short name; title: what pages say; energy: structure -> kcal/mol; seconds: rough cost of an amon
    of n electrons on one core; is_slow: whether a user is asked before amons are computed."""

    key: str
    title: str
    energy: Callable[[Structure], float]
    seconds: Callable[[int], float]
    is_slow: bool = False


def _xtb(method: str) -> Reference:
    def energy(structure: Structure) -> float:
        return energy_and_forces(structure, method=method)[0] * KCAL_PER_MOL_PER_EV

    return Reference(method.removesuffix("-xTB").lower(), method, energy, lambda n: 0.002 + 4e-8 * n**3)


def _b3lyp() -> Reference:
    def energy(structure: Structure) -> float:
        from ..electrons.request import MOLECULE_REQUEST
        from ..electrons.scf import run_scf
        from ..units import EV_PER_HARTREE

        found = run_scf(structure, MOLECULE_REQUEST.with_(functional="b3lyp5", basis="cc-pvdz"))
        if not found.converged:
            raise AmonError(f"The SCF of {structure.name} did not converge at B3LYP/cc-pVDZ.")
        return float(found.convergence["energy_hartree"]) * EV_PER_HARTREE * KCAL_PER_MOL_PER_EV

    return Reference("b3lyp", "B3LYP (VWN5)/cc-pVDZ", energy, lambda n: 1 + 1e-3 * n**2.5, is_slow=True)


REFERENCES = {r.key: r for r in (*map(_xtb, METHODS), _b3lyp())}
DEFAULT_REFERENCE = "gfn2"


def find_reference(key: str) -> Reference:
    """One by its key; raises AmonError with the keys there are."""
    if key not in REFERENCES:
        raise AmonError(f"There is no reference level called {key!r}; there are {', '.join(REFERENCES)}.")
    return REFERENCES[key]


MULTIPLICITY = {1: 2, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2, 14: 3, 15: 4, 16: 3, 17: 2, 35: 2, 53: 2}
"""Of free atoms in their ground states."""


@cache
def free_atom(key: str, number: int) -> float:
    """kcal/mol of a free atom at a reference level; raises AmonError for elements that amons do not know."""
    if number not in MULTIPLICITY:
        raise AmonError(f"There is no free atom of element {number} to compare with.")
    atom = Structure(np.array([number]), np.zeros((1, 3)), multiplicity=MULTIPLICITY[number], name="atom")
    return find_reference(key).energy(atom)


def structure_of(amon: Amon) -> Structure:
    """The amon as a structure named by its SMILES."""
    return Structure(amon.numbers, amon.positions, name=amon.smiles)


def shape_hash(numbers: np.ndarray, positions: np.ndarray) -> str:
    """Hash of the elements with their sorted sums of 1/r: the same for mirror images."""
    rows = sorted((int(z), round(float(s), SHAPE_DIGITS)) for z, s in zip(numbers, crowding(positions), strict=True))
    # a leading letter: the store would take 3849e67 for a number
    return "h" + hashlib.sha256(repr(rows).encode()).hexdigest()[:24]


class Store:
    """Energies in kcal/mol; path: of the database, or None to keep them in memory only."""

    def __init__(self, path: Path | None = None):
        self._memory: dict[tuple[str, str, str], float] = {}
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._read()

    def _read(self) -> None:
        from sqlite3 import DatabaseError

        assert self._path is not None
        if not self._path.is_file():
            return
        try:
            for row in self._database().select():
                self._memory[row.level, row.data["smiles"], row.shape_hash] = float(row.kcal_per_mol)
        except (DatabaseError, AttributeError, KeyError, ValueError) as error:
            raise AmonError(f"{self._path.name} is no store of amon energies; move it away, and it is made anew.") from error

    def _database(self) -> Any:
        from ase.db import connect

        return connect(str(self._path), type="db")

    def get(self, reference: Reference, amon: Amon) -> float | None:
        """Energy in kcal/mol, where it is known."""
        return self._memory.get(_key(reference, amon))

    def put(self, reference: Reference, found: Sequence[tuple[Amon, float]]) -> None:
        """Keep energies, all or none of them."""
        from ase import Atoms

        for amon, energy in found:
            self._memory[_key(reference, amon)] = energy
        if self._path is None or not found:
            return
        with self._database() as database:
            for amon, energy in found:
                level, _, shape = _key(reference, amon)
                atoms = Atoms(numbers=amon.numbers, positions=amon.positions)
                # a SMILES such as 'C' or 'O' would be taken for a number or a formula as a plain value
                database.write(atoms, level=level, shape_hash=shape, kcal_per_mol=energy, data={"smiles": amon.smiles})


def _key(reference: Reference, amon: Amon) -> tuple[str, str, str]:
    return reference.key, amon.smiles, shape_hash(amon.numbers, amon.positions)


def reference_energies(amons: Sequence[Amon], reference: Reference, store: Store, *, threads: int = 2,
                       order: Sequence[int] | None = None, progress: Progress | None = None) -> np.ndarray:  # fmt: skip
    """(n,) kcal/mol; those not in the store are computed, each on one thread, and kept.  NaN where a calculation fails.

    order: in which missing ones are computed, so that what a cancelled run has finished is what counts most.
    progress: called with (done, to be done); raise in it to cancel: what is finished is kept.
    """
    known = [store.get(reference, a) for a in amons]
    missing = [k for k in (range(len(amons)) if order is None else order) if known[k] is None]
    fresh: list[tuple[Amon, float]] = []
    kept_at = time.monotonic()

    def compute(k: int) -> tuple[int, float]:
        try:
            return k, reference.energy(structure_of(amons[k]))
        except (StructureError, ElectronsError, AmonError):
            return k, float("nan")

    if missing:
        try:
            with one_thread(), ThreadPoolExecutor(threads) as pool:
                waiting = [pool.submit(compute, k) for k in missing]
                try:
                    for n, done in enumerate(as_completed(waiting), 1):
                        k, energy = done.result()
                        known[k] = energy
                        if np.isfinite(energy):
                            fresh.append((amons[k], energy))
                        if time.monotonic() - kept_at > KEPT_EVERY:
                            store.put(reference, fresh)
                            fresh, kept_at = [], time.monotonic()
                        if progress:
                            progress(n, len(missing))
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
        finally:
            store.put(reference, fresh)
    return np.array(known, dtype=float)
