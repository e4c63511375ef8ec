"""Pages run from the root of the checkout, each test with a workspace of its own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(ROOT)
