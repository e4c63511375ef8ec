"""Whatever is wrong with an upload, one sentence says it and nothing is executed."""

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.names import MAX_NAME_LENGTH, safe_name
from bondgenome_core.structures.parsers import MAX_FRAMES
from bondgenome_core.structures.read import MAX_FILE_BYTES, read_structures
from bondgenome_core.structures.structure import MAX_ATOMS

pytestmark = pytest.mark.unit
WATER = "3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"
CIF = """data_x
_cell_length_a 4
_cell_length_b 4
_cell_length_c 4
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""


class Bomb:
    """Unpickling this would raise at once."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def torch_checkpoint():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Bomb()))
    return out.getvalue()


def plain_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xyz", WATER)
    return out.getvalue()


def ulm(fields, tail=b""):
    body = json.dumps(fields).encode()
    head = b"- of Ulm" + b"ASE-Trajectory".ljust(16) + np.array([3, 1, 48], "<i8").tobytes()
    return head + np.array([56, len(body)], "<i8").tobytes() + body + tail


CASES = {
    "empty": (b"", "a.xyz", "is empty"),
    "blank": (b" \n\n \n", "a.xyz", "is empty"),
    "binary": (bytes(range(256)) * 10, "a.xyz", "binary"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.xyz", "PNG image"),
    "gzip": (gzip.compress(WATER.encode()), "a.xyz", "compressed"),
    "zip": (plain_zip(), "a.xyz", "zip archive"),
    "pickle": (pickle.dumps(Bomb()), "a.traj", "Python pickle"),
    "old pickle": (pickle.dumps({"a": [1, 2]}, protocol=0), "a.xyz", "Python pickle"),
    "old bomb": (pickle.dumps(Bomb(), protocol=0), "a.xyz", "Python pickle"),
    "checkpoint": (torch_checkpoint(), "model.pt", "PyTorch checkpoint"),
    "checkpoint called xyz": (torch_checkpoint(), "a.xyz", "PyTorch checkpoint"),
    "truncated xyz": (WATER[:-25].encode(), "a.xyz", "truncated"),
    "cut in a line": (WATER[:-4].encode(), "a.xyz", "truncated or malformed"),
    "count too small": (WATER.replace("3\n", "2\n", 1).encode(), "a.xyz", "should be a number of atoms"),
    "no atoms": (b"0\n\n", "a.xyz", "no atoms"),
    "unknown element": (WATER.replace("O ", "Qq ").encode(), "a.xyz", "element 'Qq' is unknown"),
    "placeholder": (WATER.replace("O ", "X ").encode(), "a.xyz", "element 'X' is unknown"),
    "NaN": (WATER.replace("0.76", "nan", 1).encode(), "a.xyz", "NaN"),
    "overlap": (WATER.replace("0.76 0.59", "0.1 0", 1).encode(), "a.xyz", "0.10 Angstrom apart"),
    "wrong ending": (WATER.encode(), "a.cif", "says cif but its content looks like xyz; rename it to end in .xyz"),
    "text": (b"dear diary, nothing happened\n", "a.xyz", "not xyz"),
    "unknown ending": (b"dear diary, nothing happened\n", "a.doc", "no structure format"),
    "web page": (b"<!DOCTYPE html><html></html>", "a.xyz", "web page"),
    "json": (b'{"a": 1}', "a.json", "JSON"),
    "molden": (b"[Molden Format]\n[Atoms] AU\n", "a.molden", "Molden"),
    "charge": (b'1\nProperties=species:S:1:pos:R:3 charge=zwei\nHe 0 0 0\n', "a.xyz", "not a number"),
    "half charge": (b"1\nProperties=species:S:1:pos:R:3 charge=0.5\nHe 0 0 0\n", "a.xyz", "whole number"),
    "multiplicity": (b"1\nProperties=species:S:1:pos:R:3 multiplicity=2\nHe 0 0 0\n", "a.xyz", "impossible"),
    "charge too high": (b"1\nProperties=species:S:1:pos:R:3 charge=2\nHe 0 0 0\n", "a.xyz", "no electrons"),
    "disorder": ((CIF + "Au1 Au 0 0 0 0.5\nCu1 Cu 0 0 0 0.5\n").encode(), "a.cif", "partly occupied"),
    "truncated cif": (CIF[:-60].encode(), "a.cif", "truncated"),
    "VASP 4": (b"x\n1.0\n4 0 0\n0 4 0\n0 0 4\n1\nDirect\n0 0 0\n", "POSCAR", "names no elements"),
    "truncated POSCAR": (b"x\n1.0\n4 0 0\n0 4 0\n0 0 4\nAu\n2\nDirect\n0 0 0\n", "POSCAR", "truncated or malformed"),
    "unknown in POSCAR": (b"x\n1.0\n4 0 0\n0 4 0\n0 0 4\nQq\n1\nDirect\n0 0 0\n", "POSCAR", "'Qq' is unknown"),
    "truncated sdf": (b"x\n\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000", "a.sdf", "truncated or malformed"),
    "bad smiles": (b"C1CC(", "a.smi", "not valid SMILES"),
    "two molecules": (b"O.O", "a.smi", "several molecules"),
    "wildcard": (b"*C", "a.smi", "placeholder"),
    "truncated traj": (ulm({"a": 1})[:40], "a.traj", "truncated or damaged"),
    "traj without fields": (ulm({"a": 1}), "a.traj", "truncated or damaged"),
    "other ulm": (ulm({}).replace(b"ASE-Trajectory", b"GPAW-something"), "a.traj", "not an ASE trajectory"),
    "object array": (ulm({"numbers.": {"ndarray": [[1], "object", 0]}, "cell": [], "pbc": []}), "a.traj", "damaged"),
    "huge array": (ulm({"numbers.": {"ndarray": [[10**12], "int64", 0]}}), "a.traj", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_files_get_one_sentence(case):
    content, filename, says = CASES[case]
    with pytest.raises(StructureError, match=says) as caught:
        read_structures(content, filename)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_too_many_atoms_are_refused_before_parsing():
    text = f"{MAX_ATOMS + 1}\n\n" + "He 0 0 0\n" * (MAX_ATOMS + 1)
    with pytest.raises(StructureError, match=f"more than the limit of {MAX_ATOMS}"):
        read_structures(text)


def test_too_many_frames_are_refused():
    with pytest.raises(StructureError, match=f"more than {MAX_FRAMES} frames"):
        read_structures("1\n\nHe 0 0 0\n" * (MAX_FRAMES + 1))


def test_a_file_of_300_megabytes_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "large.xyz"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(StructureError, match="300 MB, more than the limit of 50 MB"):
        read_structures(path)
    with pytest.raises(StructureError, match="more than the limit"):
        read_structures(bytes(MAX_FILE_BYTES + 1), "a.xyz")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(StructureError, match="There is no file"):
        read_structures(tmp_path / "x.xyz")
    with pytest.raises(StructureError, match="cannot be read"):
        read_structures(tmp_path)


@pytest.mark.parametrize("size", range(0, 200, 7))
def test_a_real_trajectory_cut_anywhere_is_refused_not_crashed(size, tmp_path):
    from ase.build import molecule
    from ase.io import write

    path = tmp_path / "a.traj"
    write(path, molecule("H2O"))
    with pytest.raises(StructureError):
        read_structures(path.read_bytes()[:size], "a.traj")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\water.xyz", "water.xyz"),
        ("ゴールド.xyz", "xyz"),
        ("Größe (1).xyz", "Grosse_1_.xyz"),
        (".hidden", "hidden"),
        ("..", "structure"),
        ("", "structure"),
        ("a\x00b.xyz", "ab.xyz"),
        ("x" * 500 + ".xyz", "x" * (MAX_NAME_LENGTH - 4) + ".xyz"),
    ],
)
def test_names_lose_path_parts_and_foreign_letters(name, clean):
    assert safe_name(name) == clean


@pytest.mark.parametrize("name", ["../../../x.xyz", "/etc/passwd.xyz", "größe ✓.xyz", "a\nb.xyz"])
def test_an_upload_with_a_hostile_name_is_read_under_a_safe_one(name):
    (read,) = read_structures(WATER, name)
    assert read.name == safe_name(read.name)
    assert "/" not in read.name
