"""Solid harmonics: normalised over the sphere, harmonic, with exact derivatives."""

import numpy as np
import pytest

from bondgenome_core.elf.harmonics import angular_matrix, derivative_matrix, monomials

pytestmark = pytest.mark.law

POINTS = np.random.default_rng(4).normal(size=(50, 3))


def values(matrix, degree, points):
    """Functions (n_functions, n_points) from a matrix over monomials."""
    return matrix @ np.array([points[:, 0] ** i * points[:, 1] ** j * points[:, 2] ** k for i, j, k in monomials(degree)])


def sphere(n_polar=12):
    """Gauss-Legendre by uniform azimuth: exact for the degrees used."""
    z, w = np.polynomial.legendre.leggauss(n_polar)
    phi = np.arange(2 * n_polar) * np.pi / n_polar
    r = np.sqrt(1 - z**2)[:, None]
    points = np.stack([r * np.cos(phi), r * np.sin(phi), np.broadcast_to(z[:, None], (n_polar, len(phi)))], -1)
    return points.reshape(-1, 3), np.repeat(w * np.pi / n_polar, len(phi))


@pytest.mark.parametrize("l", range(6))
def test_solid_harmonics_are_orthonormal_over_the_sphere(l):  # noqa: E741
    points, weights = sphere()
    y = values(angular_matrix(l, False), l, points)
    np.testing.assert_allclose((y * weights) @ y.T, np.eye(2 * l + 1), atol=1e-12)


@pytest.mark.parametrize("l", range(2, 6))
def test_cartesian_shells_are_not_orthonormal(l):  # noqa: E741
    """Negative control: the same test on monomials."""
    points, weights = sphere()
    y = values(angular_matrix(l, True), l, points)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose((y * weights) @ y.T, np.eye(len(y)), atol=1e-12)


@pytest.mark.parametrize("cartesian", [False, True])
@pytest.mark.parametrize("l", range(1, 6))
def test_derivatives_are_slopes(l, cartesian):  # noqa: E741
    matrix, step = angular_matrix(l, cartesian), 1e-5
    for axis, d in enumerate(step * np.eye(3)):
        slope = (values(matrix, l, POINTS + d) - values(matrix, l, POINTS - d)) / (2 * step)
        np.testing.assert_allclose(values(derivative_matrix(l, cartesian)[axis], l - 1, POINTS), slope, rtol=1e-6, atol=1e-6)
