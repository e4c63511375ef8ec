"""Contacts, hydrogen bonds and amons of several molecules."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from bondgenome_core.amons.contacts import contacts, hydrogen_bonded, molecules_of
from bondgenome_core.amons.query import amons_of, query_from_structure
from bondgenome_core.errors import AmonError
from bondgenome_core.structures.smiles import structure_from_smiles
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit
WATER = np.array([[0.0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
BONDS = ((0, 1), (0, 2), (3, 4), (3, 5))


def dimer(apart=2.9):
    """Two waters; the first points a hydrogen at the second's oxygen."""
    second = np.array([[0.0, 0, 0], [0.24, 0.93, 0], [0.24, -0.5, 0.8]]) + [apart, 0, 0]
    return Structure([8, 1, 1] * 2, np.concatenate([WATER, second]), name="dimer")


def test_molecules_are_told_apart():
    assert molecules_of(6, BONDS) == [(0, 1, 2), (3, 4, 5)]


def test_a_hydrogen_bond_joins_two_waters_and_ends_when_they_part():
    near, far = dimer(), dimer(4.5)
    assert hydrogen_bonded(near.numbers, near.positions, BONDS) == [frozenset({1}), frozenset({0})]
    assert hydrogen_bonded(far.numbers, far.positions, BONDS) == [frozenset(), frozenset()]
    assert (1, 3) in contacts(near.numbers, near.positions, BONDS)
    assert contacts(far.numbers, far.positions, BONDS) == []


def test_saturated_carbon_takes_no_part_in_contacts():
    methane = structure_from_smiles("C")
    positions = np.concatenate([methane.positions, methane.positions + [3.2, 0, 0]])
    numbers = np.tile(methane.numbers, 2)
    bonds = tuple((a, a + k) for a in (0, 5) for k in range(1, 5))
    assert all(numbers[i] == 1 and numbers[j] == 1 for i, j in contacts(numbers, positions, bonds))


def test_sub_clusters_of_water_are_connected_and_never_the_whole():
    chain = np.concatenate([WATER + [2.9 * k, 0, 0] for k in range(4)])
    found = amons_of(query_from_structure(Structure([8, 1, 1] * 4, chain, name="chain")))
    sizes = sorted({a.n_heavy for a in found.amons})
    assert sizes == [1, 2, 3]
    assert {a.smiles for a in found.amons} == {"O", "O.O", "O.O.O"}


def test_combinations_hold_fragments_that_touch():
    acid = structure_from_smiles("OC=O")
    turned = acid.positions * [-1, -1, 1]
    oxygen, hydrogen = acid.positions[0], acid.positions[np.flatnonzero(acid.numbers == 1)[0]]
    positions = np.concatenate([acid.positions, turned - turned[2] + oxygen + 2.75 * (hydrogen - oxygen)])
    pair = Structure(np.tile(acid.numbers, 2), positions, name="acids")
    found = amons_of(query_from_structure(pair))
    several = [a for a in found.amons if "." in a.smiles]
    assert several
    assert all(a.n_heavy <= 11 for a in several)
    for a in several:
        owners = {int(o >= len(acid)) for o in a.origin if o >= 0}
        assert owners == {0, 1}


def chained(order):
    """Three formaldehydes in a row, each touching the next, in any order of the file."""
    one = structure_from_smiles("C=O").positions
    axis = one[1] - one[0]
    axis /= np.linalg.norm(axis)
    positions = np.concatenate([one + 4.0 * k * axis for k in order])
    return query_from_structure(Structure(np.tile([6, 8, 1, 1], 3), positions, name="row"))


def test_three_molecules_are_joined_whatever_their_order():
    found = [{a.smiles for a in amons_of(chained(order), 2).amons} for order in ((0, 1, 2), (1, 0, 2), (0, 2, 1))]
    assert found[0] == found[1] == found[2]
    assert "C=O.C=O.C=O" in found[0]


def test_water_beside_a_larger_molecule_is_part_of_its_amons():
    acid = structure_from_smiles("OC=O")
    oxygen, hydrogen = acid.positions[0], acid.positions[np.flatnonzero(acid.numbers == 1)[0]]
    along = (hydrogen - oxygen) / np.linalg.norm(hydrogen - oxygen)
    water = structure_from_smiles("O")
    away = np.mean(water.positions[1:] - water.positions[0], axis=0)
    turn, _ = Rotation.align_vectors([along], [away / np.linalg.norm(away)])
    placed = turn.apply(water.positions - water.positions[0]) + oxygen + 2.75 * along
    both = Structure(np.concatenate([acid.numbers, water.numbers]), np.concatenate([acid.positions, placed]), name="both")
    found = amons_of(query_from_structure(both))
    assert any(a.smiles.split(".").count("O") == 1 and "." in a.smiles for a in found.amons)


def test_a_cluster_without_a_covalent_fragment_is_refused_in_words():
    pair = Structure([9, 1, 9, 1], np.array([[0.0, 0, 0], [0.92, 0, 0], [2.7, 0, 0], [3.62, 0, 0]]), name="HF dimer")
    with pytest.raises(AmonError, match="no covalent fragment"):
        amons_of(query_from_structure(pair))
