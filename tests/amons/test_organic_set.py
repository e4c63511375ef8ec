"""The hundred molecules are those of the committed generator, and what was asked of them holds."""

from __future__ import annotations

import pytest
from rdkit import Chem

from bondgenome_core.amons.organic_set import N_GROWN, chosen_set, grow_set, is_wanted, load_set

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def molecules():
    return [Chem.MolFromSmiles(s) for s in load_set()]


def test_the_committed_list_is_what_the_generator_makes():
    assert chosen_set(grow_set(N_GROWN)) == load_set()


def test_it_holds_aromatic_rings_and_carbonyls_and_nothing_unwanted(molecules):
    assert len({Chem.MolToSmiles(m) for m in molecules}) == 100
    assert sum(any(a.GetIsAromatic() for a in m.GetAtoms()) for m in molecules) >= 40
    assert sum(m.HasSubstructMatch(Chem.MolFromSmarts("C=O")) for m in molecules) >= 30
    assert all(8 <= m.GetNumAtoms() <= 10 for m in molecules)
    assert all(is_wanted(m) for m in molecules)


@pytest.mark.parametrize("smiles", ["CC(=O)[O-]", "C1CC1CCCCC", "CCCCCCNO", "C1CCC#CCC1", "C1CC2CCC1C2C"])
def test_what_is_unwanted_is_known(smiles):
    assert not is_wanted(Chem.MolFromSmiles(smiles))
    assert is_wanted(Chem.MolFromSmiles("CCCCCCCO"))
