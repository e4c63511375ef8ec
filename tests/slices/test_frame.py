"""The bond frame: its definition, its laws and where it is ambiguous."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.errors import SliceError
from bondgenome_core.slices import frame as frame_module
from bondgenome_core.slices.frame import GAUGE_THRESHOLD, NEIGHBOUR_RANGE, ORIENTATION_THRESHOLD, bond_frame, smooth_cutoff
from bondgenome_core.structures.structure import Bond, Structure
from tests import laws

SHELLS = {0: "centre", **dict.fromkeys(range(1, 13), "icosahedron"), **dict.fromkeys(range(13, 25), "staple")}
"""Gold atoms of Au25 by distance from the centre."""


def shell_pair(structure, bond):
    """Which shells of Au25 a gold-gold bond joins, the inner one first."""
    gold = np.flatnonzero(structure.numbers == 79)
    rank = np.argsort(np.argsort(np.linalg.norm(structure.positions[gold] - structure.positions[gold].mean(0), axis=1)))
    place = dict(zip(gold, rank, strict=True))
    return tuple(SHELLS[r] for r in sorted((place[bond.i], place[bond.j])))


def gold_bonds(structure):
    return [b for b in structure.bonds if structure.kind(b) in ("S-Au", "Au-Au")]


def clear_bonds(structure):
    """Bonds whose frame is not ambiguous."""
    return [b for b in gold_bonds(structure) if not bond_frame(structure, b).ambiguous]


ringlike = load_shipped("au4_sh4").structure
cluster = load_shipped("au25_sh18_anion").structure
bonds_of_both = st.one_of(
    st.sampled_from([(ringlike, b) for b in clear_bonds(ringlike)]), st.sampled_from([(cluster, b) for b in clear_bonds(cluster)])
)
rotations = st.integers(0, 10_000).map(lambda n: Rotation.random(rng=np.random.default_rng(n)).as_matrix())
translations = st.tuples(*[st.floats(-20, 20)] * 3).map(np.array)


# --- the definition ---


@pytest.mark.unit
def test_axis_points_from_sulfur_to_gold(gold_complex):
    for bond in gold_bonds(gold_complex):
        f = bond_frame(gold_complex, bond)
        assert (gold_complex.symbols[f.left], gold_complex.symbols[f.right]) == ("S", "Au")
        np.testing.assert_allclose(f.z * f.length, gold_complex.positions[f.right] - gold_complex.positions[f.left])
        np.testing.assert_allclose(f.origin, 0.5 * (gold_complex.positions[f.left] + gold_complex.positions[f.right]))
        assert f.orientation == np.inf


@pytest.mark.unit
def test_gold_with_more_sulfur_neighbours_is_left():
    for bond in cluster.bonds:
        if cluster.kind(bond) == "Au-Au" and shell_pair(cluster, bond) == ("icosahedron", "staple"):
            f = bond_frame(cluster, bond)
            sulfur = cluster.positions[cluster.numbers == 16]
            near = [(np.linalg.norm(sulfur - cluster.positions[k], axis=1) < 2.9).sum() for k in (f.left, f.right)]
            assert near == [2, 1]  # a staple atom holds two thiolates, an icosahedron atom one


@pytest.mark.unit
def test_x_points_to_the_side_where_the_neighbours_are(gold_complex):
    bond = gold_complex.find_bond(0, 1)
    hydrogen = gold_complex.positions[3]
    assert bond_frame(gold_complex, bond).x @ hydrogen > 0


@pytest.mark.unit
def test_cutoff_is_smooth_and_falls_from_one_to_zero():
    r = np.linspace(0, 7, 1401)
    w = smooth_cutoff(r)
    assert (w[0], w[-1]) == (1, 0)
    slope = np.diff(w) / np.diff(r)
    assert slope.max() <= 1e-12
    assert abs(np.diff(slope)).max() < 2e-3  # no kink, not even at the range
    assert smooth_cutoff(np.array([NEIGHBOUR_RANGE + 1e-9])) == 0


@pytest.mark.unit
def test_linear_molecule_has_an_ambiguous_but_valid_frame():
    acetylene = Structure([1, 6, 6, 1], [[0, 0, -1.66], [0, 0, -0.6], [0, 0, 0.6], [0, 0, 1.66]])
    f = bond_frame(acetylene, Bond(1, 2))
    laws.assert_right_handed(f)
    assert f.x_ambiguous
    assert f.z_ambiguous
    assert len(f.admissible()) == 4


@pytest.mark.unit
def test_a_bond_without_length_is_refused():
    structure = Structure([79], [[0, 0, 0]], cell=3 * np.eye(3), pbc=(True,) * 3, multiplicity=2)
    with pytest.raises(SliceError, match="no length"):
        bond_frame(structure, Bond(0, 0))


@pytest.mark.unit
def test_admissible_frames_are_the_flips_the_thresholds_allow(gold_complex):
    f = bond_frame(gold_complex, gold_complex.bonds[0])
    for s, p, count in ((1.0, 1.0, 1), (0.0, 1.0, 2), (1.0, 0.0, 2), (0.0, 0.0, 4), (np.inf, 0.0, 2)):
        frames = replace(f, orientation=s, gauge_quality=p).admissible()
        assert len(frames) == count
        assert frames[0].left == f.left
        assert len({(tuple(g.x.round(9)), tuple(g.z.round(9))) for g in frames}) == count
        for g in frames:
            laws.assert_right_handed(g)


@pytest.mark.unit
def test_followed_frame_is_the_admissible_one_most_like_the_last(gold_complex):
    f = replace(bond_frame(gold_complex, gold_complex.bonds[0]), orientation=0.0, gauge_quality=0.0)
    for previous in f.admissible():
        followed = f.closest_to(previous)
        np.testing.assert_allclose([followed.x, followed.z], [previous.x, previous.z])


# --- laws ---


@pytest.mark.law
@settings(max_examples=40, deadline=None)
@given(bonds_of_both, rotations, translations)
def test_frame_moves_with_the_molecule(pair, rotation, translation):
    laws.assert_frame_moves_with_the_molecule(bond_frame, *pair, rotation, translation)
    laws.assert_right_handed(bond_frame(*pair))


@pytest.mark.law
@settings(max_examples=20, deadline=None)
@given(bonds_of_both, st.integers(0, 10_000))
def test_frame_ignores_the_numbering_of_atoms(pair, seed):
    structure, bond = pair
    laws.assert_frame_ignores_numbering(bond_frame, structure, bond, np.random.default_rng(seed).permutation(len(structure)))


def frame_with_x_in_the_laboratory(structure, bond):
    """Broken: 'up' is a direction of the laboratory."""
    f = bond_frame(structure, bond)
    x = np.cross(f.z, [0.36, 0.48, 0.8])
    x /= np.linalg.norm(x)
    return replace(f, x=x, y=np.cross(f.z, x))


def frame_with_the_first_atom_left(structure, bond):
    """Broken: which atom is left depends on the order in the file."""
    f = bond_frame(structure, bond)
    return f if f.left == min(bond.i, bond.j) else f.flipped(z=True)


def left_handed_frame(structure, bond):
    """Broken: y reversed."""
    f = bond_frame(structure, bond)
    return replace(f, y=-f.y)


@pytest.mark.law
def test_laws_of_the_frame_notice_broken_frames(turn):
    bond = clear_bonds(cluster)[0]
    with pytest.raises(AssertionError):
        laws.assert_frame_moves_with_the_molecule(frame_with_x_in_the_laboratory, cluster, bond, turn, np.zeros(3))
    with pytest.raises(AssertionError):
        laws.assert_frame_ignores_numbering(frame_with_the_first_atom_left, cluster, bond, np.arange(len(cluster))[::-1])
    with pytest.raises(AssertionError):
        laws.assert_right_handed(left_handed_frame(cluster, bond))


@pytest.mark.law
@pytest.mark.parametrize("vectors", [(1, 0, 0), (0, 1, 0), (-1, 2, 0)])
def test_periodic_frame_does_not_depend_on_the_choice_of_the_cell(vectors):
    """A bond across the boundary, with atoms shifted by lattice vectors: the same frame."""
    structure, bond = chain_across_the_boundary()
    whole = bond_frame(structure, bond)
    shift = np.array(vectors)
    moved = structure.with_(positions=structure.positions + np.outer([0, 1, 0, 0, 0], shift @ structure.cell))
    new = Bond(bond.i, bond.j, tuple(int(a - b) for a, b in zip(bond.shift, shift, strict=True)))
    other = bond_frame(moved, new)
    for name in ("origin", "x", "y", "z"):
        np.testing.assert_allclose(getattr(other, name), getattr(whole, name), atol=1e-9)


@pytest.mark.unit
def test_periodic_frame_sees_neighbours_in_other_images():
    structure, bond = chain_across_the_boundary()
    isolated = structure.with_(pbc=(False,) * 3, positions=structure.positions, cell=structure.cell)
    assert bond_frame(structure, bond).length == pytest.approx(2.4)
    assert structure.length(Bond(0, 1)) > 5  # in the same cell the two atoms are far apart
    assert not np.allclose(bond_frame(isolated, bond).x, bond_frame(structure, bond).x)


def chain_across_the_boundary():
    """S near the lower face of a cell and Au near the upper one, bonded through it; three neighbours."""
    positions = [[0.4, 3, 3], [6.0, 3, 3], [0.6, 4.3, 3.3], [5.8, 1.5, 3.4], [3.0, 3.2, 6.0]]
    structure = Structure([16, 79, 1, 16, 16], positions, cell=8 * np.eye(3), pbc=(True,) * 3)
    return structure, Bond(0, 1, (-1, 0, 0))


# --- ambiguity and continuity ---


@pytest.mark.unit
def test_bonds_on_the_symmetry_elements_of_au25_are_ambiguous():
    ambiguous = [shell_pair(cluster, b) for b in cluster.bonds if bond_frame(cluster, b).ambiguous]
    assert ambiguous.count(("centre", "icosahedron")) == 12
    assert ambiguous.count(("icosahedron", "icosahedron")) == 30
    assert all("staple" not in pair for pair in ambiguous)


@pytest.mark.unit
def test_centre_bonds_lack_a_side_and_bonds_of_the_icosahedron_lack_an_end():
    for bond in cluster.bonds:
        if cluster.kind(bond) == "Au-Au":
            f, pair = bond_frame(cluster, bond), shell_pair(cluster, bond)
            if pair == ("centre", "icosahedron"):
                assert (f.x_ambiguous, f.z_ambiguous) == (True, False)
            if pair == ("icosahedron", "icosahedron"):
                assert f.z_ambiguous


def near_pairs(displaced, n_bonds=100):
    """Bonds above the thresholds before and after every atom moves by 0.01 Angstrom."""
    rng, pairs = np.random.default_rng(7), []
    for structure in (ringlike, cluster, load_shipped("au2_sh3_anion").structure, load_shipped("au8_sh8").structure):
        bonds = clear_bonds(structure)
        for k in rng.permutation(len(bonds))[:n_bonds]:
            moved = displaced(structure, 0.01, seed=int(rng.integers(1 << 30)))
            if not bond_frame(moved, bonds[k]).ambiguous:
                pairs.append((structure, moved, bonds[k]))
    return pairs


def frame_by_third_nearest_atom(structure, bond):
    """Broken: x along the third nearest atom, the rule that jumps when two atoms change places in the order."""
    f = bond_frame(structure, bond)
    others = np.delete(structure.positions, [bond.i, bond.j], axis=0) - f.origin
    across = others[np.argsort(np.linalg.norm(others, axis=1))[2]]
    x = across - (across @ f.z) * f.z
    x /= np.linalg.norm(x)
    return replace(f, x=x, y=np.cross(f.z, x))


@pytest.mark.law
def test_frame_is_continuous_above_the_thresholds(displaced):
    pairs = near_pairs(displaced)
    assert len(pairs) > 80
    laws.assert_frame_is_continuous(bond_frame, pairs, largest_angle_deg=7.0)


@pytest.mark.law
def test_third_nearest_atom_as_gauge_jumps(displaced):
    with pytest.raises(AssertionError):
        laws.assert_frame_is_continuous(frame_by_third_nearest_atom, near_pairs(displaced), largest_angle_deg=7.0)


@pytest.mark.law
def test_frame_without_thresholds_jumps(displaced, monkeypatch):
    """Negative control of the thresholds themselves: without them some displacement of 0.01 Angstrom turns a bond round."""
    monkeypatch.setattr(frame_module, "ORIENTATION_THRESHOLD", 0.0)
    monkeypatch.setattr(frame_module, "GAUGE_THRESHOLD", 0.0)
    with pytest.raises(AssertionError):
        laws.assert_frame_is_continuous(bond_frame, near_pairs(displaced), largest_angle_deg=7.0)


@pytest.mark.law
@pytest.mark.parametrize("structure", [ringlike, cluster], ids=["ring", "cluster"])
def test_no_displacement_of_a_hundredth_can_cross_a_threshold_backwards(structure):
    """The worst case, every atom moved by 0.01 Angstrom along its own gradient, changes s by less than its threshold.

    To first order: 0.01 times the sum over atoms of the length of their gradient of s (and of p_perp).
    """
    rng = np.random.default_rng(11)
    bonds = [b for b in structure.bonds if structure.kind(b) == "Au-Au"]
    for k in rng.permutation(len(bonds))[:6]:
        s_change, p_change = worst_changes(structure, bonds[k], 0.01)
        assert s_change < ORIENTATION_THRESHOLD
        assert p_change < GAUGE_THRESHOLD


def worst_changes(structure, bond, distance, step=1e-4):
    """Largest first-order change of s and of p_perp (Angstrom) when each atom moves by ``distance``."""
    f = bond_frame(structure, bond)
    s_total = p_total = 0.0
    for atom in np.flatnonzero(np.linalg.norm(structure.positions - f.origin, axis=1) < NEIGHBOUR_RANGE + f.length):
        s_slopes, p_slopes = [], []
        for axis in range(3):
            values = []
            for sign in (1, -1):
                positions = structure.positions.copy()
                positions[atom, axis] += sign * step
                values.append(anchoring_and_side(structure.with_(positions=positions), bond))
            s_slopes.append((values[0][0] - values[1][0]) / (2 * step))
            p_slopes.append((values[0][1] - values[1][1]) / (2 * step))
        s_total += np.linalg.norm(s_slopes)
        p_total += np.linalg.norm(np.array(p_slopes), 2)
    return distance * s_total, distance * p_total


def anchoring_and_side(structure, bond):
    """s and p_perp written a second time, from their definition."""
    a, b = structure.end_points(bond)
    middle, z = 0.5 * (a + b), (b - a) / np.linalg.norm(b - a)
    sulfur = structure.positions[structure.numbers == 16]
    s = sum(sign * smooth_cutoff(np.linalg.norm(sulfur - end, axis=1)).sum() for sign, end in ((1, a), (-1, b)))
    others = np.delete(structure.positions, [bond.i, bond.j], axis=0) - middle
    across = others - np.outer(others @ z, z)
    return s, smooth_cutoff(np.linalg.norm(others, axis=1)) @ across


@pytest.mark.unit
def test_s_and_p_follow_their_definition():
    for bond in clear_bonds(cluster)[::15]:
        f = bond_frame(cluster, bond)
        s, p = anchoring_and_side(cluster, bond)
        assert f.gauge_quality == pytest.approx(np.linalg.norm(p), abs=1e-9)
        np.testing.assert_allclose(f.x, p / np.linalg.norm(p), atol=1e-9)
        if cluster.kind(bond) == "Au-Au":
            assert f.orientation == pytest.approx(abs(s), abs=1e-9)
