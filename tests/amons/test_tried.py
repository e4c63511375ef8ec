"""Families are tried without leaving anything out; figures follow from the records."""

from __future__ import annotations

import pytest

from bondgenome_core.amons import evaluate
from bondgenome_core.amons.families import LIVE, Member
from bondgenome_core.amons.query import query_from_smiles
from bondgenome_core.amons.references import Store
from bondgenome_core.amons.tried import FAILED, at_size, coverage, load_study, mae, tried, write_study
from bondgenome_core.errors import AmonError, ArtefactError

pytestmark = pytest.mark.unit


def members(*smiles):
    return [Member("test", s, 7, lambda s=s: query_from_smiles(s)) for s in smiles]


@pytest.fixture(scope="module")
def records():
    return tried(members("O=CCc1ccccc1", "C[CH2]"), store=Store(), say=lambda _: None)


def test_a_failure_is_recorded_with_its_reason_and_counts(records):
    good, bad = records
    assert abs(good["error"]) < 0.5
    assert good["failure"] == ""
    assert "radical" in bad["failure"]
    assert bad["error"] == FAILED
    assert mae(records) == pytest.approx((abs(good["error"]) + FAILED) / 2)


def test_a_size_of_the_curve_is_found(records):
    assert at_size(records[0], 5)["k"] == 5
    assert at_size(records[0], 99)["error"] == records[0]["error"]
    assert at_size(records[1], 7) is None


def test_coverage_counts_no_interval_as_none():
    steps = [{"error": 0.5, "half_width": 1.0}, {"error": -2.0, "half_width": 1.0}, {"error": 0.0, "half_width": None}]
    assert coverage(steps) == (pytest.approx(1 / 3), 1.0)


def test_a_study_is_kept_and_a_missing_one_asked_for(records, tmp_path):
    with pytest.raises(ArtefactError, match="not computed yet"):
        load_study("base pairs", tmp_path)
    write_study("base pairs", records, folder=tmp_path)
    kept = load_study("base pairs", tmp_path)
    assert kept["reference"] == "GFN2-xTB"
    assert kept["records"][0]["error"] == records[0]["error"]


def test_figures_follow_from_the_records(monkeypatch):
    monkeypatch.setattr(evaluate, "is_warned", lambda smiles, k, store: True)
    step = {"k": 7, "error": 3.0, "half_width": 4.0}
    bio = [{"name": n, "error": e, "half_width": 1.0, "curve": [step]} for n, e in (("niacin", 1.0), ("caffeine", -1.5))]
    alive = [{"name": f"{n}, seed {s}", "error": 0.1 * s, "half_width": 1.0, "curve": []} for n in LIVE for s in range(5)]
    one = [{"name": "AT", "error": -0.4, "half_width": 1.0, "curve": []}]
    found = evaluate.error_figures(
        {"biomolecules": bio, "live set": alive} | dict.fromkeys(
            ("organic", "water", "base pairs", "polymers", "boron nitride", "silicon"), one
        ), Store(),
    )  # fmt: skip
    assert found["biomolecules_mae"] == pytest.approx(1.25)
    assert found["caffeine"] == {"k7": 3.0, "k9": 1.5, "k7_warned": True}
    assert found["live_set_median"] == pytest.approx(0.2)
    assert found["base_pairs"] == {"AT": 0.4}
    assert found["coverage95"] == 1.0
    assert found["interval_halfwidth_median"] == 1.0


@pytest.mark.reference
def test_counts_by_graph_are_the_published_ones():
    found = evaluate.count_figures()
    assert found["enumeration_counts"] == {
        "toluene": 7, "phenol": 7, "phenylacetaldehyde": 13, "2-(2-furyl)propan-2-ol": 31
    }  # fmt: skip
    assert all(f["ours"] > 0 for f in found["filtered_counts"].values())


def test_spectra_are_measured_against_qmllib_or_said_to_be_missing(monkeypatch):
    import builtins

    found = evaluate.spectra_figures()
    assert found["slatm_vs_qmllib_max_error"] < 1e-6
    imported = builtins.__import__

    def without(name, *rest):
        if name.startswith("qmllib"):
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AmonError, match="qmllib is not installed"):
        evaluate.spectra_figures()


def test_the_line_of_one_kcal_is_named_where_it_is(records):
    from bondgenome_core.amons.figures import family_figure

    figure = family_figure(records)
    (line,), (words,) = figure.layout.shapes, figure.layout.annotations
    assert words.text == "1 kcal/mol"
    assert 10**words.y == line.y0 == 1.0
