"""The shipped structures, their card and how they are built."""

import json

import pytest

from bondgenome_core.errors import ArtefactError, StructureError
from bondgenome_core.structures import gallery as gallery_module
from bondgenome_core.structures.build_gallery import build_gallery
from bondgenome_core.structures.builders.recipes import RECIPES
from bondgenome_core.structures.gallery import GROUPS, gallery, gallery_wavefunction_path, load_gallery_structure
from bondgenome_core.structures.gallery_card import read_card


@pytest.mark.law
def test_every_structure_on_the_card_loads_as_described():
    for entry in gallery():
        structure = load_gallery_structure(entry.name)
        assert (len(structure), structure.formula) == (entry.n_atoms, entry.formula)
        assert entry.group in GROUPS
        assert entry.description.endswith(".")
        assert structure.bonds


@pytest.mark.unit
def test_the_gallery_has_the_species_the_tool_is_about():
    names = {entry.name for entry in gallery()}
    assert {"au25_sh18_anion", "au4_sh4", "au2_sh3_anion", "au6", "au13", "au20", "ethane", "water", "lif"} <= names
    assert names <= {recipe.name for recipe in RECIPES}


@pytest.mark.unit
def test_names_of_files_and_card_agree():
    on_disk = {path.stem for path in gallery_module.GALLERY.glob("*.xyz")}
    assert on_disk == set(read_card()["structures"])


@pytest.mark.unit
def test_an_unknown_name_is_refused():
    for name in ("au99", "../card", ""):
        with pytest.raises(StructureError, match="no gallery structure"):
            load_gallery_structure(name)
        with pytest.raises(ArtefactError, match="No wavefunction"):
            gallery_wavefunction_path(name)


@pytest.mark.unit
def test_a_changed_file_fails_its_hash(tmp_path, monkeypatch):
    content = (gallery_module.GALLERY / "water.xyz").read_text()
    (tmp_path / "water.xyz").write_text(content.replace("O ", "S "))
    monkeypatch.setattr(gallery_module, "GALLERY", tmp_path)
    load_gallery_structure.cache_clear()
    try:
        with pytest.raises(ArtefactError, match="not the one on its card"):
            load_gallery_structure("water")
    finally:
        load_gallery_structure.cache_clear()


@pytest.mark.law
def test_the_gallery_is_built_again_to_the_same_energy_and_only_where_missing(tmp_path):
    names = ("au1_sh2_anion", "water")
    assert build_gallery(names, tmp_path) == []
    built, shipped = read_card(tmp_path)["structures"], read_card()["structures"]
    assert set(built) == set(names)
    for name in names:
        assert built[name]["energy_ev"] == pytest.approx(shipped[name]["energy_ev"], abs=1e-3)
    before = (tmp_path / "water.xyz").stat().st_mtime_ns
    build_gallery(names, tmp_path)
    assert (tmp_path / "water.xyz").stat().st_mtime_ns == before
    assert "| water |" in (tmp_path / "card.md").read_text()


@pytest.mark.unit
def test_a_builder_that_misses_its_topology_is_left_out(tmp_path, monkeypatch):
    from bondgenome_core.structures import build_gallery as module
    from bondgenome_core.structures.motifs import Motifs

    recipe = next(r for r in RECIPES if r.name == "au1_sh2_anion")._replace(motifs=Motifs(1))
    monkeypatch.setattr(module, "RECIPES", (recipe,))
    failures = build_gallery((), tmp_path)
    assert len(failures) == 1
    assert "instead of core of 1 Au" in failures[0]
    assert not list(tmp_path.glob("*.xyz"))


@pytest.mark.unit
def test_a_damaged_card_is_refused(tmp_path):
    for content in ("", "{", "[]", json.dumps({"format": 99, "structures": {}})):
        (tmp_path / "card.json").write_text(content)
        with pytest.raises(ArtefactError):
            read_card(tmp_path)


@pytest.mark.unit
def test_an_unknown_builder_name_is_refused(tmp_path):
    with pytest.raises(StructureError, match="no gallery structure called nonsense"):
        build_gallery(("nonsense",), tmp_path)
