"""Laws that every potential obeys, and its agreement with another program."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from bondgenome_core.errors import PotentialError
from bondgenome_core.potentials.build import build_potential
from bondgenome_core.potentials.contract import read_out
from bondgenome_core.potentials.graph import batch_of, dense_graph, graph_of
from bondgenome_core.structures.structure import Structure

DOUBLE = torch.float64


def values_and_forces(model, structure):
    value, forces = model.value_and_forces(graph_of(structure, model.cutoff, DOUBLE))
    return float(value), forces.numpy()


def assert_forces_are_minus_the_slope(evaluate, structure, *, step=1e-4, tolerance=1e-6):
    """Central differences of the value, Angstrom and eV."""
    _, forces = evaluate(structure)
    for atom, axis in ((0, 0), (2, 1), (5, 2)):
        moved = []
        for sign in (1, -1):
            positions = structure.positions.copy()
            positions[atom, axis] += sign * step
            moved.append(evaluate(structure.with_(positions=positions))[0])
        assert abs((moved[1] - moved[0]) / (2 * step) - forces[atom, axis]) < tolerance


@pytest.mark.law
def test_forces_are_minus_the_slope_of_the_value(potential, ethanol):
    assert_forces_are_minus_the_slope(lambda s: values_and_forces(potential, s), ethanol)


@pytest.mark.law
def test_a_flipped_sign_of_the_forces_is_caught(potential, ethanol):
    def flipped(s):
        value, forces = values_and_forces(potential, s)
        return value, -forces

    with pytest.raises(AssertionError):
        assert_forces_are_minus_the_slope(flipped, ethanol)


@pytest.mark.law
def test_turning_shifting_and_reordering_change_nothing_but_the_frame(potential, ethanol):
    value, forces = values_and_forces(potential, ethanol)
    turn, order = Rotation.from_rotvec([0.3, -1.1, 0.7]), np.random.default_rng(0).permutation(9)
    moved = Structure(ethanol.numbers[order], (turn.apply(ethanol.positions.copy()) + [1.0, -2.0, 0.5])[order])
    again, turned = values_and_forces(potential, moved)
    assert again == pytest.approx(value, abs=1e-10)
    np.testing.assert_allclose(turned, turn.apply(forces)[order], atol=1e-10)


@pytest.mark.law
def test_structures_side_by_side_have_the_values_they_have_alone(potential, ethanol):
    other = ethanol.with_(positions=ethanol.positions * 1.05)
    graph = batch_of([ethanol.numbers, other.numbers[:6]], [ethanol.positions, other.positions[:6]], potential.cutoff, DOUBLE)
    value, forces = potential.value_and_forces(graph)
    alone, own = values_and_forces(potential, ethanol)
    assert float(value[0]) == pytest.approx(alone, abs=1e-10)
    np.testing.assert_allclose(forces[:9].numpy(), own, atol=1e-10)
    assert float(value[1]) != pytest.approx(alone, abs=1e-3)


@pytest.mark.law
def test_pairs_beyond_the_cutoff_say_nothing(potential, ethanol):
    near, dense = (
        potential.value_and_forces(g) for g in (graph_of(ethanol, potential.cutoff, DOUBLE), dense_graph(ethanol, DOUBLE))
    )
    assert float(near[0]) == pytest.approx(float(dense[0]), abs=1e-10)
    np.testing.assert_allclose(near[1].numpy(), dense[1].numpy(), atol=1e-10)


@pytest.mark.law
def test_value_and_slope_are_continuous_where_a_neighbour_leaves(potential):
    def pair(distance):
        s = Structure([6, 8], [[0, 0, 0], [distance, 0, 0]])
        value, forces = values_and_forces(potential, s)
        return np.array([value, forces[0, 0]])

    c = potential.cutoff
    assert np.abs(pair(c - 1e-4) - pair(c + 1e-4)).max() < 1e-3
    assert np.abs(pair(1.2) - pair(c + 1e-4)).max() > 1e-2


@pytest.mark.law
def test_a_periodic_structure_has_the_value_of_its_supercell_per_cell(potential):
    cell = np.diag([2.9, 3.1, 3.3])
    one = Structure([6, 8], [[0, 0, 0], [1.2, 0.3, 0.1]], cell=cell, pbc=(True,) * 3)
    two = Structure(
        [6, 8, 6, 8], np.concatenate([one.positions, one.positions + cell[0]]), cell=cell * [[2], [1], [1]], pbc=(True,) * 3
    )
    assert values_and_forces(potential, two)[0] == pytest.approx(2 * values_and_forces(potential, one)[0], rel=1e-9)


@pytest.mark.unit
def test_read_outs_are_sum_mean_and_largest():
    graph = batch_of([np.array([1, 1]), np.array([8])], [np.eye(3)[:2], np.zeros((1, 3))], 2.0, DOUBLE)
    contributions = torch.tensor([1.0, -3.0, 5.0], dtype=DOUBLE)
    found = {r: read_out(contributions, graph, r).tolist() for r in ("sum", "mean", "max")}
    assert found == {"sum": [-2.0, 5.0], "mean": [-1.0, 5.0], "max": [1.0, 5.0]}


@pytest.mark.law
def test_two_far_molecules_double_an_extensive_value_and_keep_an_intensive_one(ethanol):
    both = Structure(np.tile(ethanol.numbers, 2), np.concatenate([ethanol.positions, ethanol.positions + [50.0, 0, 0]]))
    for readout, factor in (("sum", 2.0), ("mean", 1.0), ("max", 1.0)):
        model = build_potential({"kind": "SchNet", "n_features": 16, "readout": readout}, seed=1).double()
        assert values_and_forces(model, both)[0] == pytest.approx(factor * values_and_forces(model, ethanol)[0], abs=1e-9)


@pytest.mark.unit
def test_unknown_elements_architectures_and_read_outs_are_refused(potential, ethanol):
    potential.elements = (1, 6)
    with pytest.raises(PotentialError, match="never saw O"):
        potential.require_known(ethanol.numbers)
    with pytest.raises(PotentialError, match="no potential called 'MACE'"):
        build_potential({"kind": "MACE"})
    with pytest.raises(PotentialError, match="no architecture"):
        build_potential({"kind": "SchNet", "colour": 3})
    with pytest.raises(PotentialError, match="read-out"):
        build_potential({"kind": "SchNet", "readout": "median"})


@pytest.mark.reference
def test_schnet_gives_what_torch_geometrics_gives_on_the_same_weights_and_edges(ethanol):
    from torch_geometric.nn.models import SchNet as Theirs

    ours = build_potential({"kind": "SchNet", "n_features": 32, "n_layers": 2, "n_basis": 20, "cutoff": 4.0}, seed=5).double()
    graph = graph_of(ethanol, 4.0, DOUBLE)
    distances = torch.linalg.vector_norm(graph.vectors(), dim=1)
    edges = torch.stack([graph.sender, graph.receiver])
    theirs = Theirs(32, 32, 2, 20, cutoff=4.0, interaction_graph=lambda *_: (edges, distances)).double()
    _copy_weights(ours, theirs)
    expected = float(theirs(graph.numbers, graph.positions).detach())
    assert float(ours.learned(graph).detach()) == pytest.approx(expected, abs=1e-7)  # theirs has centres in single precision
    broken = copy.deepcopy(ours)
    broken.layers[0].enter.weight.data[0, 0] += 0.1
    assert float(broken.learned(graph).detach()) != pytest.approx(expected, abs=1e-6)


def _copy_weights(ours, theirs):
    theirs.embedding.weight.data = ours.embedding.weight.data
    for own, other in zip(ours.layers, theirs.interactions, strict=True):
        for mine, name in ((own.filter[0], "mlp.0"), (own.filter[1], "mlp.2"), (own.enter, "conv.lin1"),
                           (own.leave[0], "conv.lin2"), (own.leave[1], "lin")):  # fmt: skip
            target = other.get_submodule(name)
            target.weight.data = mine.weight.data
            if mine.bias is not None:
                target.bias.data = mine.bias.data
    for mine, target in ((ours.readout_layers[0], theirs.lin1), (ours.readout_layers[1], theirs.lin2)):
        target.weight.data, target.bias.data = mine.weight.data, mine.bias.data
