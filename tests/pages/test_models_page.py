"""The Models page states what cards and measurements state, and no more."""

from __future__ import annotations

import pytest

from bondgenome_core.genome.model import list_models
from bondgenome_ui import model_card

pytestmark = pytest.mark.page
needs_model = pytest.mark.skipif(not list_models(), reason="no genome model under assets/models")


def test_errors_of_a_card_stand_beside_those_of_the_baselines():
    figures = {
        "rmse_heldout_frames": 0.04, "pca8_rmse_heldout_frames": 0.06, "bondlength_rmse_heldout_frames": 0.12,
        "rmse_heldout_species_fullwindow": 0.07,
    }  # fmt: skip
    full, disc = model_card.error_rows(figures)
    assert disc == {
        "Tested on": "trajectories never seen", "Window": "2.4 Å disc",
        "Genome": 0.04, "PCA-8": 0.06, "Bond length only": 0.12,
    }  # fmt: skip
    assert (full["Window"], full["Genome"], full["PCA-8"]) == ("full 6.4 Å", 0.07, None)


def test_card_without_figures_gives_no_rows():
    assert model_card.error_rows({}) == []


def shown(call):
    """The app after a call on the first model."""
    from streamlit.testing.v1 import AppTest

    text = f"from bondgenome_ui import genomes, model_card, model_genes\nmodel = genomes.models()[0]\n{call}"
    app = AppTest.from_string(text, default_timeout=90).run()
    assert not app.exception
    return app


@needs_model
@pytest.mark.parametrize(
    "call", ["model_card.show_data", "model_card.show_errors", "model_genes.show_genes", "model_card.show_indices",
             "model_card.show_reliability"],
)  # fmt: skip
def test_every_tab_is_drawn(call):
    app = shown(f"{call}(model)")
    assert not app.error
    assert not [w for w in app.warning if "readable" in w.value]


@needs_model
def test_the_data_card_counts_the_bonds_of_the_table():
    model = list_models()[0]
    words = " ".join(m.value for m in shown("model_card.show_data(model)").markdown)
    assert f"{len(model.bonds):,} bonds" in words
    assert model.card["accepts"]["level"] in words


@needs_model
def test_genes_that_other_seeds_do_not_find_are_named():
    model = list_models()[0]
    weak = [f"g{k + 1} (" for k, r in enumerate(model.card["figures"]["gene_reproducibility"]) if r < 0.9]
    app = shown("model_genes.show_genes(model)")
    said = " ".join(m.value for m in (*app.warning, *app.success))
    assert all(name in said for name in weak)
    strong = [f"g{k + 1} (" for k, r in enumerate(model.card["figures"]["gene_reproducibility"]) if r >= 0.9]
    assert not any(name in said for name in strong)


@needs_model
def test_every_left_out_species_has_its_own_error():
    model = list_models()[0]
    app = shown("model_card.show_errors(model)")
    table = next(d.value for d in app.dataframe if "Species left out" in d.value).set_index("Species left out")
    assert table["Genome"].to_dict() == model.card["figures"]["rmse_by_species"]
