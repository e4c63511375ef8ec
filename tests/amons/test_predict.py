"""From SMILES or a structure to an energy with its uncertainty; what cannot be done is said in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from bondgenome_core.amons import predict as predictions
from bondgenome_core.amons.conformers import Conformers
from bondgenome_core.amons.geometry import clashes
from bondgenome_core.amons.predict import binding_energies, conjugated_systems, learned, learned_from, predict
from bondgenome_core.amons.query import amons_of, query_from_smiles, query_from_structure
from bondgenome_core.amons.references import Store, find_reference, free_atom, reference_energies, shape_hash
from bondgenome_core.errors import AmonError, StructureError
from bondgenome_core.structures.relax import energy_and_forces
from bondgenome_core.structures.smiles import molecule_of_bonds
from bondgenome_core.units import KCAL_PER_MOL_PER_EV

pytestmark = pytest.mark.unit
CAFFEINE = "CN1C=NC2=C1C(=O)N(C(=O)N2C)C"


@pytest.fixture(scope="module")
def query():
    return query_from_smiles("O=CCc1ccccc1")


@pytest.fixture(scope="module")
def found(query):
    return predict(query, store=Store())


def true_energy(query):
    return energy_and_forces(query.structure, method="GFN2-xTB")[0] * KCAL_PER_MOL_PER_EV


@pytest.mark.reference
def test_phenylacetaldehyde_is_predicted_within_its_interval(query, found):
    error = found.estimate.energy - true_energy(query)
    assert abs(error) < 0.5  # kcal/mol; elements alone miss it by 23
    assert abs(error) < found.half_width
    assert abs(found.estimate.baseline - true_energy(query)) > 10
    assert found.estimate.atomic.sum() == pytest.approx(found.estimate.energy, abs=1e-6)
    assert not found.is_computed
    energies = [s.estimate.energy for s in found.curve if s.estimate]
    assert abs(energies[0] - true_energy(query)) > 50 > abs(energies[-1] - true_energy(query))


@pytest.mark.reference
def test_caffeine_is_warned_about_until_its_rings_are_whole():
    query = query_from_smiles(CAFFEINE)
    assert [len(s) for s in conjugated_systems(query)] == [9]
    small, store = predict(query, k=7), Store()
    assert any("fused conjugated rings" in w for w in small.warnings)
    assert abs(small.estimate.energy - true_energy(query)) > 5
    large = predict(query, k=9, store=store)
    assert not any("fused conjugated rings" in w for w in large.warnings)
    assert abs(large.estimate.energy - true_energy(query)) < 2


def test_amons_sit_where_the_query_has_them(query):
    found = amons_of(query)
    for amon in found.amons:
        kept = amon.origin >= 0
        np.testing.assert_allclose(amon.positions[kept], query.structure.positions[amon.origin[kept]])
        assert (amon.numbers[~kept] == 1).all()
        assert not clashes(amon)
    assert {r.reason for r in found.rejected} == {"carbonyl", "radical", "conjugated ring"}


def test_a_structure_in_space_has_the_amons_of_its_smiles(query):
    again = query_from_structure(query.structure)
    assert [a.smiles for a in amons_of(again).amons] == [a.smiles for a in amons_of(query).amons]


def test_a_mirror_image_is_no_new_conformer_and_a_turned_bond_is(query):
    largest = max(amons_of(query).amons, key=lambda a: len(a.numbers))
    kept = Conformers()
    assert kept.keeps(largest)
    assert not kept.keeps(largest._replace(positions=largest.positions * [1, 1, -1]))
    moved = largest.positions.copy()
    moved[-1] += 0.7
    assert kept.keeps(largest._replace(positions=moved))


def test_energies_are_kept_and_found_again(query, tmp_path):
    amons, level, path = amons_of(query).amons[:5], find_reference("gfn2"), tmp_path / "amons.db"
    first = reference_energies(amons, level, Store(path))
    again = Store(path)
    turned = [a._replace(positions=a.positions[:, [1, 2, 0]] + 1.0) for a in amons]
    np.testing.assert_allclose([again.get(level, a) for a in turned], first)
    assert again.get(find_reference("gfn1"), amons[0]) is None
    path.write_text("no database")
    with pytest.raises(AmonError, match="no store"):
        Store(path)


def test_a_shape_is_known_whatever_its_place_and_not_with_other_elements(query):
    s = query.structure
    order = np.random.default_rng(0).permutation(len(s))
    assert shape_hash(s.numbers, s.positions) == shape_hash(s.numbers[order], s.positions[order] + 2.0)
    other = s.numbers.copy()
    other[0] = 7
    assert shape_hash(s.numbers, s.positions) != shape_hash(other, s.positions)


def test_a_calculation_that_fails_leaves_the_others_kept(query, monkeypatch):
    amons, store = amons_of(query).amons[:3], Store()
    level = find_reference("gfn2")

    def fail(structure):
        if structure.name == amons[2].smiles:
            raise StructureError("no.")
        return 1.0

    broken = type(level)("gfn2", "GFN2-xTB", fail, level.seconds)
    found = reference_energies(amons, broken, store, threads=1)
    assert np.isnan(found[2])
    assert (found[:2] == 1.0).all()
    assert store.get(level, amons[0]) == 1.0
    assert store.get(level, amons[2]) is None


def test_an_amon_without_reference_takes_no_part_and_is_named(query, found):
    energies = found.energies.copy()
    energies[5] = np.nan
    again = learned(query, found.amons, energies, found.comparison, "gfn2")
    assert len(again.energies) == len(energies) - 1
    assert again.failed == (found.amons.amons[5].smiles,)
    assert any(found.amons.amons[5].smiles in w for w in again.warnings)


def test_molecules_computed_elsewhere_serve_as_amons(query, found):
    again = learned_from(query, found.amons.amons, found.energies)
    assert again.estimate.energy == pytest.approx(found.estimate.energy, abs=1e-9)


def test_a_small_molecule_is_its_own_amon():
    small = predict(query_from_smiles("CCO"))
    assert small.is_computed
    assert small.estimate.energy == pytest.approx(true_energy(small.query), abs=0.05)


def test_wide_intervals_and_strange_atoms_are_said(found, monkeypatch):
    monkeypatch.setattr(predictions, "WIDE", 1e-6)
    monkeypatch.setattr(predictions, "FAR", 1e-6)
    monkeypatch.setattr(predictions, "UNSETTLED", 1e-9)
    said = " ".join(found.warnings)
    assert "95 % interval" in said
    assert "No training atom is like" in said
    assert "moved the energy" in said


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("C[CH2]", "radical"), ("CC[Au]", "Au"), ("C" * 200, "limit of 60"), ("[Na+].[Cl-]", "several molecules"),
        ("not smiles", "not valid SMILES"), ("[H][H]", "no heavy atom"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(smiles, words):
    with pytest.raises((AmonError, StructureError), match=words) as refusal:
        query_from_smiles(smiles)
    assert len(str(refusal.value)) < 200


def test_a_charged_group_is_refused_in_words_and_a_nitro_group_is_not():
    with pytest.raises(AmonError, match="neutral form"):
        amons_of(query_from_smiles("CC(=O)[O-]"))
    assert amons_of(query_from_smiles("C[N+](=O)[O-]")).amons
    with pytest.raises(AmonError, match="1 to 9"):
        amons_of(query_from_smiles("CC"), 12)


def test_the_amon_that_lowers_the_uncertainty_most_is_computed_first(query, found):
    from bondgenome_core.amons.ranking import gains, ranked

    n = len(found.energies)
    nothing, everything = np.zeros(n, dtype=bool), np.ones(n, dtype=bool)
    order = ranked(found.comparison, nothing, [1.0] * n)
    assert sorted(order) == list(range(n))
    assert found.amons.amons[order[0]].n_heavy > found.amons.amons[order[-1]].n_heavy
    assert not gains(found.comparison, everything).any()
    assert ranked(found.comparison, nothing, [1e9 if k == order[0] else 1.0 for k in range(n)])[-1] == order[0]


def test_a_cancelled_run_keeps_what_counts_most(query, found):
    from bondgenome_core.amons.predict import computed
    from bondgenome_core.amons.ranking import ranked

    class Stop(Exception):
        pass

    def stop(done, _):
        if done == 4:
            raise Stop

    amons, level, store = amons_of(query), find_reference("gfn2"), Store()
    with pytest.raises(Stop):
        computed(query, amons, level, store, threads=1, progress=stop)
    kept = {k for k, a in enumerate(amons.amons) if store.get(level, a) is not None}
    seconds = [level.seconds(int(a.numbers.sum())) for a in amons.amons]
    order = ranked(found.comparison, np.zeros(len(seconds), dtype=bool), seconds)
    assert set(order[:4]) <= kept
    assert len(kept) <= 6


def test_missing_amons_are_listed_until_they_are_known():
    from bondgenome_core.amons.predict import computed, missing_table

    query, store, level = query_from_smiles("CCO"), Store(), find_reference("gfn2")
    amons = amons_of(query, 2)
    table = missing_table(query, amons, level, store)
    assert len(table) == len(amons.amons)
    assert (table["gain"] >= 0).all()
    per_second = table["gain"] / table["seconds"]
    assert per_second.is_monotonic_decreasing
    computed(query, amons, level, store)
    assert missing_table(query, amons, level, store).empty


def test_atoms_bind_and_sum_to_the_molecule(found):
    bound, apart = binding_energies(found)
    numbers = found.query.structure.numbers
    free = sum(free_atom("gfn2", int(z)) for z in numbers)
    assert abs(apart) < 1e-3
    assert bound.sum() == pytest.approx(found.estimate.energy - free, abs=1e-3)
    assert -300 < bound[numbers == 6].mean() < -50  # kcal/mol: a carbon of an organic molecule against the free atom
    assert free_atom("gfn2", 1) > found.estimate.atomic[numbers == 1].mean()


def test_molecules_computed_elsewhere_are_never_taken_for_the_query_itself():
    propane = amons_of(query_from_smiles("CCC")).amons[-1]
    methane, ethane, water = (amons_of(query_from_smiles(s)).amons[-1] for s in ("C", "CC", "O"))
    found = learned_from(query_from_smiles("CCO"), [methane, ethane, propane, water], np.array([-1.0, -2.0, -3.0, -1.5]))
    assert not found.is_computed
    assert predict(query_from_smiles("CO")).is_computed


def test_relaxed_amons_are_minima_and_keep_their_conformation(query):
    static, relaxed = amons_of(query, 6), amons_of(query, 6, relax=True)
    assert {a.smiles for a in relaxed.amons} == {a.smiles for a in static.amons}
    energy = {a.smiles: mmff_energy(a) for a in static.amons}
    lower = {a.smiles: mmff_energy(a) for a in relaxed.amons}
    assert all(lower[s] <= energy[s] + 1e-6 for s in energy)
    assert any(lower[s] < energy[s] - 1.0 for s in energy)
    ring = next(a for a in relaxed.amons if a.smiles == "c1ccccc1")
    assert np.linalg.svd(ring.positions - ring.positions.mean(0))[1][2] < 0.05  # still flat


def test_an_amon_that_turns_over_when_relaxed_is_left_out(query, monkeypatch):
    from bondgenome_core.amons import relaxed

    monkeypatch.setattr(relaxed, "MOST_TURNED", -1.0)
    found = amons_of(query, 4, relax=True)
    assert "turned" in {r.reason for r in found.rejected}
    assert all(a.n_heavy < 4 for a in found.amons)  # nothing smaller has a dihedral of heavy atoms


def mmff_energy(amon):
    from rdkit import Chem
    from rdkit.Chem import rdForceFieldHelpers as mmff

    molecule = molecule_of_bonds(amon.numbers, amon.positions, amon.bonds, amon.charges)
    Chem.SanitizeMol(molecule)
    return mmff.MMFFGetMoleculeForceField(molecule, mmff.MMFFGetMoleculeProperties(molecule)).CalcEnergy()


def test_a_molecule_with_too_many_fragments_is_refused(monkeypatch):
    from bondgenome_core.amons import fragment

    monkeypatch.setattr(fragment, "MOST_SETS", 20)
    with pytest.raises(AmonError, match="take smaller amons"):
        amons_of(query_from_smiles("CCCCCCCC"))
