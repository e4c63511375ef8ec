"""The loss that keeps indices readable from the eight values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from bondgenome_core.genome.index_loss import LARGEST, index_loss, index_targets, turned
from bondgenome_core.genome.index_model import INDICES, TURNED
from bondgenome_core.genome.train import TrainingSettings, train_autoencoder


def tables(n=60, seed=0):
    """Slices (both planes) of bonds of two kinds, and their indices."""
    rng = np.random.default_rng(seed)
    bonds = pd.DataFrame(
        {"wavefunction": "w", "i": np.arange(n), "j": 1, "shift": "0 0 0", "kind": np.where(np.arange(n) % 2, "S-Au", "Au-Au")}
    )
    values = rng.normal(size=(n, 8)) * 0.1 + np.where(bonds["kind"] == "S-Au", 1.0, 5.0)[:, None]
    indices = pd.concat([bonds.drop(columns="kind"), pd.DataFrame(values, columns=list(INDICES))], axis=1)
    slices = bonds.loc[bonds.index.repeat(2)].assign(azimuth_deg=np.tile([0.0, 90.0], n)).reset_index(drop=True)
    return slices, indices


def test_targets_are_standardised_within_each_kind_and_stand_at_gauge_planes_alone():
    slices, indices = tables()
    found = index_targets(slices, indices)
    assert np.isnan(found[1::2]).all()
    for kind in ("S-Au", "Au-Au"):
        own = found[::2][slices["kind"][::2] == kind]
        assert np.abs(own.mean(0)).max() < 1e-5
        assert own.std(0, ddof=1) == pytest.approx(1.0, abs=0.05)


def test_a_bond_without_indices_or_with_a_wild_one_does_no_harm():
    slices, indices = tables()
    indices.loc[3, "rho_bcp"] = 1e6
    found = index_targets(slices, indices.drop(index=5))
    assert np.nanmax(np.abs(found)) <= LARGEST
    assert np.isnan(found[10]).all()
    assert np.isnan(index_targets(slices, None)).all()


def test_reversing_the_axis_turns_what_has_a_direction_and_nothing_else():
    targets = torch.ones(2, len(INDICES))
    found = turned(targets, np.array([False, True])).numpy()
    assert (found[0] == 1).all()
    assert {name for name, v in zip(INDICES, found[1], strict=True) if v == -1} == set(TURNED)


def test_unknown_targets_count_for_nothing():
    read = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    loss = index_loss(read, torch.tensor([[0.0, float("nan")], [float("nan"), 4.0]]))
    assert float(loss.detach()) == pytest.approx(0.5)
    loss.backward()
    assert read.grad.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert float(index_loss(torch.ones(2, 2), torch.full((2, 2), torch.nan))) == 0.0


def test_the_weight_of_the_indices_changes_the_code_and_lack_of_them_does_not_stop_it(slices):
    """Random indices are enough: with a weight they pull at the code, without one they do not."""
    settings = TrainingSettings(epochs=1, batch=16, straight_epochs=0)
    table = slices.table.drop_duplicates(["wavefunction", "i", "j", "shift"])[["wavefunction", "i", "j", "shift"]]
    indices = table.assign(**dict(zip(INDICES, np.random.default_rng(0).normal(size=(8, len(table))), strict=True)))

    def trained(weight, known):
        fitted = train_autoencoder(slices, known, seed=0, settings=replace(settings, index_weight=weight))
        return torch.cat([p.flatten() for p in fitted.encoder.parameters()])

    without = trained(0.0, None)
    assert torch.equal(trained(0.0, indices), without)
    assert torch.equal(trained(1.0, None), without)
    assert not torch.equal(trained(1.0, indices), without)
