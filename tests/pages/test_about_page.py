"""The About page names what the program is made of."""

from __future__ import annotations

import pytest

from bondgenome_ui import about

pytestmark = pytest.mark.page


@pytest.mark.parametrize("show", ["show_data", "show_software", "show_machine"])
def test_every_tab_of_the_page_is_drawn(show, monkeypatch, tmp_path):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path))
    app = AppTest.from_string(f"from bondgenome_ui import about\nabout.{show}()", default_timeout=60).run()
    assert not app.exception


def test_every_package_of_the_list_is_installed_and_states_a_licence():
    for name in about.PACKAGES:
        row = about._package(name)
        assert row is not None, name
        assert row["licence"]
