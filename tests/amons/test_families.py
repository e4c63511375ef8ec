"""The queries of the families are what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from bondgenome_core.amons import families
from bondgenome_core.amons.base_pairs import PAIRS, paired_bases
from bondgenome_core.amons.contacts import hydrogen_bonded
from bondgenome_core.amons.families import BIOMOLECULES, FAMILIES, LIVE, POLYMERS, annealed_water, polymers
from bondgenome_core.amons.fragment import LARGEST_K
from bondgenome_core.amons.query import query_from_structure
from bondgenome_core.amons.references import Store
from bondgenome_core.amons.tried import tried

pytestmark = pytest.mark.unit


def test_every_family_has_its_members():
    sizes = {name: len(make()) for name, make in FAMILIES.items()}
    assert sizes["organic"] == 100
    assert sizes["biomolecules"] == 12
    assert sizes["water"] == 11
    assert sizes["base pairs"] == 2
    assert sizes["live set"] == 5 * len(LIVE)
    assert all(7 <= m.k <= LARGEST_K for make in FAMILIES.values() for m in make())


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("caffeine", "RYYVLZVUVIJVGH-UHFFFAOYSA-N"), ("testosterone", "MUMGGOZAMZWBJJ-DYKIIFRCSA-N"),
        ("cocaine", "ZPUCINDJVBIVPJ-LJISPDSOSA-N"), ("cholesterol", "HVYWMOMLDIMFJA-DPAQBDIFSA-N"),
        ("penicillin G", "JGSARLDLIJGVTE-MBNYWOFBSA-N"), ("vitamin C", "CIWBSHSKHKDKBQ-JLAZNSOCSA-N"),
        ("dopamine", "VYFYYTLLBUKUHU-UHFFFAOYSA-N"), ("niacin", "PVNIIMVLHYAWGP-UHFFFAOYSA-N"),
        ("aspirin", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"), ("paracetamol", "RZVAJINKPMORJF-UHFFFAOYSA-N"),
    ],
)  # fmt: skip
def test_biomolecules_are_those_of_their_names(name, key):
    assert Chem.MolToInchiKey(Chem.MolFromSmiles(BIOMOLECULES[name])) == key


@pytest.mark.reference
@pytest.mark.parametrize(("name", "first"), [("AT", "Nc1ncnc2[nH]cnc12"), ("GC", "Nc1nc2[nH]cnc2c(=O)[nH]1")])
def test_the_bases_are_those_of_dna(name, first):
    molecule = Chem.MolFromSmiles(PAIRS[name].first)
    for atom in molecule.GetAtoms():
        atom.SetAtomMapNum(0)
    assert Chem.CanonSmiles(Chem.MolToSmiles(molecule)) == Chem.CanonSmiles(first)


def test_a_cluster_of_water_is_predicted(monkeypatch):
    monkeypatch.setattr(families, "ANNEAL_PS", 0.01)
    monkeypatch.setattr(families, "WATERS", range(4, 5))
    (record,) = tried(families.water(), store=Store(), say=lambda _: None)
    assert not record["failure"]
    assert abs(record["error"]) < 5


def test_polymers_grow_by_their_unit():
    for name, chain in POLYMERS.items():
        sizes = [Chem.MolFromSmiles(chain(n)).GetNumAtoms() for n in (2, 3, 4)]
        assert sizes[1] - sizes[0] == sizes[2] - sizes[1] > 0, name
    assert {m.name.split(",")[0] for m in polymers()} == set(POLYMERS)


@pytest.mark.parametrize(("name", "n_bonds"), [("AT", 2), ("GC", 3)])
def test_bases_are_joined_by_two_or_three_hydrogen_bonds(name, n_bonds):
    pair = paired_bases(name)
    query = query_from_structure(pair)
    assert len(query.molecules) == 2
    assert hydrogen_bonded(pair.numbers, pair.positions, query.bonds) == [frozenset({1}), frozenset({0})]
    first, second = (set(m) for m in query.molecules)
    apart = np.linalg.norm(pair.positions[:, None] - pair.positions, axis=-1)
    short = [
        (h, o) for h in range(len(pair)) for o in range(len(pair))
        if pair.numbers[h] == 1 and pair.numbers[o] in (7, 8) and apart[h, o] < 2.3 and (h in first) == (o in second)
    ]  # fmt: skip
    assert len(short) == n_bonds
    assert apart[np.triu_indices(len(pair), 1)].min() > 0.9


def test_annealed_water_is_whole_and_follows_from_its_seed(monkeypatch):
    monkeypatch.setattr(families, "ANNEAL_PS", 0.01)
    cluster = annealed_water(3)
    assert cluster.formula == "H6O3"
    assert len(query_from_structure(cluster).molecules) == 3
    np.testing.assert_allclose(annealed_water(3).positions, cluster.positions, atol=1e-4)


def test_flakes_keep_their_atoms_and_carbon_pairs_are_double_bonds(monkeypatch):
    from bondgenome_core.structures import relax as relaxation

    monkeypatch.setattr(relaxation, "relax", lambda s, **_: s.with_(bonds=()))
    plain, ring = families.doped_flake(()), families.doped_flake((0, 2, 4))
    assert plain.structure.formula == "B12H12N12"
    assert ring.structure.numbers.tolist().count(6) == 6
    assert sum(o == 2 for o in ring.graph.orders.values()) == 3
    assert not any(plain.graph.unsaturation)
    assert any(len(r.atoms) == 6 and all(ring.graph.numbers[a] == 6 for a in r.atoms) for r in ring.graph.rings)


def test_clusters_of_silicon_are_cut_from_the_crystal():
    from bondgenome_core.amons.silicon import BOND, ball

    points, graph = ball(6.0)
    inner = [a for a in range(len(points)) if np.linalg.norm(points[a]) < 6.0 - BOND]
    assert all(len(graph.neighbours[a]) == 4 for a in inner)
    assert np.linalg.norm(points[0]) == 0
    lengths = [np.linalg.norm(points[a] - points[b]) for a, b in graph.orders]
    np.testing.assert_allclose(lengths, 2.352, atol=1e-3)


def test_rings_and_open_clusters_of_silicon_are_told_apart():
    from bondgenome_core.amons.silicon import clusters

    _, amons = clusters(6)
    names = {a.smiles for a in amons}
    assert {"Si1H4", "Si6H12", "Si6H14"} <= names
    for amon in amons:
        assert (amon.numbers == 14).sum() == amon.n_heavy
        assert f"H{(amon.numbers == 1).sum()}" in amon.smiles


def test_an_atom_of_silicon_is_found_from_its_clusters():
    from bondgenome_core.amons.references import Store, find_reference
    from bondgenome_core.amons.silicon import silicon_study

    record = silicon_study(find_reference("gfn2"), Store(), k=3)
    assert [step["n_amons"] for step in record["curve"]] == [2, 3]
    assert abs(record["error"]) < 2
    assert record["error"] == record["curve"][-1]["error"]
