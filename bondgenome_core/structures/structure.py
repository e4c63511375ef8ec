"""A validated, immutable set of atoms with charge, multiplicity and bonds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import StructureError

if TYPE_CHECKING:  # ase is imported when first needed
    from ase import Atoms

MAX_ATOMS = 1000
"""Largest structure the tool accepts (a stated limit, see README)."""
MIN_DISTANCE = 0.5
"""Angstrom; two atoms closer than this are an error in the input (H2 has 0.74)."""

LARGEST_COORDINATE = 1e4
"""Angstrom from the origin."""
SMALLEST_CELL = 0.5
"""Angstrom; the mean edge of a cell below which there is no room for an atom."""


class Bond(NamedTuple):
    """A bond between atoms ``i`` and ``j``; ``shift`` counts lattice vectors added to atom ``j``."""

    i: int
    j: int
    shift: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, eq=False)
class Structure:
    """Atoms in Angstrom with charge, multiplicity and bonds.

    numbers: (n_atoms,) atomic numbers.  positions: (n_atoms, 3) Angstrom.
    cell: (3, 3) lattice vectors in rows, Angstrom; zeros where not periodic.  pbc: (3,) bool.
    Raises StructureError for no atoms, NaN, unknown elements, overlapping atoms, too many atoms
    or a multiplicity that the number of electrons does not allow.
    """

    numbers: np.ndarray
    positions: np.ndarray
    cell: np.ndarray = field(default_factory=lambda: np.zeros((3, 3)))
    pbc: tuple[bool, bool, bool] = (False, False, False)
    charge: int = 0
    multiplicity: int = 1
    bonds: tuple[Bond, ...] = ()
    name: str = "structure"
    source: str = ""

    def __post_init__(self) -> None:
        freeze = {
            "numbers": np.array(self.numbers, dtype=np.int64).reshape(-1),
            "positions": np.array(self.positions, dtype=np.float64).reshape(-1, 3),
            "cell": np.array(self.cell, dtype=np.float64).reshape(3, 3),
        }
        for key, value in freeze.items():
            value.setflags(write=False)
            object.__setattr__(self, key, value)
        object.__setattr__(self, "pbc", tuple(bool(p) for p in self.pbc))
        object.__setattr__(self, "bonds", tuple(_plain_bond(b) for b in self.bonds))
        _validate(self)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def symbols(self) -> list[str]:
        from ase.data import chemical_symbols

        return [chemical_symbols[z] for z in self.numbers]

    @property
    def formula(self) -> str:
        """Hill formula with the charge, for example ``Au25H18S18 (-1)``."""
        counts = Counter(self.symbols)
        # in Hill's system hydrogen stands second only where there is carbon
        leading = [e for e in ("C", "H") if e in counts] if "C" in counts else []
        order = leading + sorted(set(counts) - set(leading))
        text = "".join(f"{e}{counts[e] if counts[e] > 1 else ''}" for e in order)
        return f"{text} ({self.charge:+d})" if self.charge else text

    def atoms(self) -> Atoms:
        """The same atoms as an ASE object (a copy)."""
        from ase import Atoms

        return Atoms(self.numbers, self.positions, cell=self.cell, pbc=self.pbc)

    def with_(self, **changes: object) -> Structure:
        """A copy with some fields replaced (validated again)."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def end_points(self, bond: Bond) -> tuple[np.ndarray, np.ndarray]:
        """Positions of both atoms of a bond in Angstrom, the second in the image the bond names."""
        return self.positions[bond.i], self.positions[bond.j] + np.array(bond.shift) @ self.cell

    def length(self, bond: Bond) -> float:
        """Bond length in Angstrom."""
        a, b = self.end_points(bond)
        return float(np.linalg.norm(b - a))

    def kind(self, bond: Bond) -> str:
        """Element pair of a bond, the lighter element first: ``S-Au``, ``Au-Au``."""
        from ase.data import chemical_symbols

        pair = sorted((int(self.numbers[bond.i]), int(self.numbers[bond.j])))
        return "-".join(chemical_symbols[z] for z in pair)

    @property
    def bond_lengths(self) -> np.ndarray:
        """(n_bonds,) Angstrom."""
        return np.array([self.length(b) for b in self.bonds])

    def find_bond(self, i: int, j: int) -> Bond:
        """The listed bond between two atoms (either order), the shortest if there are several.

        Raises StructureError where the pair is not bonded.
        """
        hits = [b for b in self.bonds if {b.i, b.j} == {i, j}]
        if not hits:
            raise StructureError(f"Atoms {i} and {j} are not bonded in {self.name}; pick a listed bond or raise the cut-off.")
        return min(hits, key=self.length)


