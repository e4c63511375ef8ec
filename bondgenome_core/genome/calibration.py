"""Does the badge know how wrong the eight values are for a species they never saw?

Every fold gives badges and actual errors of the species it never saw.  The error that a badge states is the mean one at
that percentile among the other species; it is stated for a species without looking at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..slices.slice_set import SliceSet
    from .piece import Piece

N_PAIRS = 10


def calibration_figures(folds: dict[str, Piece], own: dict[str, SliceSet]) -> dict[str, Any]:
    """ood_calibration: Spearman correlation of badge percentile and actual error, all unseen species together.

    calibration_pairs: ten (stated error, actual error), groups of equal size by stated error.  stated_errors: (percentile,
    error) points that a badge reads its error from, from all species.
    """
    from scipy.stats import spearmanr

    measured = {s: badge_and_error(folds[s], own[s]) for s in folds}
    badge, actual = (np.concatenate([m[k] for m in measured.values()]) for k in (0, 1))
    stated = np.concatenate([_stated(measured, s) for s in measured]) if len(measured) > 1 else np.full(len(badge), actual.mean())
    groups = np.array_split(np.argsort(stated, kind="stable"), N_PAIRS)
    return {
        # one badge for all ranks nothing
        "ood_calibration": round(float(spearmanr(badge, actual).statistic), 4) if np.ptp(badge) else 0.0,
        "calibration_pairs": [[round(float(v[g].mean()), 5) for v in (stated, actual)] for g in groups if len(g)],
        "stated_errors": [[round(float(v), 5) for v in point] for point in error_curve(badge, actual)],
    }  # fmt: skip


def badge_and_error(piece: Piece, test: SliceSet) -> tuple[np.ndarray, np.ndarray]:
    """(n,) badge percentiles of test images and (n,) their errors over counting pixels."""
    from .evaluate import image_errors

    genomes = piece.code.encode(test.elf(), test.masks)
    return piece.code.badge_percentiles(genomes), image_errors(piece.code.decode(genomes), test)


def error_curve(badge: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """(n, 2) percentile and error, never falling: isotonic regression, thinned to its corners."""
    from sklearn.isotonic import IsotonicRegression

    fit = IsotonicRegression(out_of_bounds="clip").fit(badge, actual)
    return np.column_stack([fit.X_thresholds_, fit.y_thresholds_])


def _stated(measured: dict[str, tuple[np.ndarray, np.ndarray]], species: str) -> np.ndarray:
    others = [m for name, m in measured.items() if name != species]
    curve = error_curve(*(np.concatenate([m[k] for m in others]) for k in (0, 1)))
    return np.asarray(np.interp(measured[species][0], curve[:, 0], curve[:, 1]))
