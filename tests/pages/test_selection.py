"""The selection as the words of a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bondgenome_core.structures.structure import Bond
from bondgenome_ui.selection import LinkError, Selection, from_query, to_query

pytestmark = pytest.mark.unit

atoms = some.integers(0, 999)
bonds = some.builds(Bond, atoms, atoms, some.tuples(*[some.integers(-2, 2)] * 3))
lengths = some.integers(10, 60).map(lambda n: n / 10)
selections = some.builds(
    Selection,
    structure=some.sampled_from(["au25_sh18_anion", "f" * 64]),
    frame=some.integers(0, 500),
    bond=some.none() | bonds,
    second=some.none() | bonds,
    azimuth=some.integers(-180, 180).map(float),
    offset=some.integers(-30, 30).map(lambda n: n / 10),
    window=some.integers(20, 200).map(lambda n: n / 10),
    pair=some.none() | some.tuples(atoms, atoms),
    gamma=some.integers(0, 20).map(lambda n: n / 10),
    cutoffs=some.lists(some.tuples(some.sampled_from(["S-Au", "Au-Au"]), lengths), max_size=2).map(tuple),
)


@given(selections)
def test_a_link_restores_exactly_what_it_was_made_from(selection):
    assert from_query(to_query(selection)) == selection


def test_a_plain_selection_names_only_its_structure():
    assert to_query(Selection()) == {"structure": "au25_sh18_anion"}


@pytest.mark.parametrize(
    "words", [{"bond": "1"}, {"bond": "1-x"}, {"bond": "1-2@1.0"}, {"azimuth": "inf"}, {"frame": "1.5"}, {"cutoffs": "S-Au"}]
)
def test_unreadable_words_are_refused_by_name(words):
    with pytest.raises(LinkError, match=next(iter(words))):
        from_query(words)
