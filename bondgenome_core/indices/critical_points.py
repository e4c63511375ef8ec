"""Bond critical points: where grad rho = 0 with two negative and one positive curvature, a (3,-1) point.

(Bader, 10.1021/cr00005a013.)  From the midpoint by eigenvector following (10.1021/j100247a015): in the eigenvectors v_k of
the Hessian, step_k = -g_k / |lambda_k| along the vector most like the bond axis (downhill) and +g_k / |lambda_k|
along the other two (uphill).  Near a (3,-1) point this is Newton's step.  The point counts only if it belongs to
the bond: between the two atoms, near their line, and with its positive curvature along it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..units import ANGSTROM_PER_BOHR
from .density import Density

CONVERGED = 1e-7
"""|grad rho| in electrons per bohr^4."""
MAX_STEPS, MAX_STEP = 40, 0.15
"""Number of steps, and their largest length in Angstrom."""
MAX_OFFSET = 0.5
"""Angstrom from the bond line."""
MIN_ALIGNMENT = 0.7
"""|cosine| between the direction of positive curvature and the bond."""
SAME_POINT = 0.02
"""Angstrom: two bonds cannot share a critical point; the shorter keeps it."""


class CriticalPoints(NamedTuple):
    """One per bond.  found: (n,) bool; the rest counts only where True.

    position: (n, 3) Angstrom.  rho: (n,) electrons/bohr^3.  laplacian: (n,) electrons/bohr^5.
    ellipticity: (n,) lambda_1/lambda_2 - 1, lambda_1 the most negative curvature.
    """

    found: np.ndarray
    position: np.ndarray
    rho: np.ndarray
    laplacian: np.ndarray
    ellipticity: np.ndarray


def find_bond_critical_points(density: Density, a: np.ndarray, b: np.ndarray) -> CriticalPoints:
    """The critical points of bonds from a to b, both (n, 3) Angstrom."""
    length = np.linalg.norm(b - a, axis=1)
    axis = (b - a) / length[:, None]
    points, converged = _follow(density, 0.5 * (a + b), axis, length)
    fields = density(points)
    values, vectors = np.linalg.eigh(fields.hessian)
    saddle = converged & (values[:, 1] < 0) & (values[:, 2] > 0)
    found = saddle & _belongs(points - 0.5 * (a + b), axis, length, vectors[:, :, 2])
    _drop_shared(found, points, length)
    with np.errstate(divide="ignore", invalid="ignore"):
        ellipticity = values[:, 0] / values[:, 1] - 1
    return CriticalPoints(found, points, fields.rho, fields.laplacian, ellipticity)


def _follow(density: Density, start: np.ndarray, axis: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Converged points (n, 3) and whether they converged, all bonds together."""
    points, converged = start.copy(), np.zeros(len(start), dtype=bool)
    active = np.arange(len(start))
    for _ in range(MAX_STEPS):
        fields = density(points[active])
        done = np.linalg.norm(fields.gradient, axis=1) < CONVERGED
        converged[active[done]] = True
        # a walk that has left the sphere around the bond cannot come to its critical point
        lost = np.linalg.norm(points[active] - start[active], axis=1) > length[active]
        go = ~(done | lost)
        if not go.any():
            break
        active = active[go]
        points[active] += _step(fields.gradient[go], fields.hessian[go], axis[active])
    return points, converged


def _step(gradient: np.ndarray, hessian: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Angstrom, at most MAX_STEP long."""
    values, vectors = np.linalg.eigh(hessian)
    along = np.argmax(np.abs(np.einsum("nik,ni->nk", vectors, axis)), axis=1)
    sign = np.ones_like(values)
    sign[np.arange(len(sign)), along] = -1.0
    components = np.einsum("nik,ni->nk", vectors, gradient)
    step = np.einsum("nik,nk->ni", vectors, sign * components / np.maximum(np.abs(values), 1e-6)) * ANGSTROM_PER_BOHR
    size = np.linalg.norm(step, axis=1, keepdims=True)
    return step * np.minimum(1.0, MAX_STEP / np.maximum(size, 1e-12))


def _belongs(relative: np.ndarray, axis: np.ndarray, length: np.ndarray, upward: np.ndarray) -> np.ndarray:
    """Between the atoms, near the line, curved upward along it; relative: (n, 3) from the midpoint."""
    along = (relative * axis).sum(1)
    offset = np.linalg.norm(relative - along[:, None] * axis, axis=1)
    return (np.abs(along) < 0.5 * length) & (offset < MAX_OFFSET) & (np.abs((upward * axis).sum(1)) > MIN_ALIGNMENT)


def _drop_shared(found: np.ndarray, points: np.ndarray, length: np.ndarray) -> None:
    """Where two bonds found one point, the longer bond has none (in place)."""
    from scipy.spatial import cKDTree

    index = np.nonzero(found)[0]
    if len(index) < 2:
        return
    for m, n in cKDTree(points[index]).query_pairs(SAME_POINT):
        found[max(index[m], index[n], key=lambda k: length[k])] = False
