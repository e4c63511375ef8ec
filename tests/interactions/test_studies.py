"""The five studies say what they measure, on pairs and chains whose answer is known."""

from __future__ import annotations

import json
import os

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.errors import ArtefactError
from bondgenome_core.interactions.studies import report
from bondgenome_core.interactions.studies.body_study import body_study, bonded_triples, triples_by_angle
from bondgenome_core.interactions.studies.checks import hessian_errors, subset_error, zero_bias_leak
from bondgenome_core.interactions.studies.decay_study import decay_study
from bondgenome_core.interactions.studies.pairs import hessian_sizes, pair_table, reference_blocks, structures_of
from bondgenome_core.interactions.studies.scaling import step_scaling
from bondgenome_core.interactions.studies.size_study import participation_table, size_study
from bondgenome_core.interactions.studies.stability_study import Member, stability_study, stability_summary
from bondgenome_core.interactions.studies.strength_study import strength_study
from bondgenome_core.potentials.build import build_potential
from bondgenome_core.potentials.frames import Frame, FrameSet
from bondgenome_core.potentials.training import Schedule
from bondgenome_core.structures.bonds import with_bonds

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def bonded(ethanol):
    return with_bonds(ethanol)


@pytest.fixture(scope="module")
def pairs(trial, bonded):
    return pair_table(trial, [bonded], reference_blocks([bonded], "GFN2-xTB", say=lambda _: None), gamma=0.1)


def law_pairs(n=400, *, model=4.0, reference=4.0, factor=1.0):
    """Pairs whose couplings are powers of their distance."""
    rng = np.random.default_rng(0)
    d = rng.uniform(1.5, 9.0, n)
    sizes = {"lrp": d**-model, "endpoint": d**-model, "hessian": factor * d**-model, "xtb": d**-reference}
    kind = np.where(rng.random(n) < 0.5, "C-C", "C-H")
    i, j = (np.resize(x, n) for x in np.triu_indices(29, 1))
    return pd.DataFrame(
        {"frame": 0, "i": i, "j": j, "kind": kind, "bonded": d < 1.7, "distance": d, **sizes, "noise": False, "force_share": 0.1}
    )


def test_pairs_hold_every_measure_beside_xtb(pairs, trial, bonded):
    from bondgenome_core.interactions.explanation import explain

    assert len(pairs) == 36
    assert pairs["bonded"].sum() == 8
    row = pairs[(pairs["i"] == 0) & (pairs["j"] == 1)].iloc[0]
    assert row["kind"] == "C-C"
    assert row["lrp"] == pytest.approx(abs(explain(trial, bonded, "lrp").matrix[0, 1]), rel=1e-6)
    assert row["distance"] == pytest.approx(np.linalg.norm(bonded.positions[0] - bonded.positions[1]))
    assert pairs["xtb"].idxmax() in set(pairs.index[pairs["bonded"]])


def test_decay_finds_the_power_and_the_deviation_of_a_known_law():
    found = decay_study(law_pairs(model=4.0, reference=4.0, factor=10.0), cutoff=5.0, n_layers=3)
    assert found["fits"]["hessian"]["exponent"] == pytest.approx(4.0, abs=1e-6)
    assert found["deviation"] == pytest.approx(1.0, abs=1e-6)  # a factor of ten is one decade
    assert decay_study(law_pairs(), cutoff=5.0, n_layers=3)["deviation"] == pytest.approx(0.0, abs=1e-9)


def test_other_seeds_have_exponents_and_deviations_of_their_own():
    one, other = law_pairs(), law_pairs(model=6.0)
    found = decay_study(one, cutoff=5.0, n_layers=3, other_seeds=[other["hessian"].to_numpy()])["by_seed"]
    assert found["exponent"] == pytest.approx([4.0, 6.0], abs=1e-6)
    assert found["deviation"][0] == pytest.approx(0.0, abs=1e-9)
    assert found["deviation"][1] > 0.5


def test_the_first_seed_is_that_of_the_table(pairs, trial, bonded):
    np.testing.assert_allclose(hessian_sizes(trial, [bonded], 0), pairs["hessian"])


def test_pairs_below_the_noise_take_no_part():
    table = law_pairs()
    table.loc[table["distance"] > 6, ["noise", "xtb"]] = [True, 1e-12]
    found = decay_study(table, cutoff=5.0, n_layers=3)
    assert found["fits"]["xtb"]["exponent"] == pytest.approx(4.0, abs=1e-6)
    assert found["n_noise"] == int(table["noise"].sum())


