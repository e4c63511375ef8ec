"""Physical laws as assertions over any implementation; each is also run on a broken one, which must fail it."""

import numpy as np

# --- the formula of ELF: functions of (rho, |grad rho|^2, tau), or of the same per spin (2, n) ---


def assert_one_orbital_gives_one(elf):
    """A single doubly occupied orbital exp(-a r^2/2): D vanishes, ELF is 1 everywhere."""
    import torch

    r, a = torch.linspace(0.1, 3, 30, dtype=torch.float64), 0.8
    rho = 2 * torch.exp(-a * r**2)
    gradient_squared = (2 * a * r * rho) ** 2
    tau = rho * (a * r) ** 2 / 2
    torch.testing.assert_close(elf(rho, gradient_squared, tau), torch.ones_like(r), rtol=0, atol=1e-8)


def assert_uniform_gas_gives_one_half(elf_closed_shell, elf_spin_polarised):
    """tau of the free-electron gas, (3/10)(3 pi^2)^(2/3) rho^(5/3) in total: ELF is 1/2."""
    import torch

    rho = torch.logspace(-2, 2, 9, dtype=torch.float64)
    tau = 0.3 * (3 * torch.pi**2) ** (2 / 3) * rho ** (5 / 3)
    still, half = torch.zeros_like(rho), torch.full_like(rho, 0.5)
    torch.testing.assert_close(elf_closed_shell(rho, still, tau), half, rtol=0, atol=1e-12)
    two = torch.stack([rho / 2, rho / 2]), torch.stack([still, still]), torch.stack([tau / 2, tau / 2])
    torch.testing.assert_close(elf_spin_polarised(*two), half, rtol=0, atol=1e-12)
    # a fully polarised gas obeys the same statement with its own tau
    one = torch.stack([rho, still]), torch.stack([still, still]), torch.stack([tau * 2 ** (2 / 3), still])
    torch.testing.assert_close(elf_spin_polarised(*one), half, rtol=0, atol=1e-12)


def assert_spin_formula_reduces_to_closed_shell(elf_closed_shell, elf_spin_polarised):
    """Equal spin densities: both formulas give the same."""
    import torch

    g = torch.Generator().manual_seed(3)
    rho, gradient_squared, more = (torch.rand(200, generator=g, dtype=torch.float64) + 1e-3 for _ in range(3))
    tau = gradient_squared / (8 * rho) + more
    halves = torch.stack([rho / 2] * 2), torch.stack([gradient_squared / 4] * 2), torch.stack([tau / 2] * 2)
    torch.testing.assert_close(elf_spin_polarised(*halves), elf_closed_shell(rho, gradient_squared, tau), rtol=0, atol=1e-12)


# --- fields in space: functions of points (n, 3) in Angstrom ---


def assert_integrates_to(density, points, weights, n_electrons, *, tolerance):
    """The integral of the density (electrons per cubic bohr) is the number of electrons."""
    assert abs(float(density(points) @ weights) - n_electrons) < tolerance


def assert_gradient_is_the_slope(density, gradient_squared, points, *, step=1e-4, tolerance=1e-5):
    """|grad rho|^2 agrees with central differences of rho (step in Angstrom)."""
    from bondgenome_core.units import ANGSTROM_PER_BOHR

    slopes = [(density(points + d) - density(points - d)) / (2 * step) * ANGSTROM_PER_BOHR for d in step * np.eye(3)]
    expected = np.sum(np.square(slopes), axis=0)
    np.testing.assert_allclose(gradient_squared(points), expected, rtol=tolerance, atol=1e-7)


def assert_motion_changes_nothing(image, here, there, *, tolerance):
    """image(state) is the same for a molecule and for its moved copy; RMS over the image."""
    difference = np.asarray(image(here), dtype=float) - np.asarray(image(there), dtype=float)
    assert np.sqrt(np.mean(difference**2)) < tolerance


# --- bond frames: a function of (structure, bond) ---


def assert_right_handed(frame):
    """x, y, z are unit vectors, orthogonal, with x cross y = z."""
    axes = np.array([frame.x, frame.y, frame.z])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) > 0


def assert_frame_moves_with_the_molecule(bond_frame, structure, bond, rotation, translation):
    """Rotating and moving the molecule rotates and moves its frame; |p| and |s| stay."""
    moved = structure.with_(positions=structure.positions @ rotation.T + translation)
    first, second = bond_frame(structure, bond), bond_frame(moved, bond)
    np.testing.assert_allclose(second.origin, rotation @ first.origin + translation, atol=1e-9)
    for name in ("x", "y", "z"):
        np.testing.assert_allclose(getattr(second, name), rotation @ getattr(first, name), atol=1e-7)
    np.testing.assert_allclose(second.gauge_quality, first.gauge_quality, atol=1e-9)
    np.testing.assert_allclose(second.orientation, first.orientation, atol=1e-9)


def assert_frame_ignores_numbering(bond_frame, structure, bond, order):
    """Atoms listed in another order: the same frame."""
    from bondgenome_core.structures.structure import Bond

    place = np.argsort(order)
    renumbered = structure.with_(numbers=structure.numbers[order], positions=structure.positions[order], bonds=())
    first = bond_frame(structure, bond)
    second = bond_frame(renumbered, Bond(int(place[bond.i]), int(place[bond.j])))
    for name in ("origin", "x", "y", "z"):
        np.testing.assert_allclose(getattr(second, name), getattr(first, name), atol=1e-9)


def assert_frame_is_continuous(bond_frame, pairs, *, largest_angle_deg):
    """Neighbouring geometries have neighbouring frames; pairs: (structure, displaced structure, bond)."""
    for here, there, bond in pairs:
        first, second = bond_frame(here, bond), bond_frame(there, bond)
        for name in ("x", "z"):
            cosine = float(getattr(first, name) @ getattr(second, name))
            angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
            assert angle < largest_angle_deg, f"{name} of bond {bond.i}-{bond.j} turned by {angle:.1f} degrees"
