"""Small molecules and networks with random weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bondgenome_core.potentials.build import KINDS, build_potential
from bondgenome_core.structures.structure import Structure

ETHANOL = [
    (6, -0.89, 0.15, 0.02), (6, 0.46, -0.53, -0.04), (8, 1.44, 0.42, 0.12), (1, -1.05, 0.63, 1.0), (1, -1.69, -0.58, -0.12),
    (1, -0.98, 0.91, -0.77), (1, 0.56, -1.28, 0.75), (1, 0.60, -1.03, -1.01), (1, 2.29, -0.02, 0.03),
]  # fmt: skip


@pytest.fixture(scope="session")
def ethanol() -> Structure:
    return Structure([row[0] for row in ETHANOL], np.array([row[1:] for row in ETHANOL]), name="ethanol")


@pytest.fixture(params=list(KINDS))
def potential(request):
    """Random weights in double precision; references and scale that are not trivial."""
    model = build_potential({"kind": request.param, "n_features": 16, "cutoff": 4.0}, seed=3).double()
    model.references.copy_(torch.linspace(-1, 1, len(model.references)))
    model.scale.fill_(1.7)
    return model
