"""Second derivatives and fragment differences against what they are by definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bondgenome_core.interactions.couplings import atomic_energy_gradients, block_norms, fragment_differences, hessian
from bondgenome_core.potentials.graph import graph_of

DOUBLE = torch.float64


def assert_is_a_hessian(found, forces_at, positions, *, step=1e-3, tolerance=1e-4):
    """Symmetry, acoustic sum rule and differences of forces, relative to the largest element."""
    largest = np.abs(found).max()
    assert np.abs(found - found.transpose(2, 3, 0, 1)).max() < tolerance * largest
    assert np.abs(found.sum(2)).max() < tolerance * largest
    for atom, axis in ((0, 0), (2, 1), (5, 2)):
        moved = []
        for sign in (1, -1):
            there = positions.copy()
            there[atom, axis] += sign * step
            moved.append(forces_at(there))
        expected = -(moved[0] - moved[1]) / (2 * step)
        assert np.abs(found[atom, axis] - expected).max() < tolerance * largest


def forces_of(model, structure):
    return lambda positions: model.value_and_forces(graph_of(structure.with_(positions=positions), model.cutoff, DOUBLE))[
        1
    ].numpy()


@pytest.mark.law
def test_hessian_is_symmetric_sums_to_zero_and_is_the_slope_of_the_forces(potential, ethanol):
    found = hessian(potential, graph_of(ethanol, potential.cutoff, DOUBLE)).numpy()
    assert_is_a_hessian(found, forces_of(potential, ethanol), ethanol.positions)


@pytest.mark.law
@pytest.mark.parametrize("harm", ["not symmetric", "no sum rule", "flipped sign"])
def test_a_broken_hessian_is_caught(potential, ethanol, harm):
    found = hessian(potential, graph_of(ethanol, potential.cutoff, DOUBLE)).numpy().copy()
    if harm == "not symmetric":
        found[0, 0, 1, 1] *= 1.5
    elif harm == "no sum rule":
        found[range(9), 0, range(9), 0] += 0.1 * np.abs(found).max()
    else:
        found = -found
    with pytest.raises(AssertionError):
        assert_is_a_hessian(found, forces_of(potential, ethanol), ethanol.positions)


@pytest.mark.unit
def test_coupling_is_the_frobenius_norm_of_a_block():
    blocks = np.zeros((2, 3, 2, 3))
    blocks[0, :, 1, :] = np.arange(9).reshape(3, 3)
    assert block_norms(blocks)[0, 1] == pytest.approx(np.sqrt((np.arange(9) ** 2).sum()))
    assert block_norms(blocks)[1, 0] == 0


@pytest.mark.law
def test_gradients_of_atomic_energies_sum_to_the_forces(potential, ethanol):
    graph = graph_of(ethanol, potential.cutoff, DOUBLE)
    found = atomic_energy_gradients(potential, graph).numpy()
    np.testing.assert_allclose(found.sum(0), potential.value_and_forces(graph)[1].numpy(), atol=1e-10)
    assert np.abs(found - found.transpose(1, 0, 2)).max() > 1e-3  # no third law for single contributions


@pytest.mark.law
def test_fragment_difference_of_two_atoms_is_their_whole_interaction(potential, ethanol):
    from bondgenome_core.potentials.graph import batch_of

    numbers, positions = ethanol.numbers[:2], ethanol.positions[:2]
    with torch.no_grad():
        both = float(potential.learned(batch_of([numbers], [positions], potential.cutoff, DOUBLE)))
        single = [float(potential.learned(batch_of([numbers[k : k + 1]], [positions[k : k + 1]], 4.0, DOUBLE))) for k in (0, 1)]
    found = fragment_differences(potential, numbers, positions)
    assert found[0, 1] == pytest.approx(both - sum(single), abs=1e-10)
    assert found[0, 0] == 0
    whole = fragment_differences(potential, ethanol.numbers, ethanol.positions)
    np.testing.assert_allclose(whole, whole.T)
