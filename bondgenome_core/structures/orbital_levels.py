"""Orbital energies by xTB: what a model of an intensive property is trained on."""

from __future__ import annotations

import numpy as np

from ..units import BOHR_PER_ANGSTROM, EV_PER_HARTREE
from .relax import failures_as_sentences
from .structure import Structure

HALF = 1.0
"""Electrons: an orbital with more is occupied."""


def highest_occupied(structure: Structure, *, method: str = "GFN2-xTB") -> float:
    """Energy of the highest occupied orbital in eV; raises StructureError where xTB fails."""
    from ase.calculators.calculator import CalculationFailed
    from tblite.interface import Calculator

    with failures_as_sentences(structure, method):
        calculator = Calculator(method, structure.numbers, structure.positions * BOHR_PER_ANGSTROM, charge=structure.charge,
                                uhf=structure.multiplicity - 1)  # fmt: skip
        calculator.set("verbosity", 0)
        try:
            found = calculator.singlepoint()
        except RuntimeError as error:  # what tblite raises for an SCF that fails
            raise CalculationFailed(str(error)) from error
    energies, occupations = (np.asarray(found.get(f"orbital-{kind}")) for kind in ("energies", "occupations"))
    return float(energies[occupations > HALF].max()) * EV_PER_HARTREE
