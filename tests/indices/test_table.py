"""The table as a whole: laws of symmetry and rotation, flags, signs, and physical ranges for gold."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from bondgenome_core.electrons.request import GOLD_REQUEST
from bondgenome_core.electrons.scf import run_scf
from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.elf.masks import core_radius
from bondgenome_core.indices.density import Density
from bondgenome_core.indices.table import bond_indices
from bondgenome_core.quantities import QUANTITIES
from bondgenome_core.slices.frame import bond_frame
from bondgenome_core.slices.sample import sample_slice
from bondgenome_core.structures.structure import Bond, Structure

IDENTITY = ["i", "j", "shift", "kind", "left", "right", "z_ambiguous"]
ODD = ["polarization", "charge_difference", "elf_max_position", "elf_centroid", "bcp_position"]


def measured(table):
    """The columns that are numbers of a bond, not names of it."""
    return table.drop(columns=[*IDENTITY, "bond_class"]).astype(float)


def assert_equal_bonds_have_equal_indices(table, *, rtol):
    """Bonds related by the symmetry of a relaxed structure agree up to what is left of its forces."""
    numbers = measured(table).drop(columns=["bcp_offset", "ellipticity_bcp"]).dropna(axis=1, how="all")
    spread = (numbers.max() - numbers.min()) / numbers.abs().max().clip(lower=0.1)
    assert (spread < rtol).all(), spread[spread >= rtol]


def assert_rotation_changes_no_index(indices, here, there, *, atol):
    """The same molecule, turned and solved again."""
    pd.testing.assert_frame_equal(measured(indices(here)), measured(indices(there)), check_exact=False, rtol=0, atol=atol)


@pytest.mark.law
@pytest.mark.parametrize("name", ["au1_sh2_anion", "au4_sh4"])
def test_equal_bonds_of_gold_have_equal_indices(name):
    table = bond_indices(load_shipped(name))
    bonds = table[table["kind"] == "S-Au"]
    assert len(bonds) in (2, 8)
    assert_equal_bonds_have_equal_indices(bonds.drop(columns="intruder_distance"), rtol=0.02)


@pytest.mark.law
def test_unequal_bonds_fail_the_law_of_equal_bonds(au25_table):
    """Negative control: core and staple S-Au bonds of Au25 differ."""
    with pytest.raises(AssertionError):
        assert_equal_bonds_have_equal_indices(au25_table[au25_table["kind"] == "S-Au"], rtol=0.02)


@pytest.fixture(scope="module")
def turned_water(water):
    rotation = Rotation.from_rotvec([0.4, -1.1, 0.7]).as_matrix()
    return run_scf(water.with_(positions=water.positions @ rotation.T))


@pytest.mark.law
def test_indices_do_not_change_when_the_molecule_turns(water_svp, turned_water):
    # the two solutions differ by the convergence of the SCF and the integration grid
    assert_rotation_changes_no_index(bond_indices, water_svp, turned_water, atol=2e-3)


@pytest.mark.law
def test_a_density_taken_along_a_fixed_direction_fails_the_law_of_rotation(water_svp, turned_water):
    """Negative control: 0.3 Angstrom from the midpoint along the laboratory's x."""

    def broken(w):
        table = bond_indices(w)
        middles = np.array([bond_frame(w.structure, b).origin for b in w.structure.bonds])
        return table.assign(rho_bcp=Density(w)(middles + [0.3, 0, 0]).rho)

    with pytest.raises(AssertionError):
        assert_rotation_changes_no_index(broken, water_svp, turned_water, atol=2e-3)


@pytest.mark.law
def test_swapping_the_ends_changes_the_sign_of_polarization_and_charge_difference(ring):
    bonds = [b for b in ring.structure.bonds if ring.structure.kind(b) == "S-Au"][:2]
    frames = [bond_frame(ring.structure, b) for b in bonds]
    here = bond_indices(ring, bonds, frames=frames)
    there = bond_indices(ring, bonds, frames=[f.flipped(z=True) for f in frames])
    np.testing.assert_allclose(here[ODD], -there[ODD], atol=1e-7)
    for name in ("charge", "s_share", "d_share", "angle_max", "angle_mean"):
        np.testing.assert_allclose(here[f"{name}_left"], there[f"{name}_right"], atol=1e-9)
    even = ["length", "mayer_order", "wiberg_order", "rho_bcp", "laplacian_bcp", "elf_max", "elf_middle", "intruders_disc"]
    np.testing.assert_allclose(here[even].astype(float), there[even].astype(float), atol=1e-6)


@pytest.mark.unit
def test_the_order_in_which_a_bond_names_its_atoms_does_not_matter(ring):
    bond = next(b for b in ring.structure.bonds if ring.structure.kind(b) == "S-Au")
    one, other = (measured(bond_indices(ring, [b])) for b in (bond, Bond(bond.j, bond.i)))
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=1e-9)


