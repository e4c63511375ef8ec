"""Every format is read to the same atoms, from a file, uploaded bytes or text."""

from io import BytesIO, StringIO

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.io import write

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.formats import detect_format
from bondgenome_core.structures.gallery import load_gallery_structure
from bondgenome_core.structures.read import read_structures
from bondgenome_core.structures.smiles import structure_from_smiles
from bondgenome_core.structures.write import structure_text, write_structure

pytestmark = pytest.mark.unit


def text_of(atoms, file_format, **kwargs):
    binary = file_format in ("cif", "traj")
    out = BytesIO() if binary else StringIO()
    write(out, atoms, format=file_format, **kwargs)
    return out.getvalue() if binary else out.getvalue().encode()


@pytest.mark.parametrize(
    ("ase_format", "filename", "expected"),
    [
        ("xyz", "water.xyz", "xyz"),
        ("extxyz", "water.extxyz", "xyz"),
        ("proteindatabank", "water.pdb", "pdb"),
        ("traj", "water.traj", "traj"),
    ],
)
def test_molecule_formats_keep_elements_and_positions(ase_format, filename, expected):
    atoms = molecule("H2O")
    content = text_of(atoms, ase_format)
    assert detect_format(content, filename) == expected
    (read,) = read_structures(content, filename)
    assert list(read.numbers) == list(atoms.numbers)
    assert read.positions == pytest.approx(atoms.positions, abs=2e-3)
    assert read.name == "water"
    assert read.pbc == (False, False, False)
    assert (read.charge, read.multiplicity) == (0, 1)


@pytest.mark.parametrize(
    ("ase_format", "filename"),
    [("vasp", "POSCAR"), ("vasp", "CONTCAR"), ("cif", "gold.cif"), ("extxyz", "gold.xyz"), ("traj", "gold.traj")],
)
def test_crystal_formats_keep_the_cell(ase_format, filename):
    atoms = bulk("Au", cubic=True)
    (read,) = read_structures(text_of(atoms, ase_format), filename)
    assert read.formula == "Au4"
    assert read.pbc == (True, True, True)
    assert read.cell == pytest.approx(atoms.cell.array)


@pytest.mark.parametrize("ase_format", ["xyz", "extxyz", "proteindatabank", "traj"])
def test_every_frame_of_a_trajectory_is_read_in_order(ase_format):
    frames = [molecule("H2O") for _ in range(4)]
    for k, atoms in enumerate(frames):
        atoms.positions[0, 0] = 0.01 * k
    read = read_structures(text_of(frames, ase_format))
    assert [frame.positions[0, 0] for frame in read] == pytest.approx([0, 0.01, 0.02, 0.03])


def test_a_path_bytes_and_text_give_the_same(tmp_path):
    content = text_of(molecule("H2O"), "xyz")
    path = tmp_path / "water.xyz"
    path.write_bytes(content)
    results = [read_structures(path), read_structures(content, "water.xyz"), read_structures(content.decode())]
    assert all(r[0].positions == pytest.approx(results[0][0].positions) for r in results)


@pytest.mark.parametrize("filename", ["ethanol.sdf", "ethanol.mol"])
def test_mdl_files_are_read_by_their_own_writer_and_rdkit(filename):
    from rdkit import Chem

    mol = Chem.AddHs(Chem.MolFromSmiles("CC[O-]"))
    from rdkit.Chem import rdDistGeom

    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    (read,) = read_structures(Chem.MolToMolBlock(mol).encode(), filename)
    assert read.formula == "C2H5O (-1)"
    ethanol = load_gallery_structure("ethanol")
    (again,) = read_structures(structure_text(ethanol, "sdf"), "x.sdf")
    assert again.positions == pytest.approx(ethanol.positions, abs=1e-4)
    (v3000,) = read_structures(Chem.MolToV3KMolBlock(mol).encode(), filename)
    assert v3000.positions == pytest.approx(read.positions, abs=1e-3)


def test_smiles_gives_hydrogens_and_is_reproducible():
    first, second = (structure_from_smiles("c1ccccc1", seed=4) for _ in range(2))
    assert first.formula == "C6H6"
    assert np.array_equal(first.positions, second.positions)
    assert read_structures("CCO")[0].formula == "C2H6O"
    assert read_structures(b"CC[NH3+] ethylammonium\n", "x.smi")[0].charge == 1
    assert structure_from_smiles("[CH3]").multiplicity == 2


def test_charge_and_multiplicity_survive_writing_and_reading(tmp_path):
    cluster = load_gallery_structure("au25_sh18_anion")
    write_structure(cluster, tmp_path / "copy.xyz")
    (again,) = read_structures(tmp_path / "copy.xyz")
    assert (again.charge, again.multiplicity, again.source) == (-1, 1, cluster.source)
    assert again.positions == pytest.approx(cluster.positions, abs=1e-7)
    assert list(tmp_path.iterdir()) == [tmp_path / "copy.xyz"]


def test_arguments_override_the_file():
    cluster = structure_text(load_gallery_structure("au25_sh18_anion"))
    (read,) = read_structures(cluster, charge=0)
    assert (read.charge, read.multiplicity) == (0, 2)
    (read,) = read_structures(structure_text(load_gallery_structure("water")), charge=1, multiplicity=2)
    assert (read.charge, read.multiplicity) == (1, 2)


def test_a_crystal_survives_cif():
    (gold,) = read_structures(text_of(bulk("Au", cubic=True), "vasp"), "POSCAR")
    (again,) = read_structures(structure_text(gold, "cif"), "x.cif")
    assert again.formula == "Au4"
    with pytest.raises(StructureError, match="no three-dimensional cell"):
        structure_text(load_gallery_structure("water"), "cif")
    with pytest.raises(StructureError, match="not one of them"):
        structure_text(gold, "png")


def test_windows_line_ends_byte_order_mark_and_atomic_numbers_are_understood():
    plain = "2\ncomment with = signs\n79 0 0 0\n17 0 0 2.2\n"
    (read,) = read_structures(("\ufeff" + plain).replace("\n", "\r\n").encode("utf-8"), "x.xyz")
    assert read.formula == "AuCl"


def test_a_placeholder_cell_of_a_molecule_is_dropped():
    atoms = Atoms("OH2", molecule("H2O").positions, cell=[1, 1, 1], pbc=True)
    (read,) = read_structures(text_of(atoms, "extxyz"))
    assert read.pbc == (False, False, False)


def test_one_atom_can_be_looked_at():
    assert len(read_structures("1\nhelium\nHe 0 0 0\n")[0]) == 1
