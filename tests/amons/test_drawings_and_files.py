"""Drawings light the right atoms; files bring amons back as they are."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import ase.io
import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from bondgenome_core.amons import export
from bondgenome_core.amons.depict import fragment_svg, query_svg
from bondgenome_core.amons.figures import curve_figure
from bondgenome_core.amons.predict import atom_table, predict, relative_to_element
from bondgenome_core.amons.query import amons_of, query_from_smiles, rejected_table
from bondgenome_core.amons.references import free_atom
from bondgenome_core.units import KCAL_PER_MOL_PER_EV

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def found():
    return predict(query_from_smiles("CC(=O)Nc1ccccc1"))


def test_drawings_light_atoms_and_turn_dark(found):
    plain, lit = (query_svg(found.query.molecule, atoms) for atoms in ((), (0, 1, 2)))
    assert plain.startswith("<svg")
    assert lit.count("<ellipse") == plain.count("<ellipse") + 3
    assert fragment_svg("CO", theme="dark") != fragment_svg("CO")
    hydrogens = np.flatnonzero(found.query.structure.numbers == 1).tolist()
    assert query_svg(found.query.molecule, hydrogens) == plain


def test_sdf_holds_every_amon_with_its_bonds(found):
    amons = found.amons.amons
    supplier = Chem.SDMolSupplier()
    supplier.SetData(export.amons_sdf(amons, found.energies, "gfn2").decode(), removeHs=False)
    for molecule, amon, energy in zip(supplier, amons, found.energies, strict=True):
        assert Chem.MolToSmiles(Chem.RemoveHs(molecule)) == amon.smiles
        assert float(molecule.GetProp("energy_kcal_per_mol_gfn2")) == pytest.approx(energy, abs=1e-5)


def test_extended_xyz_and_csv_carry_energies_in_their_units(found):
    amons = found.amons.amons
    frames = ase.io.read(io.StringIO(export.amons_extxyz(amons, found.energies, "gfn2").decode()), ":", format="extxyz")
    assert [a.info["smiles"] for a in frames] == [a.smiles for a in amons]
    assert frames[3].get_potential_energy() * KCAL_PER_MOL_PER_EV == pytest.approx(found.energies[3], abs=1e-3)
    np.testing.assert_allclose(frames[3].positions, amons[3].positions, atol=1e-6)
    table = pd.read_csv(io.BytesIO(export.amons_csv(amons, found.energies, "gfn2")))
    assert table["energy_kcal_per_mol"].to_numpy() == pytest.approx(found.energies)
    assert table["file"].is_unique
    assert "energy_hartree" not in export.amons_csv(amons, None, "gfn2").decode()


def test_inputs_of_other_programs_hold_every_amon(found):
    amons = found.amons.amons
    orca, pyscf = (zipfile.ZipFile(io.BytesIO(make(amons))) for make in (export.orca_inputs, export.pyscf_inputs))
    assert len(orca.namelist()) == 2 * len(amons) + 1
    compile(orca.read("gather.py"), "gather.py", "exec")
    assert len(pyscf.namelist()) == len(amons) + 1
    text = orca.read("amon-0000.inp").decode()
    assert text.startswith("! B3LYP")
    assert len(text.splitlines()) == 3 + len(amons[0].numbers)
    compile(pyscf.read("compute.py"), "compute.py", "exec")


def test_curve_shows_three_lines_and_atoms_stand_beside_their_element(found):
    figure = curve_figure(found)
    assert [t.name for t in figure.data] == ["elements alone", "amons", "stated: half of the 95 % interval"]
    assert curve_figure(found, true=found.estimate.energy + 1.0).data[1].y[-1] == pytest.approx(1.0)
    shares, numbers = relative_to_element(found), found.query.structure.numbers
    assert np.abs(shares).max() == pytest.approx(1.0)
    assert all(abs(shares[numbers == z].sum()) < 1e-9 for z in set(numbers.tolist()))
    table = atom_table(found)
    free = sum(free_atom("gfn2", int(z)) for z in numbers)
    assert table["energy"].sum() == pytest.approx(found.estimate.energy - free, abs=1e-3)
    assert set(table["amon"]) <= {a.smiles for a in found.amons.amons}


def test_rejected_sets_are_named_in_words(found):
    table = rejected_table(found.query, found.amons)
    assert len(table) == len(found.amons.rejected)
    assert table["n_heavy"].is_monotonic_increasing
    assert table["reason"].str.contains("C=O").any()


def test_charged_atoms_of_an_amon_are_read_back_from_its_file():
    amons = amons_of(query_from_smiles("CC[N+](=O)[O-]")).amons
    block = export.amons_sdf(amons, None, "gfn2")
    read = list(Chem.ForwardSDMolSupplier(io.BytesIO(block), removeHs=False))
    assert len(read) == len(amons)
    assert all(m is not None for m in read)


def test_the_gathering_script_reads_orca_outputs(tmp_path):
    (tmp_path / "amon-0000.out").write_text("x\nFINAL SINGLE POINT ENERGY      -40.518388\n")
    subprocess.run([sys.executable, "-c", export.GATHER], cwd=tmp_path, check=True)
    assert (tmp_path / "energies.csv").read_text().split() == ["file,energy_hartree", "amon-0000.xyz,-40.518388"]
