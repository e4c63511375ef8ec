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


@pytest.fixture(scope="session")
def trial(tmp_path_factory):
    """A released potential of ethanol after a few steps on random forces: for the machinery, never for figures."""
    import numpy as np

    from bondgenome_core.potentials.frames import Frame, FrameSet
    from bondgenome_core.potentials.shipped import Plan, PotentialModel, release_potential
    from bondgenome_core.potentials.training import Schedule
    from tests.potentials.conftest import ETHANOL

    rng, table = np.random.default_rng(0), np.array(ETHANOL)
    numbers, positions = table[:, 0].astype(int), table[:, 1:]
    frames = [
        Frame(
            numbers, positions + 0.05 * rng.normal(size=(9, 3)), float(rng.normal()), rng.normal(size=(9, 3)), f"ethanol/{role}"
        )
        for role in ["train"] * 16 + ["validation"] * 4 + ["test"] * 4
    ]
    out = tmp_path_factory.mktemp("models") / "potential-test-schnet-v0"
    architecture = {"kind": "SchNet", "n_features": 16, "n_layers": 2, "cutoff": 5.0}
    plan = Plan(architecture, Schedule(epochs=1), "GFN2-xTB", "A test.")
    release_potential(FrameSet(tuple(frames), {"name": "test"}), out, plan, say=lambda _: None)
    return PotentialModel(out)
