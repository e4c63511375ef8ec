"""Which missing amon to compute next: the one that lowers the query's uncertainty most for its cost.

gain of B = (k_qB - k_q (K + lambda I)^-1 k_B)^2 / (K_BB + lambda - k_B (K + lambda I)^-1 k_B): by how much the Gaussian-process
variance of the query falls when B is known beside the amons that are.  It needs geometries alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .kernel import molecule_kernel, widths
from .regression import LAMBDA, Comparison


def gains(found: Comparison, known: np.ndarray) -> np.ndarray:
    """(n,) fall of the variance for each training molecule that is not known; 0 for those that are.  known: (n,) bool."""
    n, sigma = len(found.training), widths(found.among, found.to_query)
    k = molecule_kernel(found.among, sigma, n, n).cpu().numpy()
    kq = molecule_kernel(found.to_query, sigma, 1, n).cpu().numpy()[0]
    out, missing, there = np.zeros(n), np.flatnonzero(~known), np.flatnonzero(known)
    regular = k[np.ix_(there, there)] + LAMBDA * np.eye(len(there))
    solved = np.linalg.solve(regular, k[np.ix_(there, missing)]) if len(there) else np.zeros((0, len(missing)))
    shared = kq[missing] - kq[there] @ solved
    own = k[missing, missing] + LAMBDA - (k[np.ix_(missing, there)] * solved.T).sum(1)
    out[missing] = shared**2 / np.maximum(own, LAMBDA)
    return out


def ranked(found: Comparison, known: np.ndarray, seconds: Sequence[float]) -> list[int]:
    """Missing training molecules, the largest gain per second first."""
    worth = gains(found, known) / np.maximum(np.asarray(seconds, dtype=float), 1e-9)
    return sorted(np.flatnonzero(~known).tolist(), key=lambda k: (-worth[k], k))
