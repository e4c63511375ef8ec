"""Families are the groups there are; roads reach every family through real bonds."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components

from bondgenome_core.roadmap import families
from bondgenome_core.roadmap.families import describe_families, partition
from bondgenome_core.roadmap.neighbours import FrameSet, bond_distance, distance_matrix, nearest
from bondgenome_core.roadmap.roads import build_roads, joined, neighbour_graph, network, walk
from tests.roadmap.conftest import blob_genomes

SIX = np.zeros((6, 8))
SIX[:, 0] = np.arange(6) * 15
SIX[::2, 1] = 9


@pytest.fixture(scope="module")
def grouped():
    """Six groups of 20 bonds, well apart."""
    genomes = blob_genomes(centres=SIX, per_group=20)
    return FrameSet(genomes, np.arange(len(genomes)))


@pytest.fixture(scope="module")
def parts(grouped):
    return partition(grouped, seed=0)


def pairs_together(labels):
    return labels[:, None] == labels[None]


@pytest.mark.unit
def test_well_separated_groups_are_the_families(parts):
    np.testing.assert_array_equal(pairs_together(parts.family), pairs_together(np.repeat(np.arange(6), 20)))
    assert parts.silhouette > 0.6


@pytest.mark.unit
def test_a_sample_of_many_bonds_finds_the_same_families(grouped, parts, monkeypatch):
    monkeypatch.setattr(families, "MOST_CLUSTERED", 60)
    np.testing.assert_array_equal(pairs_together(partition(grouped, seed=0).family), pairs_together(parts.family))


@pytest.mark.unit
def test_exemplar_is_the_member_nearest_to_all_others(grouped, parts):
    for label, exemplar in enumerate(parts.exemplars):
        members = np.nonzero(parts.family == label)[0]
        own = grouped.subset(members)
        assert members[distance_matrix(own, own).mean(1).argmin()] == exemplar


@pytest.mark.unit
def test_families_are_numbered_by_kind_and_length_and_named_by_their_contents(parts):
    group = np.repeat(np.arange(6), 20)
    bonds = pd.DataFrame({"kind": np.where(group < 3, "S-Au", "Au-Au"), "length": 3.0 - 0.1 * group,
                          "species": np.where(np.arange(120) % 20 < 15, "Au4S4", "Au6S6")})  # fmt: skip
    family, described = describe_families(parts, bonds)
    assert [f.label for f in described[:1]] == ["F1: Au-Au 2.50 Å, Au4S4"]
    assert [next(iter(f.kinds)) for f in described] == ["Au-Au"] * 3 + ["S-Au"] * 3
    assert [f.mean_length for f in described] == pytest.approx([2.5, 2.6, 2.7, 2.8, 2.9, 3.0])
    assert all(family[f.exemplar] == k and f.size == 20 for k, f in enumerate(described))


def assert_spans_every_family_at_least_cost(edges, distances):
    """A tree over all, each edge of which is the shortest across the cut it bridges."""
    n = len(distances)
    assert len(edges) == n - 1
    for left_out in edges:
        graph = np.zeros((n, n))
        for a, b in edges:
            graph[a, b] = (a, b) != left_out
        n_parts, part = connected_components(graph, directed=False)
        assert n_parts == 2
        across = distances[part[:, None] != part[None]]
        assert distances[left_out] == across.min()


@pytest.fixture(scope="module")
def between():
    points = np.random.default_rng(5).normal(size=(12, 3)) + np.repeat([0, 6], 6)[:, None]
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


@pytest.mark.law
def test_spanning_tree_connects_all_families_at_least_cost(between):
    assert_spans_every_family_at_least_cost([(a, b) for a, b, tree in network(between) if tree], between)


@pytest.mark.law
def test_the_shortest_pairs_alone_fail_that_law(between):
    a, b = np.triu_indices(12, 1)
    shortest = [(int(a[k]), int(b[k])) for k in np.argsort(between[a, b])[:11]]
    with pytest.raises(AssertionError):
        assert_spans_every_family_at_least_cost(shortest, between)


@pytest.mark.unit
def test_roads_beside_the_tree_are_the_strongest_similarities_left(between):
    roads = network(between)
    tree = {(a, b) for a, b, in_tree in roads if in_tree}
    extra = [between[a, b] for a, b, in_tree in roads if not in_tree]
    rest = sorted(between[a, b] for a, b in zip(*np.triu_indices(12, 1), strict=True) if (a, b) not in tree)
    assert extra == rest[:5]


@pytest.fixture(scope="module")
def built(grouped, parts):
    return build_roads(grouped, parts.exemplars, parts.family, nearest(grouped, grouped, 10, same=True))


@pytest.mark.law
def test_a_road_leads_from_exemplar_to_exemplar_in_steps_no_longer_than_the_leap(grouped, parts, built):
    assert sum(r.in_tree for r in built) == 5
    for road in built:
        assert (road.bonds[0], road.bonds[-1]) == (parts.exemplars[road.a], parts.exemplars[road.b])
        assert road.steps == pytest.approx([bond_distance(grouped.of(p), grouped.of(q)) for p, q in pairwise(road.bonds)])
        assert road.widest_step <= road.distance + 1e-9
        assert sum(s**2 for s in road.steps) <= road.distance**2 + 1e-9


@pytest.mark.unit
def test_islands_are_joined_by_their_shortest_leap(grouped):
    graph = neighbour_graph(nearest(grouped, grouped, 5, same=True))
    assert connected_components(graph, directed=False)[0] == 6
    whole = joined(graph, grouped)
    assert connected_components(whole, directed=False)[0] == 1
    leaps = np.sqrt((whole - graph).tocoo().data)
    group = np.repeat(np.arange(6), 20)
    distances = distance_matrix(grouped, grouped)
    assert leaps.min() == pytest.approx(distances[group[:, None] != group[None]].min())


@pytest.mark.unit
def test_a_road_between_neighbouring_families_crosses_no_gap_narrower_than_there_is(grouped, parts, built):
    for road in built:
        a, b = (grouped.subset(np.nonzero(parts.family == f)[0]) for f in (road.a, road.b))
        if set(parts.family[list(road.bonds)]) == {road.a, road.b}:
            assert road.widest_step >= distance_matrix(a, b).min() - 1e-9
    assert any(len(road.bonds) > 3 for road in built)


@pytest.mark.unit
def test_a_walk_back_passes_the_same_bonds(parts, built):
    there, back = walk(built, parts.family, 0, 3), walk(built, parts.family, 3, 0)
    assert [s.bond for s in there] == [s.bond for s in reversed(back)]
    assert sum(s.distance for s in there) == pytest.approx(sum(s.distance for s in back))
    assert there[0] == (parts.exemplars[0], 0, 0.0, 0.0)
    assert walk(built, parts.family, 2, 2) == ()