def test_strength_at_equal_distance_ignores_that_one_kind_stands_nearer():
    table = law_pairs(4000)
    near = table["kind"] == "C-H"
    table.loc[near, "distance"] = table.loc[near, "distance"].clip(upper=4.0)
    for measure in ("lrp", "hessian", "xtb"):
        table[measure] = table["distance"] ** -4.0
    kinds = {r["kind"]: r for r in strength_study(table)["kinds"]["hessian"]}
    assert kinds["C-H"]["raw_median"] > 1.5 * kinds["C-C"]["raw_median"]
    assert kinds["C-H"]["equal_distance_median"] == pytest.approx(1.0, abs=0.15)
    assert kinds["C-C"]["equal_distance_median"] == pytest.approx(1.0, abs=0.15)


def test_strengths_that_are_all_zero_are_not_ranked_and_files_hold_no_nan(tmp_path):
    table = law_pairs(400).assign(lrp=0.0)
    found = strength_study(table)
    assert found["agreement_with_xtb"]["lrp"]["raw"] is None
    assert found["agreement_with_xtb"]["hessian"]["raw"] is not None
    report.write_report("strength", [found | {"odd": float("nan")}], tmp_path)
    assert "NaN" not in (tmp_path / "strength.json").read_text()
    assert report.load_report("strength", tmp_path)["results"][0]["odd"] is None


def test_participation_of_equal_atoms_grows_with_the_chain_and_of_one_atom_does_not(monkeypatch, trial, ethanol):
    rows = [("m", "alkane", n, 3 * n, p) for n in (2, 4, 8) for p in (float(3 * n),)]
    columns = ["molecule", "family", "n_carbon", "n_atoms", "participation"]
    alike, alone = pd.DataFrame(rows, columns=columns), pd.DataFrame([(*r[:4], 1.0) for r in rows], columns=columns)
    found = size_study({"sum": alike, "max": alone})
    assert found["sum"]["alkane"]["growth"] == pytest.approx(1.0)
    assert found["max"]["alkane"]["growth"] == pytest.approx(0.0)
    table = participation_table(trial, [ethanol], {"ethanol": "alkane"}, gamma=0.1)
    assert 1 <= table["participation"][0] <= 9


def test_bodies_sum_to_one_and_triples_are_bonded(trial, bonded):
    found = body_study(trial.potential, [bonded], gammas=(0.0, 0.1))
    assert sum(found["by_gamma"]["0.1"]["share"]) == pytest.approx(1.0)
    assert found["by_gamma"]["0"]["share"] != pytest.approx(found["by_gamma"]["0.1"]["share"], abs=1e-6)
    triples = bonded_triples(bonded)
    assert len(triples) == 6 + 6 + 1  # two carbons with four neighbours, one oxygen with two
    rows = triples_by_angle(trial.potential, [bonded], gamma=0.1)
    assert {r["kind"] for r in rows} == {"C-C-H", "C-C-O", "C-O-H", "H-C-H", "H-C-O"}
    assert all(80 < r["angle"] < 140 for r in rows)


def test_laws_hold_for_any_weights_and_a_wrong_hessian_is_caught(bonded, monkeypatch):
    from bondgenome_core.interactions.studies import checks

    model = build_potential({"kind": "SchNet", "n_features": 8, "n_layers": 2}, seed=1)
    assert subset_error(model, bonded) < 1e-10
    assert zero_bias_leak(model, bonded) < 1e-10
    assert max(hessian_errors(model, bonded).values()) < 1e-4
    right = checks.hessian

    def crooked(potential, graph):
        found = right(potential, graph)
        found[0, 0, 1, 1] *= -1.0
        return found

    monkeypatch.setattr(checks, "hessian", crooked)
    assert hessian_errors(model, bonded)["symmetry"] > 1e-3
    assert hessian_errors(model, bonded)["finite_differences"] > 1e-3


