"""Slice sets: what is in them, and what is refused."""

import numpy as np
import pytest

from bondgenome_core.electrons.shipped import SHIPPED, load_shipped
from bondgenome_core.electrons.wavefunction import save_wavefunction
from bondgenome_core.errors import ArtefactError, SliceError
from bondgenome_core.slices.build import bond_of_row, build_slice_set, species_of
from bondgenome_core.slices.sample import sample_slice
from bondgenome_core.slices.slice_set import disc, load_slice_set, save_slice_set
from bondgenome_core.structures.structure import Structure

pytestmark = pytest.mark.unit

RING = SHIPPED / "au3_sh3.safetensors"


@pytest.fixture(scope="module")
def ring_set():
    return build_slice_set([RING], ["S-Au", "Au-Au"])


def test_every_bond_of_the_kinds_is_sliced_at_0_and_90_degrees(ring_set):
    structure = load_shipped("au3_sh3").structure
    bonds = [b for b in structure.bonds if structure.kind(b) in ("S-Au", "Au-Au")]
    assert len(ring_set) == 2 * len(bonds)
    assert ring_set.table["azimuth_deg"].tolist() == [0.0, 90.0] * len(bonds)
    assert {bond_of_row(r) for _, r in ring_set.table.iterrows()} == set(bonds)
    assert set(ring_set.table["role"]) == {"relaxed"}


def test_images_are_the_slices_to_one_part_in_510(ring_set):
    w = load_shipped("au3_sh3")
    for k in (0, len(ring_set) - 1):
        row = ring_set.table.iloc[k]
        s = sample_slice(w, bond_of_row(row), azimuth_deg=row["azimuth_deg"])
        np.testing.assert_allclose(ring_set.elf(np.array([k]))[0], s.image, atol=0.5 / 255 + 1e-4)
        assert (ring_set.masks[k] == s.mask).all()


def test_a_set_comes_back_from_its_folder(ring_set, tmp_path):
    save_slice_set(ring_set, tmp_path / "set")
    back = load_slice_set(tmp_path / "set")
    np.testing.assert_array_equal(back.images, ring_set.images)
    np.testing.assert_array_equal(back.masks, ring_set.masks)
    assert back.table["shift"].tolist() == ring_set.table["shift"].tolist()
    assert back.info["core_treatment"] == "gth-pbe"


def test_counting_pixels_lie_in_the_disc_and_outside_cores(ring_set):
    axis = (np.arange(64) - 31.5) * 0.1
    near = np.hypot(*np.meshgrid(axis, axis)) <= 2.4
    assert (disc() == near).all()
    assert (ring_set.counting() == (~ring_set.masks & near)).all()
    assert (ring_set.counting(full_window=True) == ~ring_set.masks).all()


def test_finished_files_come_from_the_cache(tmp_path, monkeypatch):
    first = build_slice_set([RING], ["S-Au"], cache=tmp_path)
    monkeypatch.setattr("bondgenome_core.slices.build.slices_of", lambda *a: pytest.fail("sliced again"))
    again = build_slice_set([RING], ["S-Au"], cache=tmp_path)
    np.testing.assert_array_equal(again.images, first.images)


def test_mixed_core_treatments_unconverged_files_and_missing_kinds_are_refused(tmp_path, complex_svp):
    from dataclasses import replace

    other, open_ended = tmp_path / "svp.safetensors", tmp_path / "open.safetensors"
    save_wavefunction(complex_svp, other)
    with pytest.raises(SliceError, match="mixed"):
        build_slice_set([RING, other], ["S-Au"])
    save_wavefunction(replace(complex_svp, convergence=complex_svp.convergence | {"converged": False}), open_ended)
    with pytest.raises(SliceError, match="not converged"):
        build_slice_set([open_ended], ["S-Au"])
    with pytest.raises(SliceError, match="C-C"):
        build_slice_set([RING], ["C-C"])


def test_a_folder_that_is_no_set_is_refused(tmp_path, ring_set):
    with pytest.raises(ArtefactError, match="not a slice data set"):
        load_slice_set(tmp_path)
    save_slice_set(ring_set, tmp_path / "set")
    (tmp_path / "set" / "slices.safetensors").write_bytes(b"damaged")
    with pytest.raises(ArtefactError, match="not a slice data set"):
        load_slice_set(tmp_path / "set")


def test_species_is_the_gold_and_sulfur_count_whatever_charge_and_ligand():
    gold = Structure([79, 16, 16, 1, 1], np.diag([0, 3, 6, 9, 12])[:, :3] + np.arange(5)[:, None] * 2.0, charge=-1)
    assert species_of(gold) == "Au1S2"
    assert species_of(gold.with_(charge=1)) == "Au1S2"
    assert species_of(Structure([79, 79], [[0, 0, 0], [0, 0, 2.6]])) == "Au2"
    assert species_of(Structure([6, 8], [[0, 0, 0], [0, 0, 1.1]])) == "CO"
