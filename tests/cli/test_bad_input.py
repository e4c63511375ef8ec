"""Bad input: exit code 2, nothing on stdout, one clear line on stderr."""

import json
import pickle

import numpy as np
import pytest

pytestmark = pytest.mark.unit


def refused(said, *words):
    assert said.code == 2
    assert said.out == ""
    line = said.err.removesuffix("\n")
    assert "\n" not in line
    assert "Traceback" not in line
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"3\n\nO 0 0 0\nH 0 0", []),
        (np.random.default_rng(0).bytes(3000), []),
        (b"2\n\nH 0 0 nan\nH 0 0 0.7\n", []),
        (b"2\n\nH 0 0 0\nH 0 0 0.01\n", ["apart"]),
        (b"2\n\nXq 0 0 0\nH 0 0 1\n", ["Xq"]),
        (pickle.dumps({"a": 1}), []),
    ],
    ids=["empty", "truncated", "binary", "nan", "overlap", "element", "pickle"],
)
@pytest.mark.parametrize("name", ["bonds", "scf"])
def test_a_bad_structure_file_is_refused(verb, tmp_path, name, content, words):
    path = tmp_path / "bad.xyz"
    path.write_bytes(content)
    more = ["--out", tmp_path / "w.safetensors"] if name == "scf" else []
    refused(verb(name, path, *more), *words)
    assert not (tmp_path / "w.safetensors").exists()


def test_impossible_charge_and_multiplicity_are_refused(verb, hydrogen_file, tmp_path):
    out = tmp_path / "w.safetensors"
    refused(verb("scf", hydrogen_file, "--out", out, "--multiplicity", 2), "Multiplicity 2 is impossible")
    refused(verb("scf", hydrogen_file, "--out", out, "--charge", 7), "leaves no electrons")


def test_a_calculation_that_cannot_be_set_up_is_refused(verb, hydrogen_file, tmp_path):
    out = tmp_path / "w.safetensors"
    refused(verb("scf", hydrogen_file, "--out", out, "--engine", "magic"), "no engine called 'magic'")
    refused(verb("scf", hydrogen_file, "--out", tmp_path / "none" / "w.safetensors"), "does not exist; make it first")
    refused(verb("scf", hydrogen_file, "--out", tmp_path), "is a folder")
    refused(verb("scf", hydrogen_file, "--out", out, "--functional", "no-such"), "functional")


def test_a_frame_that_is_not_there_is_refused(verb, hydrogen_file):
    refused(verb("bonds", hydrogen_file, "--frame", 3), "has 1 frames", "no frame 3")


@pytest.mark.parametrize("text", ["S-Au", "S-Au=x", "S-Zz=2", "SAu=2", "S-Au=99"])
def test_a_cutoff_that_is_not_one_is_refused(verb, text):
    refused(verb("bonds", "au4_sh4", "--cutoff", text))


def test_an_unknown_name_is_refused_with_the_names_there_are(verb, tmp_path):
    refused(verb("bonds", "gold"), "no file 'gold'", "au25_sh18_anion")
    refused(verb("encode", "gold"), "no file 'gold'", "au25_sh18_anion")
    refused(verb("slice", "../../etc/passwd\n", "--bond", 0, 1, "--out", tmp_path / "s.npz"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--bond", 0, 0], ["not bonded"]),
        (["--bond", 0, 999], ["not bonded"]),
        (["--bond", 0], ["--bond"]),
        (["--bond", "a", "b"], ["integer"]),
        ([], ["--bond"]),
        (["--bond", 0, 5, "--window", "nan"], ["window"]),
        (["--bond", 0, 5, "--window", 50], ["window"]),
        (["--bond", 0, 5, "--pixels", 5000], ["pixels"]),
        (["--bond", 0, 5, "--azimuth", "inf"], ["Azimuth"]),
        (["--bond", 0, 5, "--colour", "red"], ["No such option"]),
    ],
)
def test_a_slice_that_makes_no_sense_is_refused(verb, tmp_path, options, words):
    out = tmp_path / "s.npz"
    refused(verb("slice", "au4_sh4", *options, "--out", out), *words)
    assert not out.exists()


