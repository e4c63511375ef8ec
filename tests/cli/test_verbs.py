"""Every verb on real input: what it prints with --json and what it writes."""

import csv
import json

import numpy as np
import pytest

from bondgenome_core.electrons.shipped import SHIPPED, load_shipped
from bondgenome_core.electrons.wavefunction import load_wavefunction
from bondgenome_core.genome.model import list_models
from bondgenome_core.slices.sample import sample_slice

pytestmark = pytest.mark.unit

RING = "au4_sh4"
needs_model = pytest.mark.skipif(not list_models(), reason="no genome model is shipped")


def test_bonds_lists_kind_length_and_frame_of_each(verb):
    told = verb("bonds", "au25_sh18_anion", "--json").json
    assert told["counts"]["S-Au"] == 36
    assert told["n_bonds"] == len(told["bonds"]) == sum(told["counts"].values())
    centre = next(b for b in told["bonds"] if b["kind"] == "S-Au")
    assert 2.2 < centre["length"] < 2.6
    assert centre["orientation"] is None  # infinite: the elements differ
    assert told["units"]["length"] == "Angstrom"


def test_bonds_follow_the_cutoffs_given(verb):
    short = verb("bonds", "au25_sh18_anion", "--cutoff", "Au-S=2.0", "--cutoff", "Au-Au=3.0", "--json").json
    assert "S-Au" not in short["counts"]
    assert short["cutoffs"]["S-Au"] == 2.0
    assert all(b["length"] < 3.0 for b in short["bonds"] if b["kind"] == "Au-Au")


def test_bonds_read_a_file_and_print_a_table(verb, hydrogen_file):
    said = verb("bonds", hydrogen_file)
    assert said.code == 0
    assert "H-H" in said.out
    assert "0.7400" in said.out


def test_scf_writes_a_wavefunction_that_slice_reads(verb, hydrogen_file, tmp_path):
    w, s = tmp_path / "w.safetensors", tmp_path / "s.npz"
    said = verb("scf", hydrogen_file, "--out", w, "--json")
    told = said.json
    assert told["converged"] is True
    assert told["energy"] == pytest.approx(-1.16 * 27.2114, abs=0.5)  # hydrogen in eV
    assert "cycle 1:" in said.err
    assert "basis functions" in said.err  # size and time are said first
    assert load_wavefunction(w).n_electrons == 2
    assert verb("slice", w, "--bond", 0, 1, "--out", s).code == 0
    assert s.is_file()


def test_scf_takes_charge_multiplicity_and_level(verb, hydrogen_file, tmp_path):
    w = tmp_path / "w.safetensors"
    options = ("--charge", 1, "--multiplicity", 2, "--basis", "def2-tzvp", "--functional", "blyp", "--json")
    told = verb("scf", hydrogen_file, "--out", w, *options).json
    assert told["n_electrons"] == 1
    assert "BLYP def2-tzvp" in told["level"]


def test_scf_that_does_not_converge_exits_1_and_is_kept_but_never_encoded(verb, hydrogen_file, tmp_path, monkeypatch):
    from bondgenome_core.electrons import request

    monkeypatch.setattr(request, "MOLECULE_REQUEST", request.MOLECULE_REQUEST.with_(max_cycle=1))
    w = tmp_path / "w.safetensors"
    said = verb("scf", hydrogen_file, "--out", w, "--json")
    assert said.code == 1
    assert json.loads(said.out)["converged"] is False
    assert "did not converge" in said.err
    assert not load_wavefunction(w).converged
    refused = verb("encode", w)
    assert refused.code == 2
    assert "did not converge" in refused.err


@pytest.mark.parametrize("ending", ["npz", "json", "csv", "cube", "png", "svg"])
def test_slice_writes_every_format(verb, tmp_path, ending):
    out = tmp_path / f"s.{ending}"
    told = verb("slice", RING, "--bond", 0, 5, "--out", out, "--json").json
    assert told["out"] == str(out)
    assert out.stat().st_size > 500


def test_slice_file_holds_what_the_library_samples(verb, tmp_path):
    w = load_shipped(RING)
    bond = next(b for b in w.structure.bonds if w.structure.kind(b) == "S-Au")
    expected = sample_slice(w, bond, azimuth_deg=30.0, offset=0.4, window=5.0, n_pixels=40)
    files = {e: tmp_path / f"s.{e}" for e in ("npz", "json", "csv")}
    options = ("--azimuth", 30, "--offset", 0.4, "--window", 5, "--pixels", 40)
    for out in files.values():
        assert verb("slice", RING, "--bond", bond.j, bond.i, "--out", out, *options).code == 0
    with np.load(files["npz"], allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["elf"], expected.image)
        np.testing.assert_array_equal(archive["mask"], expected.mask)
        np.testing.assert_allclose(archive["origin"], expected.frame.origin)
        header = json.loads(str(archive["header"]))
    assert header["provenance"]["level"] == w.level
    assert (header["azimuth_deg"], header["offset"], header["pixels"]) == (30.0, 0.4, 40)
    content = json.loads(files["json"].read_text())
    np.testing.assert_allclose(content["elf"], expected.image, atol=1e-6)
    rows = list(csv.DictReader(line for line in files["csv"].read_text().splitlines() if not line.startswith("#")))
    assert len(rows) == 1600
    np.testing.assert_allclose([float(r["elf"]) for r in rows], expected.image.ravel(), atol=1e-6)


