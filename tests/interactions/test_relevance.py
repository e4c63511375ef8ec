"""Pooled relevances are sums of single walks, and single walks obey the rule they are defined by."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from bondgenome_core.errors import PotentialError
from bondgenome_core.interactions import couplings, relevance
from bondgenome_core.interactions.gamma import explainable
from bondgenome_core.interactions.relevance import (
    endpoint_relevances,
    one_walk,
    pair_relevances,
    set_relevances,
    shares_by_bodies,
    subset_relevances,
    walk_relevances,
    walks_one_by_one,
)
from bondgenome_core.interactions.studies.checks import without_biases
from bondgenome_core.potentials.build import build_potential
from bondgenome_core.potentials.graph import dense_graph, graph_of
from bondgenome_core.structures.structure import Structure

DOUBLE = torch.float64


@pytest.fixture(scope="module")
def molecule():
    return Structure([6, 8, 1, 1], [[0, 0, 0], [1.2, 0, 0], [-0.55, 0.94, 0], [-0.55, -0.94, 0.1]], name="formaldehyde")


def prediction(model, graph):
    with torch.no_grad():
        return float(model.learned(graph))


@pytest.mark.law
@pytest.mark.parametrize("gamma", [0.0, 0.1, 2.0])
def test_explainable_copy_predicts_the_same(potential, molecule, gamma):
    graph = dense_graph(molecule, DOUBLE)
    assert prediction(explainable(potential, gamma), graph) == pytest.approx(prediction(potential, graph), abs=1e-12)


@pytest.mark.law
@pytest.mark.parametrize("gamma", [0.0, 0.1])
def test_subset_sums_equal_the_walks_inside(potential, molecule, gamma):
    """Relative to the sum of absolute relevances: the aim of the project is 1e-5."""
    model, graph = explainable(potential, gamma), dense_graph(molecule, DOUBLE)
    walks = walks_one_by_one(model, graph)
    for chosen in ((0,), (0, 1), (1, 2, 3), (0, 1, 2, 3)):
        expected = sum(walks[w] for w in product(chosen, repeat=model.n_layers + 1))
        assert abs(subset_relevances(model, graph, torch.tensor([chosen]))[0] - expected) < 1e-10 * walks.abs().sum()


@pytest.mark.law
def test_a_missing_mask_is_caught(potential, molecule):
    """Negative control: an atom too many lets through walks that are not inside the pair."""
    model, graph = explainable(potential), dense_graph(molecule, DOUBLE)
    walks = walks_one_by_one(model, graph)
    expected = sum(walks[w] for w in product((0, 1), repeat=model.n_layers + 1))
    assert abs(subset_relevances(model, graph, torch.tensor([[0, 1, 2]]))[0] - expected) > 1e-3 * walks.abs().sum()


@pytest.mark.law
def test_what_arrives_from_outside_must_be_that_of_the_whole_structure(potential, molecule):
    """Negative control: two atoms cut out of the molecule, which see nothing of the others, have other relevances."""
    model, graph = explainable(potential), dense_graph(molecule, DOUBLE)
    pair = torch.tensor([[0, 1]])
    right = subset_relevances(model, graph, pair)[0]
    alone = relevance.sets_alone(graph, pair)
    cut_out = endpoint_relevances(model, alone).sum()
    assert abs(cut_out - right) > 1e-3 * walk_relevances(model, graph).abs().sum()


@pytest.mark.law
def test_jacobians_give_every_walk(potential, molecule):
    model, graph = explainable(potential), dense_graph(molecule, DOUBLE)
    torch.testing.assert_close(walk_relevances(model, graph), walks_one_by_one(model, graph), rtol=0, atol=1e-12)


@pytest.mark.law
def test_pairs_triples_and_endpoints_are_pooled_walks(potential, molecule):
    model, graph = explainable(potential), dense_graph(molecule, DOUBLE)
    walks = walk_relevances(model, graph)
    pairs, ends = pair_relevances(model, graph), endpoint_relevances(model, graph)
    torch.testing.assert_close(ends, walks.sum(1), rtol=0, atol=1e-12)
    for i, j in ((0, 1), (2, 3)):
        over_both = sum(walks[w] for w in product((i, j), repeat=3) if len(set(w)) == 2)
        assert pairs[i, j] == pytest.approx(float(over_both), abs=1e-12)
        assert pairs[j, i] == pairs[i, j]
    assert pairs[1, 1] == pytest.approx(float(walks[1, 1, 1]), abs=1e-12)
    sets, triples = set_relevances(model, graph, 3)
    for s, value in zip(sets.tolist(), triples.tolist(), strict=True):
        assert value == pytest.approx(float(sum(walks[w] for w in product(s, repeat=3) if len(set(w)) == 3)), abs=1e-12)


@pytest.mark.law
def test_relevance_of_schnet_sums_to_the_prediction_without_biases(molecule):
    # the shifted softplus does not vanish where its slope does, but the quotient rule conserves any activation
    graph = dense_graph(molecule, DOUBLE)
    model = without_biases(build_potential({"kind": "SchNet", "n_features": 16}, seed=2).double())
    for gamma in (0.0, 0.1):
        total = float(endpoint_relevances(explainable(model, gamma), graph).sum())
        assert total == pytest.approx(prediction(model, graph), rel=1e-10)
    biased = build_potential({"kind": "SchNet", "n_features": 16}, seed=2).double()
    assert float(endpoint_relevances(explainable(biased), graph).sum()) != pytest.approx(prediction(biased, graph), rel=1e-3)


@pytest.mark.law
def test_relevance_of_painn_leaks_by_design_and_only_a_part(molecule):
    """Vectors are held fixed: what flows through them is missing, some of it but not most."""
    graph = dense_graph(molecule, DOUBLE)
    model = without_biases(build_potential({"kind": "PaiNN", "n_features": 16}, seed=2).double())
    walks = walk_relevances(explainable(model), graph)
    leak = abs(float(walks.sum()) - prediction(model, graph)) / float(walks.abs().sum())
    assert 1e-6 < leak < 0.5


@pytest.mark.law
def test_pairs_beyond_the_cutoff_have_no_direct_relevance_but_are_coupled_end_to_end(potential):
    chain = Structure([6] * 4, [[1.5 * k, 0.1 * (k % 2), 0] for k in range(4)], name="chain")
    model, graph = explainable(potential), dense_graph(chain, DOUBLE)  # ends are 4.5 A apart, the cut-off is 4 A
    assert pair_relevances(model, graph)[0, 3] == pytest.approx(0.0, abs=1e-12)
    assert abs(endpoint_relevances(model, graph)[0, 3]) > 1e-8


@pytest.mark.law
@pytest.mark.parametrize("readout", ["mean", "max"])
def test_intensive_read_outs_are_explained_too(molecule, readout):
    model = without_biases(build_potential({"kind": "SchNet", "n_features": 16, "readout": readout}, seed=4).double())
    graph, copy = dense_graph(molecule, DOUBLE), explainable(model)
    ends, walks = endpoint_relevances(copy, graph), walk_relevances(copy, graph)
    assert float(ends.sum()) == pytest.approx(prediction(model, graph), rel=1e-9)
    torch.testing.assert_close(walks.sum((1, 2)), ends, rtol=0, atol=1e-12)
    assert walks[1, 0, 2, 3] == pytest.approx(one_walk(copy, graph, (1, 0, 2, 3)), abs=1e-12)


@pytest.mark.unit
def test_shares_by_bodies_count_distinct_atoms():
    walks = torch.zeros(3, 3, 3)
    walks[0, 0, 0], walks[0, 1, 0], walks[2, 2, 1], walks[0, 1, 2] = 1.0, -2.0, 3.0, 4.0
    assert shares_by_bodies(walks) == pytest.approx([0.1, 0.5, 0.4])


@pytest.mark.unit
def test_a_negative_gamma_is_refused(potential):
    with pytest.raises(PotentialError, match="0 or more"):
        explainable(potential, -0.1)


@pytest.mark.law
def test_pairs_beyond_the_cut_off_are_nothing_at_all(potential):
    chain = Structure([6] * 3, [[0.0, 0, 0], [3.0, 0, 0], [6.0, 0, 0]], name="chain")  # the cut-off is 4 A
    pairs = pair_relevances(explainable(potential.float()), dense_graph(chain, torch.float32))
    assert pairs[0, 2] == 0
    assert pairs[0, 1] != 0


@pytest.mark.law
@pytest.mark.parametrize("most", [1, 5, 10_000])
def test_memory_limits_change_neither_relevances_nor_hessians(potential, molecule, most, monkeypatch):
    model, graph = explainable(potential), dense_graph(molecule, DOUBLE)
    pairs, second = pair_relevances(model, graph), couplings.hessian(potential, graph)
    monkeypatch.setattr(relevance, "SETS", most)
    monkeypatch.setattr(couplings, "EDGES", 8 * most)
    torch.testing.assert_close(pair_relevances(model, graph), pairs, rtol=0, atol=1e-12)
    torch.testing.assert_close(couplings.hessian(potential, graph), second, rtol=0, atol=1e-12)


@pytest.mark.law
def test_near_pairs_alone_give_the_relevances_of_all(potential):
    chain = Structure([6, 8, 6], [[0.0, 0, 0], [2.5, 0, 0], [5.0, 0, 0]], name="chain")
    model = explainable(potential)
    all_pairs, near = dense_graph(chain, DOUBLE), graph_of(chain, potential.cutoff, DOUBLE)
    assert len(near.receiver) < len(all_pairs.receiver)
    torch.testing.assert_close(pair_relevances(model, near), pair_relevances(model, all_pairs), rtol=0, atol=1e-12)
    torch.testing.assert_close(endpoint_relevances(model, near), endpoint_relevances(model, all_pairs), rtol=0, atol=1e-12)
