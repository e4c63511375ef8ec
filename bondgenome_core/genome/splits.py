"""Which images are trained on and which are tested.

Test trajectories (role 'test', own seed) are never trained on.  A species counts with at least 150 bond instances
from at least 5 snapshots; left out, it is tested on its test trajectories.  Relaxed structures are never test data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MIN_INSTANCES, MIN_SNAPSHOTS = 150, 5
VALIDATION_SHARE = 0.05


def training_rows(table: pd.DataFrame) -> np.ndarray:
    """Rows of training trajectories and relaxed structures."""
    return np.nonzero((table["role"] != "test").to_numpy())[0]


def heldout_frame_rows(table: pd.DataFrame) -> np.ndarray:
    """Rows of whole independent test trajectories."""
    return np.nonzero((table["role"] == "test").to_numpy())[0]


def validation_split(table: pd.DataFrame, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(training rows without, validation rows): some whole training trajectories, drawn by the seed; never the last one."""
    names = np.sort(table.loc[table["role"] == "train", "trajectory"].unique())
    n = min(max(1, round(VALIDATION_SHARE * len(names))), max(0, len(names) - 1))
    chosen = np.random.default_rng(seed).permutation(names)[:n]
    rows = training_rows(table)
    inside = table["trajectory"].iloc[rows].isin(chosen).to_numpy()
    return rows[~inside], rows[inside]


def counted_species(table: pd.DataFrame, *, min_instances: int = MIN_INSTANCES) -> list[str]:
    """Species with enough instances and snapshots, and a test trajectory, in order of size."""
    thermal = table[table["role"] != "relaxed"]
    bonds = thermal.drop_duplicates(["wavefunction", "i", "j", "shift"]).groupby("species").size()
    snapshots = thermal.groupby("species")["wavefunction"].nunique()
    tested = bonds.index.isin(table.loc[table["role"] == "test", "species"])
    keep = (bonds >= min_instances) & (snapshots >= MIN_SNAPSHOTS) & tested
    return sorted(bonds.index[keep], key=lambda s: (-int(bonds[s]), s))


def leave_species_out(table: pd.DataFrame, species: str) -> tuple[np.ndarray, np.ndarray]:
    """(training rows, test rows): everything of a species is left out; its test trajectories are the test."""
    own, test = (table["species"] == species).to_numpy(), (table["role"] == "test").to_numpy()
    return np.nonzero(~own & ~test)[0], np.nonzero(own & test)[0]


def n_bonds(table: pd.DataFrame) -> int:
    """Number of distinct bond instances."""
    return len(table[["wavefunction", "i", "j", "shift"]].drop_duplicates())
