"""The analytic pair potential is what it says, and its frames carry its forces."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bondgenome_core.interactions import couplings, relevance
from bondgenome_core.interactions.couplings import block_norms
from bondgenome_core.interactions.null_baseline import null_figures
from bondgenome_core.potentials import pair_law
from bondgenome_core.potentials.build import build_potential
from bondgenome_core.potentials.pair_law import PairPotential, null_frames


@pytest.fixture
def few(monkeypatch):
    for name, n in (("N_TRAIN", 3), ("N_VALIDATION", 2), ("N_TEST", 2)):
        monkeypatch.setattr(pair_law, name, n)


@pytest.mark.law
def test_energy_is_the_sum_of_pairs_and_its_blocks_know_no_third_atom(ethanol):
    law, positions = PairPotential.of(ethanol), torch.tensor(ethanol.positions)
    pairs = law.pair_energies(positions)
    assert float(law.energy(positions)) == pytest.approx(float(torch.triu(pairs, 1).sum()), abs=1e-12)
    assert (pairs.diagonal() == 0).all()
    blocks = block_norms(law.hessian(positions))
    moved = positions.clone()
    moved[8] += 0.1  # a third atom: the block of 0 and 1 does not feel it
    assert block_norms(law.hessian(moved))[0, 1] == pytest.approx(blocks[0, 1], abs=1e-9)
    assert block_norms(law.hessian(moved))[2, 8] != pytest.approx(blocks[2, 8], abs=1e-3)


@pytest.mark.law
def test_a_fragment_has_the_pairs_it_holds(ethanol):
    law, positions = PairPotential.of(ethanol), torch.tensor(ethanol.positions)
    kept = [k for k in range(9) if k not in (2, 5)]
    part = law.without([2, 5])
    assert float(part.energy(positions[kept])) == pytest.approx(
        float(torch.triu(law.pair_energies(positions), 1)[kept][:, kept].sum())
    )
    assert float(part.energy(positions[kept])) != pytest.approx(float(law.energy(positions)), abs=1e-2)


@pytest.mark.law
def test_far_pairs_fall_with_the_sixth_power(ethanol):
    law = PairPotential(torch.ones(2, 2), torch.full((2, 2), 1.5), torch.zeros(2, 2, dtype=torch.bool))
    near, far = (float(law.pair_energies(torch.tensor([[0.0, 0, 0], [d, 0, 0]]))[0, 1]) for d in (8.0, 16.0))
    assert np.log2(near / far) == pytest.approx(6, abs=0.01)


@pytest.mark.unit
def test_frames_carry_the_forces_of_the_law(ethanol, few):
    frames = null_frames(ethanol, seed=3)
    assert [f.group for f in frames.frames] == ["ethanol/train"] * 3 + ["ethanol/validation"] * 2 + ["ethanol/test"] * 2
    assert [len(f.numbers) == 9 for f in frames.frames] == [True, False, True, True, False, True, True]
    law, frame, step = PairPotential.of(ethanol), frames.frames[0], 1e-5
    sides = []
    for sign in (1, -1):
        moved = frame.positions.copy()
        moved[2, 1] += sign * step
        sides.append(float(law.energy(torch.tensor(moved))))
    assert -(sides[0] - sides[1]) / (2 * step) == pytest.approx(frame.forces[2, 1], abs=1e-6)
    again = null_frames(ethanol, seed=3)
    assert np.array_equal(again.frames[4].positions, frames.frames[4].positions)


@pytest.mark.unit
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_model_that_is_the_law_agrees_with_it_and_a_shuffled_one_does_not(ethanol, few, monkeypatch, shuffled):
    law, order = PairPotential.of(ethanol), np.random.default_rng(4).permutation(9) if shuffled else np.arange(9)

    def energies(positions):
        return law.pair_energies(torch.as_tensor(positions, dtype=torch.float64))[order][:, order]

    monkeypatch.setattr(couplings, "fragment_differences", lambda model, numbers, positions: energies(positions).numpy())
    monkeypatch.setattr(relevance, "pair_relevances", lambda copy, graph: energies(graph.positions))
    monkeypatch.setattr(couplings, "hessian", lambda exact, graph: law.hessian(graph.positions.double())[order][:, :, order])
    model = build_potential({"kind": "SchNet", "n_features": 8, "n_layers": 2}, seed=0).requires_grad_(False)
    found = null_figures(model, ethanol, null_frames(ethanol, seed=1)[5:])
    for measure in ("lrp", "hessian", "fragment"):
        assert (found[measure] > 0.999) == (not shuffled), measure
        assert abs(found[measure]) < 0.6 or not shuffled
    assert 0 < found["three_body_share"] < 1
