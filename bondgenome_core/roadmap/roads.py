"""Roads between families: which families are neighbours, and through which bonds one leads into the other.

The network joins exemplars: the minimum spanning tree of their distances, so that every family can be
reached, and the strongest similarities beside it.  Along a road one walks through real bonds: the path over nearest
neighbours, and over the narrowest gap between each two families, that minimises the sum of squared distances, which
prefers many small steps to one leap.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, lil_matrix

from .neighbours import FrameSet, Neighbours, bond_distance, distance_matrix, nearest

SUPPORTED = 0.5
"""A road that is there in fewer draws of the bonds is dashed."""


class Road(NamedTuple):
    """A road between families a < b (from 0).

    distance: between the exemplars, in genome space.  in_tree: part of the minimum spanning tree.
    bonds: the walk, from the exemplar of a to that of b.  steps: length of each step, one fewer than bonds.
    support: share of draws of other bonds in which it is there too (``stability``).  gaps: RMSE of ELF between the image half
    way along each step and the nearest real one (``between``).  Both are empty of meaning until they are measured.
    """

    a: int
    b: int
    distance: float
    in_tree: bool
    bonds: tuple[int, ...]
    steps: tuple[float, ...]
    support: float = 0.0
    gaps: tuple[float, ...] = ()

    @property
    def similarity(self) -> float:
        """1 where the exemplars are equal, falling towards 0: 1 / (1 + distance)."""
        return 1 / (1 + self.distance)

    @property
    def widest_step(self) -> float:
        """Where the road is thinnest: few real bonds lie in between."""
        return max(self.steps)


class Step(NamedTuple):
    """One stop of a walk: a bond, its family (from 0), its distance from the stop before (0 at the start), and the RMSE of ELF
    between the image half way from there and the nearest real one."""

    bond: int
    family: int
    distance: float
    gap: float = 0.0


def build_roads(frames: FrameSet, exemplars: np.ndarray, family: np.ndarray, neighbours: Neighbours) -> tuple[Road, ...]:
    """The network between the exemplars of families (n,) from 0; no road where there is one family only."""
    own = frames.subset(exemplars)
    between = distance_matrix(own, own)
    roads = []
    graph = joined(neighbour_graph(neighbours).maximum(crossings(frames, family)), frames)
    for a, b, in_tree in network(between):
        walked = path(graph, int(exemplars[a]), int(exemplars[b]), bond_distance(own.of(a), own.of(b)))
        steps = tuple(bond_distance(frames.of(p), frames.of(q)) for p, q in pairwise(walked))
        roads.append(Road(a, b, float(between[a, b]), in_tree, walked, steps))
    return tuple(roads)


def network(distances: np.ndarray) -> list[tuple[int, int, bool]]:
    """Pairs a < b of the minimum spanning tree of (n, n) distances, then half as many of the next closest pairs."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    # an edge of length 0 would count as absent
    upper = np.triu(np.maximum(distances, 1e-12), 1)
    tree = {(int(min(e)), int(max(e))) for e in np.argwhere(minimum_spanning_tree(upper).toarray() > 0)}
    a, b = np.triu_indices(len(distances), 1)
    by_distance = [(int(a[k]), int(b[k])) for k in np.argsort(distances[a, b], kind="stable")]
    extra = [e for e in by_distance if e not in tree][: len(tree) // 2]
    return [(*e, True) for e in by_distance if e in tree] + [(*e, False) for e in extra]


def neighbour_graph(neighbours: Neighbours) -> csr_matrix:
    """(n, n) squared distances between neighbours; where two name one another, once each way."""
    n, k = neighbours.bonds.shape
    rows, columns = np.repeat(np.arange(n), k), neighbours.bonds.ravel()
    values = np.maximum(neighbours.distances.ravel(), 1e-6) ** 2
    one_way = coo_matrix((values, (rows, columns)), shape=(n, n)).tocsr()
    return one_way.maximum(one_way.T)


def crossings(frames: FrameSet, family: np.ndarray) -> csr_matrix:
    """(n, n) squared distance of the two bonds that lie closest to one another, for every two families.

    Bonds at the rim of a family have their nearest neighbours inside it, so that a graph of nearest neighbours alone
    knows of another family through its outliers at best.
    """
    members = [np.nonzero(family == f)[0] for f in range(family.max() + 1)]
    graph = lil_matrix((len(family), len(family)))
    for first, second in combinations(members, 2):
        few, many = sorted((first, second), key=len)
        gaps = nearest(frames.subset(many), frames.subset(few), 1)
        k = int(gaps.distances[:, 0].argmin())
        a, b = int(few[k]), int(many[gaps.bonds[k, 0]])
        graph[a, b] = graph[b, a] = max(float(gaps.distances[k, 0]), 1e-6) ** 2
    return graph.tocsr()


def joined(graph: csr_matrix, frames: FrameSet) -> csr_matrix:
    """The graph with its separate parts joined, the smallest first, each by its shortest leap to another part."""
    from scipy.sparse.csgraph import connected_components

    while True:
        n_parts, part = connected_components(graph, directed=False)
        if n_parts == 1:
            return graph
        inside = part == np.bincount(part).argmin()
        own, others = np.nonzero(inside)[0], np.nonzero(~inside)[0]
        leaps = nearest(frames.subset(others), frames.subset(own), 1)
        k = int(leaps.distances[:, 0].argmin())
        a, b = int(own[k]), int(others[leaps.bonds[k, 0]])
        leap = max(float(leaps.distances[k, 0]), 1e-6) ** 2
        graph = graph + coo_matrix(([leap, leap], ([a, b], [b, a])), shape=graph.shape).tocsr()


def path(graph: csr_matrix, start: int, end: int, direct: float) -> tuple[int, ...]:
    """Bonds from start to end of a joined graph; the direct leap where its square is the smaller sum."""
    from scipy.sparse.csgraph import dijkstra

    cost, previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    if cost[end] >= direct**2:
        return start, end
    walked = [end]
    while walked[-1] != start:
        walked.append(int(previous[walked[-1]]))
    return tuple(reversed(walked))


def walk(roads: tuple[Road, ...], family: np.ndarray, start: int, end: int) -> tuple[Step, ...]:
    """From the exemplar of one family to that of another by the shortest way over the roads; empty where start is end."""
    from scipy.sparse.csgraph import dijkstra

    if start == end:
        return ()
    by_ends = {(r.a, r.b): r for r in roads}
    n = 1 + max(r.b for r in roads)
    lengths = np.zeros((n, n))
    for a, b in by_ends:
        lengths[a, b] = max(by_ends[a, b].distance, 1e-12)
    previous = dijkstra(csr_matrix(lengths), directed=False, indices=start, return_predecessors=True)[1]
    stops = [end]
    while stops[-1] != start:
        stops.append(int(previous[stops[-1]]))
    steps: list[Step] = []
    for a, b in pairwise(reversed(stops)):
        road = by_ends[min(a, b), max(a, b)]
        turn = slice(None, None, 1 if a < b else -1)
        bonds, distances, gaps = road.bonds[turn], road.steps[turn], (road.gaps or (0.0,) * len(road.steps))[turn]
        if not steps:
            steps.append(Step(bonds[0], int(family[bonds[0]]), 0.0))
        steps += [Step(bond, int(family[bond]), d, gap) for bond, d, gap in zip(bonds[1:], distances, gaps, strict=True)]
    return tuple(steps)
