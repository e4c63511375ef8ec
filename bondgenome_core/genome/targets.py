"""Which indices belong to which image."""

from __future__ import annotations

import numpy as np
import pandas as pd

IDENTITY = ["wavefunction", "i", "j", "shift"]
"""Columns that name a bond in tables of slices and of indices."""


def gauge_targets(table: pd.DataFrame, indices: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """(rows of a slice table that show a gauge plane and whose bond has indices, those indices)."""
    rows = np.nonzero(np.isclose(table["azimuth_deg"], 0))[0]
    keyed = indices.assign(_known=True)
    found = table.iloc[rows][IDENTITY].merge(keyed, on=IDENTITY, how="left")
    known = found["_known"].notna().to_numpy()
    return rows[known], found[known].drop(columns="_known").reset_index(drop=True)
