"""Intrinsic atomic orbitals (Knizia, 10.1021/ct400687b): free-atom orbitals polarised to hold the occupied orbitals exactly.

With P12 = S1^-1 S12, O = C C^T S1 the projector on occupied orbitals and O~ that on their orthonormalised shadow in the
free-atom basis, C~ = orth(P12 P21 C):
    A = orth[(O O~ + (1 - O)(1 - O~)) P12],  orth by S^-1/2 (Loewdin).
The density matrix over A, P = (C^T S1 A)^T n (C^T S1 A), has trace N, so charges and shares in it lose nothing.
"""

from __future__ import annotations

import numpy as np

from ..errors import ElectronsError

WHOLLY_OCCUPIED = 1e-3
"""Orbitals emptier than this share of the fullest (smeared metals) need not be held by the atomic orbitals."""


def occupied_in_intrinsic_orbitals(
    orbitals: np.ndarray, occupations: np.ndarray, s: np.ndarray, cross: np.ndarray, small: np.ndarray
) -> np.ndarray:
    """(n_orbitals, n_small) coefficients C^T S A of each occupied orbital over the intrinsic atomic orbitals.

    orbitals: (n, n_orbitals).  s: (n, n), cross: (n, n_small), small: (n_small, n_small) overlaps.
    Raises ElectronsError where there are more occupied orbitals than free-atom orbitals.
    """
    from scipy.linalg import cho_factor, cho_solve

    if not len(occupations):
        return np.zeros((0, cross.shape[1]))
    c = _orthonormal(orbitals[:, occupations > WHOLLY_OCCUPIED * occupations.max()], s)
    if c.shape[1] > cross.shape[1]:
        raise ElectronsError(f"{c.shape[1]} occupied orbitals do not fit into the {cross.shape[1]} orbitals of the free atoms.")
    p12 = cho_solve(cho_factor(s), cross)
    shadow = _orthonormal(p12 @ cho_solve(cho_factor(small), cross.T @ c), s)
    by_occupied, by_shadow = c @ (c.T @ cross), shadow @ (shadow.T @ cross)
    both = c @ ((c.T @ s @ shadow) @ (shadow.T @ cross))
    a = _orthonormal(p12 + 2 * both - by_occupied - by_shadow, s)
    return orbitals.T @ s @ a


def _orthonormal(vectors: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Columns V (V^T S V)^-1/2: those orthonormal ones that differ least from the given."""
    values, rotation = np.linalg.eigh(vectors.T @ s @ vectors)
    if values[0] < 1e-10:
        raise ElectronsError("The orbitals of the free atoms do not tell the occupied orbitals apart; the basis is unsuitable.")
    return vectors @ ((rotation / np.sqrt(values)) @ rotation.T)