@pytest.mark.reference
def test_largest_elf_is_the_largest_of_a_fine_slice(ring, ring_table):
    """Against a slice of 0.01 Angstrom pixels through the same bond."""
    row = ring_table[ring_table["kind"] == "S-Au"].iloc[0]
    s = sample_slice(ring, Bond(int(row["i"]), int(row["j"])), window=3.2, n_pixels=320)
    line = 0.5 * (s.image[159] + s.image[160])
    line[s.mask[159] | (np.abs(s.z_axis) > 0.5 * s.length)] = 0
    assert row["elf_max"] == pytest.approx(line.max(), abs=2e-3)
    assert row["elf_max_position"] == pytest.approx(s.z_axis[line.argmax()], abs=0.02)
    assert row["polarization"] == pytest.approx(row["elf_max_position"] / row["length"])


@pytest.mark.law
def test_largest_elf_lies_outside_the_core_masks(au25, au25_table):
    for end, side in (("left", -1), ("right", 1)):
        radius = np.array([core_radius(int(z)) for z in au25.structure.numbers[au25_table[end]]])
        gap = 0.5 * au25_table["length"] - side * au25_table["elf_max_position"]
        assert (gap >= radius - 1e-6).all()


@pytest.mark.law
def test_where_no_critical_point_exists_the_density_is_least_on_the_line(ring, ring_table):
    rows = ring_table[(ring_table["kind"] == "Au-Au") & ~ring_table["bcp_found"]]
    assert len(rows) == 4  # the four gold contacts across the ring
    density = Density(ring)
    for _, row in rows.iterrows():
        f = bond_frame(ring.structure, Bond(row["i"], row["j"]))
        beside = density(f.origin + (row["bcp_position"] + np.array([[-0.1], [0.0], [0.1]])) * f.z).rho
        assert beside[1] == pytest.approx(row["rho_bcp"], abs=1e-9)
        assert beside[1] < beside[0]
        assert beside[1] < beside[2]


@pytest.mark.reference
def test_indices_of_au25_lie_where_chemistry_expects_them(au25_table):
    """S-Au of staples shorter, stronger and denser than to the core; gold-gold weak; closed-shell Laplacian positive."""
    kinds = au25_table.groupby(["kind", "bond_class"])
    staple, core, gold = (kinds.get_group(k) for k in (("S-Au", "staple"), ("S-Au", "core"), ("Au-Au", "core")))
    assert (len(staple), len(core), len(gold)) == (24, 12, 42)
    assert staple["mayer_order"].between(0.8, 1.0).all()
    assert core["mayer_order"].between(0.5, 0.8).all()
    assert gold["mayer_order"].between(0.05, 0.4).all()
    assert staple["rho_bcp"].between(0.08, 0.12).all()
    assert core["rho_bcp"].between(0.05, 0.08).all()
    assert gold["rho_bcp"].between(0.02, 0.05).all()
    assert (pd.concat([staple, core, gold])["laplacian_bcp"] > 0).all()
    assert (pd.concat([staple, core])["charge_difference"] > 0.1).all()
    assert (pd.concat([staple, core])["polarization"] < -0.1).all()


@pytest.mark.unit
def test_every_column_has_its_label_and_unit(ring_table):
    assert not set(ring_table.columns) - set(IDENTITY) - set(QUANTITIES)


@pytest.mark.unit
def test_bonds_across_the_cell_have_the_indices_of_their_copies():
    """A chain of hydrogen molecules: the bond within the cell, the same cut by its edge, and an atom with its own image."""
    cell = {"cell": np.diag([6.0, 6.0, 3.0]), "pbc": (True,) * 3}
    whole = Structure([1, 1], [[0, 0, 0], [0, 0, 0.8]], **cell, name="whole")
    cut = Structure([1, 1], [[0, 0, 0], [0, 0, 2.2]], **cell, name="cut")
    columns = ["length", "mayer_order", "wiberg_order", "rho_bcp", "laplacian_bcp", "elf_middle"]
    one = bond_indices(run_scf(whole, GOLD_REQUEST), [Bond(0, 1), Bond(0, 0, (0, 0, 1))])
    other = bond_indices(run_scf(cut, GOLD_REQUEST), [Bond(0, 1, (0, 0, -1))])
    # the mesh lies differently about the two
    np.testing.assert_allclose(one[columns].iloc[0].astype(float), other[columns].iloc[0].astype(float), atol=5e-3)
    assert one["bcp_found"].iloc[0]
    assert np.isnan(one["mayer_order"].iloc[1])


@pytest.mark.unit
def test_no_bonds_give_no_rows(ring):
    assert len(bond_indices(ring, [])) == 0
