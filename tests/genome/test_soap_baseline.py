"""SOAP knows the geometry: it reads a bond length it was not given from neighbours, and not a label that has none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.electrons.wavefunction import load_wavefunction
from bondgenome_core.genome.index_model import INDICES
from bondgenome_core.genome.soap_baseline import soap_figures, soap_of_bonds

FILES = [SHIPPED / f"{name}.safetensors" for name in ("au18_sh14", "au25_sh18_anion", "au10_sh10", "au8_sh8")]
pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def bonds():
    """Bonds of shipped clusters; one index follows from the geometry, the others are chance."""
    rows = []
    for w in map(load_wavefunction, FILES):
        s = w.structure
        rows += [(s.name, b.i, b.j, s.kind(b), s.length(b)) for b in s.bonds if "Au" in s.kind(b)]
    table = pd.DataFrame(rows, columns=["wavefunction", "left", "right", "kind", "length"])
    generator = np.random.default_rng(0)
    for name in INDICES[1:]:
        table[name] = generator.normal(size=len(table))
    table["mayer_order"] = np.exp(-(table["length"] - 2.3) / 0.3)
    return table.assign(role=np.where(np.arange(len(table)) % 4 == 0, "test", "train"))


def test_what_follows_from_the_geometry_is_read_and_chance_is_not(bonds):
    r2 = soap_figures(bonds, FILES)["r2_soap"]
    assert r2["mayer_order"] > 0.8
    assert max(r2[name] for name in INDICES[2:]) < 0.3


def test_every_bond_of_the_files_has_its_own_two_atoms(bonds):
    features, rows = soap_of_bonds(bonds, FILES)
    assert sorted(rows) == list(range(len(bonds)))
    assert len(np.unique(features.round(3), axis=0)) > 20


def test_files_of_other_bonds_say_nothing(bonds):
    assert soap_figures(bonds, [SHIPPED / "water.safetensors"]) == {}
