"""How well indices are read from genomes, beside what bond length and kind alone would say.

r2[i] is the smaller of the R2 within S-Au and within Au-Au: pooling the kinds would mostly measure the kind.
index_gain is the mean over all indices except length of RMSE(genome) / RMSE(gradient-boosted trees on length and kind).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .index_model import INDICES

FEWEST = 20
"""Bonds of a kind below which no R2 is stated."""
LEAST_SPREAD = 0.01


def r2_within_kinds(predicted: np.ndarray, table: pd.DataFrame) -> dict[str, float | None]:
    """The smallest R2 over bond kinds, per index; predicted: (n, 8) in the order of INDICES.

    A kind that has no spread of an index (below 1 % of that over all kinds) has no R2 of it; None where no kind has.
    """
    out: dict[str, float | None] = {}
    for k, name in enumerate(INDICES):
        target = table[name].to_numpy(dtype=float)
        scores = []
        for rows in table.groupby("kind").indices.values():
            kept = rows[np.isfinite(target[rows])]
            if len(kept) >= FEWEST and target[kept].std() > LEAST_SPREAD * np.nanstd(target):
                scores.append(_r2(predicted[kept, k], target[kept]))
        out[name] = round(min(scores), 4) if scores else None
    return out


def _r2(predicted: np.ndarray, target: np.ndarray) -> float:
    return float(1 - ((predicted - target) ** 2).sum() / ((target - target.mean()) ** 2).sum())


def predict_from_length_and_kind(train: pd.DataFrame, test: pd.DataFrame, *, seed: int = 0) -> np.ndarray:
    """(n_test, 8) by gradient-boosted trees that see bond length and kind alone."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    kinds = sorted(set(train["kind"]) | set(test["kind"]))

    def seen(table: pd.DataFrame) -> np.ndarray:
        return np.column_stack([table["length"], table["kind"].map(kinds.index)])

    columns = []
    for name in INDICES:
        known = train[name].notna().to_numpy()
        trees = HistGradientBoostingRegressor(random_state=seed).fit(seen(train)[known], train[name].to_numpy()[known])
        columns.append(trees.predict(seen(test)))
    return np.column_stack(columns)


def index_gain(predicted: np.ndarray, baseline: np.ndarray, table: pd.DataFrame) -> float:
    """Mean ratio of RMSE over all indices except length; below 1 the genome knows more than length and kind."""
    ratios = []
    for k, name in enumerate(INDICES):
        if name == "length":
            continue
        target = table[name].to_numpy(dtype=float)
        known = np.isfinite(target)
        own, other = (np.sqrt(((p[known, k] - target[known]) ** 2).mean()) for p in (predicted, baseline))
        ratios.append(own / other)
    return round(float(np.mean(ratios)), 4)


def index_figures(predicted: np.ndarray, train: pd.DataFrame, test: pd.DataFrame, *, seed: int = 0) -> dict[str, Any]:
    """r2, r2_lengthkind_only and index_gain of one split."""
    baseline = predict_from_length_and_kind(train, test, seed=seed)
    return {
        "r2": r2_within_kinds(predicted, test), "r2_lengthkind_only": r2_within_kinds(baseline, test),
        "index_gain": index_gain(predicted, baseline, test),
    }  # fmt: skip
