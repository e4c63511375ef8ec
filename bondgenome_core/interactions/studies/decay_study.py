"""How couplings fall with distance in a model and in xTB, on molecules longer than the cut-off."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..decay import decay_curve, deviation, fit_decay

FITTED = ("lrp", "endpoint", "hessian", "xtb")


def decay_study(pairs: pd.DataFrame, *, cutoff: float, n_layers: int, seed: int = 0) -> dict[str, Any]:
    """Curves, fits and the deviation from xTB.  pairs: from ``pair_table``; cutoff: Angstrom.

    Pairs below xTB's noise are left out everywhere.  Fits hold pairs without a bond inside the cut-off: past it a model has
    no power law.
    """
    told = pairs[~pairs["noise"]]
    inside = told[~told["bonded"] & (told["distance"] < cutoff)]
    apart, atoms = inside["distance"].to_numpy(), inside[["i", "j"]].to_numpy()
    fits = {m: fit_decay(apart, inside[m].to_numpy(), atoms, seed=seed).as_record() for m in FITTED}
    curves = {m: decay_curve(told["distance"].to_numpy(), told[m].to_numpy()).to_dict("list") for m in FITTED}
    reach = told[told["distance"] < n_layers * cutoff]
    return {
        "n_frames": int(pairs["frame"].nunique()), "n_pairs": len(told), "n_noise": int(pairs["noise"].sum()),
        "longest": float(pairs["distance"].max()), "cutoff": cutoff, "reach": n_layers * cutoff, "curves": curves, "fits": fits,
        "deviation": deviation(reach["distance"].to_numpy(), reach["hessian"].to_numpy(), reach["xtb"].to_numpy()),
        "force_share": float(pairs["force_share"].mean()),
    }  # fmt: skip
