"""An SCF that runs away is stopped, and tried again with tighter lattice sums."""

from __future__ import annotations

import pytest

from bondgenome_core.electrons import campaign
from bondgenome_core.electrons.progress import LOST, ScfCycle, stopping_when_lost
from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST
from bondgenome_core.errors import ElectronsError
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit
ATOM = Structure([79], [[0.0, 0.0, 0.0]], multiplicity=2)


class Answer:
    def __init__(self, converged):
        self.converged = converged


def cycle(number, energy):
    return ScfCycle(number, 60, energy, 0.0)


def test_a_rise_far_above_the_lowest_energy_stops_the_scf():
    seen = []
    watch = stopping_when_lost(seen.append)
    for number, energy in enumerate((-1520.0, -1522.0, -1522.0 + 0.9 * LOST, -1521.0)):
        watch(cycle(number, energy))
    with pytest.raises(ElectronsError, match="ran away"):
        watch(cycle(4, -1522.0 + 1.1 * LOST))
    assert len(seen) == 5


@pytest.mark.parametrize("first", ["lost", "unconverged"])
def test_the_second_attempt_is_tighter(monkeypatch, first):
    asked = []

    def run(structure, request, **_):
        asked.append(request.precision)
        if len(asked) == 1 and first == "lost":
            raise ElectronsError("The SCF ran away.")
        return Answer(len(asked) > 1)

    monkeypatch.setattr(campaign, "run_scf", run)
    assert campaign._in_two_attempts(ATOM, GOLD_REQUEST, None).converged
    assert asked == [GOLD_REQUEST.precision, campaign.TIGHT]
    asked.clear()
    monkeypatch.setattr(campaign, "run_scf", lambda structure, request, **_: asked.append(request) or Answer(False))
    assert not campaign._in_two_attempts(ATOM, MOLECULE_REQUEST, None).converged
    assert len(asked) == 1  # lattice sums are no part of the molecular engine
