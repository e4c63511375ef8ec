"""Angular parts of Gaussian shells as Cartesian polynomials, and their derivatives.

Real solid harmonics: r^l Y_lm = sqrt((2l+1)/4pi) N_m Pi_lm(z, r) {A_m or B_m}(x, y), with
A_m + i B_m = (x + iy)^m and Pi_lm = sum_k (-1)^k 2^-l C(l,k) C(2l-2k,l) (l-2k)!/(l-2k-m)! r^2k z^(l-2k-m)
(Helgaker, Jorgensen, Olsen, Molecular Electronic-Structure Theory, section 6.4, 10.1002/9781119019572).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from math import comb, factorial, pi, sqrt

import numpy as np

Monomial = tuple[int, int, int]
Polynomial = dict[Monomial, float]


@cache
def monomials(l: int) -> tuple[Monomial, ...]:  # noqa: E741
    """Exponents (i, j, k) of x^i y^j z^k with i + j + k = l: xx, xy, xz, yy, yz, zz for l = 2.

    >>> monomials(1)
    ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    """
    return tuple((i, j, l - i - j) for i in range(l, -1, -1) for j in range(l - i, -1, -1))


@cache
def factors(l: int) -> tuple[list[int], list[int]]:  # noqa: E741
    """Each monomial of degree l as one of degree l-1 (first list) times x, y or z (second list: 0, 1, 2).

    >>> factors(2)
    ([0, 1, 2, 1, 2, 2], [0, 0, 0, 1, 1, 2])
    """
    lower = {m: n for n, m in enumerate(monomials(l - 1))}
    axes = [next(a for a in range(3) if m[a]) for m in monomials(l)]
    rests = [tuple(p - (a == axis) for a, p in enumerate(m)) for m, axis in zip(monomials(l), axes, strict=True)]
    return [lower[rest] for rest in rests], axes  # type: ignore[index]


@cache
def angular_matrix(l: int, cartesian: bool) -> np.ndarray:  # noqa: E741
    """(n_functions, n_monomials): each function of a shell in monomials of degree l.

    Pure shells: normalised solid harmonics, m = -l..l, but x, y, z for l = 1.  Cartesian shells: the
    monomials themselves, times the harmonic's factor for s and p, where both conventions agree.
    """
    if cartesian and l > 1:
        return np.eye(len(monomials(l)))
    orders = (1, -1, 0) if l == 1 else range(-l, l + 1)
    index = {m: n for n, m in enumerate(monomials(l))}
    out = np.zeros((2 * l + 1, len(index)))
    for row, m in enumerate(orders):
        for term, value in _solid_harmonic(l, m).items():
            out[row, index[term]] += value
    return out


@cache
def derivative_matrix(l: int, cartesian: bool) -> np.ndarray:  # noqa: E741
    """(3, n_functions, n_monomials of degree l-1): x, y and z derivatives of ``angular_matrix``."""
    lower: dict[tuple[int, ...], int] = {m: n for n, m in enumerate(monomials(l - 1))}
    step = np.zeros((3, len(monomials(l)), len(lower)))
    for n, m in enumerate(monomials(l)):
        for axis in range(3):
            if m[axis]:
                reduced = tuple(p - (a == axis) for a, p in enumerate(m))
                step[axis, n, lower[reduced]] = m[axis]
    return angular_matrix(l, cartesian) @ step


def _solid_harmonic(l: int, m: int) -> Polynomial:  # noqa: E741
    a = abs(m)
    norm = sqrt((2 * l + 1) / (4 * pi) * factorial(l - a) / factorial(l + a) * (2 if a else 1))
    return {k: norm * v for k, v in _multiply(_axial(l, a), _azimuthal(a, sine=m < 0)).items()}


def _axial(l: int, m: int) -> Polynomial:  # noqa: E741
    out: Polynomial = defaultdict(float)
    for k in range((l - m) // 2 + 1):
        factor = (-1) ** k * 2.0**-l * comb(l, k) * comb(2 * l - 2 * k, l) * factorial(l - 2 * k) / factorial(l - 2 * k - m)
        for p in range(k + 1):
            for q in range(k - p + 1):
                r2k = comb(k, p) * comb(k - p, q)  # (x^2 + y^2 + z^2)^k
                out[(2 * p, 2 * q, 2 * (k - p - q) + l - 2 * k - m)] += factor * r2k
    return out


def _azimuthal(m: int, *, sine: bool) -> Polynomial:
    out: Polynomial = defaultdict(float)
    for p in range(m + 1):
        power = (m - p) % 4  # i^(m-p) is 1, i, -1, -i
        if (power % 2 == 1) == sine:
            out[(p, m - p, 0)] += comb(m, p) * (1 if power < 2 else -1)
    return out


def _multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    out: Polynomial = defaultdict(float)
    for (i, j, k), u in a.items():
        for (p, q, r), v in b.items():
            out[(i + p, j + q, k + r)] += u * v
    return out
