"""Which images are trained on and which are tested.

Test trajectories (role 'test', own seed) are never trained on.  A species counts in the leave-one-out
figures with at least 150 bond instances from at least 5 snapshots; relaxed structures are never test data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MIN_INSTANCES, MIN_SNAPSHOTS = 150, 5


def training_rows(table: pd.DataFrame) -> np.ndarray:
    """Rows of training trajectories and relaxed structures."""
    return np.nonzero((table["role"] != "test").to_numpy())[0]


def heldout_frame_rows(table: pd.DataFrame) -> np.ndarray:
    """Rows of whole independent test trajectories."""
    return np.nonzero((table["role"] == "test").to_numpy())[0]


def counted_species(table: pd.DataFrame, *, min_instances: int = MIN_INSTANCES) -> list[str]:
    """Species with enough instances and snapshots, in order of size."""
    thermal = table[table["role"] != "relaxed"]
    bonds = thermal.drop_duplicates(["wavefunction", "i", "j", "shift"]).groupby("species").size()
    snapshots = thermal.groupby("species")["wavefunction"].nunique()
    keep = (bonds >= min_instances) & (snapshots >= MIN_SNAPSHOTS)
    return sorted(bonds.index[keep], key=lambda s: (-int(bonds[s]), s))


def leave_species_out(table: pd.DataFrame, species: str) -> tuple[np.ndarray, np.ndarray]:
    """(training rows, test rows): everything of a species is left out; its thermal frames are the test."""
    own = (table["species"] == species).to_numpy()
    thermal = (table["role"] != "relaxed").to_numpy()
    return np.nonzero(~own & (table["role"] != "test").to_numpy())[0], np.nonzero(own & thermal)[0]


def n_bonds(table: pd.DataFrame) -> int:
    """Number of distinct bond instances."""
    return len(table[["wavefunction", "i", "j", "shift"]].drop_duplicates())
