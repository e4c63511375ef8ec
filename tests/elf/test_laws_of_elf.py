"""Laws of the density and of ELF, each with a broken implementation that must fail it."""

from functools import partial

import numpy as np
import pytest
import torch

from bondgenome_core.elf import localization
from bondgenome_core.elf.engine import ElfEngine
from tests import laws

pytestmark = pytest.mark.law

closed_shell = partial(localization.elf_closed_shell, regularise=False)
spin_polarised = partial(localization.elf_spin_polarised, regularise=False)


def closed_shell_with_half_the_gradient(rho, gradient_squared, tau):
    """Broken: von Weizsaecker's term with a factor 1/16."""
    return closed_shell(rho, gradient_squared / 2, tau)


def closed_shell_with_tau_doubled(rho, gradient_squared, tau):
    """Broken: tau without its factor 1/2."""
    return closed_shell(rho, gradient_squared, 2 * tau)


def spin_polarised_with_closed_shell_factor(rho, gradient_squared, tau):
    """Broken: the prefactor of the closed-shell formula on spin densities."""
    wrong = localization.CLOSED_SHELL_PREFACTOR / localization.SPIN_PREFACTOR
    d = (tau - gradient_squared / (8 * rho)).sum(0)
    d0 = wrong * localization.SPIN_PREFACTOR * (rho ** (5 / 3)).sum(0)
    return 1 / (1 + (d / d0) ** 2)


def test_elf_is_one_for_a_single_orbital():
    laws.assert_one_orbital_gives_one(closed_shell)


@pytest.mark.parametrize("broken", [closed_shell_with_half_the_gradient, closed_shell_with_tau_doubled])
def test_a_wrong_pauli_term_fails_for_a_single_orbital(broken):
    with pytest.raises(AssertionError):
        laws.assert_one_orbital_gives_one(broken)


def test_elf_is_one_half_for_the_uniform_gas():
    laws.assert_uniform_gas_gives_one_half(closed_shell, spin_polarised)


def test_a_wrong_factor_fails_for_the_uniform_gas():
    with pytest.raises(AssertionError):
        laws.assert_uniform_gas_gives_one_half(closed_shell_with_tau_doubled, spin_polarised)
    with pytest.raises(AssertionError):
        laws.assert_uniform_gas_gives_one_half(closed_shell, spin_polarised_with_closed_shell_factor)


def test_both_formulas_agree_for_equal_spin_densities():
    laws.assert_spin_formula_reduces_to_closed_shell(closed_shell, spin_polarised)


def test_the_closed_shell_factor_on_spin_densities_is_noticed():
    with pytest.raises(AssertionError):
        laws.assert_spin_formula_reduces_to_closed_shell(closed_shell, spin_polarised_with_closed_shell_factor)


def test_helium_has_elf_one_everywhere_without_regularisation(helium_svp):
    engine = ElfEngine(helium_svp, "cpu", torch.float64)
    line = np.array([[0, 0, z] for z in np.linspace(0.05, 2.5, 40)])
    raw, regularised = engine.evaluate(line, regularise=False).elf, engine.evaluate(line).elf
    torch.testing.assert_close(raw, torch.ones_like(raw), rtol=0, atol=1e-6)
    # the negative control: with 1e-5 added to D, ELF falls to 0 far outside instead
    assert float(regularised[-1]) < 0.9


def test_elf_is_zero_where_no_basis_function_reaches(helium_svp):
    fields = ElfEngine(helium_svp, "cpu", torch.float64).evaluate(np.array([[0, 0, 30.0], [0, 0, 60.0]]))
    assert fields.rho.tolist() == [0, 0]
    assert float(fields.elf.max()) < 1e-30


def density(engine, points):
    return engine.evaluate(points).rho.numpy()


def gradient_squared(engine, points):
    return engine.evaluate(points).gradient_squared_spin[0].numpy()


@pytest.mark.parametrize(
    ("name", "tolerance"),
    # the Becke grid resolves all-electron cores to 1e-3; GTH valence densities are smoother
    [("water_svp", 1e-3), ("oxygen_tzvp", 1e-3), ("complex_svp", 2e-3), ("complex_gth", 2e-3)],
)
def test_density_integrates_to_electron_count(name, tolerance, request):
    w = request.getfixturevalue(name)
    points, weights = becke_grid(w)
    engine = ElfEngine(w, "cpu", torch.float64)
    laws.assert_integrates_to(partial(density, engine), points, weights, w.n_electrons, tolerance=tolerance)
    with pytest.raises(AssertionError):  # a density that has lost one part in a thousand
        laws.assert_integrates_to(lambda p: 0.999 * density(engine, p), points, weights, w.n_electrons, tolerance=tolerance)


def becke_grid(w):
    """Points (n, 3) in Angstrom and weights in cubic bohr."""
    from pyscf import dft, gto

    from bondgenome_core.units import ANGSTROM_PER_BOHR

    s = w.structure
    mol = gto.M(
        atom=[(int(z), tuple(p)) for z, p in zip(s.numbers, s.positions, strict=True)], charge=s.charge, spin=s.multiplicity - 1,
        basis=dict.fromkeys(set(s.symbols), "def2-svp"), ecp={"Au": "def2-svp"}, verbose=0,
    )  # fmt: skip
    grid = dft.gen_grid.Grids(mol)
    grid.level = 2
    grid.build()
    return grid.coords * ANGSTROM_PER_BOHR, grid.weights


def test_gradient_is_the_slope_of_the_density(complex_gth):
    engine = ElfEngine(complex_gth, "cpu", torch.float64)
    points = np.random.default_rng(1).uniform(-3, 3, (200, 3))
    laws.assert_gradient_is_the_slope(partial(density, engine), partial(gradient_squared, engine), points)
    with pytest.raises(AssertionError):  # grad rho without its factor 2
        laws.assert_gradient_is_the_slope(partial(density, engine), lambda p: gradient_squared(engine, p) / 4, points)


def test_elf_lies_between_zero_and_one_even_where_there_are_no_electrons(complex_svp):
    points = np.concatenate([np.random.default_rng(2).uniform(-4, 4, (2000, 3)), np.full((1, 3), 60.0)])
    for regularise in (True, False):
        elf = ElfEngine(complex_svp, "cpu").evaluate(points, regularise=regularise).elf
        assert bool(torch.isfinite(elf).all())
        assert 0 <= float(elf.min()) <= float(elf.max()) <= 1
