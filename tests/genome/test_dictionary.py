"""A gene that follows a descriptor is said to, with an error bar that covers chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.genome.dictionary import GENES, meanings, readings

pytestmark = pytest.mark.law


@pytest.fixture(scope="module")
def bonds():
    """Gene 1 is the length; polarization is the square of gene 2; nothing else depends on anything."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.normal(size=(900, 8)), columns=list(GENES))
    table["length"] = 2.5 + 0.1 * table["g1"] + 0.01 * generator.normal(size=900)
    table["polarization"] = table["g2"] ** 2
    table["intruder_distance"] = generator.normal(size=900)
    table["crystal_111"] = np.where(np.arange(900) < 100, 1.0, np.nan)
    table["trajectory"] = [f"t{k % 18}" for k in range(900)]
    table["role"] = np.where(np.arange(900) % 18 < 6, "test", "train")
    return table.assign(kind="S-Au")


@pytest.fixture(scope="module")
def found(bonds):
    return {(m.gene, m.descriptor): m for m in meanings(bonds)}


def test_a_gene_that_is_the_length_is_found(found):
    assert found["g1", "length"].rho > 0.95
    assert found["g1", "length"].mi > 1
    assert found["g1", "length"].rho_error < 0.01


def test_a_dependence_without_order_shows_in_information_and_not_in_rank(found):
    even = found["g2", "polarization"]
    assert abs(even.rho) < 4 * even.rho_error + 0.05
    assert even.mi > 1


def test_chance_lies_within_its_error_bar(found):
    chance = [m for (gene, name), m in found.items() if name == "intruder_distance" or (name == "length" and gene != "g1")]
    inside = [abs(m.rho) < 3 * m.rho_error for m in chance]
    assert np.mean(inside) > 0.9
    assert max(m.mi for m in chance) < 0.1


def test_a_descriptor_that_few_bonds_have_is_not_spoken_of(found):
    assert "crystal_111" not in {name for _, name in found}


def test_what_eight_values_hold_is_read_back_and_what_they_do_not_is_not(bonds):
    read = {r.descriptor: r for r in readings(bonds)}
    assert read["length"].r2 > 0.9
    assert read["polarization"].r2 > 0.8 > 0.2 > read["polarization"].r2_length
    assert read["intruder_distance"].r2 < 0.1
