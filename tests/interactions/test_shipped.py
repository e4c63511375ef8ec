"""The shipped potentials have the errors that their cards state, and the shipped studies follow from their weights."""

from __future__ import annotations

import pytest

from bondgenome_core.interactions.studies.report import TITLES, load_report
from bondgenome_core.interactions.studies.stability_study import MEMBERS, stability_summary
from bondgenome_core.potentials.recipes import kept_frames
from bondgenome_core.potentials.shipped import list_potentials
from bondgenome_core.potentials.training import errors_of
from bondgenome_core.potentials.trajectories import of_role

pytestmark = pytest.mark.unit

N_ASKED = 60
"""Test frames spread over the set."""


@pytest.mark.parametrize("model", list_potentials(), ids=lambda m: m.name)
def test_the_error_of_a_card_is_found_again(model):
    test = of_role(kept_frames(model.card["data"]["name"]), "test")
    some, figures = test[:: max(1, len(test) // N_ASKED)], model.card["figures"]
    errors = errors_of(model.potential, some)
    kind = "force_mae" if model.has_forces else "value_mae"
    assert getattr(errors, kind) == pytest.approx(figures[kind][0], rel=0.25)


@pytest.mark.parametrize("study", TITLES)
def test_a_shipped_study_follows_from_the_shipped_weights(study):
    assert load_report(study)["results"]


def test_the_shipped_stability_study_holds_every_member_and_enough_of_them_count():
    rows = load_report("stability")["results"]
    assert [r["name"] for r in rows] == [m.name for m in MEMBERS]
    assert stability_summary(rows)["n_models"] >= 12
