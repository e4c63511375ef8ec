"""Generated bonds stay where real ones are and meet what was wished, or it is said that they do not."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.errors import GenomeError
from bondgenome_core.genome import generate
from bondgenome_core.genome.generate import APART, describe, different, genomes_of, interpolate, sample, seek
from bondgenome_core.genome.index_model import INDICES

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(generate, "FEWEST", 20)


def test_drawn_genomes_have_mean_and_spread_of_the_real_ones(model):
    drawn, real = np.stack([g.genome for g in sample(model, "S-Au", 400)]), genomes_of(model, "S-Au")
    assert np.abs(drawn.mean(0) - real.mean(0)).max() < 0.5
    assert (np.abs(np.log(drawn.std(0) / real.std(0))) < 0.6).all()


def test_the_same_seed_draws_the_same_bonds(model):
    one, two, other = (np.stack([g.genome for g in sample(model, "S-Au", 3, seed=s)]) for s in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


def test_a_wish_is_met_better_than_by_chance_and_near_real_bonds(model):
    real = genomes_of(model, "S-Au")
    lengths = describe(model, real)
    wanted = float(np.quantile([g.indices[0] for g in lengths], 0.8))
    found = seek(model, "S-Au", {"length": wanted}, 3)
    spread = np.std([g.indices[0] for g in lengths])
    assert abs(found[0].indices[0] - wanted) < 0.5 * spread
    assert all(np.linalg.norm(real - g.genome, axis=1).min() < 4 for g in found)


def test_a_wish_far_from_every_bond_is_answered_near_real_bonds_and_not_met(model):
    found = seek(model, "S-Au", {"length": 40.0}, 1)[0]
    assert abs(found.indices[0] - 40.0) > 1
    assert np.linalg.norm(genomes_of(model, "S-Au") - found.genome, axis=1).min() < 40


def test_answers_to_a_wish_differ_from_one_another(model):
    wanted = float(np.median([g.indices[0] for g in describe(model, genomes_of(model, "S-Au"))]))
    genomes = np.stack([g.genome for g in seek(model, "S-Au", {"length": wanted}, 12)])
    gaps = np.linalg.norm(genomes[:, None] - genomes, axis=2) + 10 * np.eye(len(genomes))
    assert len(genomes) > 1
    assert gaps.min() >= APART


def test_of_genomes_that_coincide_the_first_is_kept(model):
    one, other = describe(model, genomes_of(model, "S-Au")[[0, -1]])
    near = one._replace(genome=one.genome + 0.01)
    assert [g is kept for g, kept in zip((one, other), different([one, near, other, near]), strict=True)] == [True, True]


def test_interpolation_begins_and_ends_where_it_should(model):
    a, b = genomes_of(model, "S-Au")[:2]
    way = interpolate(model, a, b, 5)
    assert way[0].genome == pytest.approx(a, abs=1e-5)
    assert way[-1].genome == pytest.approx(b, abs=1e-5)
    assert way[2].genome == pytest.approx(0.5 * (a + b), abs=1e-5)


@pytest.mark.parametrize(
    ("wishes", "said"), [({}, "at least one"), ({"colour": 1.0}, "'colour' is no index"), ({"length": np.nan}, "finite")]
)
def test_wishes_that_cannot_be_read_get_one_sentence(model, wishes, said):
    with pytest.raises(GenomeError, match=said):
        seek(model, "S-Au", wishes, 1)


def test_a_kind_the_model_does_not_know_is_refused(model):
    with pytest.raises(GenomeError, match="0 C-C bonds"):
        sample(model, "C-C", 1)


def test_indices_stand_in_their_order(model):
    found = describe(model, genomes_of(model, "S-Au")[:4])
    assert all(g.indices.shape == g.sd.shape == (len(INDICES),) for g in found)
