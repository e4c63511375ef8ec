"""Au18(SR)14 and Au20(SR)16 from their motifs: a core, staples on it and rings around it.

Both have four free electrons, two for each gold tetrahedron of the core.
Au20(SR)16: two tetrahedra sharing a corner (Au7), a ring Au8S8, one Au3S4 and two AuS2 staples
(Zeng et al., 10.1021/ja507045m).  Au18(SR)14: two tetrahedra in contact (Au8), two Au4S5 and two AuS2
staples, the form predicted by theory (Tlahuice and Garzon, 10.1039/C2CP40469E).
Which staple holds which core atoms is drawn at random; the lowest spring energy of several draws is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..structure import Structure
from .assemble import roomy_sides, thiolate
from .embedding import MotifPlan, contact_graph, embed
from .ligands import thiolate_tag

CORE_EDGE = 2.80
"""Angstrom between neighbours in the core."""
N_DRAWS = 30


def tetrahedron() -> np.ndarray:
    """(4, 3) Angstrom, centred at the origin."""
    corners = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    return CORE_EDGE * corners / np.sqrt(8.0)


def corner_sharing_tetrahedra(rng: np.random.Generator) -> np.ndarray:
    """(7, 3) Angstrom: the shared corner first, then three atoms on either side, twisted at random."""
    t = tetrahedron()
    half = t[1:] - t[0]
    axis = half.mean(axis=0) / np.linalg.norm(half.mean(axis=0))
    angle = rng.uniform(0.0, 2.0 * np.pi / 3.0)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    twist = np.eye(3) + np.sin(angle) * k + (1.0 - np.cos(angle)) * k @ k
    return np.vstack([np.zeros(3), half, -half @ twist.T])


def touching_tetrahedra(rng: np.random.Generator, n_tries: int = 200) -> np.ndarray:
    """(8, 3) Angstrom: two tetrahedra as close as one bond, in the orientation with the most contacts."""
    from scipy.spatial.distance import cdist
    from scipy.spatial.transform import Rotation

    first, best, most = tetrahedron(), np.zeros((0, 3)), -1
    for _ in range(n_tries):
        second = Rotation.random(rng=rng).apply(tetrahedron())
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        distance = next(d for d in np.arange(0.0, 8.0, 0.02) if cdist(first, second + d * way).min() >= CORE_EDGE)
        moved = second + distance * way
        contacts = int((cdist(first, moved) < 1.15 * CORE_EDGE).sum())
        if contacts > most:
            best, most = np.vstack([first, moved]), contacts
    return best


def motif_cluster(
    make_core: Callable[[np.random.Generator], np.ndarray],
    anchors: Sequence[int],
    staples: Sequence[int],
    rings: Sequence[int],
    *,
    name: str,
    source: str,
    ligand: str = "H",
    seed: int,
    n_draws: int = N_DRAWS,
) -> Structure:
    """The best of several random draws of core twist, anchors (one S per anchor atom) and start."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(n_draws):
        order = [int(a) for a in rng.permutation(anchors)]
        held = tuple((n, (order[2 * k], order[2 * k + 1])) for k, n in enumerate(staples))
        plan = MotifPlan(make_core(rng), held, tuple(rings))
        drawn.append((*embed(plan, rng), plan))
    positions, _, plan = min(drawn, key=lambda item: item[1])
    return _with_ligands(plan, positions, name, f"{source}, springs, seed {seed}", ligand)


def _with_ligands(plan: MotifPlan, positions: np.ndarray, name: str, source: str, ligand: str) -> Structure:
    graph = contact_graph(plan)
    gold_index = [k for k, e in enumerate(graph.elements) if e == "Au"]
    sulfur_index = [k for k, e in enumerate(graph.elements) if e == "S"]
    rank = {atom: k for k, atom in enumerate(gold_index)}
    near: dict[int, list[int]] = {s: [] for s in sulfur_index}
    for a, b in graph.contacts:
        s, g = (a, b) if graph.elements[a] == "S" else (b, a)
        near[s].append(rank[g])
    gold, sulfur, contacts = positions[gold_index], positions[sulfur_index], [near[s] for s in sulfur_index]
    sides = roomy_sides(gold, sulfur, contacts, ligand)
    return thiolate(gold, sulfur, sides, ligand=ligand, charge=0, name=name, source=source, contacts=contacts)


def au20_thiolate(ligand: str = "H", *, seed: int = 0, n_draws: int = N_DRAWS) -> Structure:
    """Au20(SR)16."""
    return motif_cluster(
        corner_sharing_tetrahedra,
        anchors=range(1, 7),
        staples=(3, 1, 1),
        rings=(8,),
        name=f"au20_{thiolate_tag(ligand, 16)}",
        source="corner-sharing tetrahedra with a ring and three staples",
        ligand=ligand,
        seed=seed,
        n_draws=n_draws,
    )


def au18_thiolate(ligand: str = "H", *, seed: int = 0, n_draws: int = N_DRAWS) -> Structure:
    """Au18(SR)14."""
    return motif_cluster(
        touching_tetrahedra,
        anchors=range(8),
        staples=(4, 4, 1, 1),
        rings=(),
        name=f"au18_{thiolate_tag(ligand, 14)}",
        source="two touching tetrahedra with four staples",
        ligand=ligand,
        seed=seed,
        n_draws=n_draws,
    )
