"""How couplings fall with distance: binned medians, a fitted power law beside an exponential, the deviation from xTB.

power law    ln s = a - n ln d          exponential    ln s = a - d / l          both by least squares over pairs
AIC = N ln(RSS / N) + 2 k, smaller is better.  Slopes to compare with: an energy ~ r^-n has a Hessian ~ r^-(n+2).
deviation = RMS over bins of 0.5 Angstrom of log10(median of the model / median of xTB).
"""

from __future__ import annotations

from typing import NamedTuple

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
    """exponent: n of the power law with its 95 % bootstrap interval; length: l of the exponential, Angstrom.

    aic_power, aic_exponential: smaller is better; n_pairs: how many were fitted.
    """

    exponent: float
    low: float
    high: float
    length: float
    aic_power: float
    aic_exponential: float
    n_pairs: int

    @property
    def is_power_law(self) -> bool:
        return self.aic_power < self.aic_exponential


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


def fit_decay(distances: np.ndarray, sizes: np.ndarray, *, seed: int, n_bootstrap: int = N_BOOTSTRAP) -> Decay:
    """Fit pairs (n,) of distance (Angstrom) and positive size; raises PotentialError for fewer than 10."""
    kept = (sizes > 0) & (distances > 0)
    d, s = distances[kept], np.log(sizes[kept])
    if len(d) < FEWEST:
        raise PotentialError(f"{len(d)} pairs are too few to fit a decay; at least {FEWEST} are needed.")
    slope, rss_power = _line(np.log(d), s)
    rate, rss_exponential = _line(d, s)
    rng = np.random.default_rng(seed)
    drawn = [_line(np.log(d[pick]), s[pick])[0] for pick in rng.integers(0, len(d), (n_bootstrap, len(d)))]
    low, high = np.percentile(drawn, [2.5, 97.5])
    n = len(d)
    aic = [n * np.log(max(rss, 1e-300) / n) + 4 for rss in (rss_power, rss_exponential)]
    return Decay(-slope, -float(high), -float(low), -1 / rate if rate else np.inf, float(aic[0]), float(aic[1]), n)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(slope, residual sum of squares) of a straight line; slope 0 where all x are one."""
    centred = x - x.mean()
    spread = (centred**2).sum()
    slope = float((centred * y).sum() / spread) if spread else 0.0
    return slope, float(((y - y.mean() - slope * centred) ** 2).sum())


def deviation(distances: np.ndarray, model: np.ndarray, reference: np.ndarray) -> float:
    """RMS over distance bins of log10 of the ratio of medians; pairs (n,) of positive couplings of model and reference."""
    ours, theirs = (decay_curve(distances, sizes).set_index("distance")["median"] for sizes in (model, reference))
    ratio = np.log10(ours / theirs).replace([np.inf, -np.inf], np.nan).dropna()
    return float(np.sqrt((ratio**2).mean())) if len(ratio) else float("nan")
