"""What the page shows: matrices, their trust, tables and files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bondgenome_core.errors import ArtefactError, PotentialError
from bondgenome_core.interactions.explanation import MEASURES, Explanation, Reliability, explain, reliability
from bondgenome_core.interactions.ordering import ORDERS, order_of
from bondgenome_core.interactions.reference import reference_hessian
from bondgenome_core.interactions.table import (
    difference,
    explanation_json,
    heatmap_svg,
    linear_below,
    pair_table,
    rank_agreement,
    strongest,
)
from bondgenome_core.structures.bonds import with_bonds
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("measure", [m for m in MEASURES if m != "xtb"])
def test_every_measure_gives_a_matrix_and_relevances_their_leak(trial, ethanol, measure):
    found = explain(trial, ethanol, measure)
    assert found.matrix.shape == (9, 9)
    assert np.isfinite(found.matrix).all()
    assert (found.leak is None) == (measure not in ("lrp", "endpoint"))
    if measure == "endpoint":
        assert found.leak == pytest.approx(found.prediction - found.matrix.sum(), abs=1e-5)


def test_gamma_changes_relevance_and_nothing_else(trial, ethanol):
    one, other = (explain(trial, ethanol, "lrp", gamma=g) for g in (0.0, 1.0))
    assert one.prediction == pytest.approx(other.prediction, abs=1e-5)
    assert np.abs(one.matrix - other.matrix).max() > 1e-6


def test_reliability_is_measured_against_xtb_on_the_very_frame(trial, ethanol):
    here = reliability(trial, ethanol)
    there = reliability(trial, ethanol.with_(positions=ethanol.positions * 1.1))
    assert 0 < here.force_mae < there.force_mae
    assert here.seed_spread > 0
    # a model of a few steps is no good, and the share says so
    assert here.unreliable
    assert not Reliability(0.01, 1.0, 0.0).unreliable


def test_other_elements_large_and_periodic_structures_are_refused(trial, ethanol):
    with pytest.raises(PotentialError, match="never saw S"):
        explain(trial, Structure([16, 1, 1], [[0, 0, 0], [1.3, 0, 0], [0, 1.3, 0]]), "lrp")
    with pytest.raises(PotentialError, match="periodic"):
        explain(trial, ethanol.with_(cell=20 * np.eye(3), pbc=(True,) * 3), "lrp")
    with pytest.raises(PotentialError, match="2 to 120"):
        explain(trial, Structure([6], [[0, 0, 0]]), "lrp")
    with pytest.raises(PotentialError, match="'colour' is unknown"):
        explain(trial, ethanol, "colour")


@pytest.mark.reference
def test_xtb_hessian_is_symmetric_sums_to_zero_and_finds_the_bonds(ethanol):
    found = reference_hessian(ethanol, "GFN2-xTB")
    largest = np.abs(found).max()
    assert np.abs(found.sum(2)).max() < 1e-3 * largest
    sizes = np.linalg.norm(found, axis=(1, 3))
    bonded = {tuple(sorted((b.i, b.j))) for b in with_bonds(ethanol).bonds}
    ranked = sorted(((i, j) for i in range(9) for j in range(i)), key=lambda p: -sizes[p])
    assert {tuple(sorted(p)) for p in ranked[: len(bonded)]} == bonded


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_holds_each_atom_once(ethanol, order):
    assert sorted(order_of(with_bonds(ethanol), order)) == list(range(9))


def test_fragments_keep_hydrogens_with_their_heavy_atom(ethanol):
    order = order_of(with_bonds(ethanol), "fragment")
    places = {atom: k for k, atom in enumerate(order)}
    assert {places[h] - places[0] for h in (3, 4, 5)} == {1, 2, 3}
    assert places[8] - places[2] == 1
    assert min(places[0], places[2]) < places[1] < max(places[0], places[2])


def test_differences_of_one_unit_keep_it_and_others_are_shares():
    a, b = np.array([[0.0, 4.0], [4.0, 0.0]]), np.array([[0.0, -1.0], [-1.0, 0.0]])
    assert difference(a, b, same_unit=True)[0, 1] == pytest.approx(3.0)
    assert difference(a, b, same_unit=False)[0, 1] == pytest.approx(0.0)


def test_rank_agreement_sees_order_and_not_size():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(6, 6))
    a = a + a.T
    assert rank_agreement(a, -10 * a) == pytest.approx(1.0)
    assert abs(rank_agreement(a, rng.permutation(a.ravel()).reshape(6, 6))) < 0.9
    assert np.isnan(rank_agreement(a, np.ones((6, 6))))


def test_strongest_partners_come_by_size_without_the_atom_itself():
    matrix = np.array([[9.0, -3.0, 1.0], [2.0, 9.0, 0.0], [0.0, 0.0, 9.0]])
    assert strongest(matrix, 0, 5) == [(1, -3.0), (2, 1.0)]
    assert linear_below(matrix) > 0


def test_files_hold_what_is_shown(trial, ethanol):
    found = explain(trial, ethanol, "lrp")
    table = pair_table(ethanol, {"lrp": found.matrix})
    assert len(table) == 36
    assert table.iloc[0]["distance (Å)"] == pytest.approx(np.linalg.norm(ethanol.positions[0] - ethanol.positions[1]))
    answers = [found, Explanation("xtb", np.eye(9), None, None, None)]
    ours, theirs = json.loads(explanation_json(ethanol, answers, {"model": trial.name}))["measures"]
    assert np.allclose(ours["matrix"], found.matrix)
    assert ours["leak_ev"] == pytest.approx(found.leak)
    assert theirs["title"] == "Hessian coupling, xTB"
    assert theirs["leak_ev"] is None
    svg = heatmap_svg(ethanol, found.matrix, list(range(9)), "Relevance", "eV", signed=True)
    assert b"<svg" in svg


def test_changed_weights_are_not_loaded(trial, tmp_path):
    import shutil

    from bondgenome_core.potentials.shipped import PotentialModel, seed_file

    copy = tmp_path / trial.name
    shutil.copytree(trial.folder, copy)
    content = bytearray((copy / seed_file(0)).read_bytes())
    content[-1] ^= 1
    (copy / seed_file(0)).write_bytes(content)
    with pytest.raises(ArtefactError, match="hash"):
        _ = PotentialModel(copy).potential


def test_a_potential_of_these_very_atoms_is_asked_first(monkeypatch):
    from bondgenome_core.potentials import shipped

    class Known(shipped.PotentialModel):
        @property
        def card(self):
            figures = {"force_mae": [0.1]}
            elements = [1, 6, 16, 79] if self.name == "gold" else [1, 6, 7, 8, 16]
            return {"compositions": CARDS[self.name], "elements": elements, "method": "GFN2-xTB", "figures": figures}

    CARDS = {"aspirin": ["C9H8O4"], "ethanol": ["C2H6O"], "organic": ["C2H6O", "CH4O", "C9H8O4", "CH4S"],
             "gold": ["H4Au4S4", "C4H12Au4S4"]}  # fmt: skip
    monkeypatch.setattr(shipped, "list_potentials", lambda: [Known(Path(name)) for name in CARDS])
    ethanol, methanol = [6, 6, 8] + [1] * 6, [6, 8, 1, 1, 1, 1]
    assert [m.name for m in shipped.potentials_for(ethanol)] == ["ethanol", "organic", "aspirin"]
    assert shipped.potentials_for(methanol)[0].name == "organic"
    assert shipped.potentials_for([6, 1, 1, 1, 1])[0].name == "organic"
    thiol = [6, 6, 16] + [1] * 6
    assert [m.name for m in shipped.potentials_for(thiol)][:2] == ["organic", "gold"], "gold knows sulfur beside gold alone"
    assert shipped.potentials_for([79, 79, 16, 16, 1, 1])[0].name == "gold"


def test_couplings_of_xtb_are_kept_for_the_very_atoms(ethanol, tmp_path):
    from bondgenome_core.interactions.reference import keep_coupling, kept_coupling, reference_coupling

    known = np.random.default_rng(0).uniform(size=(9, 9))
    assert kept_coupling(ethanol, "GFN2-xTB", folder=tmp_path) is None
    keep_coupling(ethanol, "GFN2-xTB", known, folder=tmp_path)
    np.testing.assert_allclose(reference_coupling(ethanol, "GFN2-xTB", folder=tmp_path), known, rtol=1e-6)
    assert kept_coupling(ethanol, "GFN1-xTB", folder=tmp_path) is None
    assert kept_coupling(ethanol.with_(positions=ethanol.positions + [0.01, 0, 0]), "GFN2-xTB", folder=tmp_path) is None
