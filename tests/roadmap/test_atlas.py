"""The atlas is stored with its model, and refuses any other."""

import json
import shutil

import numpy as np
import pytest

from bondgenome_core.errors import ArtefactError, GenomeError
from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.roadmap.atlas import GENES, build_atlas, load_atlas
from bondgenome_core.roadmap.colouring import COLOURED_BY, N_SHADES, colour_by
from bondgenome_core.structures.structure import Bond

pytestmark = pytest.mark.unit


@pytest.fixture
def copied(model_folder, atlas, tmp_path):
    """A copy of the stored atlas and its model, to be spoilt."""
    assert len(atlas) == 60
    return GenomeModel(shutil.copytree(model_folder, tmp_path / model_folder.name))


def test_stored_atlas_is_the_one_that_was_built(atlas, model_folder):
    loaded = load_atlas(GenomeModel(model_folder))
    np.testing.assert_array_equal(loaded.points, atlas.points.astype(np.float32))
    np.testing.assert_array_equal(loaded.family, atlas.family)
    for part in ("families", "roads", "figures", "seed"):
        assert getattr(loaded, part) == getattr(atlas, part)
    assert 0 < loaded.figures["trustworthiness"] <= 1


def test_genomes_of_the_atlas_are_those_of_the_bond_table(atlas):
    np.testing.assert_allclose(atlas.genomes, atlas.bonds[list(GENES)].to_numpy(), atol=2e-5)


def test_same_seed_builds_the_same_atlas_of_the_same_genomes(atlas, model_folder, slices, monkeypatch):
    # encoded once: the last bit of a network's sums is not the same twice, and UMAP follows it
    monkeypatch.setattr("bondgenome_core.roadmap.atlas.frames_of_slices", lambda *_: atlas.frames)
    again = build_atlas(GenomeModel(model_folder), slices, seed=0)
    np.testing.assert_array_equal(again.points, atlas.points)
    assert again.roads == atlas.roads


@pytest.mark.parametrize("file", ["bonds.parquet", "atlas.safetensors"])
def test_atlas_of_other_bonds_or_damaged_points_is_refused(copied, file):
    with (copied.folder / file).open("ab") as f:
        f.write(b"\n")
    with pytest.raises(ArtefactError, match=file):
        load_atlas(GenomeModel(copied.folder))


def test_atlas_of_other_weights_is_refused(copied):
    card = json.loads((copied.folder / "card.json").read_text())
    card["files"]["model.safetensors"] = "0" * 64
    (copied.folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ArtefactError, match="not drawn from its present weights"):
        load_atlas(GenomeModel(copied.folder))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "bondgenome-atlas", "version": 99, "hashes": {}}'])
def test_damaged_or_newer_record_is_refused(copied, text):
    (copied.folder / "atlas.json").write_text(text)
    with pytest.raises(ArtefactError, match="damaged or was written by a newer version"):
        load_atlas(copied)


def test_model_without_atlas_says_how_to_draw_one(copied):
    (copied.folder / "atlas.json").unlink()
    with pytest.raises(ArtefactError, match=r"python -m bondgenome_core\.roadmap genome-test-v0"):
        load_atlas(copied)


def test_slices_of_other_bonds_are_refused(model_folder, slices):
    with pytest.raises(GenomeError, match="not the ones"):
        build_atlas(GenomeModel(model_folder), slices.subset(np.arange(60)))


def test_bonds_without_genome_are_left_out_and_counted_and_missing_values_are_unknown(copied, slices):
    table = copied.bonds.copy()
    table.loc[7, "g1"] = np.nan
    table.loc[8, "elf_max"] = np.nan
    table.to_parquet(copied.folder / "bonds.parquet", index=False)
    built = build_atlas(GenomeModel(copied.folder), slices, seed=0)
    assert (len(built), built.figures["n_left_out"]) == (59, 1)
    assert np.isfinite(built.points).all()
    assert np.isnan(built.bonds["elf_max"]).sum() >= 1
    assert colour_by(built, "elf_max").shade[7] == N_SHADES


def test_a_bond_is_found_by_its_wavefunction_and_atoms(atlas):
    number = atlas.find("ring/600K-train-s1/002", Bond(3, 4))
    assert number == 23
    assert atlas.bond(number) == Bond(3, 4)
    assert atlas.find("ring/600K-train-s1/002", Bond(3, 5)) is None


def test_a_mapped_bond_projects_onto_its_own_point_and_is_no_neighbour_of_itself(atlas):
    for number in (0, 17, 59):
        np.testing.assert_allclose(atlas.project(atlas.frames.subset(np.array([number])))[0], atlas.points[number], atol=1e-3)
        found = atlas.neighbours_of(number, 5)
        assert found.bonds.shape == (1, 5)
        assert number not in found.bonds


@pytest.mark.parametrize("column", COLOURED_BY)
def test_every_property_colours_every_bond(atlas, column):
    found = colour_by(atlas, column)
    assert len(found.shade) == len(atlas)
    assert found.shade.max() < len(found.colours)
    assert not found.legend or sum(n for *_, n in found.legend) == len(atlas)


def test_walk_to_a_family_that_is_not_there_is_refused(atlas):
    with pytest.raises(GenomeError, match="no such family"):
        atlas.walk(0, 99)