def test_stability_is_kept_per_member_and_summed_up(bonded, tmp_path):
    rng = np.random.default_rng(1)
    frames = FrameSet(tuple(
        Frame(bonded.numbers, bonded.positions + 0.03 * rng.normal(size=(9, 3)), 0.0, 0.1 * rng.normal(size=(9, 3)),
              f"ethanol/{role}")
        for role in ["train"] * 8 + ["validation"] * 2 + ["test"] * 2
    ))  # fmt: skip
    member, schedule = Member("SchNet", 3.0, 8, 0), Schedule(epochs=1)
    reference = [np.ones((9, 9))] * 2
    told = []
    rows = stability_study(
        frames, bonded, reference, tmp_path, members=[member], schedule=schedule, most_ps=0.05, say=told.append
    )
    again = stability_study(
        frames, bonded, reference, tmp_path, members=[member], schedule=schedule, most_ps=0.05, say=told.append
    )
    assert rows == json.loads(json.dumps(again))
    assert set(rows[0]) >= {"force_mae", "deviation", "md_300", "md_500"}
    good, bad = ({**rows[0], "name": name, "force_mae": mae} for name, mae in (("good", 0.5), ("bad", 99.0)))
    summary = stability_summary([good, good, good, bad])
    assert summary["n_models"] == 3
    assert summary["left_out"] == ["bad"]
    assert summary["300"]["rank"] == {"force_mae": None, "deviation": None, "cutoff": None}, "all alike"


def member_row(cutoff, deviation, times):
    run = {"times_ps": times, "median_ps": times[0], "n_survivors": sum(t == 10 for t in times), "causes": [""] * 4}
    return {"name": f"m{cutoff}", "kind": "SchNet", "cutoff": cutoff, "force_mae": 0.5, "deviation": deviation, "md_300": run,
            "md_500": run}  # fmt: skip


def test_survival_is_ranked_with_an_interval_and_counted_by_cutoff():
    rows = [member_row(float(k), (7 * k) % 13, [float(k)] * 4) for k in range(1, 11)]
    found = stability_summary(rows)["500"]
    assert found["rank"]["cutoff"] == pytest.approx({"rho": 1.0, "low": 1.0, "high": 1.0})
    assert found["rank"]["force_mae"] is None
    unrelated = found["rank"]["deviation"]
    assert unrelated["low"] < unrelated["rho"] < unrelated["high"]
    assert unrelated["low"] < 0 < unrelated["high"]
    assert found["survivors_by_cutoff"]["10"] == "4 of 4"
    assert found["survivors_by_cutoff"]["9"] == "0 of 4"


def test_a_kept_study_of_other_weights_is_refused(trial, tmp_path, monkeypatch):
    monkeypatch.setattr("bondgenome_core.potentials.shipped.POTENTIALS", trial.folder.parent)
    with pytest.raises(ArtefactError, match="not computed yet"):
        report.load_report("bodies", tmp_path)
    report.write_report("bodies", [{"model": trial.name, "value": np.float64(1.5)}], tmp_path)
    assert report.load_report("bodies", tmp_path)["results"][0]["value"] == 1.5
    file = tmp_path / "bodies.json"
    file.write_text(file.read_text().replace("1.5", "9.5"))
    with pytest.raises(ArtefactError, match="its hash"):
        report.load_report("bodies", tmp_path)
    report.write_report("bodies", [{"model": trial.name, "value": 1.5}], tmp_path)
    monkeypatch.setattr(report, "weights_hash", lambda _: "other")
    with pytest.raises(ArtefactError, match="other weights"):
        report.load_report("bodies", tmp_path)


def test_frames_become_structures_named_after_their_molecule(bonded):
    frames = FrameSet((Frame(bonded.numbers, bonded.positions, 0.0, np.zeros((9, 3)), "CCO/test"),))
    (found,) = structures_of(frames)
    assert found.name == "CCO"
    assert len(found.bonds) == 8


def test_figures_without_potentials_are_refused_in_one_sentence(tmp_path, monkeypatch):
    from bondgenome_core.interactions.evaluate import evaluate_interactions, law_figures

    monkeypatch.setattr("bondgenome_core.potentials.shipped.POTENTIALS", tmp_path)
    with pytest.raises(ArtefactError, match="train potential ethanol"):
        evaluate_interactions(say=lambda _: None)
    with pytest.raises(ArtefactError, match="No potential"):
        law_figures(lambda _: None)


def test_a_step_is_measured_in_a_process_of_its_own_and_its_memory_is_not_that_of_the_parent():
    held = np.ones((400, 1024, 1024), dtype=np.uint8)  # 400 MiB here do not hide what the step takes there
    (found,) = step_scaling(["SchNet"], sizes=(30, 90, 300), say=lambda _: None)
    assert held.nbytes > 1024**2 * found["memory_mib"][-1] > 1024**2 * found["memory_mib"][0] > 0
    assert found["seconds"][-1] > found["seconds"][0]
    assert "MALLOC_TRIM_THRESHOLD_" not in os.environ
