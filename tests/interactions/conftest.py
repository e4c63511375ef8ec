"""Networks of two layers: few enough walks to list them all."""

from __future__ import annotations

import pytest

from bondgenome_core.potentials.build import KINDS, build_potential
from tests.potentials.conftest import ethanol

__all__ = ["ethanol"]


@pytest.fixture(params=list(KINDS))
def potential(request):
    """Random weights in double precision."""
    return build_potential({"kind": request.param, "n_features": 16, "n_layers": 2, "cutoff": 4.0}, seed=3).double()
