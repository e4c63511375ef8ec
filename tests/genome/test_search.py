"""The search for the best code: its data, its channels, and a comparison that may be interrupted."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.genome.candidates import CANDIDATES, CHANNELS, Candidate
from bondgenome_core.genome.network import build
from bondgenome_core.genome.search import network_channels, planes, reconstruct, run_search, splits, train_candidate
from bondgenome_core.genome.search_data import (
    AZIMUTHS,
    SearchSet,
    coarse_axis,
    fourier_components,
    half_planes,
    plane_from_components,
    search_set,
)  # fmt: skip
from bondgenome_core.genome.search_report import search_page

pytestmark = pytest.mark.unit


def planes_of(field):
    """(1, 8, 32, 32) of a field (radius, z, azimuth) sampled on the eight planes."""
    x, z = coarse_axis()[:, None], coarse_axis()[None, :]
    turn = np.where(x < 0, np.pi, 0.0)
    return np.stack([field(np.abs(x), z, np.radians(a) + turn) for a in AZIMUTHS])[None].astype(np.float32)


def wavy(r, z, phi):
    return 0.5 + 0.1 * r * np.cos(phi) + 0.05 * z * np.sin(phi) + 0.02 * r**2 * np.cos(2 * phi) - 0.03 * r * np.sin(2 * phi)


@pytest.fixture(scope="module")
def data():
    """Slices of moved wavy fields: three species, two trajectories each."""
    generator = np.random.default_rng(0)
    fields = [planes_of(lambda r, z, p, s=s: 0.5 + 0.3 * np.tanh(wavy(r, z, p) * s - z * s)) for s in generator.normal(size=48)]
    n = np.arange(48)
    table = pd.DataFrame({
        "wavefunction": [f"w{k}" for k in n], "i": 0, "j": 1, "shift": "0 0 0", "kind": "S-Au", "length": 2.3 + 0.01 * (n % 20),
        "azimuth_deg": 0.0, "x_ambiguous": n % 3 == 0, "z_ambiguous": n % 4 == 0,
        "species": np.array(["A", "B", "C"])[n % 3], "role": np.where(n // 3 % 4 == 3, "test", "train"),
    })  # fmt: skip
    images = np.concatenate(fields)
    return SearchSet(images, np.zeros(images.shape, dtype=bool), table)


def test_at_most_24_candidates_with_names_of_their_own():
    assert len(CANDIDATES) == len({c.name for c in CANDIDATES}) <= 24
    assert {c.channels for c in CANDIDATES} == set(CHANNELS)
    assert {2, 4, 6, 8, 12, 16} <= {c.n_genes for c in CANDIDATES}


def test_components_of_a_field_with_two_waves_give_every_plane_back():
    planes = planes_of(wavy)
    components, hidden = fourier_components(planes, np.zeros(planes.shape, dtype=bool))
    assert not hidden.any()
    for k, azimuth in enumerate(AZIMUTHS):
        assert plane_from_components(components, azimuth)[0] == pytest.approx(planes[0, k], abs=1e-5)


def test_a_third_wave_is_lost_by_two():
    planes = planes_of(lambda r, z, phi: wavy(r, z, phi) + 0.1 * np.cos(3 * phi))
    components, _ = fourier_components(planes, np.zeros(planes.shape, dtype=bool))
    assert np.abs(plane_from_components(components, 0.0)[0] - planes[0, 0]).max() > 0.05


def test_half_planes_are_ordered_by_azimuth():
    azimuth = half_planes(planes_of(lambda r, z, phi: phi % (2 * np.pi) + 0 * r * z))[0, :, 3, 5]
    assert azimuth == pytest.approx(2 * np.pi * np.arange(16) / 16, abs=1e-5)


def test_turning_the_field_turns_the_first_components():
    ahead, behind = (planes_of(lambda r, z, phi, t=t: wavy(r, z, phi - t)) for t in (0.0, np.pi / 2))
    (a, _), (b, _) = (fourier_components(p, np.zeros(p.shape, dtype=bool)) for p in (ahead, behind))
    assert b[0, 2] == pytest.approx(a[0, 1], abs=1e-5)
    assert b[0, 1] == pytest.approx(-a[0, 2], abs=1e-5)


def test_a_quarter_of_the_bonds_is_sampled_once_and_kept(tmp_path):
    files, said = [SHIPPED / "au4_sh4.safetensors"], []
    found = search_set(files, ["S-Au", "Au-Au"], tmp_path, say=said.append)
    again = search_set(files, ["S-Au", "Au-Au"], tmp_path, say=said.append)
    assert len(said) == 1
    assert found.images.shape == (len(found.table), 8, 32, 32)
    assert np.abs(found.images - again.images).max() < 0.003
    assert (found.table["length"] == again.table["length"]).all()


@pytest.mark.parametrize("channels", CHANNELS)
def test_every_kind_of_input_is_trained_on_and_gives_both_planes_of_each_bond(data, channels):
    candidate = Candidate("tried", channels=channels, width=32, rank=16)
    inputs, hidden = network_channels(candidate, data)
    assert inputs.shape == hidden.shape
    assert build(candidate.architecture.decoder)(build(candidate.architecture.encoder)(inputs)).shape == inputs.shape
    trained = train_candidate(candidate, data, seed=0, epochs=2)
    assert reconstruct(candidate, trained, data).shape == (2 * len(data.table), 32, 32)


def test_species_folds_share_no_species_and_cover_all(data):
    found = list(splits(data.table))
    assert found[0].name == "frames"
    species = data.table["species"].to_numpy()
    assert sorted(s for f in found[1:] for s in set(species[f.test])) == ["A", "B", "C"]
    assert all(not set(species[f.train]) & set(species[f.test]) for f in found[1:])


def test_a_finished_candidate_is_not_trained_again_and_the_page_lists_all(data, tmp_path, monkeypatch):
    few = [Candidate("dense", width=32, rank=16), Candidate("dense, 4 values", width=32, rank=16, n_genes=4),
           Candidate("dense, 2 values", width=32, rank=16, n_genes=2)]  # fmt: skip
    results = run_search(data, tmp_path, seed=0, epochs=2, candidates=few, say=str)
    page = search_page(results, data.table)
    assert all(c.name in page or f"| {c.n_genes} |" in page for c in few)
    monkeypatch.setattr("bondgenome_core.genome.search.run_candidate", None)
    assert run_search(data, tmp_path, seed=0, epochs=2, candidates=few, say=str) == json.loads(json.dumps(results))
    with pytest.raises(TypeError):
        run_search(data, tmp_path, seed=1, epochs=2, candidates=few, say=str)


@pytest.mark.parametrize("azimuths", [2, 4, 8])
def test_trained_on_more_azimuths_it_is_still_judged_at_0_and_90_degrees(data, azimuths, monkeypatch):
    seen = []
    monkeypatch.setattr("bondgenome_core.genome.search.fit", lambda architecture, inputs, *_, **__: seen.append(inputs))
    train_candidate(Candidate("tried", azimuths=azimuths), data, seed=0, epochs=1)
    assert len(seen[0]) == azimuths * len(data.table)
    assert len(planes(data)) == 2 * len(data.table)


def test_standard_planes_are_those_at_0_and_90_degrees(data):
    pictures = planes(data)
    assert np.abs(pictures.elf()[::2] - data.images[:, 0]).max() < 0.003
    assert np.abs(pictures.elf()[1::2] - data.images[:, 4]).max() < 0.003
