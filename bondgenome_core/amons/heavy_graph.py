"""A molecule as its heavy atoms and their bonds: what fragments are cut from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import AmonError

if TYPE_CHECKING:
    from rdkit.Chem import Mol

STRAINED_SIZE = 4
"""Rings of at most so many atoms are strained (our definition; what bridges do to a fragment shows in its contacts)."""


@dataclass(frozen=True)
class Ring:
    """atoms: of the heavy graph.  conjugated: every bond is; strained: three or four members."""

    atoms: frozenset[int]
    conjugated: bool
    strained: bool


@dataclass(frozen=True)
class HeavyGraph:
    """Heavy atoms of a query, numbered from 0; everything that decides whether a fragment is an amon.

    index: atom of the query each one is.  numbers, charges, hydrogens: per atom.  unsaturation: bonds beyond the first to each
    neighbour, valence minus coordination number.  orders: (low, high) -> 1, 2 or 3 in a Kekule form.
    """

    index: tuple[int, ...]
    numbers: tuple[int, ...]
    charges: tuple[int, ...]
    hydrogens: tuple[int, ...]
    unsaturation: tuple[int, ...]
    orders: dict[tuple[int, int], int]
    rings: tuple[Ring, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def neighbours(self) -> tuple[frozenset[int], ...]:
        near: list[set[int]] = [set() for _ in self.numbers]
        for a, b in self.orders:
            near[a].add(b)
            near[b].add(a)
        return tuple(frozenset(n) for n in near)

    def order(self, a: int, b: int) -> int:
        """Bond order of two bonded atoms."""
        return self.orders[min(a, b), max(a, b)]


def heavy_graph(molecule: Mol) -> HeavyGraph:
    """The heavy graph of an RDKit molecule, hydrogens explicit or not; stereochemistry takes no part.

    Raises AmonError for radicals, and for molecules without heavy atoms or without a Kekule form.
    """
    from rdkit import Chem

    kekule = Chem.Mol(molecule)
    try:
        Chem.Kekulize(kekule, clearAromaticFlags=True)
    except Chem.KekulizeException as error:
        raise AmonError("The molecule has no Kekulé form; check its aromatic rings and hydrogens.") from error
    heavy = [a for a in kekule.GetAtoms() if a.GetAtomicNum() > 1]
    if not heavy:
        raise AmonError("The molecule has no heavy atom; amons are fragments of heavy atoms.")
    if any(a.GetNumRadicalElectrons() for a in heavy):
        raise AmonError("The molecule is a radical; amons are closed-shell fragments of closed-shell molecules.")
    number = {a.GetIdx(): k for k, a in enumerate(heavy)}
    orders = {}
    for bond in kekule.GetBonds():
        ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        if all(e in number for e in ends):
            a, b = sorted(number[e] for e in ends)
            orders[a, b] = int(bond.GetBondTypeAsDouble())
    hydrogens = tuple(a.GetTotalNumHs(includeNeighbors=True) for a in heavy)
    excess = [0] * len(heavy)
    for (a, b), order in orders.items():
        excess[a] += order - 1
        excess[b] += order - 1
    return HeavyGraph(
        index=tuple(a.GetIdx() for a in heavy), numbers=tuple(a.GetAtomicNum() for a in heavy),
        charges=tuple(a.GetFormalCharge() for a in heavy), hydrogens=hydrogens, unsaturation=tuple(excess), orders=orders,
        rings=_rings(molecule, number),
    )  # fmt: skip


def _rings(molecule: Mol, number: dict[int, int]) -> tuple[Ring, ...]:
    from rdkit import Chem

    sets = [frozenset(number[a] for a in ring) for ring in Chem.GetSymmSSSR(molecule)]
    found = []
    for atoms in sets:
        bonds = [b for b in molecule.GetBonds() if {number.get(b.GetBeginAtomIdx()), number.get(b.GetEndAtomIdx())} <= atoms]
        found.append(Ring(atoms, all(b.GetIsConjugated() for b in bonds), len(atoms) <= STRAINED_SIZE))
    return tuple(found)
