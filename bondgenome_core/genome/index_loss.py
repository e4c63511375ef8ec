"""What keeps the eight values readable: while a code is trained, a small network reads a bond's indices from them.

An image says little of a bond's length or polarity in pixels, so the error of the image alone lets a code drop them for
the sake of some detail of the rim.  The squared error of the reading, at a small weight, prevents it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .index_model import INDICES, TURNED
from .network import N_GENES
from .targets import gauge_targets

if TYPE_CHECKING:
    from torch import Tensor, nn

HEAD_WIDTH, LARGEST = 64, 4.0
"""Width of the network; targets count up to so many standard deviations, since a few bond paths break."""


def index_targets(table: pd.DataFrame, indices: pd.DataFrame | None) -> np.ndarray:
    """(n, 8) float32 indices of the gauge planes of a slice table in standard deviations within each kind, else NaN."""
    out = np.full((len(table), len(INDICES)), np.nan, dtype=np.float32)
    if indices is None:
        return out
    rows, found = gauge_targets(table, indices)
    values = found[list(INDICES)].astype(float)
    groups = values.groupby(table["kind"].iloc[rows].to_numpy())
    spread = groups.transform("std").clip(lower=0.01 * values.std(), axis=1)
    out[rows] = ((values - groups.transform("mean")) / spread).clip(-LARGEST, LARGEST)
    return out


def turned(targets: Tensor, reversed_z: np.ndarray) -> Tensor:
    """Targets (n, 8) of bonds, some of them with their axis reversed (n,) bool."""
    import torch

    odd = torch.tensor([name in TURNED for name in INDICES])
    flip = torch.from_numpy(reversed_z)[:, None] & odd
    return torch.where(flip.to(targets.device), -targets, targets)


def index_head(n_genes: int = N_GENES) -> nn.Sequential:
    """The network that reads along; it is dropped after training."""
    from torch import nn

    return nn.Sequential(
        nn.BatchNorm1d(n_genes, affine=False), nn.Linear(n_genes, HEAD_WIDTH), nn.SiLU(), nn.Linear(HEAD_WIDTH, HEAD_WIDTH),
        nn.SiLU(), nn.Linear(HEAD_WIDTH, len(INDICES)),
    )  # fmt: skip


def index_loss(read: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error over known targets, both (n, 8); 0 where none is known."""
    known = targets.isfinite()
    error = (read - targets.nan_to_num()) ** 2 * known
    return error.sum() / known.sum().clamp(min=1)
