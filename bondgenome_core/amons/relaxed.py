"""Relaxed amons: a fragment brought to a minimum of its own by MMFF94, without leaving the conformation that the query gave it.

Hydrogens first, then all with the dihedrals held, then freely; a fragment whose dihedrals turn on the way is another conformer
and left out (steps and limits after Huang and von Lilienfeld, 10.1038/s41557-020-0527-z).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from .geometry import Amon

if TYPE_CHECKING:
    from rdkit.Chem import Mol

HELD_STEPS, FREE_STEPS = 60, 900
HOLD, PLANE, STIFF = 2.0, 6.0, 9999.0
"""Degrees that a held dihedral may turn, and from 0 or 180 within which it is held exactly; force constant."""
MOST_TURNED = 60.0
"""Degrees."""
TURNED, UNKNOWN = "turned", "parameters"
"""Reasons why a fragment has no relaxed form."""


def relaxed(amon: Amon) -> Amon | str:
    """The amon at its own minimum, or the reason why there is none."""
    from rdkit import Chem
    from rdkit.Chem import rdForceFieldHelpers as mmff

    from ..structures.smiles import molecule_of_bonds

    molecule = molecule_of_bonds(amon.numbers, amon.positions, amon.bonds, amon.charges)
    Chem.SanitizeMol(molecule)
    properties = mmff.MMFFGetMoleculeProperties(molecule)
    if properties is None:
        return UNKNOWN
    turns = dihedrals(molecule)
    before = _angles(molecule, turns)
    _minimise(molecule, properties, HELD_STEPS, fixed=np.flatnonzero(amon.numbers > 1).tolist())
    _minimise(molecule, properties, HELD_STEPS, held=dict(zip(turns, before, strict=True)))
    _minimise(molecule, properties, FREE_STEPS)
    turned = np.abs((_angles(molecule, turns) - before + 180) % 360 - 180)
    if len(turned) and turned.max() > MOST_TURNED:
        return TURNED
    return amon._replace(positions=np.array(molecule.GetConformer().GetPositions()))


def dihedrals(molecule: Mol) -> list[tuple[int, int, int, int]]:
    """Chains of four bonded heavy atoms."""
    found = []
    for bond in molecule.GetBonds():
        ends = (bond.GetBeginAtom(), bond.GetEndAtom())
        b, c = (a.GetIdx() for a in ends)
        outer = ([n.GetIdx() for n in a.GetNeighbors() if n.GetAtomicNum() > 1 and n.GetIdx() not in (b, c)] for a in ends)
        found += [(a, b, c, d) for a, d in product(*outer) if a != d]
    return found


def _angles(molecule: Mol, turns: list[tuple[int, int, int, int]]) -> np.ndarray:
    from rdkit.Chem import rdMolTransforms

    conformer = molecule.GetConformer()
    return np.array([rdMolTransforms.GetDihedralDeg(conformer, *t) for t in turns])


def _minimise(molecule: Mol, properties: Any, steps: int, *, fixed: list[int] | None = None,
              held: dict[tuple[int, int, int, int], float] | None = None) -> None:  # fmt: skip
    """fixed: atoms that stay; held: dihedral -> degrees."""
    from rdkit.Chem import rdForceFieldHelpers as mmff

    field = mmff.MMFFGetMoleculeForceField(molecule, properties)
    for atom in fixed or ():
        field.AddFixedPoint(atom)
    for turn, angle in (held or {}).items():
        flat = min(abs(angle), 180 - abs(angle)) < PLANE
        width = 0.0 if flat else HOLD
        centre = (0.0 if abs(angle) < 90 else 180.0) if flat else angle
        field.MMFFAddTorsionConstraint(*turn, False, centre - width, centre + width, STIFF)
    field.Initialize()
    field.Minimize(maxIts=steps)
