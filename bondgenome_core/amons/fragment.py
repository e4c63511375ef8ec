"""Fragments by graph: enumerated, judged by the rules, saturated with hydrogen, named by canonical SMILES."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..errors import AmonError
from .enumerate import connected_sets
from .heavy_graph import HeavyGraph
from .rules import Rejection, pairings, rejected

if TYPE_CHECKING:
    from rdkit.Chem import Mol

DEFAULT_K, LARGEST_K = 7, 9
MOST_SETS = 100_000
"""Connected sets of a query; beyond, cutting it takes minutes."""


class Fragment(NamedTuple):
    """One place in the query where an amon sits.

    smiles: canonical, without stereochemistry.  atoms: of the heavy graph.  orders: (low, high) -> bond order.
    """

    smiles: str
    atoms: tuple[int, ...]
    orders: tuple[tuple[tuple[int, int], int], ...]


@dataclass
class Fragments:
    """All fragments of a query by size, and why others were rejected."""

    found: list[Fragment] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def smiles(self) -> list[str]:
        """Each amon's SMILES once, small ones first."""
        sizes = {f.smiles: len(f.atoms) for f in self.found}
        return sorted(sizes, key=lambda s: (sizes[s], s))


def fragments_of(graph: HeavyGraph, k: int = DEFAULT_K) -> Fragments:
    """Every fragment of at most k heavy atoms; the whole query is among them only where it has at most k.

    Raises AmonError where there are too many to go through.
    """
    out = Fragments()
    for n, atoms in enumerate(connected_sets(graph.neighbours, k)):
        if n == MOST_SETS:
            raise AmonError(f"The molecule has more than {MOST_SETS:,} connected sets of up to {k} atoms; take smaller amons.")
        reason = rejected(graph, atoms)
        if reason is None:
            made = list(_paired(graph, atoms))
            out.found += made
            reason = None if made else "radical"
        if reason:
            out.rejected.append(Rejection(atoms, reason))
    return out


def _paired(graph: HeavyGraph, atoms: tuple[int, ...]) -> Iterator[Fragment]:
    from rdkit import Chem

    seen = set()
    for orders in pairings(graph, atoms):
        smiles = Chem.MolToSmiles(fragment_molecule(graph, atoms, orders))
        if smiles not in seen:
            seen.add(smiles)
            yield Fragment(smiles, atoms, tuple(sorted(orders.items())))


def hydrogens_of(graph: HeavyGraph, atoms: tuple[int, ...]) -> list[int]:
    """Hydrogens on each atom of a fragment: its own, and one for each neighbour cut away."""
    inside = frozenset(atoms)
    return [graph.hydrogens[a] + len(graph.neighbours[a] - inside) for a in atoms]


def fragment_molecule(graph: HeavyGraph, atoms: tuple[int, ...], orders: dict[tuple[int, int], int]) -> Mol:
    """The fragment as an RDKit molecule with implicit hydrogens, its atoms in the order of ``atoms``."""
    from rdkit import Chem

    bond_types = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
    molecule, place = Chem.RWMol(), {a: n for n, a in enumerate(atoms)}
    for a, n_hydrogen in zip(atoms, hydrogens_of(graph, atoms), strict=True):
        atom = Chem.Atom(graph.numbers[a])
        atom.SetFormalCharge(graph.charges[a])
        atom.SetNumExplicitHs(n_hydrogen)
        atom.SetNoImplicit(True)
        molecule.AddAtom(atom)
    for (a, b), order in orders.items():
        molecule.AddBond(place[a], place[b], bond_types[order])
    Chem.SanitizeMol(molecule)
    return molecule.GetMol()
