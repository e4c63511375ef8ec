"""ELF of a periodic structure: functions summed over lattice images, against PySCF's periodic evaluation."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bondgenome_core.electrons.reference_density import ReferenceDensity
from bondgenome_core.elf import engine as engine_module
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.structures.periodic import images_near_box
from bondgenome_core.units import BOHR_PER_ANGSTROM
from tests.elf.test_against_pyscf import assert_engine_agrees
from tests.periodic import OCCUPATIONS, gold_sulfide_cell, random_orbitals


@pytest.fixture(scope="module")
def periodic():
    return random_orbitals(gold_sulfide_cell())


def points_in_and_around(structure, n, *, seed=0):
    """Random points (n, 3) in Angstrom in the cell and half a cell beyond each face."""
    return np.random.default_rng(seed).uniform(-0.5, 1.5, (n, 3)) @ structure.cell


def without_images(structure, low, high, reach):
    return np.arange(len(structure)), structure.positions


@pytest.mark.reference
@pytest.mark.parametrize("n_spins", [1, 2])
def test_periodic_fields_agree_with_pyscf(n_spins):
    w = random_orbitals(gold_sulfide_cell(), n_spins, seed=n_spins)
    points = points_in_and_around(w.structure, 1500)
    assert_engine_agrees(w, ReferenceDensity(w).by_density_matrix(points), points)


@pytest.mark.reference
def test_without_images_the_comparison_fails(periodic, monkeypatch):
    """Negative control: the molecule in the cell alone is far from PySCF's periodic density."""
    monkeypatch.setattr(engine_module, "images_near_box", without_images)
    points = points_in_and_around(periodic.structure, 300)
    with pytest.raises(AssertionError):
        assert_engine_agrees(periodic, ReferenceDensity(periodic).by_density_matrix(points), points)


@pytest.mark.law
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-3)])
def test_elf_repeats_with_the_lattice(periodic, dtype, tolerance):
    points, engine = points_in_and_around(periodic.structure, 400), ElfEngine(periodic, "cpu", dtype)
    home = engine.evaluate(points).elf.numpy()
    for shift in ([1, 0, 0], [0, -1, 0], [2, 1, -3]):
        moved = engine.evaluate(points + np.array(shift) @ periodic.structure.cell).elf.numpy()
        np.testing.assert_allclose(moved, home, rtol=0, atol=tolerance)


@pytest.mark.law
def test_density_of_one_cell_integrates_to_the_fractional_occupations(periodic):
    n = 40
    grid = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1).reshape(-1, 3) @ periodic.structure.cell
    rho = ElfEngine(periodic, "cpu", torch.float32).evaluate(grid).rho.double().mean()
    volume_bohr = abs(np.linalg.det(periodic.structure.cell)) * BOHR_PER_ANGSTROM**3
    assert float(rho) * volume_bohr == pytest.approx(OCCUPATIONS.sum(), abs=2e-3)


@pytest.mark.law
def test_images_near_a_box_are_all_images_near_it_and_no_others():
    structure = gold_sulfide_cell()
    low, high, reach = np.array([-3.0, 1.0, 4.0]), np.array([2.0, 2.0, 9.0]), 6.0
    atoms, positions = images_near_box(structure, low, high, reach)
    found = {(int(a), *np.round(p, 6)) for a, p in zip(atoms, positions, strict=True)}
    shifts = np.stack(np.meshgrid(*[np.arange(-6, 7)] * 3), -1).reshape(-1, 3) @ structure.cell
    expected = set()
    for a, home in enumerate(structure.positions):
        everywhere = home + shifts
        near = np.linalg.norm(everywhere - everywhere.clip(low, high), axis=1) < reach
        expected |= {(a, *np.round(p, 6)) for p in everywhere[near]}
    assert found == expected


@pytest.mark.unit
def test_points_far_outside_in_the_vacuum_of_a_slab_have_no_density():
    slab = gold_sulfide_cell()
    cell = slab.cell.copy()
    cell[2] = [0, 0, 60.0]
    w = random_orbitals(slab)
    w = replace(w, structure=slab.with_(cell=cell, bonds=()))
    fields = ElfEngine(w, "cpu").evaluate(np.array([[0.0, 0.0, 33.0], [1.0, 2.0, 34.0]]))
    assert float(fields.rho.abs().max()) < 1e-6
    assert torch.isfinite(fields.elf).all()