def test_slice_reads_a_grid_of_another_program(verb, tmp_path, water_svp):
    """A cube of ELF around water, written as Gaussian's cube layout, is sliced by interpolation."""
    import torch

    from bondgenome_core.elf.engine import ElfEngine
    from bondgenome_core.units import BOHR_PER_ANGSTROM

    s, step, n = water_svp.structure, 0.15, 48
    low = s.positions.mean(0) - 0.5 * step * (n - 1)
    grid = low + step * np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), -1).reshape(-1, 3)
    elf = ElfEngine(water_svp, "cpu", torch.float64).evaluate(grid).elf.numpy()
    lines = ["ELF of water", "electron localization function", "3 " + " ".join(f"{v:.6f}" for v in low * BOHR_PER_ANGSTROM)]
    lines += [f"{n} " + " ".join(f"{v:.6f}" for v in step * BOHR_PER_ANGSTROM * axis) for axis in np.eye(3)]
    atoms = zip(s.numbers, s.positions * BOHR_PER_ANGSTROM, strict=True)
    lines += [f"{z} {z:.6f} " + " ".join(f"{v:.6f}" for v in p) for z, p in atoms]
    cube, out = tmp_path / "elf.cube", tmp_path / "s.npz"
    cube.write_text("\n".join(lines + [" ".join(f"{v:.5e}" for v in elf)]) + "\n")
    options = ("--window", 4, "--pixels", 40)
    assert verb("slice", cube, "--bond", 0, 1, "--out", out, *options).code == 0
    exact = sample_slice(water_svp, s.find_bond(0, 1), window=4.0, n_pixels=40)
    with np.load(out, allow_pickle=False) as archive:
        difference = (archive["elf"] - exact.image)[~exact.mask]
    assert np.sqrt((difference**2).mean()) < 0.02
    refused = verb("encode", cube)
    assert (refused.code, "cannot" in refused.err or "not encoded" in refused.err) == (2, True)


@needs_model
def test_encode_gives_eight_values_for_every_bond_that_a_model_reads(verb, tmp_path):
    out = tmp_path / "genomes.csv"
    told = verb("encode", RING, "--out", out, "--json").json
    assert told["n_bonds"] == len(told["bonds"])
    assert {b["kind"] for b in told["bonds"]} == {"S-Au", "Au-Au"}
    assert all(len(b["genome"]) == 8 and b["domain"] in ("inside", "edge", "outside") for b in told["bonds"])
    assert set(told["left_out"]) == {"H-S"}
    assert len(out.read_text().splitlines()) == 2 + told["n_bonds"]


@needs_model
def test_decode_of_an_encoded_bond_is_what_the_model_decodes(verb, tmp_path):
    bond = verb("encode", RING, "--json").json["bonds"][0]
    out = tmp_path / "d.npz"
    told = verb("decode", "--genome", ",".join(map(str, bond["genome"])), "--out", out, "--json").json
    assert told["model"] == bond["model"]
    model = next(m for m in list_models() if m.name == bond["model"])
    with np.load(out, allow_pickle=False) as archive:
        np.testing.assert_allclose(archive["elf"], model.decode(np.array(bond["genome"]))[0], atol=1e-6)
        assert json.loads(str(archive["header"]))["model_hash"] == model.hash
    for ending in ("json", "csv"):
        assert verb("decode", "--genome", "0,0,0,0,0,0,0,-1.5", "--out", tmp_path / f"d.{ending}").code == 0


def test_dataset_is_built_from_files_folders_names_and_structures(verb, tmp_path, hydrogen_file):
    first, again, small = tmp_path / "first", tmp_path / "again", tmp_path / "small"
    told = verb("dataset", "build", RING, SHIPPED / "au3_sh3.safetensors", "--bonds", "Au-S,Au-Au", "--out", first, "--json").json
    assert told["species"] == ["Au3S3", "Au4S4"]
    assert told["n_slices"] == 2 * told["n_bonds"]
    assert told["kinds"] == ["S-Au", "Au-Au"]
    before = [p.stat().st_mtime_ns for p in sorted((first / "cache").rglob("*.npz"))]
    assert verb("dataset", "build", RING, "--bonds", "S-Au,Au-Au", "--out", first, "--json").code == 0
    assert before == [p.stat().st_mtime_ns for p in sorted((first / "cache").rglob("*.npz"))]
    # a structure is computed first, and only once
    for out in (small, small):
        told = verb("dataset", "build", hydrogen_file, "--bonds", "H-H", "--out", out, "--json").json
        assert (told["n_slices"], told["core_treatment"]) == (2, "all-electron")
    assert len(list((small / "wavefunctions").iterdir())) == 1
    assert verb("dataset", "build", small / "wavefunctions", "--bonds", "H-H", "--out", again, "--json").json["n_slices"] == 2


