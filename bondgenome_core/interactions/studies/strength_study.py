"""How strongly each pair of elements is coupled, as it stands and at equal distance, in a model and in xTB."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..strength import strength_by_kind

COMPARED = ("lrp", "hessian", "xtb")


def strength_study(pairs: pd.DataFrame) -> dict[str, Any]:
    """Quartiles per kind for each measure, and how far the orders of kinds agree; pairs: from ``pair_table``."""
    told = pairs[~pairs["noise"]]
    kinds, distances = told["kind"].to_numpy(), told["distance"].to_numpy()
    tables = {m: strength_by_kind(kinds, distances, told[m].to_numpy()) for m in COMPARED}
    agreement = {
        m: {
            column: _agreement(tables[m][f"{column}_median"], tables["xtb"][f"{column}_median"])
            for column in ("raw", "equal_distance")
        }
        for m in COMPARED
        if m != "xtb"
    }
    return {
        "n_frames": int(pairs["frame"].nunique()), "n_pairs": len(told), "force_share": float(pairs["force_share"].mean()),
        "kinds": {m: t.to_dict("records") for m, t in tables.items()}, "agreement_with_xtb": agreement,
    }  # fmt: skip


def _agreement(ours: pd.Series, theirs: pd.Series) -> float | None:
    """Spearman's coefficient of medians per kind; None where they are all alike, as zeros of pairs beyond the cut-off are."""
    known = ours.notna() & theirs.notna()
    if ours[known].nunique() < 2 or theirs[known].nunique() < 2:
        return None
    return float(ours[known].corr(theirs[known], method="spearman"))
