"""Density with its analytic gradient and Hessian, in numpy at double precision: for few points, exactly.

chi = R(r^2) S(x, y, z).  With A = R, B = 2 dR/dr^2, C = 4 d^2R/d(r^2)^2:
    d_i chi  = x_i B S + A S_i
    d_ij chi = x_i x_j C S + delta_ij B S + B (x_i S_j + x_j S_i) + A S_ij
rho = sum n phi^2,  d_i rho = 2 sum n phi phi_i,  d_ij rho = 2 sum n (phi_i phi_j + phi phi_ij).
In a periodic structure every function is summed over its images (Gamma point).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ..electrons.wavefunction import Wavefunction
from ..elf.basis import Block, Group, group_shells
from ..elf.harmonics import angular_matrix, derivative_matrix, monomials
from ..structures.periodic import lattice_images
from ..units import BOHR_PER_ANGSTROM

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""xx, xy, xz, yy, yz, zz."""
REACH = 12.0
"""Angstrom: atoms farther from every point are left out."""
BATCH = 256


class DensityDerivatives(NamedTuple):
    """At n points, atomic units: rho (n,), gradient (n, 3), hessian (n, 3, 3)."""

    rho: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray

    @property
    def laplacian(self) -> np.ndarray:
        return np.trace(self.hessian, axis1=1, axis2=2)


class Density:
    """The electron density of a wavefunction (both spins; valence only where a pseudopotential replaces cores)."""

    def __init__(self, w: Wavefunction):
        self.structure = w.structure
        self._groups = group_shells(w.basis)
        self._n_functions = w.basis.n_functions
        parts = [s.orbitals * np.sqrt(np.clip(s.occupations, 0, None)) for s in w.spins]
        self._orbitals = np.concatenate(parts, axis=1)

    def __call__(self, points: np.ndarray) -> DensityDerivatives:
        """Density and derivatives at points (n, 3) in Angstrom."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        parts = [self._batch(points[k : k + BATCH]) for k in range(0, len(points), BATCH)]
        return DensityDerivatives(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def _batch(self, points: np.ndarray) -> DensityDerivatives:
        chi = self._functions(points)
        phi = np.tensordot(self._orbitals.T, chi[:, :4], axes=1)
        # the derivative of the density matrix's row needs no second derivatives of orbitals: v = C phi
        v = self._orbitals @ phi[:, 0]
        gradient = 2 * np.einsum("on,oin->ni", phi[:, 0], phi[:, 1:])
        hessian = 2 * np.einsum("oin,ojn->nij", phi[:, 1:], phi[:, 1:])
        second = 2 * np.einsum("fn,fkn->nk", v, chi[:, 4:])
        for k, (i, j) in enumerate(PAIRS):
            hessian[:, i, j] += second[:, k]
            if i != j:
                hessian[:, j, i] += second[:, k]
        return DensityDerivatives((phi[:, 0] ** 2).sum(0), gradient, hessian)

    def _functions(self, points: np.ndarray) -> np.ndarray:
        """(n_functions, 10, n_points): value, gradient and second derivatives of every basis function."""
        out = np.zeros((self._n_functions, 10, len(points)))
        middle = points.mean(0)
        spread = float(np.linalg.norm(points - middle, axis=1).max())
        for shift in lattice_images(self.structure, middle, spread + REACH):
            centres = self.structure.positions + shift
            near = np.linalg.norm(centres - middle, axis=1) < spread + REACH
            for group in self._groups:
                chosen = np.nonzero(near[group.atoms])[0]
                if len(chosen):
                    delta = (points[None] - centres[group.atoms[chosen], None]) * BOHR_PER_ANGSTROM
                    _add_group(out, group, chosen, np.moveaxis(delta, -1, 0))
        return out


def _add_group(out: np.ndarray, group: Group, chosen: np.ndarray, delta: np.ndarray) -> None:
    """Add the functions of a group's chosen atoms; delta (3, n_atoms, n_points) bohr."""
    primitives = np.exp(-group.exponents[:, None, None] * (delta**2).sum(0))
    for block in group.blocks:
        values = _block_values(block, group.exponents, primitives, delta)
        # (n_shells, n_functions, 10, n_atoms, n_points) to one row per atom, shell and function
        rows = block.first_row[chosen].T[:, None, :] + np.arange(values.shape[1])[:, None]
        out[rows.ravel()] += np.moveaxis(values, 3, 2).reshape(rows.size, 10, -1)


def _block_values(block: Block, exponents: np.ndarray, primitives: np.ndarray, delta: np.ndarray) -> np.ndarray:
    radial = [
        np.tensordot(block.contraction * factor, primitives, axes=1)[:, None]
        for factor in (1.0, -2 * exponents, 4 * exponents**2)
    ]
    a, b, c = radial
    s, first, second = _angular_parts(block.l, block.cartesian, delta)
    out = np.empty((a.shape[0], s.shape[0], 10, *s.shape[1:]))
    out[:, :, 0] = a * s
    for i in range(3):
        out[:, :, 1 + i] = delta[i] * b * s + a * first[i]
    for k, (i, j) in enumerate(PAIRS):
        out[:, :, 4 + k] = delta[i] * delta[j] * c * s + b * (delta[i] * first[j] + delta[j] * first[i]) + a * second[k]
        if i == j:
            out[:, :, 4 + k] += b * s
    return out


def _angular_parts(l: int, cartesian: bool, delta: np.ndarray) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:  # noqa: E741
    """S (n_functions, n_atoms, n_points), its three first and its six second derivatives."""
    s = np.tensordot(angular_matrix(l, cartesian), _powers(l, delta), axes=1)
    nothing = np.zeros_like(s)
    if l == 0:
        return s, [nothing] * 3, [nothing] * 6
    lower = _powers(l - 1, delta)
    first = [np.tensordot(m, lower, axes=1) for m in derivative_matrix(l, cartesian)]
    if l == 1:
        return s, first, [nothing] * 6
    lowest = _powers(l - 2, delta)
    return s, first, [np.tensordot(m, lowest, axes=1) for m in second_derivative_matrix(l, cartesian)]


def _powers(l: int, delta: np.ndarray) -> np.ndarray:  # noqa: E741
    """(n_monomials, n_atoms, n_points) monomials of degree l."""
    return np.stack([delta[0] ** i * delta[1] ** j * delta[2] ** k for i, j, k in monomials(l)])


@cache
def second_derivative_matrix(l: int, cartesian: bool) -> np.ndarray:  # noqa: E741
    """(6, n_functions, n_monomials of degree l-2): xx, xy, xz, yy, yz and zz derivatives of ``angular_matrix``."""
    # Cartesian shells are the monomials themselves, up to a factor that is divided out
    step = np.linalg.inv(angular_matrix(l - 1, True)) @ derivative_matrix(l - 1, True)
    return np.stack([derivative_matrix(l, cartesian)[i] @ step[j] for i, j in PAIRS])
