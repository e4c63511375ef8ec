"""A level shift changes the way to the converged state, not the state."""

from __future__ import annotations

import pytest

from bondgenome_core.electrons.progress import SETTLED, hold_apart
from bondgenome_core.electrons.request import MOLECULE_REQUEST
from bondgenome_core.electrons.scf import run_scf

pytestmark = pytest.mark.unit


def test_the_converged_energy_is_the_same_and_takes_other_steps(water, water_svp):
    held = run_scf(water, MOLECULE_REQUEST, level_shift_hartree=0.5)
    assert held.converged
    assert held.convergence["energy_hartree"] == pytest.approx(water_svp.convergence["energy_hartree"], abs=1e-7)
    assert held.convergence["gap_ev"] == pytest.approx(water_svp.convergence["gap_ev"], abs=1e-3)
    assert held.convergence["cycles"] != water_svp.convergence["cycles"]


def test_the_shift_is_gone_once_the_orbitals_have_settled():
    class MeanField:
        level_shift, callback = 0.0, staticmethod(lambda _: told.append(1))

    told, mf = [], MeanField()
    hold_apart(mf, 0.2)
    mf.callback({"norm_gorb": 2 * SETTLED})
    assert mf.level_shift == 0.2
    mf.callback({"norm_gorb": 0.5 * SETTLED})
    assert mf.level_shift == 0.0
    assert told == [1, 1]
