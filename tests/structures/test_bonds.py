"""Bonds: cut-offs, periodic images, editing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.bonds import add_bond, default_cutoffs, delete_bond, find_bonds, pair_key, with_bonds
from bondgenome_core.structures.gallery import load_gallery_structure
from bondgenome_core.structures.structure import Bond, Structure


@pytest.mark.unit
def test_gold_cutoffs_are_those_of_the_literature():
    limits = default_cutoffs(["Au", "S", "H"])
    assert limits["Au-Au"] == 3.4
    assert limits["S-Au"] == 2.9
    assert set(limits) == {"Au-Au", "S-Au", "H-Au", "S-S", "H-S", "H-H"}


@pytest.mark.unit
def test_a_pair_is_named_lighter_element_first():
    assert pair_key("Au", "S") == pair_key("S", "Au") == "S-Au"


@pytest.mark.law
def test_a_bond_across_a_periodic_boundary_is_found_once_with_the_right_length():
    cell = np.diag([10.0, 11.0, 12.0])
    s = Structure([79, 16], [[0.3, 5, 5], [8.0, 5, 5]], cell=cell, pbc=(True, True, True), multiplicity=2)
    bonds = find_bonds(s)
    assert len(bonds) == 1
    assert s.length(bonds[0]) == pytest.approx(2.3)
    assert bonds[0] == Bond(0, 1, (-1, 0, 0))
    assert find_bonds(s.with_(pbc=(False, True, True))) == ()


@pytest.mark.law
def test_an_atom_bonded_to_its_own_image_counts_each_bond_once():
    """Face-centred cubic gold with one atom per cell has six bonds per atom, twelve neighbours."""
    a = 4.08 / 2
    gold = Structure([79], [[0, 0, 0]], cell=[[0, a, a], [a, 0, a], [a, a, 0]], pbc=(True,) * 3, multiplicity=2)
    found = with_bonds(gold)
    assert len(found.bonds) == 6
    assert found.bond_lengths == pytest.approx(np.full(6, 4.08 / np.sqrt(2)))


@pytest.mark.law
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_bonds_do_not_change_under_rotation_translation_or_lattice_shifts(seed):
    from scipy.spatial.transform import Rotation

    ring = load_gallery_structure("au4_sh4")
    rng = np.random.default_rng(seed)
    turn = Rotation.random(rng=rng).as_matrix()
    moved = ring.with_(positions=ring.positions @ turn.T + rng.normal(size=3), bonds=())
    assert [(b.i, b.j) for b in find_bonds(moved)] == [(b.i, b.j) for b in ring.bonds]
    cell = 20.0 * np.eye(3)
    images = rng.integers(-2, 3, size=(len(ring), 3)) @ cell
    scattered = ring.with_(positions=ring.positions + images, cell=cell, pbc=(True,) * 3, bonds=())
    again = with_bonds(scattered)
    assert [(b.i, b.j) for b in again.bonds] == [(b.i, b.j) for b in ring.bonds]
    assert again.bond_lengths == pytest.approx(ring.bond_lengths)


@pytest.mark.law
def test_negative_control_a_shorter_cutoff_loses_bonds():
    ring = load_gallery_structure("au4_sh4")
    assert len(find_bonds(ring, {"S-Au": 2.0})) < len(ring.bonds)


@pytest.mark.unit
def test_edited_cutoffs_decide_what_is_bonded():
    ring = load_gallery_structure("au4_sh4")
    kinds = {ring.kind(b) for b in find_bonds(ring, {"Au-Au": 2.0})}
    assert "Au-Au" not in kinds
    assert "S-Au" in kinds


@pytest.mark.unit
@pytest.mark.parametrize("value", [0.1, 7.0, float("nan")])
def test_a_senseless_cutoff_is_refused(value):
    with pytest.raises(StructureError, match="outside"):
        find_bonds(load_gallery_structure("water"), {"H-O": value})


@pytest.mark.unit
def test_bonds_are_added_and_deleted_by_hand():
    water = load_gallery_structure("water")
    more = add_bond(water, 2, 1)
    assert len(more.bonds) == 3
    assert delete_bond(more, more.find_bond(1, 2)).bonds == water.bonds
    with pytest.raises(StructureError, match="bonded already"):
        add_bond(more, 1, 2)
    with pytest.raises(StructureError, match="two different atoms"):
        add_bond(more, 1, 1)
    with pytest.raises(StructureError, match="no bond"):
        delete_bond(water, Bond(1, 2))
    with pytest.raises(StructureError, match="not bonded"):
        water.find_bond(1, 2)
