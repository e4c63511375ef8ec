"""How couplings fall with distance: binned medians, a fitted power law beside an exponential, the deviation from xTB.

power law    ln s = a - n ln d          exponential    ln s = a - d / l          both by least squares over pairs
AIC = N ln(RSS / N) + 2 k, smaller is better.  Slopes to compare with: an energy ~ r^-n has a Hessian ~ r^-(n+2).
Intervals: atoms are drawn anew, each pair counts as often as both its atoms; pairs of an atom are not independent.
deviation = RMS over bins of 0.5 Angstrom of log10(median of the model / median of xTB); a median of the model below xTB's noise
counts as that noise, so that an interaction the model misses is a deviation, too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import PotentialError

WIDTH = 0.5
"""Angstrom."""
NOISE_FLOOR = 1e-4
"""Of the largest block of xTB: smaller ones are noise of its differences."""
FEWEST = 10
N_BOOTSTRAP = 500


class Decay(NamedTuple):
    """exponent: n of the power law with its 95 % bootstrap interval; at_one: its size at 1 Angstrom; length: l of the
    exponential, Angstrom.

    aic_power, aic_exponential: smaller is better; n_pairs: how many were fitted.
    """

    exponent: float
    low: float
    high: float
    at_one: float
    length: float
    aic_power: float
    aic_exponential: float
    n_pairs: int

    def as_record(self) -> dict[str, Any]:
        """All values by name, and which law is preferred."""
        return self._asdict() | {"is_power_law": self.aic_power < self.aic_exponential}


def above_noise(reference: np.ndarray) -> np.ndarray:
    """(n_atoms, n_atoms) bool: blocks of the xTB Hessian that are more than noise; reference: their norms."""
    return reference > NOISE_FLOOR * reference.max()


def decay_curve(distances: np.ndarray, sizes: np.ndarray, width: float = WIDTH) -> pd.DataFrame:
    """Per bin of distance (Angstrom): its middle, median, 10 and 90 % quantiles and number of pairs."""
    bins = np.floor(distances / width).astype(int)
    grouped = pd.DataFrame({"bin": bins, "size": sizes}).groupby("bin")["size"]
    table = grouped.quantile([0.1, 0.5, 0.9]).unstack()
    table.columns = ["low", "median", "high"]
    return table.assign(distance=(table.index + 0.5) * width, n=grouped.size()).reset_index(drop=True)


def fit_decay(distances: np.ndarray, sizes: np.ndarray, atoms: np.ndarray, *, seed: int,
              n_bootstrap: int = N_BOOTSTRAP) -> Decay:  # fmt: skip
    """Fit pairs (n,) of distance (Angstrom) and positive size; atoms: (n, 2) whose they are.

    Raises PotentialError for fewer than 10 pairs.
    """
    kept = (sizes > 0) & (distances > 0)
    d, s = distances[kept], np.log(sizes[kept])
    if len(d) < FEWEST:
        raise PotentialError(f"{len(d)} pairs are too few to fit a decay; at least {FEWEST} are needed.")
    slope, offset, rss_power = _line(np.log(d), s)
    rate, _, rss_exponential = _line(d, s)
    names, ends = np.unique(atoms[kept], return_inverse=True)
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(n_bootstrap):
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        weights = times[ends.reshape(-1, 2)].prod(1)
        if np.count_nonzero(weights) >= 2:
            drawn.append(_line(np.log(d), s, weights)[0])
    low, high = np.percentile(drawn, [2.5, 97.5])
    n = len(d)
    aic = [n * np.log(max(rss, 1e-300) / n) + 4 for rss in (rss_power, rss_exponential)]
    length = -1 / rate if rate else np.inf
    return Decay(-slope, -float(high), -float(low), float(np.exp(offset)), length, float(aic[0]), float(aic[1]), n)


def _line(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float, float]:
    """(slope, value at 0, residual sum of squares) of a straight line; slope 0 where all x are one."""
    w = np.ones(len(x)) if weights is None else weights
    middle, level = np.average(x, weights=w), np.average(y, weights=w)
    spread = (w * (x - middle) ** 2).sum()
    slope = float((w * (x - middle) * y).sum() / spread) if spread else 0.0
    return slope, float(level - slope * middle), float((w * (y - level - slope * (x - middle)) ** 2).sum())


def deviation(distances: np.ndarray, model: np.ndarray, reference: np.ndarray) -> float:
    """RMS over distance bins of log10 of the ratio of medians; couplings of pairs (n,) in the model and in xTB."""
    ours, theirs = (decay_curve(distances, sizes).set_index("distance")["median"] for sizes in (model, reference))
    ratio = np.log10(ours.clip(lower=NOISE_FLOOR * reference.max()) / theirs)
    return float(np.sqrt((ratio**2).mean()))
