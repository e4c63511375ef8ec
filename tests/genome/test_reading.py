"""Genomes of all bonds of a structure and of a trajectory, on a shipped wavefunction."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.errors import GenomeError
from bondgenome_core.genome.model import list_models
from bondgenome_core.genome.reading import GENES, encode_trajectory, genome_csv, read_slice, slice_rmse
from bondgenome_core.slices.frame import bond_frame
from bondgenome_core.slices.sample import Plane, sample_planes, sample_slice

GOLD = next((m for m in list_models() if {"S-Au", "Au-Au"} <= set(m.kinds)), None)
pytestmark = [pytest.mark.unit, pytest.mark.skipif(GOLD is None, reason="no gold genome model under assets/models")]


@pytest.fixture(scope="module")
def ring():
    return ElfEngine(load_shipped("au3_sh3"))


@pytest.fixture(scope="module")
def table(ring):
    return encode_trajectory([(0, ring), (1, ring)], GOLD)


def test_every_bond_that_the_model_reads_is_in_every_frame(ring, table):
    structure = ring.wavefunction.structure
    wanted = [b for b in structure.bonds if structure.kind(b) in GOLD.kinds]
    assert len(table) == 2 * len(wanted)
    assert set(table["kind"]) <= set(GOLD.kinds)


def test_same_geometry_in_two_frames_has_the_same_genomes(table):
    first, second = (table[table["frame"] == k][list(GENES)].to_numpy() for k in (0, 1))
    assert np.array_equal(first, second)


def test_genome_in_the_table_is_that_of_the_slice(ring, table):
    bond = ring.wavefunction.structure.find_bond(int(table["i"][0]), int(table["j"][0]))
    reading = read_slice(GOLD, sample_slice(ring, bond))
    assert np.allclose(reading.values, table[list(GENES)].to_numpy()[0], atol=1e-4)
    assert reading.rmse == pytest.approx(table["rmse"][0], abs=1e-4)


def test_ambiguous_bond_keeps_the_frame_of_the_frame_before(ring, table, monkeypatch):
    def switched(structure, bond, calls=[]):  # noqa: B006 - counts its calls
        calls.append(bond)
        frame = bond_frame(structure, bond)
        return frame.flipped(z=frame.z_ambiguous) if calls.count(bond) == 2 else frame

    assert any(bond_frame(ring.wavefunction.structure, b).z_ambiguous for b in ring.wavefunction.structure.bonds)
    monkeypatch.setattr("bondgenome_core.genome.reading.bond_frame", switched)
    followed = encode_trajectory([(0, ring), (1, ring)], GOLD)
    assert np.allclose(followed[list(GENES)].to_numpy(), table[list(GENES)].to_numpy(), atol=1e-4)


def test_ambiguous_bond_turned_over_has_another_genome(ring):
    structure = ring.wavefunction.structure
    bond, frame = next((b, f) for b in structure.bonds if (f := bond_frame(structure, b)).z_ambiguous)
    plain, turned = GOLD.encode(sample_planes(ring, [Plane(bond, frame=frame), Plane(bond, frame=frame.flipped(z=True))]))
    assert np.abs(plain - turned).max() > 1e-3


def test_error_counts_only_pixels_outside_cores_and_near_the_bond(ring):
    s = sample_slice(ring, next(iter(ring.wavefunction.structure.bonds)))
    off = s.image + np.where(s.mask, 1.0, 0.0)
    assert slice_rmse(off, s) == pytest.approx(0, abs=1e-9)
    assert slice_rmse(s.image + 0.1, s) == pytest.approx(0.1, abs=1e-6)
    corner = s.image.copy()
    corner[0, 0] += 1
    assert slice_rmse(corner, s) == pytest.approx(0, abs=1e-9)
    assert slice_rmse(corner, s, full_window=True) > 0


def test_csv_names_its_model_and_level(table):
    head, *rows = genome_csv(table, GOLD).decode().splitlines()
    note = json.loads(head.removeprefix("# "))
    assert note["model_hash"] == GOLD.hash
    assert len(rows) == len(table) + 1


def test_structure_without_readable_bonds_is_refused_by_name(ring, monkeypatch):
    monkeypatch.setattr("bondgenome_core.genome.model.GenomeModel.refusal", lambda self, *given: "No.")
    with pytest.raises(GenomeError, match="reads none of these bonds"):
        encode_trajectory([(0, ring)], GOLD)
