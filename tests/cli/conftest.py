"""Run a verb in this process and read what it says."""

import json
from typing import NamedTuple

import pytest

from bondgenome_core.cli.app import main


class Said(NamedTuple):
    """Exit code, and what stood on stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """stdout as one JSON object; fails where anything else is on it."""
        assert self.code == 0, self.err
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


@pytest.fixture
def verb(capfd):
    """Call ``verb("bonds", "au25_sh18_anion", "--json")``."""

    def call(*arguments):
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def hydrogen_file(tmp_path):
    path = tmp_path / "hydrogen.xyz"
    path.write_text("2\n\nH 0 0 0\nH 0 0 0.74\n")
    return path
