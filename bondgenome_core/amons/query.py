"""A molecule whose energy is wanted: from SMILES or from a structure in space, with its amons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..errors import AmonError
from ..structures.smiles import CONFORMER_SEED
from ..structures.structure import Structure
from .conformers import Conformers
from .contacts import molecules_of
from .fragment import DEFAULT_K, LARGEST_K, Fragment, fragments_of
from .geometry import Amon, QueryGeometry, clashes, place
from .heavy_graph import HeavyGraph, heavy_graph
from .relaxed import TURNED, UNKNOWN, relaxed
from .rules import REASONS, Rejection
from .vdw import BEYOND, joined, sub_clusters, touching_amons

if TYPE_CHECKING:
    import pandas as pd
    from rdkit.Chem import Mol

CLASH = "clash"
SPATIAL_REASONS = {
    CLASH: "has atoms too close together", TURNED: "turns into another conformer when relaxed",
    UNKNOWN: "has no MMFF94 parameters",
}  # fmt: skip
MOST_HEAVY = 60
"""Heavy atoms of a query."""
ELEMENTS = frozenset({"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I"})
"""Those whose covalent bonds are perceived and cut; metals are not."""


@dataclass(frozen=True, eq=False)
class Query:
    """structure: with hydrogens.  molecule: the same in RDKit, with a conformer, in the same order.  graph: its heavy atoms."""

    structure: Structure
    molecule: Mol
    graph: HeavyGraph

    @cached_property
    def bonds(self) -> tuple[tuple[int, int], ...]:
        """Bonded atoms, hydrogens included."""
        return tuple((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in self.molecule.GetBonds())

    @cached_property
    def molecules(self) -> list[tuple[int, ...]]:
        """Atoms of each molecule."""
        return molecules_of(len(self.structure), self.bonds)

    @cached_property
    def geometry(self) -> QueryGeometry:
        own: list[list[int]] = [[] for _ in self.graph.index]
        place_of = {atom: k for k, atom in enumerate(self.graph.index)}
        for bond in self.molecule.GetBonds():
            for a, b in ((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()), (bond.GetEndAtomIdx(), bond.GetBeginAtomIdx())):
                if a in place_of and self.structure.numbers[b] == 1:
                    own[place_of[a]].append(b)
        return QueryGeometry(self.structure.numbers, self.structure.positions, tuple(tuple(sorted(h)) for h in own))


@dataclass(frozen=True)
class AmonSet:
    """Amons of a query, small ones first, each conformer for itself; rejected: connected sets with the reason."""

    amons: tuple[Amon, ...]
    rejected: tuple[Rejection, ...]
    k: int

    def up_to(self, n_heavy: int) -> tuple[Amon, ...]:
        """Amons of at most so many heavy atoms."""
        return tuple(a for a in self.amons if a.n_heavy <= n_heavy)


def amons_of(query: Query, k: int = DEFAULT_K, *, relax: bool = False) -> AmonSet:
    """All amons of at most k heavy atoms.

    relax: bring covalent amons to minima of their own; those of several molecules stay as they stand in the query.
    Raises AmonError for a size that is not between 1 and 9, and where a charged group has no neutral fragment.
    """
    if not 1 <= k <= LARGEST_K:
        raise AmonError(f"Amons have 1 to {LARGEST_K} heavy atoms; {k} is outside.")
    graph, geometry, conformers = query.graph, query.geometry, Conformers()
    fragments = fragments_of(graph, k)
    _require_covered_charges(graph, {a for f in fragments.found for a in f.atoms})
    amons, rejected = [], list(fragments.rejected)
    ordered = sorted(fragments.found, key=lambda f: (len(f.atoms), f.smiles, f.atoms))
    for fragment in ordered:
        amon: Amon | str = place(graph, geometry, fragment)
        if relax:
            amon = relaxed(amon)  # type: ignore[arg-type]
        if isinstance(amon, str):
            rejected.append(Rejection(fragment.atoms, amon))
        elif clashes(amon):
            rejected.append(Rejection(fragment.atoms, CLASH))
        elif conformers.keeps(amon):
            amons.append(amon)
    if len(query.molecules) > 1:
        several = [*touching_amons(graph, geometry, query.bonds, ordered, largest=k + BEYOND), *_clusters(query)]
        amons += [a for a in several if not clashes(a) and conformers.keeps(a)]
        amons.sort(key=lambda a: a.n_heavy)
    if not amons:
        allow = " Allow larger ones." if k < min(LARGEST_K, len(graph)) else ""
        raise AmonError(f"The query has no covalent fragment: every part of it breaks a rule (see the rules).{allow}")
    return AmonSet(tuple(amons), tuple(rejected), k)


def _clusters(query: Query) -> Iterator[Amon]:
    """Sub-clusters of molecules with one heavy atom, at most as many as the whole query has less one."""
    graph, geometry = query.graph, query.geometry
    if any(sum(graph.index[a] in m for a in range(len(graph))) != 1 for m in map(set, query.molecules)):
        return
    place_of = {atom: k for k, atom in enumerate(graph.index)}
    single = {m: next(place_of[a] for a in own if a in place_of) for m, own in enumerate(query.molecules)}
    whole = {f.atoms[0]: f.smiles for f in fragments_of(graph, 1).found}
    if not all(a in whole for a in single.values()):
        return
    names = {m: whole[a] for m, a in single.items()}
    s = query.structure
    for members in sub_clusters(s.numbers, s.positions, query.bonds):
        if len(members) < len(query.molecules):
            yield joined([place(graph, geometry, Fragment(names[m], (single[m],), ())) for m in members])


def rejected_table(query: Query, found: AmonSet) -> pd.DataFrame:
    """One row per rejected set, small ones first: n_heavy, reason in words, atoms of the query."""
    import pandas as pd

    rows = [
        (len(r.atoms), reason_in_words(r.reason), " ".join(str(query.graph.index[a]) for a in r.atoms)) for r in found.rejected
    ]
    return pd.DataFrame(sorted(rows), columns=["n_heavy", "reason", "atoms"])


def reason_in_words(reason: str) -> str:
    """What is said of a rejected fragment."""
    return (REASONS | SPATIAL_REASONS)[reason]


def _require_covered_charges(graph: HeavyGraph, covered: set[int]) -> None:
    from ase.data import chemical_symbols

    bare = [chemical_symbols[graph.numbers[a]] for a in range(len(graph)) if graph.charges[a] and a not in covered]
    if bare:
        raise AmonError(
            f"The charge on {', '.join(bare)} is in no neutral fragment; draw the neutral form of the group (an acid as COOH, an "
            "amine as NH2)."
        )


def query_from_smiles(smiles: str, *, seed: int = CONFORMER_SEED) -> Query:
    """A molecule from SMILES with an ETKDG conformer; raises StructureError or AmonError with one sentence."""
    from ..structures.smiles import embedded_molecule, molecule_of

    _require_supported(molecule_of(smiles))
    return _query(embedded_molecule(smiles, seed=seed), name=smiles.strip(), source=f"SMILES {smiles}, ETKDG seed {seed}, MMFF94")


def query_from_structure(structure: Structure) -> Query:
    """A molecule in space; bond orders are perceived from distances and valences (RDKit's DetermineBonds).

    Raises AmonError where that fails, for periodic structures and open shells.
    """
    from rdkit import Chem
    from rdkit.Chem import rdDetermineBonds

    if any(structure.pbc):
        raise AmonError(f"{structure.name} is periodic; amons are made of molecules.")
    if structure.multiplicity != 1:
        raise AmonError(f"{structure.name} has unpaired electrons; amons are closed-shell fragments of closed-shell molecules.")
    unknown = sorted(set(structure.symbols) - ELEMENTS)
    if unknown:
        raise AmonError(f"Amons are made of {', '.join(sorted(ELEMENTS))}; {structure.name} has {', '.join(unknown)}.")
    lines = [f"{s} {x:.8f} {y:.8f} {z:.8f}" for s, (x, y, z) in zip(structure.symbols, structure.positions, strict=True)]
    molecule = Chem.MolFromXYZBlock(f"{len(lines)}\n\n" + "\n".join(lines) + "\n")
    try:
        rdDetermineBonds.DetermineBonds(molecule, charge=structure.charge)
    except ValueError as error:
        raise AmonError(
            f"No bond orders fit {structure.name}; check its hydrogens and charge, or enter the molecule as SMILES."
        ) from error
    return _query(molecule, name=structure.name, source=structure.source)


def query_from_bonds(structure: Structure, orders: dict[tuple[int, int], int]) -> Query:
    """A molecule whose bonds are known.  orders: (low, high) -> order where it is not 1."""
    from rdkit import Chem

    from ..structures.smiles import molecule_of_bonds

    bonds = [(b.i, b.j, orders.get((min(b.i, b.j), max(b.i, b.j)), 1)) for b in structure.bonds]
    molecule = molecule_of_bonds(structure.numbers, structure.positions, bonds)
    Chem.SanitizeMol(molecule)
    return _query(molecule, name=structure.name, source=structure.source)


def _query(molecule: Mol, *, name: str, source: str) -> Query:
    from rdkit import Chem

    graph = _require_supported(molecule)
    numbers = np.array([a.GetAtomicNum() for a in molecule.GetAtoms()])
    positions = np.array(molecule.GetConformer().GetPositions())
    return Query(Structure(numbers, positions, charge=Chem.GetFormalCharge(molecule), name=name, source=source), molecule, graph)


def _require_supported(molecule: Mol) -> HeavyGraph:
    """The heavy graph; raises AmonError for metals, radicals and molecules that are too large."""
    unknown = sorted({a.GetSymbol() for a in molecule.GetAtoms()} - ELEMENTS)
    if unknown:
        raise AmonError(f"Amons are made of {', '.join(sorted(ELEMENTS))}; this molecule has {', '.join(unknown)}.")
    graph = heavy_graph(molecule)
    if len(graph) > MOST_HEAVY:
        raise AmonError(f"The molecule has {len(graph)} heavy atoms, more than the limit of {MOST_HEAVY}.")
    return graph
