"""Relaxed geometries against published ranges (notes, section 7) and GFN1-xTB behaviour of this project."""

import numpy as np
import pytest

from bondgenome_core.structures.bonds import find_bonds, with_bonds
from bondgenome_core.structures.builders.slab import LARGE, thiolate_slab
from bondgenome_core.structures.gallery import gallery, load_gallery_structure
from bondgenome_core.structures.integrity import is_broken
from bondgenome_core.structures.motifs import core_gold, sulfur_gold_graph
from bondgenome_core.structures.structure import Structure

GOLD_SPECIES = [e.name for e in gallery() if e.group in ("Clusters", "Rings", "Staples")]


def sulfur_gold_lengths(structure):
    return np.array([structure.length(b) for b in structure.bonds if structure.kind(b) == "S-Au"])


@pytest.mark.reference
@pytest.mark.parametrize("name", GOLD_SPECIES)
def test_mean_sulfur_gold_bond_lies_in_the_published_range(name):
    lengths = sulfur_gold_lengths(load_gallery_structure(name))
    assert 2.3 <= lengths.mean() <= 2.5
    assert lengths.min() > 2.2


@pytest.mark.reference
def test_au25_has_the_published_shells():
    """Centre to icosahedron 2.88-2.93; staple S-Au shorter than core S-Au, as in every optimisation."""
    cluster = load_gallery_structure("au25_sh18_anion")
    core = core_gold(cluster)
    graph = sulfur_gold_graph(cluster)
    centre = next(k for k in core if not graph[k])
    radii = [np.linalg.norm(cluster.positions[k] - cluster.positions[centre]) for k in core - {centre}]
    assert len(radii) == 12
    assert 2.86 <= np.mean(radii) <= 2.95
    is_core_bond = [bool({b.i, b.j} & core) for b in cluster.bonds if cluster.kind(b) == "S-Au"]
    lengths = sulfur_gold_lengths(cluster)
    assert lengths[is_core_bond].mean() > lengths[~np.array(is_core_bond)].mean() + 0.05


@pytest.mark.reference
def test_gold_in_a_staple_is_nearly_linear():
    cluster = load_gallery_structure("au25_sh18_anion")
    for k, near in sulfur_gold_graph(cluster).items():
        if cluster.numbers[k] == 79 and len(near) == 2:
            a, b = (cluster.positions[s] - cluster.positions[k] for s in near)
            cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            assert np.degrees(np.arccos(cosine)) > 160


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "kind", "length"), [("ethane", "C-C", 1.535), ("ethene", "C-C", 1.339), ("ethyne", "C-C", 1.203)]
)
def test_carbon_carbon_bonds_are_within_two_hundredths_of_experiment(name, kind, length):
    molecule = load_gallery_structure(name)
    found = [molecule.length(b) for b in molecule.bonds if molecule.kind(b) == kind]
    assert len(found) == 1
    assert found[0] == pytest.approx(length, abs=0.02)


@pytest.mark.law
def test_no_shipped_structure_is_broken():
    assert [e.name for e in gallery() if is_broken(load_gallery_structure(e.name))] == []


@pytest.mark.law
def test_negative_control_pulled_and_squeezed_rings_are_broken():
    ring = load_gallery_structure("au4_sh4")
    pulled, squeezed = ring.positions.copy(), ring.positions.copy()
    pulled[-1] *= 3.0
    squeezed[0] += 0.4 * (squeezed[4] - squeezed[0])
    assert is_broken(Structure(ring.numbers, pulled))
    assert is_broken(Structure(ring.numbers, squeezed))


@pytest.mark.law
def test_a_bond_that_swings_is_whole_and_one_that_left_is_broken():
    """A C-H bond of 1.45 Angstrom is beyond the cut-off of bonds that are drawn; one of 2.2 Angstrom is gone."""
    methane = load_gallery_structure("methane")
    carbon, hydrogen = methane.symbols.index("C"), methane.symbols.index("H")
    along = methane.positions[hydrogen] - methane.positions[carbon]
    moved = {}
    for length in (1.45, 2.2):
        positions = methane.positions.copy()
        positions[hydrogen] = positions[carbon] + length * along / np.linalg.norm(along)
        moved[length] = Structure(methane.numbers, positions)
    assert len(find_bonds(moved[1.45])) == 3
    assert not is_broken(moved[1.45])
    assert is_broken(moved[2.2])


@pytest.mark.law
def test_au6_is_planar_and_au20_a_tetrahedron():
    flat = load_gallery_structure("au6").positions
    assert np.linalg.svd(flat - flat.mean(axis=0))[1][2] < 0.05
    pyramid = load_gallery_structure("au20").positions
    spread = np.linalg.eigvalsh(np.cov((pyramid - pyramid.mean(axis=0)).T))
    assert spread.max() / spread.min() < 1.05


@pytest.mark.reference
def test_the_thiolate_on_the_surface_binds_two_or_three_gold_atoms_of_the_top_layer():
    """Bridge and fcc hollow; S-Au within its cut-off; the slab is periodic and every bulk atom has its neighbours."""
    slab = load_gallery_structure("au111_sch3")
    bonds = [b for b in slab.bonds if slab.kind(b) == "S-Au"]
    gold = slab.positions[slab.numbers == 79]
    assert len(bonds) in (2, 3)
    for bond in bonds:
        assert 2.3 < slab.length(bond) < 2.9
        assert slab.end_points(bond)[0][2] > gold[:, 2].max() - 0.1
    assert sum(slab.kind(b) == "Au-Au" for b in slab.bonds) == 36 * 3 + 24 * 3


@pytest.mark.reference
def test_the_large_slab_is_ideal_gold_at_the_lattice_constant_of_pbe_before_it_relaxes():
    """12 contacts per atom inside, 9 at either face: (9 + 12 + 9) / 2 bonds for each of the 16 columns, all of a / sqrt 2."""
    slab = with_bonds(thiolate_slab(shape=LARGE))
    gold = [slab.length(b) for b in slab.bonds if slab.kind(b) == "Au-Au"]
    assert (slab.numbers == 79).sum() == 48
    assert len(gold) == 16 * (9 + 12 + 9) // 2
    np.testing.assert_allclose(gold, 4.154 / np.sqrt(2), atol=1e-3)
    assert [slab.length(b) for b in slab.bonds if slab.kind(b) == "S-Au"] == pytest.approx([2.45, 2.45])
    assert slab.positions[: LARGE.layer, 2] == pytest.approx(4.0)
    # the thiolate is at least 8 Angstrom below the next image of the lowest layer
    assert slab.cell[2, 2] + 4.0 - slab.positions[:, 2].max() > 8.0


@pytest.mark.unit
def test_the_small_slab_is_still_the_one_that_ships():
    built, shipped = thiolate_slab(), load_gallery_structure("au111_sch3")
    np.testing.assert_allclose(built.cell, shipped.cell, atol=1e-6)
    np.testing.assert_allclose(built.positions[:36], shipped.positions[:36], atol=1e-6)