def test_a_place_or_ending_that_cannot_be_written_is_refused(verb, tmp_path):
    refused(verb("slice", "au4_sh4", "--bond", 0, 5, "--out", tmp_path / "s.pkl"), ".npz")
    refused(verb("slice", "au4_sh4", "--bond", 0, 5, "--out", tmp_path / "none" / "s.npz"), "cannot be written")
    refused(verb("decode", "--genome", "0,0,0,0,0,0,0,0", "--out", tmp_path / "s.png"), ".npz")


@pytest.mark.parametrize(
    ("genome", "word"),
    [("1,2,3", "3 were given"), ("1,2,3,4,5,6,7,8,9", "9 were given"), ("1,2,3,4,5,6,7,nan", "NaN"),
     ("1,2,3,4,5,6,7,x", "not a number"), ("1,2,3,4,5,6,7,1e99", "infinite"), ("", "")],
)  # fmt: skip
def test_a_malformed_genome_is_refused(verb, tmp_path, genome, word):
    refused(verb("decode", "--genome", genome, "--out", tmp_path / "d.npz"), word)


def test_a_wavefunction_that_is_a_pickle_or_damaged_is_refused(verb, tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(pickle.dumps([1, 2, 3]))
    refused(verb("encode", path), "not a readable wavefunction")
    refused(verb("slice", path, "--bond", 0, 1, "--out", tmp_path / "s.npz"), "not a readable wavefunction")
    checkpoint = tmp_path / "model.pt"
    checkpoint.write_bytes(b"PK\x03\x04" + bytes(100))
    refused(verb("encode", checkpoint), "torch checkpoint")


def test_bonds_that_no_model_reads_are_refused_with_the_reason(verb, tmp_path, hydrogen_file):
    w = tmp_path / "w.safetensors"
    assert verb("scf", hydrogen_file, "--out", w).code == 0
    refused(verb("encode", w), "No bond of hydrogen can be encoded", "H-H")


def test_data_sets_and_models_that_are_none_are_refused(verb, tmp_path):
    refused(verb("train", "genome", tmp_path, "--out", tmp_path / "m", "--seed", 1), "not a slice data set")
    refused(verb("evaluate", "genome", "--model", "nothing"), "no model called 'nothing'")
    refused(verb("dataset", "build", tmp_path, "--bonds", "S-Au", "--out", tmp_path / "d"), "holds no wavefunctions")
    refused(verb("dataset", "build", "au4_sh4", "--bonds", "S=Au", "--out", tmp_path / "d"), "not a kind of bond")
    refused(verb("dataset", "build", "au4_sh4", "--bonds", "C-C", "--out", tmp_path / "d"), "None of the files", "C-C")
    refused(verb("dataset", "sample", tmp_path / "plan.json", "--out", tmp_path / "d"), "no plan")
    for entry, word in (
        ({"atoms": 3}, "not a plan"),
        ({"structure": "au6", "temperature_k": "hot", "seed": 1, "n_snapshots": 1}, "needs a structure, numbers"),
        ({"structure": "au6", "temperature_k": 300, "seed": 1, "n_snapshots": 1, "role": "spy"}, "the role"),
        ({"structure": "../nothing", "temperature_k": 300, "seed": 1, "n_snapshots": 1}, "no file"),
    ):
        (tmp_path / "plan.json").write_text(json.dumps([entry]))
        refused(verb("dataset", "sample", tmp_path / "plan.json", "--out", tmp_path / "d"), word)
    assert not (tmp_path / "nothing").exists()


def test_too_few_images_to_train_on_are_refused(verb, tmp_path):
    data = tmp_path / "d"
    assert verb("dataset", "build", "au1_sh2_anion", "--bonds", "S-Au", "--out", data).code == 0
    refused(verb("train", "genome", data, "--out", tmp_path / "m", "--seed", 1), "too few")


def test_an_unknown_verb_or_benchmark_is_refused(verb):
    refused(verb("frobnicate"), "frobnicate")
    refused(verb("bench", "speed"), "no benchmark called 'speed'")
