"""The page of the five studies: it shows what was kept, and says what is missing or of other weights."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bondgenome_core.interactions.studies import report
from bondgenome_core.interactions.studies.body_study import body_study, triples_by_angle
from bondgenome_core.interactions.studies.decay_study import decay_study
from bondgenome_core.interactions.studies.pairs import pair_table, reference_blocks
from bondgenome_core.interactions.studies.size_study import participation_table, size_study
from bondgenome_core.interactions.studies.strength_study import strength_study
from bondgenome_core.structures.bonds import with_bonds
from tests.interactions.conftest import trial
from tests.pages.test_pages import ROOT
from tests.potentials.conftest import ethanol

__all__ = ["ethanol", "trial"]
pytestmark = pytest.mark.page


@pytest.fixture
def shipped(trial, monkeypatch, tmp_path):
    monkeypatch.setattr("bondgenome_core.potentials.shipped.POTENTIALS", trial.folder.parent)
    monkeypatch.setattr(report, "STUDIES", tmp_path)
    st.cache_data.clear()
    yield trial
    st.cache_data.clear()


@pytest.fixture
def kept(shipped, ethanol):
    """Every study of the trial potential, on ethanol."""
    frame = with_bonds(ethanol)
    pairs = pair_table(shipped, [frame], reference_blocks([frame], "GFN2-xTB", say=lambda _: None), gamma=0.1)
    own = {"model": shipped.name, "kind": "SchNet", "molecule": "ethanol", "method": "GFN2-xTB", "gamma": 0.1}
    drawn = {c: pairs[c].tolist() for c in ("kind", "distance", "lrp", "endpoint", "hessian", "xtb")}
    report.write_report("strength", [own | strength_study(pairs)])
    report.write_report("decay", [own | decay_study(pairs, cutoff=5.0, n_layers=2) | {"sample": drawn}])
    bodies = body_study(shipped.potential, [frame], gammas=(0.0, 0.1))
    triples = triples_by_angle(shipped.potential, [frame], gamma=0.1)
    report.write_report("bodies", [own | bodies | {"null": False, "triples": triples}])
    table = participation_table(shipped, [frame] * 2, {"ethanol": "alkane"}, gamma=0.1)
    table.loc[1, "n_atoms"] = 12
    families = size_study({"energy, sum": table})["energy, sum"]
    report.write_report("size", [{
        "kind": "SchNet", "models": {"energy, sum": shipped.name}, "value_error_share": {"energy, sum": 0.1},
        "families": {"energy, sum": families | {"polyene": families["alkane"]}},
    }])  # fmt: skip
    run = {"times_ps": [1.0, 2.0], "median_ps": 1.5, "n_survivors": 0, "causes": ["hot", "hot"]}
    rows = [{"name": f"m{k}", "kind": "SchNet", "cutoff": 3.0 + k, "force_mae": 0.1 * k, "deviation": 0.2, "md_300": run,
             "md_500": run | {"times_ps": [1.0, float(k)]}} for k in range(3)]  # fmt: skip
    report.write_report("stability", rows)
    scaling = {"kind": "SchNet", "n_atoms": [60, 600], "seconds": [0.006, 0.06], "memory_mib": [6.0, 60.0], "time_exponent": 1.0,
               "memory_exponent": 1.0}  # fmt: skip
    report.write_report("scaling", [scaling])


def run() -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "learning.py"), default_timeout=60).run()
    assert not app.exception
    return app


def test_studies_that_were_not_computed_are_asked_for(shipped):
    assert any("evaluate interactions --update" in i.value for i in run().info)


@pytest.mark.usefixtures("kept")
def test_a_kept_study_says_on_what_it_rests():
    said = " ".join(c.value for c in run().caption)
    assert "test frames" in said
    assert "force error" in said
    assert "equal distance" in said


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("study", ["strength", "size", "decay", "bodies", "stability", "scaling"])
def test_every_view_draws_its_study(study):
    app = AppTest.from_string(f"from bondgenome_ui.studies import VIEWS; VIEWS[{study!r}][1]()", default_timeout=60).run()
    assert not app.exception
    assert not app.info
    assert app.caption


@pytest.mark.usefixtures("kept")
def test_a_study_of_other_weights_is_not_shown(monkeypatch):
    monkeypatch.setattr(report, "weights_hash", lambda _: "other")
    app = run()
    assert any("other weights" in i.value for i in app.info)
    assert not app.caption
