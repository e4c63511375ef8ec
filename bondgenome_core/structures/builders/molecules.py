"""Small molecules: organic ones from SMILES, the ion pair LiF from its bond length."""

from __future__ import annotations

import numpy as np

from ..smiles import structure_from_smiles
from ..structure import Structure
from .assemble import from_symbols

LITHIUM_FLUORIDE = 1.564
"""Angstrom, gas phase (Huber and Herzberg, 10.1007/978-1-4757-0961-2)."""

SMILES = {
    "water": "O",
    "methane": "C",
    "ethane": "CC",
    "ethene": "C=C",
    "ethyne": "C#C",
    "benzene": "c1ccccc1",
    "propane": "CCC",
    "propene": "CC=C",
    "propyne": "CC#C",
    "butadiene": "C=CC=C",
    "cyclopropane": "C1CC1",
    "cyclohexane": "C1CCCCC1",
    "toluene": "Cc1ccccc1",
    "methanol": "CO",
    "ethanol": "CCO",
    "dimethyl_ether": "COC",
    "oxirane": "C1CO1",
    "formaldehyde": "C=O",
    "acetaldehyde": "CC=O",
    "acetone": "CC(C)=O",
    "acrolein": "C=CC=O",
    "formic_acid": "OC=O",
    "acetic_acid": "CC(=O)O",
    "methyl_formate": "COC=O",
    "carbon_dioxide": "O=C=O",
    "phenol": "Oc1ccccc1",
    "furan": "c1ccoc1",
}
"""Gallery name -> SMILES."""


def molecule(name: str) -> Structure:
    """A gallery molecule before relaxation."""
    return structure_from_smiles(SMILES[name], seed=0, name=name)


def lithium_fluoride() -> Structure:
    """LiF along z."""
    positions = np.array([[0.0, 0, 0], [0, 0, LITHIUM_FLUORIDE]])
    return from_symbols(["Li", "F"], positions, name="lif", source="bond length of the gas-phase molecule")
