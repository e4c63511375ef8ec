"""``explain``, ``train potential`` and ``dataset frames`` on the command line."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.interactions.explanation import explain
from bondgenome_core.structures.gallery import load_gallery_structure
from tests.interactions.conftest import trial

__all__ = ["trial"]
pytestmark = pytest.mark.unit


@pytest.fixture
def shipped(trial, monkeypatch):
    monkeypatch.setattr("bondgenome_core.potentials.shipped.POTENTIALS", trial.folder.parent)
    return trial


def test_explain_says_what_the_library_says_and_how_wrong_the_model_is(verb, shipped):
    said = verb("explain", "ethanol", "--measure", "endpoint", "--json").json
    expected = explain(shipped, load_gallery_structure("ethanol"), "endpoint")
    np.testing.assert_allclose(said["matrix"], expected.matrix, atol=1e-6)
    assert said["leak_ev"] == pytest.approx(expected.leak, abs=1e-6)
    assert said["force_mae"] > 0
    assert said["unit"] == "eV"


def test_explain_takes_smiles_and_lists_the_strongest_pairs(verb, shipped):
    said = verb("explain", "CCO", "--measure", "hessian")
    assert said.code == 0
    assert said.out.startswith("force error") or said.out.startswith("UNRELIABLE")
    assert "eV/Å²" in said.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["explain", "au4_sh4"], "knows"),
        (["explain", "C("], "SMILES"),
        (["explain", "ethanol", "--measure", "colour"], "unknown"),
        (["explain", "ethanol", "--gamma", "-1"], "0 or more"),
        (["explain", "ethanol", "--model", "none"], "no potential"),
        (["explain", "missing.xyz"], "no file"),
    ],
)
def test_what_cannot_be_explained_gets_one_line(verb, shipped, arguments, word):
    said = verb(*arguments)
    assert (said.code, said.out) == (2, "")
    assert word in said.err
    assert said.err.count("\n") == 1


def test_unknown_sets_are_refused_with_those_there_are(verb, tmp_path):
    for arguments in (
        ["dataset", "frames", "nothing", "--out", tmp_path],
        ["train", "potential", "nothing", "--out", tmp_path / "m"],
    ):
        said = verb(*arguments)
        assert said.code == 2
        assert "ethanol" in said.err


def test_bench_explain_gets_the_same_pairs_from_single_walks(monkeypatch):
    from bondgenome_core.interactions import benchmark

    monkeypatch.setattr(benchmark, "REPEATS", 1)
    monkeypatch.setattr(benchmark, "FEATURES", 8)
    monkeypatch.setattr(benchmark, "ASPIRIN", "O")
    told = benchmark.bench_explain(walks_of="water", n_layers=2)
    assert told["n_walks"] == 27
    assert told["max_deviation"] < 1e-10
    assert told["speedup_vs_walks"] > 0
    assert set(told["aspirin_pairs_s"]) == {"schnet", "painn"}
