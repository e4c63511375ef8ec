"""Indices read from genomes, and what is claimed of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.genome.index_model import INDICES, IndexModel, train_index_model
from bondgenome_core.genome.index_scores import index_figures, index_gain, r2_within_kinds
from bondgenome_core.indices.bond_class import CLASSES

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def world():
    """Genomes and indices that follow from them: the length from the first gene, the others from several."""
    generator = np.random.default_rng(0)
    genomes = generator.normal(size=(1200, 8)).astype(np.float32)
    kinds = np.where(genomes[:, 7] > 0, "S-Au", "Au-Au")
    table = pd.DataFrame({name: np.sin(genomes[:, k % 8]) + 0.3 * genomes[:, (k + 3) % 8] for k, name in enumerate(INDICES)})
    table["length"] = 2.5 + 0.1 * genomes[:, 0]
    table["kind"], table["bond_class"] = kinds, np.where(genomes[:, 1] > 0, "core", "staple")
    return genomes, table


@pytest.fixture(scope="module")
def model(world):
    genomes, table = world
    return train_index_model(genomes[:900], table[:900], seed=0, n_members=3)


def test_indices_that_follow_from_the_genome_are_read_from_it(world, model):
    genomes, table = world
    found = model.predict(genomes[900:])
    figures = index_figures(found.values, table[:900], table[900:])
    assert min(figures["r2"].values()) > 0.7
    assert figures["index_gain"] < 0.6
    own = np.array(CLASSES)[found.classes.argmax(1)]
    assert (own == table["bond_class"][900:].to_numpy()).mean() > 0.9


def test_indices_of_other_bonds_are_not(world, model):
    genomes, table = world
    shuffled = table[900:].sample(frac=1, random_state=0).reset_index(drop=True)
    assert max(r2_within_kinds(model.predict(genomes[900:]).values, shuffled).values()) < 0.3


def test_the_spread_of_the_ensemble_grows_far_from_the_training_bonds(world, model):
    genomes, _ = world
    near, far = (model.predict(scale * genomes[900:]).sd.mean() for scale in (1, 5))
    assert far > 2 * near


def test_a_member_learns_the_same_whether_alone_or_beside_others(world, model):
    genomes, table = world
    alone = train_index_model(genomes[:900], table[:900], seed=0, n_members=1)
    first, second = (IndexModel((m,), model.mean, model.sd).predict(genomes[900:]).values for m in model.members[:2])
    assert alone.predict(genomes[900:]).values == pytest.approx(first, abs=1e-2)
    assert first != pytest.approx(second, abs=1e-2)


def test_a_missing_index_is_neither_learned_nor_scored(world):
    genomes, table = world
    gaps = table.copy()
    gaps.loc[::2, "rho_bcp"] = np.nan
    found = train_index_model(genomes, gaps, seed=0, n_members=1).predict(genomes)
    assert np.isfinite(found.values).all()
    assert r2_within_kinds(found.values, gaps)["rho_bcp"] > 0.8


def test_gain_is_1_for_the_baseline_itself(world):
    _, table = world
    same = np.zeros((len(table), len(INDICES)))
    assert index_gain(same, same, table) == 1


def test_r2_is_the_smaller_of_the_kinds(world):
    _, table = world
    predicted = table[list(INDICES)].to_numpy()
    gold = (table["kind"] == "Au-Au").to_numpy()
    predicted[gold, 1] = predicted[gold, 1].mean()
    scores = r2_within_kinds(predicted, table)
    assert scores["mayer_order"] == pytest.approx(0, abs=1e-6)
    assert scores["rho_bcp"] == 1


def test_stored_among_other_tensors_it_predicts_the_same(world, model):
    genomes, _ = world
    again = IndexModel.from_tensors(model.tensors() | {"encoder.1.weight": np.zeros(3)})
    assert again.predict(genomes).values == pytest.approx(model.predict(genomes).values, abs=1e-6)
    assert IndexModel.from_tensors({"encoder.1.weight": np.zeros(3)}) is None
