"""Indices of many files: what identifies a row, and what is kept, refused or computed once."""

from dataclasses import replace

import pandas as pd
import pytest

from bondgenome_core.electrons.shipped import SHIPPED, load_shipped
from bondgenome_core.electrons.wavefunction import save_wavefunction
from bondgenome_core.errors import SliceError
from bondgenome_core.indices.build import build_indices
from bondgenome_core.slices.build import build_slice_set

pytestmark = pytest.mark.unit
FILES = [SHIPPED / f"{name}.safetensors" for name in ("au2_sh3_anion", "au1_sh2_anion", "ethane")]
KEYS = ["wavefunction", "i", "j", "shift"]


def test_rows_are_the_bonds_of_the_slices_of_the_same_files():
    table = build_indices(FILES[:1], ["S-Au", "Au-Au"])
    slices = build_slice_set(FILES[:1], ["S-Au", "Au-Au"]).table.drop_duplicates(KEYS)
    merged = table.merge(slices, on=KEYS, suffixes=("", "_slice"), validate="one_to_one")
    assert len(merged) == len(table) == len(slices)
    for column in ("kind", "species", "role", "left", "right"):
        assert (merged[column].astype(str) == merged[f"{column}_slice"].astype(str)).all()
    assert (merged["length"] - merged["length_slice"]).abs().max() < 1e-5


def test_finished_files_come_from_the_cache_unchanged(tmp_path, monkeypatch):
    first = build_indices(FILES, ["S-Au"], cache=tmp_path)
    monkeypatch.setattr("bondgenome_core.indices.build.bond_indices", lambda *a, **k: pytest.fail("computed again"))
    pd.testing.assert_frame_equal(build_indices(FILES, ["S-Au"], cache=tmp_path), first)


def test_modes_of_small_species_are_computed_once(tmp_path, monkeypatch):
    assert build_indices(FILES[:1], ["S-Au"])["mode_soft"].isna().all()
    table = build_indices(FILES[:1], ["S-Au"], cache=tmp_path, modes=True)
    # a relaxed structure has not moved
    assert table["mode_soft"].abs().max() < 1e-6
    monkeypatch.setattr("bondgenome_core.indices.modes.normal_modes", lambda *a: pytest.fail("computed again"))
    build_indices(FILES[:1], ["S-Au", "Au-Au"], cache=tmp_path, modes=True)


def test_an_interrupted_build_goes_on(tmp_path, monkeypatch):
    build_indices(FILES[:1], ["S-Au"], cache=tmp_path)
    kept = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    build_indices(FILES, ["S-Au"], cache=tmp_path)
    assert all(p.stat().st_mtime_ns == t for p, t in kept.items())
    assert not list(tmp_path.glob("*.part"))


def test_unconverged_files_and_missing_kinds_are_refused(tmp_path):
    w = load_shipped("au2_sh3_anion")
    path = tmp_path / "open.safetensors"
    save_wavefunction(replace(w, convergence=w.convergence | {"converged": False}), path)
    with pytest.raises(SliceError, match="not converged"):
        build_indices([path], ["S-Au"])
    with pytest.raises(SliceError, match="O-H"):
        build_indices(FILES[:1], ["O-H"])
