"""Core, staples and rings of a gold thiolate, counted on the graph of its S-Au bonds.

A gold atom with two S neighbours is a linker, one with none or one is core.  Taking the core away
leaves chains S-(Au-S)_n, which are staples of n gold atoms where their ends hold on to the core
(n = 0: an S that bridges two core atoms), and closed cycles (Au-S)_n, which are rings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .bonds import find_bonds
from .structure import Structure

GOLD, SULFUR = 79, 16


@dataclass(frozen=True)
class Motifs:
    """Counts that prove a topology.

    n_core: core gold atoms.  staples, rings: number of motifs by their number of gold atoms.
    free_chains: chains bound to no core.  n_irregular: gold and sulfur atoms in any other pattern.
    """

    n_core: int
    staples: dict[int, int] = field(default_factory=dict)
    rings: dict[int, int] = field(default_factory=dict)
    free_chains: dict[int, int] = field(default_factory=dict)
    n_irregular: int = 0

    def __str__(self) -> str:
        parts = [f"core of {self.n_core} Au"] if self.n_core else []
        parts += [_counted(count, _chain(n), "staple" if n else "bridge") for n, count in sorted(self.staples.items())]
        parts += [_counted(count, f"Au{n}S{n}", "ring") for n, count in sorted(self.rings.items())]
        parts += [_counted(count, f"free {_chain(n)}", "chain") for n, count in sorted(self.free_chains.items())]
        parts += [f"{self.n_irregular} Au and S atoms in no such motif"] if self.n_irregular else []
        return ", ".join(parts) if parts else "no gold"


def _counted(count: int, what: str, noun: str) -> str:
    return f"{count} {what} {noun}{'s' if count > 1 else ''}"


def _chain(n_gold: int) -> str:
    return "S" if n_gold == 0 else f"Au{n_gold if n_gold > 1 else ''}S{n_gold + 1}"


def sulfur_gold_graph(structure: Structure, cutoff: float | None = None) -> dict[int, set[int]]:
    """Neighbours over S-Au bonds of every Au and S atom; ``cutoff`` in Angstrom (default: literature)."""
    graph: dict[int, set[int]] = {k: set() for k, z in enumerate(structure.numbers) if z in (GOLD, SULFUR)}
    for bond in find_bonds(structure, None if cutoff is None else {"S-Au": cutoff}):
        if structure.kind(bond) == "S-Au":
            graph[bond.i].add(bond.j)
            graph[bond.j].add(bond.i)
    return graph


def core_gold(structure: Structure, cutoff: float | None = None) -> frozenset[int]:
    """Indices of gold atoms with no or one S neighbour."""
    graph = sulfur_gold_graph(structure, cutoff)
    return frozenset(k for k, near in graph.items() if structure.numbers[k] == GOLD and len(near) < 2)


def count_motifs(structure: Structure, cutoff: float | None = None) -> Motifs:
    """Core, staple and ring counts of a structure; ``cutoff``: S-Au in Angstrom."""
    graph = sulfur_gold_graph(structure, cutoff)
    core = core_gold(structure, cutoff)
    staples: Counter[int] = Counter()
    rings: Counter[int] = Counter()
    chains: Counter[int] = Counter()
    irregular = 0
    for piece in pieces_outside(graph, core):
        n_gold = sum(int(structure.numbers[k] == GOLD) for k in piece)
        held = [len(graph[k] & core) for k in piece if structure.numbers[k] == SULFUR]
        inside = [len(graph[k] - core) for k in piece]
        is_chain = len(piece) == 2 * n_gold + 1 and sum(inside) == 4 * n_gold and max(inside) <= 2
        if len(piece) == 2 * n_gold and set(inside) == {2}:
            rings[n_gold] += 1
        elif is_chain and sum(held) == 2 and _each_sulfur_bridges(piece, graph):
            staples[n_gold] += 1
        elif is_chain and n_gold and not sum(held):
            chains[n_gold] += 1
        else:
            irregular += len(piece)
    return Motifs(len(core), dict(staples), dict(rings), dict(chains), irregular)


def _each_sulfur_bridges(piece: set[int], graph: dict[int, set[int]]) -> bool:
    """Every member has exactly two neighbours: the S at the ends hold on to one core atom each."""
    return all(len(graph[k]) == 2 for k in piece)


def pieces_outside(graph: dict[int, set[int]], core: frozenset[int]) -> list[set[int]]:
    """Connected parts of the S-Au graph without the core."""
    waiting, found = set(graph) - core, []
    while waiting:
        piece, front = set(), {min(waiting)}
        while front:
            piece |= front
            front = {n for k in front for n in graph[k]} - piece - core
        waiting -= piece
        found.append(piece)
    return found