def _plain_bond(bond: Bond) -> Bond:
    i, j, (a, b, c) = bond
    return Bond(int(i), int(j), (int(a), int(b), int(c)))


def electron_count(numbers: np.ndarray, charge: int) -> int:
    """All electrons of the atoms less the charge."""
    return int(np.sum(numbers)) - charge


def lowest_multiplicity(numbers: np.ndarray, charge: int) -> int:
    """1 for an even, 2 for an odd number of electrons."""
    return 1 + electron_count(numbers, charge) % 2


def _validate(s: Structure) -> None:
    n = len(s.numbers)
    if n == 0:
        raise StructureError("The structure has no atoms; check that the file is complete.")
    if n > MAX_ATOMS:
        raise StructureError(f"The structure has {n} atoms, more than the limit of {MAX_ATOMS}; cut out the part of interest.")
    if len(s.positions) != n:
        raise StructureError(f"The structure has {n} elements but {len(s.positions)} positions.")
    if not (np.isfinite(s.positions).all() and np.isfinite(s.cell).all()):
        raise StructureError("The structure has positions or a cell that are not numbers (NaN or infinite); correct the file.")
    if max(np.abs(s.positions).max(), np.abs(s.cell).max()) > LARGEST_COORDINATE:
        raise StructureError(f"Coordinates reach beyond {LARGEST_COORDINATE:g} Angstrom; check the units and the file.")
    if (s.numbers < 1).any() or (s.numbers > 118).any():
        raise StructureError("The structure has an atom of unknown element; use symbols from H to Og.")
    _refuse_overlaps(s)
    electrons = electron_count(s.numbers, s.charge)
    if electrons < 1:
        raise StructureError(f"Charge {s.charge:+d} leaves no electrons; lower the charge.")
    if s.multiplicity < 1 or s.multiplicity > electrons + 1 or (electrons - s.multiplicity) % 2 == 0:
        parity = "odd" if electrons % 2 == 0 else "even"
        raise StructureError(
            f"Multiplicity {s.multiplicity} is impossible with {electrons} electrons (charge {s.charge:+d}); "
            f"choose an {parity} multiplicity or another charge."
        )
    for b in s.bonds:
        if not (0 <= b.i < n and 0 <= b.j < n) or (b.i == b.j and b.shift == (0, 0, 0)):
            raise StructureError(f"Bond {b.i}-{b.j} names atoms that do not exist (there are {n}, counted from 0).")


def _refuse_overlaps(s: Structure) -> None:
    pairs = _overlaps_across_images(s) if any(s.pbc) else _overlaps(s)
    if pairs:
        i, j, d = min(pairs)
        raise StructureError(
            f"Atoms {i} and {j} lie {d:.2f} Angstrom apart, closer than any bond; remove the duplicate or check the units."
        )


def _overlaps(s: Structure) -> list[tuple[int, int, float]]:
    from scipy.spatial import cKDTree

    pairs = cKDTree(s.positions).query_pairs(MIN_DISTANCE)
    return [(i, j, float(np.linalg.norm(s.positions[i] - s.positions[j]))) for i, j in pairs]


def _overlaps_across_images(s: Structure) -> list[tuple[int, int, float]]:
    from ase.neighborlist import neighbor_list

    vectors = s.cell[list(s.pbc)]
    if abs(np.linalg.det(vectors @ vectors.T)) < SMALLEST_CELL ** (2 * len(vectors)):
        raise StructureError("The cell is too small or flat for a periodic structure; correct the lattice vectors.")
    i, j, d = neighbor_list("ijd", s.atoms(), MIN_DISTANCE)
    return [(int(a), int(b), float(c)) for a, b, c in zip(i, j, d, strict=True)]
