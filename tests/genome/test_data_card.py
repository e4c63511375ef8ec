"""The data card says what the calculations say."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.genome.data_card import data_prose, entry, left_out, species_table, write_entries

pytestmark = pytest.mark.unit
FILES = [SHIPPED / f"{name}.safetensors" for name in ("au25_sh18_anion", "au25_sh18_neutral", "au4_sh4")]


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    write_entries(folder, FILES)
    return pd.read_parquet(folder / "entries.parquet")


@pytest.fixture(scope="module")
def bonds():
    return pd.DataFrame({
        "species": ["Au25S18"] * 3 + ["Au4S4"], "kind": ["S-Au", "Au-Au", "Au-Au", "S-Au"],
        "role": ["test", "train", "train", "test"],
        "length": [2.4, 2.9, 3.0, 2.3], "gauge_quality": 0.5,
    })  # fmt: skip


def test_every_calculation_states_its_convergence():
    found = entry(FILES[0])
    assert found["species"] == "Au25S18"
    assert (found["charge"], found["converged"], found["role"]) == (-1, True, "relaxed")
    assert found["cycles"] > 3
    assert abs(found["energy_change"]) < 1e-3
    assert 0.5 < found["gap_ev"] < 3


def test_charges_of_one_composition_are_one_species(entries, bonds):
    table = species_table(entries, bonds).set_index("species")
    assert table.loc["Au25S18", "charges"] == "-1, 0"
    assert (table.loc["Au25S18", "Au-Au"], table.loc["Au25S18", "test_bonds"]) == (2, 1)
    assert table.loc["Au4S4", "relaxed"] == 1


def test_what_was_left_out_is_found_with_its_reason(tmp_path):
    for run, reasons in (("300K-test-s1", {"001": "SCF not converged after 40 cycles"}), ("300K-train-s2", {})):
        folder = tmp_path / "au9" / run
        folder.mkdir(parents=True)
        (folder / "state.json").write_text("{}")
        if reasons:
            (folder / "excluded.json").write_text(json.dumps(reasons))
    files = [tmp_path / "au9" / "300K-train-s2" / "001.safetensors", *FILES]
    assert left_out(files) == [("au9/300K-test-s1/001", "SCF not converged after 40 cycles")]


def test_the_card_names_level_species_and_what_was_left_out(entries, bonds):
    prose = data_prose(entries, bonds, [("au9/300K-test-s1/001", "SCF not converged")])
    assert "PBE GPW" in prose
    assert "| Au25S18 |" in prose
    assert "au9/300K-test-s1/001: SCF not converged" in prose
    assert "3 of 3" in prose
