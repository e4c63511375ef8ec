"""Are the eight values the same when everything accidental about training changes?

Five models differ in initial weights, batch order and validation split; nothing of one is known to another.  Codes of
the same held-out images are compared pair by pair (definitions: docs/theory/genome.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np


class Reproducibility(NamedTuple):
    """genes: (n_genes,) mean |Pearson r| over pairs after one-to-one matching.  subspace: mean R2 of one code linearly
    predicted from another, over both directions of all pairs."""

    genes: np.ndarray
    subspace: float


def reproducibility(codes: Sequence[np.ndarray]) -> Reproducibility:
    """codes: one (n_images, n_genes) per seed, rows in the same order."""
    pairs = list(combinations(codes, 2))
    genes = np.mean([matched_correlations(a, b) for a, b in pairs], axis=0)
    subspace = np.mean([linear_r2(x, y) for a, b in pairs for x, y in ((a, b), (b, a))])
    return Reproducibility(genes, float(subspace))


def matched_correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n_genes,) |r| of each gene of ``a`` with its own partner in ``b`` (Hungarian matching)."""
    from scipy.optimize import linear_sum_assignment

    n = a.shape[1]
    r = np.abs(np.corrcoef(a.T, b.T)[:n, n:])
    rows, columns = linear_sum_assignment(r, maximize=True)
    return r[rows, columns]


def linear_r2(source: np.ndarray, target: np.ndarray) -> float:
    """Mean over genes of the R2 of ``target`` from an affine map of ``source``."""
    x = np.column_stack([source, np.ones(len(source))])
    fitted = x @ np.linalg.lstsq(x, target, rcond=None)[0]
    return float((1 - ((target - fitted) ** 2).sum(0) / ((target - target.mean(0)) ** 2).sum(0)).mean())
