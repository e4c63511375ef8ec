"""A three-dimensional structure from SMILES: ETKDG (10.1021/acs.jcim.5b00654) and MMFF94 through RDKit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import StructureError
from .structure import MAX_ATOMS, Structure, lowest_multiplicity

MAX_SMILES_LENGTH = 2000
MMFF_STEPS = 5000
CONFORMER_SEED = 7
"""Of ETKDG, wherever no other is named."""


def structure_from_smiles(
    smiles: str, *, seed: int = CONFORMER_SEED, multiplicity: int | None = None, name: str | None = None
) -> Structure:
    """One conformer with hydrogens; the charge is the sum of formal charges, the multiplicity the lowest.

    Raises StructureError for text that is not SMILES, several molecules, too many atoms or no embedding.
    """
    from rdkit import Chem

    text, molecule = smiles.strip(), embedded_molecule(smiles, seed=seed)
    positions = np.array(molecule.GetConformer().GetPositions())
    numbers = np.array([atom.GetAtomicNum() for atom in molecule.GetAtoms()])
    charge = Chem.GetFormalCharge(molecule)
    spin = lowest_multiplicity(numbers, charge) if multiplicity is None else multiplicity
    source = f"SMILES {text}, ETKDG seed {seed}, MMFF94"
    return Structure(numbers, positions, charge=charge, multiplicity=spin, name=name or "molecule", source=source)


def embedded_molecule(smiles: str, *, seed: int = CONFORMER_SEED) -> Any:
    """An RDKit molecule with explicit hydrogens and one conformer; raises StructureError as ``structure_from_smiles``."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecule = Chem.AddHs(molecule_of(smiles))
        if molecule.GetNumAtoms() > MAX_ATOMS:
            raise StructureError(f"The molecule has {molecule.GetNumAtoms()} atoms, more than the limit of {MAX_ATOMS}.")
        _embed(molecule, seed, smiles.strip())
    return molecule


def molecule_of(smiles: str) -> Any:
    """The molecule of a SMILES by its graph alone; raises StructureError for text that names none, or several."""
    from rdkit import Chem, rdBase

    text = smiles.strip()
    if not text or len(text) > MAX_SMILES_LENGTH:
        raise StructureError(f"SMILES needs between 1 and {MAX_SMILES_LENGTH} characters; got {len(text)}.")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    if molecule is None or molecule.GetNumAtoms() == 0:
        raise StructureError(f"{text[:60]!r} is not valid SMILES; check brackets, ring numbers and valences.")
    if "." in text and len(Chem.GetMolFrags(molecule)) > 1:
        raise StructureError("The SMILES names several molecules; enter one at a time.")
    if any(atom.GetAtomicNum() < 1 for atom in molecule.GetAtoms()):
        raise StructureError(f"{text[:60]!r} has a placeholder atom (*); replace it by an element.")
    return molecule


def molecule_of_bonds(numbers: np.ndarray, positions: np.ndarray, bonds: Iterable[tuple[int, int, int]],
                      charges: np.ndarray | None = None) -> Any:  # fmt: skip
    """An RDKit molecule in space whose hydrogens and bonds are known.

    numbers: (n,); positions: (n, 3) Angstrom; bonds: two atoms and the order of each, 1 to 3; charges: (n,) formal.
    """
    from rdkit import Chem
    from rdkit.Geometry import Point3D

    orders = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
    molecule, conformer = Chem.RWMol(), Chem.Conformer(len(numbers))
    for n, (z, r) in enumerate(zip(numbers.tolist(), positions.tolist(), strict=True)):
        atom = Chem.Atom(z)
        atom.SetNoImplicit(True)
        atom.SetFormalCharge(0 if charges is None else int(charges[n]))
        molecule.AddAtom(atom)
        conformer.SetAtomPosition(n, Point3D(*r))
    for a, b, order in bonds:
        molecule.AddBond(int(a), int(b), orders[int(order)])
    molecule.AddConformer(conformer)
    return molecule.GetMol()


def parses(text: str) -> bool:
    """Whether RDKit reads a text as SMILES, of one molecule or several."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return len(text) <= MAX_SMILES_LENGTH and Chem.MolFromSmiles(text) is not None


def _embed(molecule: Any, seed: int, text: str) -> None:
    from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

    settings = rdDistGeom.ETKDGv3()
    settings.randomSeed = seed  # type: ignore[assignment]
    settings.maxIterations = 200  # type: ignore[assignment]
    if rdDistGeom.EmbedMolecule(molecule, settings) < 0:
        raise StructureError(f"No three-dimensional form was found for {text[:60]!r}; upload a structure file instead.")
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(molecule):
        rdForceFieldHelpers.MMFFOptimizeMolecule(molecule, maxIters=MMFF_STEPS)
