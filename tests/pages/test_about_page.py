"""The About page states what the cards state, and no more."""

from __future__ import annotations

import pytest

from bondgenome_core.genome.model import list_models
from bondgenome_ui import about

pytestmark = pytest.mark.page


def test_errors_of_a_card_stand_beside_those_of_the_baselines():
    figures = {
        "rmse_heldout_frames": 0.04, "pca8_rmse_heldout_frames": 0.06, "bondlength_rmse_heldout_frames": 0.12,
        "rmse_heldout_species_fullwindow": 0.07,
    }  # fmt: skip
    full, disc = about.error_rows("m", figures)
    assert disc == {
        "Model": "m", "Tested on": "trajectories never seen", "Window": "2.4 Å disc",
        "Genome": 0.04, "PCA-8": 0.06, "Bond length only": 0.12,
    }  # fmt: skip
    assert (full["Window"], full["Genome"], full["PCA-8"]) == ("full 6.4 Å", 0.07, None)


def test_card_without_figures_gives_no_rows():
    assert about.error_rows("m", {}) == []


@pytest.mark.skipif(not list_models(), reason="no genome model under assets/models")
@pytest.mark.parametrize("show", ["show_models", "show_data", "show_software", "show_machine"])
def test_every_tab_of_the_page_is_drawn(show, monkeypatch, tmp_path):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path))
    app = AppTest.from_string(f"from bondgenome_ui import about\nabout.{show}()", default_timeout=60).run()
    assert not app.exception
    shown = " ".join(m.value for m in (*app.markdown, *app.caption))
    if show == "show_models":
        assert all(model.hash in shown for model in list_models())


def test_every_package_of_the_list_is_installed_and_states_a_licence():
    for name in about.PACKAGES:
        row = about._package(name)
        assert row is not None, name
        assert row["licence"]
