"""``amons`` and ``predict`` say what the library says; amons computed elsewhere are read from a folder."""

from __future__ import annotations

import ase.io
import pandas as pd
import pytest
from ase import Atoms

from bondgenome_core.amons.predict import predict
from bondgenome_core.amons.query import query_from_smiles
from bondgenome_core.units import EV_PER_HARTREE, KCAL_PER_MOL_PER_EV

pytestmark = pytest.mark.unit
ANISOLE = "COc1ccccc1"


@pytest.fixture(scope="module")
def found():
    return predict(query_from_smiles(ANISOLE))


def test_amons_lists_every_one_and_the_reasons_of_the_others(verb, found):
    answer = verb("amons", ANISOLE, "--json").json
    assert answer["n_amons"] == len(found.amons.amons)
    assert sum(answer["n_rejected"].values()) == len(answer["rejected"]) == len(found.amons.rejected)
    assert all(r["reason"] and r["atoms"] for r in answer["rejected"])
    assert [a["smiles"] for a in answer["amons"]] == [a.smiles for a in found.amons.amons]


def test_predict_gives_energy_interval_and_curve(verb, found):
    answer = verb("predict", ANISOLE, "--json").json
    assert answer["energy_kcal_per_mol"] == pytest.approx(found.estimate.energy, abs=1e-6)
    assert answer["half_width_95"] == pytest.approx(found.half_width, abs=1e-6)
    assert answer["reference"] == "GFN2-xTB"
    assert [s["k"] for s in answer["curve"]] == list(range(1, 8))
    assert answer["warnings"] == list(found.warnings)


def test_a_folder_of_amons_computed_elsewhere_gives_the_same_energy(verb, found, tmp_path):
    rows = []
    for k, (amon, energy) in enumerate(zip(found.amons.amons, found.energies, strict=True)):
        ase.io.write(tmp_path / f"{k}.xyz", Atoms(numbers=amon.numbers, positions=amon.positions), format="xyz", fmt="%20.12f")
        rows.append((f"{k}.xyz", energy / KCAL_PER_MOL_PER_EV / EV_PER_HARTREE))
    pd.DataFrame(rows, columns=["file", "energy_hartree"]).to_csv(tmp_path / "energies.csv", index=False)
    answer = verb("predict", ANISOLE, "--training", str(tmp_path), "--json").json
    assert answer["energy_kcal_per_mol"] == pytest.approx(found.estimate.energy, abs=1e-3)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, "exactly one CSV"), ("file,energy\na.xyz,1\n", "columns"), ("file,energy_hartree\na.xyz,much\n", "number"),
        ("file,energy_hartree\n../a.xyz,-1\n", "no xyz file of its folder"), ("file,energy_hartree\n", "no energies"),
    ],
)  # fmt: skip
def test_a_bad_folder_gets_one_sentence(verb, tmp_path, table, words):
    if table is not None:
        (tmp_path / "energies.csv").write_text(table)
    said = verb("predict", ANISOLE, "--training", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("predict", "[Na+].[Cl-]"), "several molecules"), (("amons", "missing.xyz"), "no file"),
        (("predict", "CCO", "--reference", "mp2"), "reference level"), (("evaluate", "amons", "--family", "none"), "no family"),
    ],
)  # fmt: skip
def test_text_that_names_nothing_is_refused(verb, arguments, words):
    said = verb(*arguments)
    assert said.code == 2
    assert words in said.err
