"""The quantum reference on the same frame: forces and second derivatives by xTB."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..device import one_thread
from ..structures.relax import energy_and_forces
from ..structures.structure import Structure

STEP = 5e-3
"""Angstrom: central differences of xTB forces; smaller steps feel the convergence of its charges."""


def reference_hessian(structure: Structure, method: str, *, progress: Callable[[int, int], None] | None = None) -> np.ndarray:
    """(n_atoms, 3, n_atoms, 3) eV/Angstrom^2 by central differences, made symmetric.

    progress: called with (coordinates done, all); raise in it to cancel.  Raises StructureError where xTB fails.
    """
    n = len(structure)
    found = np.zeros((3 * n, 3 * n))
    for k in range(3 * n):
        sides = []
        for sign in (1, -1):
            positions = structure.positions.copy()
            positions[k // 3, k % 3] += sign * STEP
            with one_thread():
                sides.append(energy_and_forces(structure.with_(positions=positions), method=method)[1].ravel())
        found[k] = (sides[1] - sides[0]) / (2 * STEP)
        if progress:
            progress(k + 1, 3 * n)
    return (0.5 * (found + found.T)).reshape(n, 3, n, 3)
