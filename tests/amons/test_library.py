"""Queries share amons: each shape is computed once, and what cannot be taken apart is said."""

from __future__ import annotations

import pytest

from bondgenome_core.amons.library import library_of, predict_library, prediction_table, savings, shared_table
from bondgenome_core.amons.predict import predict
from bondgenome_core.amons.query import query_from_smiles
from bondgenome_core.amons.references import Store, find_reference
from bondgenome_core.errors import AmonError

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def library():
    return library_of(["CCc1ccccc1", "CCCc1ccccc1", " CCc1ccccc1 ", "C[CH2]"], 6)


def test_each_shape_counts_once_and_refusals_have_reasons(library):
    assert [s for s, _, _ in library.queries] == ["CCc1ccccc1", "CCCc1ccccc1"]
    assert library.refused[0][0] == "C[CH2]"
    assert "radical" in library.refused[0][1]
    assert max(len(f.amons) for _, _, f in library.queries) <= len(library.unique) < library.n_needed


def test_sharing_saves_and_the_table_counts_users(library):
    saved = savings(library, find_reference("gfn2"))
    assert 0 < saved["shared_s"] < saved["alone_s"]
    table = shared_table(library).set_index("smiles")
    assert table.loc["c1ccccc1", "n_queries"] == 2
    assert table.loc["CCC", "n_queries"] == 1
    assert table["n_queries"].is_monotonic_decreasing


def test_predictions_are_those_of_each_query_alone(library):
    store = Store()
    found = predict_library(library, find_reference("gfn2"), store)
    alone = predict(query_from_smiles("CCCc1ccccc1"), k=6)
    assert dict(found)["CCCc1ccccc1"].estimate.energy == pytest.approx(
        alone.estimate.energy, abs=0.5
    )  # kcal/mol: shared geometries are near, not equal
    table = prediction_table(found)
    assert table["n_amons"].tolist() == [len(p.energies) for _, p in found]


@pytest.mark.parametrize("smiles", [[], ["", "  "], ["C" * n for n in range(1, 250)]])
def test_a_library_has_limits(smiles):
    with pytest.raises(AmonError, match="1 to 200"):
        library_of(smiles, 5)
