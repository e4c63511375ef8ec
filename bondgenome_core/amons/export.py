"""Amons as files: SDF, extended xyz, CSV, and inputs that compute their energies with other programs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import numpy as np

from ..units import EV_PER_HARTREE, KCAL_PER_MOL_PER_EV
from .geometry import Amon
from .references import find_reference


def amons_csv(amons: Sequence[Amon], energies: np.ndarray | None, reference: str) -> bytes:
    """One row per amon: file name, SMILES, heavy atoms, atoms of the query, energy in kcal/mol and hartree."""
    import pandas as pd

    table = pd.DataFrame({
        "file": [f"{name(k)}.xyz" for k in range(len(amons))], "smiles": [a.smiles for a in amons],
        "n_heavy": [a.n_heavy for a in amons], "query_atoms": [" ".join(map(str, a.origin[a.origin >= 0])) for a in amons],
    })  # fmt: skip
    if energies is not None:
        table["reference"] = find_reference(reference).title
        table["energy_kcal_per_mol"] = energies
        table["energy_hartree"] = energies / KCAL_PER_MOL_PER_EV / EV_PER_HARTREE
    return table.to_csv(index=False).encode()


def amons_extxyz(amons: Sequence[Amon], energies: np.ndarray | None, reference: str) -> bytes:
    """All amons as frames; energies in eV as ASE reads them."""
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.io import write

    frames = []
    for k, amon in enumerate(amons):
        atoms = Atoms(numbers=amon.numbers, positions=amon.positions, info={"smiles": amon.smiles, "name": name(k)})
        if energies is not None:
            atoms.info["reference"] = find_reference(reference).title
            atoms.calc = SinglePointCalculator(atoms, energy=float(energies[k]) / KCAL_PER_MOL_PER_EV)
        frames.append(atoms)
    buffer = io.StringIO()
    write(buffer, frames, format="extxyz")
    return buffer.getvalue().encode()


def amons_sdf(amons: Sequence[Amon], energies: np.ndarray | None, reference: str) -> bytes:
    """All amons with bonds."""
    from rdkit import Chem

    from ..structures.smiles import molecule_of_bonds

    buffer = io.StringIO()
    writer = Chem.SDWriter(buffer)
    for k, amon in enumerate(amons):
        molecule = molecule_of_bonds(amon.numbers, amon.positions, amon.bonds, amon.charges)
        molecule.SetProp("_Name", name(k))
        molecule.SetProp("smiles", amon.smiles)
        if energies is not None:
            molecule.SetProp(f"energy_kcal_per_mol_{find_reference(reference).key}", f"{energies[k]:.6f}")
        writer.write(molecule)
    writer.close()
    return buffer.getvalue().encode()


def orca_inputs(amons: Sequence[Amon]) -> bytes:
    """A zip of ORCA inputs, B3LYP/cc-pVDZ single points, their xyz files and a script that gathers the energies of the outputs
    (``amon-0000.out``, ...) in the table ``predict --training`` reads."""
    inputs = {f"{name(k)}.inp": f"! B3LYP cc-pVDZ TightSCF\n* xyz 0 1\n{_block(a)}\n*\n" for k, a in enumerate(amons)}
    return _zipped(inputs | _xyz_files(amons) | {"gather.py": GATHER})


def pyscf_inputs(amons: Sequence[Amon]) -> bytes:
    """A zip of xyz files and one script that writes the table ``predict --training`` reads; b3lyp5 is ORCA's B3LYP."""
    return _zipped(_xyz_files(amons) | {"compute.py": SCRIPT})


def _xyz_files(amons: Sequence[Amon]) -> dict[str, str]:
    return {f"{name(k)}.xyz": f"{len(a.numbers)}\n{a.smiles}\n{_block(a)}\n" for k, a in enumerate(amons)}


SCRIPT = """import csv
from pathlib import Path

from pyscf import dft, gto

with open("energies.csv", "w", newline="") as table:
    rows = csv.writer(table)
    rows.writerow(["file", "energy_hartree"])
    for path in sorted(Path().glob("*.xyz")):
        molecule = gto.M(atom=str(path), basis="cc-pvdz")
        rows.writerow([path.name, dft.RKS(molecule, xc="b3lyp5").density_fit().run().e_tot])
        table.flush()
"""

GATHER = """import csv
import re
from pathlib import Path

with open("energies.csv", "w", newline="") as table:
    rows = csv.writer(table)
    rows.writerow(["file", "energy_hartree"])
    for path in sorted(Path().glob("amon-*.out")):
        found = re.findall(r"FINAL SINGLE POINT ENERGY\\s+(-?[0-9.]+)", path.read_text(errors="replace"))
        if found:
            rows.writerow([path.with_suffix(".xyz").name, found[-1]])
"""


def name(number: int) -> str:
    """Of an amon's file."""
    return f"amon-{number:04d}"


def _block(amon: Amon) -> str:
    from ase.data import chemical_symbols

    rows = zip(amon.numbers.tolist(), amon.positions.tolist(), strict=True)
    return "\n".join(f"{chemical_symbols[z]:2s} {x:14.8f} {y:14.8f} {w:14.8f}" for z, (x, y, w) in rows)


def _zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(file), text)
    return buffer.getvalue()
