"""Named genomes: what is saved reads back, and nothing else does; frames of a genome."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bondgenome_core.errors import GenomeError
from bondgenome_core.genome.exemplars import extremes, frame_views
from bondgenome_core.genome.named import genome_from_json, genome_to_json, name_genome

VALUES = (0.5, -0.25, 0.0, 1.0, -1.0, 0.125, 0.75, -0.5)
pytestmark = pytest.mark.unit


def test_named_genome_reads_back_as_it_was_saved(model):
    named = name_genome("Größe S–Au", VALUES, model, {"structure": "au4_sh4"})
    assert genome_from_json(genome_to_json(named), [model]) == named


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": VALUES[:7]}, "exactly 8 values; 7 were given"),
        ({"values": (*VALUES, 0.0)}, "exactly 8 values; 9 were given"),
        ({"values": (*VALUES[:7], float("nan"))}, "finite numbers; this file has NaN"),
        ({"values": (*VALUES[:7], "x")}, "no list of 8 numbers"),
        ({"values": (*VALUES[:7], 1e300)}, "finite numbers"),
        ({"values": (*VALUES[:7], 0.3)}, "changed after it was saved"),
        ({"name": "another"}, "changed after it was saved"),
        ({"model_hash": "0" * 64}, "changed after it was saved"),
        ({"version": 99}, "newer version"),
    ],
)
def test_edited_file_gets_one_clear_sentence(model, changes, sentence):
    content = json.loads(genome_to_json(name_genome("a bond", VALUES, model)))
    with pytest.raises(GenomeError, match=sentence):
        genome_from_json(json.dumps(content | changes).encode(), [model])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a genome file"),
        (b"\x80\x04\x95", "not a genome file"),
        (b"[" * 100_000, "at most 64 KiB"),
        (b"[" * 50_000, "not a genome file"),
        (b'{"format": "bondgenome-session"}', "not a genome file"),
    ],
)
def test_file_of_another_kind_gets_one_clear_sentence(model, data, sentence):
    with pytest.raises(GenomeError, match=sentence):
        genome_from_json(data, [model])


def test_genome_of_other_weights_is_refused(model):
    with pytest.raises(GenomeError, match=r"belongs to the model .* with other weights"):
        genome_from_json(genome_to_json(name_genome("a bond", VALUES, model)), [])


@pytest.mark.parametrize(("x", "z", "count"), [(False, False, 1), (True, False, 2), (False, True, 2), (True, True, 4)])
def test_ambiguous_frame_gives_two_or_four_views_the_genome_itself_first(model, x, z, count):
    values = model.training_genomes[0]
    views = frame_views(model, values, x_ambiguous=x, z_ambiguous=z)
    assert len(views) == count
    assert np.array_equal(views[0], values)


def test_extremes_are_real_bonds_of_their_kind(model):
    bonds = model.bonds
    found = extremes(bonds)
    assert bonds["length"].iloc[found["shortest S-Au"]] == bonds["length"].min()
    assert bonds["length"].iloc[found["longest S-Au"]] == bonds["length"].max()
