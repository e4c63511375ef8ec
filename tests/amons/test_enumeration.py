"""Fragments follow the published rules, each with its reason where it does not."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import pytest
from rdkit import Chem

from bondgenome_core.amons.enumerate import connected_sets
from bondgenome_core.amons.fragment import fragments_of
from bondgenome_core.amons.heavy_graph import heavy_graph
from bondgenome_core.errors import AmonError

pytestmark = pytest.mark.unit


def amons(smiles, k=7):
    return fragments_of(heavy_graph(Chem.MolFromSmiles(smiles)), k)


def reasons(smiles, k=7):
    return {r.reason for r in amons(smiles, k).rejected}


@pytest.mark.reference
@pytest.mark.parametrize(
    ("smiles", "k", "n"),
    [
        ("Cc1ccccc1", 6, 7), ("Oc1ccccc1", 6, 7), ("O=CCc1ccccc1", 7, 13), ("CC(C)(O)c1ccco1", 7, 31),
        ("COC(=O)C1C(OC(=O)c2ccccc2)CC2CCC1N2C", 7, 137), ("CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O", 7, 108),
        ("OCC(O)C1OC(O)=C(O)C1=O", 7, 66),  # the notes' vitamin C, a tautomer of it
    ],
)  # fmt: skip
def test_counts_before_filters_in_space_are_those_of_the_notes(smiles, k, n):
    assert len(amons(smiles, k).smiles) == n


@pytest.mark.reference
def test_amons_of_phenylacetaldehyde_are_the_published_ones():
    assert set(amons("O=CCc1ccccc1").smiles) == {
        "C", "C=C", "C=O", "C=CC", "CC=O", "C=CC=C", "C=CC(=C)C", "C=CC=CC", "C=CCC=O", "c1ccccc1", "C=CC(=C)CC=O",
        "C=CC=CCC=O", "Cc1ccccc1",
    }  # fmt: skip


@pytest.mark.law
def test_every_connected_set_is_found_once():
    graph = nx.gnm_random_graph(9, 13, seed=4)
    neighbours = [frozenset(graph[n]) for n in range(9)]
    found = list(connected_sets(neighbours, 5))
    every = {c for size in range(1, 6) for c in combinations(range(9), size) if nx.is_connected(graph.subgraph(c))}
    assert len(found) == len(set(found))
    assert set(found) == every


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CC(=O)C", "carbonyl"), ("CC#N", "multiple"), ("CCCl", "halogen"), ("CC(=O)[O-]", "charge"), ("c1ccccc1", "radical"),
        ("c1ccncc1", "conjugated ring"), ("C1CC1", "strained ring"), ("CP(C)C", "center"),
    ],
)  # fmt: skip
def test_every_rule_rejects_what_it_names(smiles, reason):
    assert reason in reasons(smiles)
    assert reason not in reasons("CCO")


def test_saturated_chains_have_every_shorter_chain():
    assert amons("CCCCCC", 4).smiles == ["C", "CC", "CCC", "CCCC"]


def test_unsaturated_atoms_are_paired_anew_in_every_way():
    # the four middle atoms of a hexatriene: C-C=C-C of the query becomes C=C-C=C
    assert "C=CC=C" in amons("C=CC=CC=C", 4).smiles
    assert {"C=CC(C)=C", "C=CC=CC"} & set(amons("CC=CC=C", 5).smiles)


@pytest.mark.parametrize("smiles", ["[H][H]", "C[CH2]"])
def test_what_has_no_amons_is_refused(smiles):
    with pytest.raises(AmonError):
        heavy_graph(Chem.MolFromSmiles(smiles))
