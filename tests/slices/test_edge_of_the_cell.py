"""A bond across the edge of a cell: its slice is that of the same bond in a translated copy of the crystal."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.elf import engine as engine_module
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.slices import sample as sample_module
from bondgenome_core.slices.sample import Plane, sample_planes
from bondgenome_core.structures.bonds import with_bonds
from tests.periodic import gold_sulfide_cell, random_orbitals

AZIMUTHS = (0.0, 90.0)


@pytest.fixture(scope="module")
def at_the_edge():
    return random_orbitals(gold_sulfide_cell())


@pytest.fixture(scope="module")
def in_the_middle(at_the_edge):
    """The crystal moved so that the bond lies inside the cell; atoms that leave it come back on the other side.

    At the Gamma point a function moved by a lattice vector is the same function: the orbitals stay as they are.
    """
    s = at_the_edge.structure
    fractions = (s.positions @ np.linalg.inv(s.cell) + [0.45, 0.1, 0.15]) % 1.0
    return replace(at_the_edge, structure=with_bonds(s.with_(positions=fractions @ s.cell, bonds=())))


def gold_sulfur_slices(w, dtype=torch.float64):
    (bond,) = [b for b in w.structure.bonds if w.structure.kind(b) == "S-Au"]
    return bond, sample_planes(ElfEngine(w, "cpu", dtype), [Plane(bond, a) for a in AZIMUTHS])


def assert_same_slices(one, other, tolerance=1e-6):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.image, b.image, rtol=0, atol=tolerance)
        np.testing.assert_array_equal(a.mask, b.mask)
        for axis in ("x", "y", "z"):
            np.testing.assert_allclose(getattr(a.frame, axis), getattr(b.frame, axis), atol=1e-9)
        assert [p.symbol for p in sorted(a.atoms)] == [p.symbol for p in sorted(b.atoms)]
        assert a.frame.gauge_quality == pytest.approx(b.frame.gauge_quality, abs=1e-9)


@pytest.mark.law
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-3)])
def test_a_slice_at_the_edge_is_its_translated_copy(at_the_edge, in_the_middle, dtype, tolerance):
    bond, edge = gold_sulfur_slices(at_the_edge, dtype)
    moved_bond, middle = gold_sulfur_slices(in_the_middle, dtype)
    assert any(bond.shift)
    assert not any(moved_bond.shift)
    assert_same_slices(edge, middle, tolerance)
    assert edge[0].mask.any()


@pytest.mark.law
def test_a_slice_one_cell_further_is_the_same(at_the_edge):
    bond, here = gold_sulfur_slices(at_the_edge)
    shift = np.array([1, -1, 2]) @ at_the_edge.structure.cell
    frame = replace(here[0].frame, origin=here[0].frame.origin + shift)
    there = sample_planes(ElfEngine(at_the_edge, "cpu", torch.float64), [Plane(bond, a, 0.0, frame) for a in AZIMUTHS])
    assert_same_slices(here, there)


@pytest.mark.law
def test_without_image_sums_the_slices_differ(at_the_edge, in_the_middle, monkeypatch):
    """Negative control: functions of the atoms in the cell alone."""
    monkeypatch.setattr(engine_module, "images_near_box", lambda s, *_: (np.arange(len(s)), s.positions))
    edge, middle = (gold_sulfur_slices(w)[1] for w in (at_the_edge, in_the_middle))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(edge[0].image, middle[0].image, rtol=0, atol=0.05)


@pytest.mark.law
def test_without_images_of_the_cores_the_masks_differ(at_the_edge, in_the_middle, monkeypatch):
    """Negative control: the core of the atom across the edge would not be masked."""
    monkeypatch.setattr(sample_module, "lattice_images", lambda *_: np.zeros((1, 3)))
    edge, middle = (gold_sulfur_slices(w)[1] for w in (at_the_edge, in_the_middle))
    assert (edge[0].mask != middle[0].mask).any()


@pytest.mark.law
def test_bonds_of_the_shipped_slab_across_its_edges_are_their_translated_copies():
    """Real orbitals: PBE of the thiolate on Au(111), three gold-gold bonds that leave the cell and the same ones within it."""
    slab = load_shipped("au111_sch3_4x4")
    s = slab.structure
    crossing = [b for b in s.bonds if s.kind(b) == "Au-Au" and any(b.shift)][::25][:3]
    moved = {}
    for bond in crossing:
        fractions = s.positions @ np.linalg.inv(s.cell)
        middle = 0.5 * (fractions[bond.i] + fractions[bond.j] + bond.shift)
        wrapped = replace(slab, structure=with_bonds(s.with_(positions=(fractions - middle + 0.5) % 1.0 @ s.cell, bonds=())))
        inside = [b for b in wrapped.structure.bonds if (b.i, b.j) == (bond.i, bond.j) and not any(b.shift)]
        moved[bond] = (wrapped, inside)
    for bond, (wrapped, inside) in moved.items():
        (same,) = inside
        here, there = (sample_planes(ElfEngine(w, "cpu", torch.float64), [Plane(b)]) for w, b in ((slab, bond), (wrapped, same)))
        np.testing.assert_allclose(here[0].image, there[0].image, rtol=0, atol=1e-6)
        assert np.ptp(here[0].image) > 0.3
    assert len(crossing) == 3
