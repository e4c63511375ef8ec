"""How couplings fall with distance in a model and in xTB, on molecules longer than the cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..decay import Decay, decay_curve, deviation, fit_decay

FITTED = ("lrp", "endpoint", "hessian", "xtb")


def decay_study(pairs: pd.DataFrame, *, cutoff: float, n_layers: int, other_seeds: Sequence[np.ndarray] = (),
                seed: int = 0) -> dict[str, Any]:  # fmt: skip
    """Curves, fits and the deviation from xTB.  pairs: from ``pair_table``; cutoff: Angstrom; other_seeds: Hessian couplings of
    the same pairs in networks trained from other seeds.

    Pairs below xTB's noise are left out everywhere.  Fits hold pairs without a bond inside the cut-off: past it a model has
    no power law.
    """
    told = pairs[~pairs["noise"]]
    inside = told[~told["bonded"] & (told["distance"] < cutoff)]
    fits = {m: _fit(inside, m, seed).as_record() for m in FITTED}
    curves = {m: decay_curve(told["distance"].to_numpy(), told[m].to_numpy()).to_dict("list") for m in FITTED}
    reach = n_layers * cutoff
    others = [told.assign(hessian=sizes[~pairs["noise"].to_numpy()]) for sizes in other_seeds]
    by_seed = {
        "deviation": [_deviation(t, reach) for t in (told, *others)],
        "exponent": [fits["hessian"]["exponent"], *(_fit(t.loc[inside.index], "hessian", seed).exponent for t in others)],
    }
    return {
        "n_frames": int(pairs["frame"].nunique()), "n_pairs": len(told), "n_noise": int(pairs["noise"].sum()),
        "longest": float(pairs["distance"].max()), "cutoff": cutoff, "reach": reach, "curves": curves, "fits": fits,
        "deviation": by_seed["deviation"][0], "by_seed": by_seed, "force_share": float(pairs["force_share"].mean()),
    }  # fmt: skip


def _fit(pairs: pd.DataFrame, measure: str, seed: int) -> Decay:
    return fit_decay(pairs["distance"].to_numpy(), pairs[measure].to_numpy(), pairs[["i", "j"]].to_numpy(), seed=seed)


def _deviation(pairs: pd.DataFrame, reach: float) -> float:
    near = pairs[pairs["distance"] < reach]
    return deviation(near["distance"].to_numpy(), near["hessian"].to_numpy(), near["xtb"].to_numpy())
