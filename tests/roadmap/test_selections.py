"""Sets of bonds: statistics, comparison, combination, and the form in which they are kept."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bondgenome_core.errors import ArtefactError, GenomeError
from bondgenome_core.roadmap.colouring import colour_by
from bondgenome_core.roadmap.figures import distribution_figure, map_figure
from bondgenome_core.roadmap.selections import combine, compare, from_content, matching, set_csv, summarise, to_content

pytestmark = pytest.mark.unit
numbers = some.sets(some.integers(0, 59), min_size=1).map(lambda s: np.array(sorted(s)))
SULFUR_GOLD, GOLD_GOLD = np.arange(30), np.arange(30, 60)


def test_statistics_are_those_of_the_members(atlas):
    found = summarise(atlas, SULFUR_GOLD)
    own = atlas.bonds.iloc[:30]
    assert found.n == 30
    assert found.counts["kind"] == {"S-Au": 30}
    assert sum(found.counts["family"].values()) == 30
    assert found.properties.loc["length", "mean"] == pytest.approx(own["length"].mean())
    assert found.properties.loc["length", "std"] == pytest.approx(own["length"].std())
    np.testing.assert_allclose(found.mean_genome, atlas.genomes[:30].mean(0), rtol=1e-6)


def test_comparison_is_second_less_first(atlas):
    found = compare(atlas, SULFUR_GOLD, GOLD_GOLD)
    expected = atlas.bonds["length"][30:].mean() - atlas.bonds["length"][:30].mean()
    assert found.properties.loc["length", "difference"] == pytest.approx(expected)
    assert found.properties.loc["length", "effect"] > 5
    np.testing.assert_allclose(found.genome, -compare(atlas, GOLD_GOLD, SULFUR_GOLD).genome)
    assert compare(atlas, GOLD_GOLD, GOLD_GOLD).distance == 0


def test_one_bond_has_no_spread(atlas):
    assert summarise(atlas, np.array([4])).sd_genome.tolist() == [0.0] * 8
    assert np.isnan(compare(atlas, np.array([4]), np.array([5])).properties.loc["length", "effect"])


@given(numbers, numbers)
def test_combinations_obey_the_algebra_of_sets(a, b):
    for how, expected in (("union", set(a) | set(b)), ("intersection", set(a) & set(b)), ("difference", set(a) - set(b))):
        assert set(combine(a, b, how)) == expected


def test_unknown_combination_and_empty_set_are_refused(atlas):
    with pytest.raises(GenomeError, match="union, intersection, difference"):
        combine(SULFUR_GOLD, GOLD_GOLD, "xor")
    with pytest.raises(GenomeError, match="no bonds"):
        summarise(atlas, np.array([], dtype=int))


def test_filters_keep_bonds_that_meet_every_condition(atlas):
    keep = matching(atlas, {"kind": ["S-Au"], "species": ["Au4S4"], "role": []})
    expected = (atlas.bonds["kind"] == "S-Au") & (atlas.bonds["species"] == "Au4S4")
    np.testing.assert_array_equal(keep, expected)
    assert matching(atlas, {"family": range(len(atlas.families))}).all()


def test_kept_set_names_the_same_bonds_again(atlas):
    np.testing.assert_array_equal(from_content(atlas, to_content(atlas, GOLD_GOLD)), GOLD_GOLD)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_sha256": "0" * 64}, "another map"),
        ({"n_bonds": 61}, "another map"),
        ({"bonds": [3, 60]}, "damaged"),
        ({"bonds": [-1]}, "damaged"),
        ({"bonds": []}, "damaged"),
        ({"bonds": ["x"]}, "damaged"),
        ({"bonds": None}, "damaged"),
    ],
)
def test_set_of_another_map_or_damaged_is_refused(atlas, change, words):
    with pytest.raises(ArtefactError, match=words):
        from_content(atlas, to_content(atlas, GOLD_GOLD) | change)


def test_table_of_a_set_names_its_model_and_reads_back(atlas):
    data = set_csv(atlas, GOLD_GOLD, "gold").decode()
    assert atlas.model_hash in data.splitlines()[0]
    table = pd.read_csv(io.StringIO(data), comment="#")
    assert table["bond_number"].tolist() == GOLD_GOLD.tolist()
    np.testing.assert_allclose(table["length"], atlas.bonds["length"][30:])


def test_map_figure_carries_bond_numbers_and_keeps_others_grey(atlas):
    keep = matching(atlas, {"kind": ["S-Au"]})
    figure = map_figure(atlas, colour_by(atlas, "family"), shown=keep, selected=3, roads=True)
    others, shown, *_ = figure.data
    assert (len(others.x), len(shown.x)) == (30, 30)
    np.testing.assert_array_equal(shown.customdata, SULFUR_GOLD)
    assert {t.type for t in figure.data} == {"scattergl"}


def test_distributions_show_both_sets_on_one_scale(atlas):
    figure = distribution_figure(atlas, {"a": SULFUR_GOLD, "b": GOLD_GOLD}, {"a": "#111111", "b": "#222222"})
    lengths = [t for t in figure.data if t.xaxis == "x"]
    assert [len(t.x) for t in lengths] == [30, 30]
    assert lengths[0].xbins == lengths[1].xbins