def test_sampled_snapshots_become_a_data_set_and_a_model(verb, tmp_path, monkeypatch):
    """The whole pipeline on a molecule: plan, snapshots, DFT, slices, training, encoding."""
    from bondgenome_core.genome import index_model

    monkeypatch.setattr(index_model, "FEWEST_STEPS", 40)  # what is learned does not matter here
    monkeypatch.setattr(index_model, "EPOCHS", 2)
    shots, data, model = tmp_path / "shots", tmp_path / "data", tmp_path / "genome-water-v1"
    water = tmp_path / "water.xyz"
    water.write_text("3\n\nO 0 0 0\nH 0.757 0.587 0\nH -0.757 0.587 0\n")
    common = {"structure": "water.xyz", "temperature_k": 300, "interval_fs": 2, "equilibrate_fs": 2}
    plan = [common | {"seed": s, "n_snapshots": n, "role": r} for s, n, r in ((1, 16, "train"), (2, 3, "test"))]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    told = verb("dataset", "sample", tmp_path / "plan.json", "--out", shots, "--json").json
    assert (told["n_done"], told["n_wanted"]) == (19, 19)
    assert verb("dataset", "build", shots, "--bonds", "O-H", "--out", data, "--json").json["n_slices"] == 76
    told = verb("dataset", "indices", data, "--json").json
    assert told["n_bonds"] == 38
    assert {"mayer_order", "rho_bcp", "polarization", "bond_class"} <= set(told["columns"])
    few = ("--epochs", 2, "--seeds", 2)
    told = verb("train", "genome", data, "--out", model, *few, "--json").json
    assert told["n_images"] == 76
    assert 0 < told["rmse_heldout_frames"] < 1
    assert len(told["gene_reproducibility"]) == 8
    assert set(told["r2"]) >= {"length", "mayer_order", "rho_bcp", "polarization"}
    stored = (model / "pieces" / "seed-1.safetensors").read_bytes()
    told = verb("train", "genome", data, "--out", model, *few, "--seed", 1, "--json").json
    assert told["rmse_training"] > 0
    assert (model / "pieces" / "seed-1.safetensors").read_bytes() == stored
    said = verb("train", "genome", data, "--out", model, *few, "--fold", "Au99")
    assert (said.code, "no species" in said.err) == (2, True)
    said = verb("train", "search", data, "--out", tmp_path / "search", "--page", tmp_path / "page.md", "--only", "dense")
    assert (said.code, "too few" in said.err) == (2, True)
    assert (model / "card.md").is_file()
    snapshot = next(shots.rglob("*.safetensors"))
    told = verb("encode", snapshot, "--model", model, "--json").json
    assert [b["kind"] for b in told["bonds"]] == ["H-O", "H-O"]
    assert told["models"][0]["name"] == "genome-water-v1"


@needs_model
def test_bench_decode_gives_positive_figures(verb):
    told = verb("bench", "decode", "--json").json
    assert min(told[k] for k in ("encode_per_s", "decode_per_s", "decode_ms")) > 0


def test_bench_elf_measures_both_routes_and_the_deviation(monkeypatch):
    from bondgenome_core.slices import benchmark

    monkeypatch.setattr(benchmark, "REPEATS", 1)
    monkeypatch.setattr(benchmark, "STRUCTURE", "au2_sh3_anion")
    told = benchmark.bench_elf(n_slices=2)
    assert told["max_deviation"] < 1e-3
    assert min(told[k] for k in ("slices_per_s", "ratio", "ratio_orbitals")) > 0
    monkeypatch.setattr(benchmark, "ALLOWED_DEVIATION", 0.0)
    void = benchmark.bench_elf(n_slices=1)
    assert void["ratio"] is None
    assert "deviates" in void["void_because"]


def test_workspace_verbs_are_there(verb, tmp_path, monkeypatch):
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path))
    assert verb("workspace", "size", "--json").json["used_bytes"] == 0
    assert verb("workspace", "clean", "--keep-gib", "1", "--json").json["n_entries"] == 0


def test_help_names_every_verb(verb):
    said = verb("--help")
    assert said.code == 0
    for name in ("bonds", "scf", "slice", "encode", "decode", "dataset", "train", "evaluate", "bench", "workspace"):
        assert name in said.out
