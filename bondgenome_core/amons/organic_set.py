"""A hundred organic molecules that nobody chose: grown by seeded random steps, the first hundred of a shuffle.

No step makes a triple bond in a ring or bridges one: what has no form in space says nothing of amons.
``python -m bondgenome_core.amons.organic_set`` writes them; the list is committed before any prediction is made with it.
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..artefacts import ASSETS, write_text_atomically

if TYPE_CHECKING:
    from rdkit.Chem import Bond, Mol, RWMol

ORGANIC_SET = ASSETS / "amons" / "organic100.json"
SMALLEST, LARGEST = 8, 10
"""Heavy atoms."""
N_GROWN, N_CHOSEN = 1000, 100
ATOMS, WEIGHTS = (6, 7, 8, 16, 9), (0.5, 0.17, 0.2, 0.06, 0.07)
RINGS = ("c1ccccc1", "c1ccncc1", "c1ccoc1", "c1ccsc1")
STEPS, STEP_WEIGHTS = ("append", "raise", "close", "attach"), (0.46, 0.38, 0.1, 0.06)
HETERO = frozenset({7, 8, 9, 16})


def grow_set(n: int = N_GROWN, *, seed: int = 0) -> list[str]:
    """n unique canonical SMILES, in the order in which they were found."""
    rng, found = np.random.default_rng(seed), dict[str, None]()
    while len(found) < n:
        smiles = _grown(rng)
        if smiles:
            found[smiles] = None
    return list(found)


def chosen_set(grown: list[str], *, seed: int = 0) -> list[str]:
    """The first hundred of a seeded shuffle."""
    order = np.random.default_rng(seed).permutation(len(grown))
    return [grown[k] for k in order[:N_CHOSEN]]


def load_set(path: Path = ORGANIC_SET) -> list[str]:
    """The committed hundred."""
    return list(json.loads(path.read_text())["smiles"])


def _grown(rng: np.random.Generator) -> str | None:
    """One molecule, or None where it came out as none that is wanted."""
    from rdkit import Chem, rdBase

    size = int(rng.integers(SMALLEST, LARGEST + 1))
    with rdBase.BlockLogs():
        molecule = Chem.RWMol(Chem.MolFromSmiles("C"))
        for _ in range(4 * LARGEST):
            before = Chem.RWMol(molecule)
            _step(molecule, str(rng.choice(STEPS, p=STEP_WEIGHTS)), rng)
            if not _sane(molecule) or molecule.GetNumAtoms() > size:
                molecule = before
            if molecule.GetNumAtoms() == size and rng.random() < 0.3:
                break
        return Chem.MolToSmiles(molecule) if molecule.GetNumAtoms() >= SMALLEST and is_wanted(molecule.GetMol()) else None


def _step(molecule: RWMol, step: str, rng: np.random.Generator) -> None:
    from rdkit import Chem

    n = molecule.GetNumAtoms()
    at = int(rng.integers(n))
    if step == "append":
        new = molecule.AddAtom(Chem.Atom(int(rng.choice(ATOMS, p=WEIGHTS))))
        molecule.AddBond(at, new, Chem.BondType.SINGLE)
    elif step == "attach":
        ring = Chem.MolFromSmiles(str(rng.choice(RINGS)))
        places = [a.GetIdx() for a in ring.GetAtoms() if a.GetAtomicNum() == 6]
        molecule.InsertMol(ring)
        molecule.AddBond(at, n + int(rng.choice(places)), Chem.BondType.SINGLE)
    elif step == "raise" and molecule.GetNumBonds():
        bonds = list(molecule.GetBonds())
        weights = np.array([_eagerness(b) for b in bonds], dtype=float)
        if not weights.any():
            return
        bond = bonds[int(rng.choice(len(bonds), p=weights / weights.sum()))]
        higher = {Chem.BondType.SINGLE: Chem.BondType.DOUBLE, Chem.BondType.DOUBLE: Chem.BondType.TRIPLE}
        if bond.GetBondType() in higher:
            bond.SetBondType(higher[bond.GetBondType()])
    elif step == "close":
        other = int(rng.integers(n))
        path = Chem.GetShortestPath(molecule, at, other) if at != other else ()
        if len(path) in (5, 6) and molecule.GetBondBetweenAtoms(at, other) is None:
            molecule.AddBond(at, other, Chem.BondType.SINGLE)


def _eagerness(bond: Bond) -> int:
    """How likely a bond is raised: carbonyls are common; sulfur and fluorine keep single bonds."""
    ends = {bond.GetBeginAtom().GetAtomicNum(), bond.GetEndAtom().GetAtomicNum()}
    if ends & {9, 16}:
        return 0
    return 15 if ends == {6, 8} else 1


def _sane(molecule: RWMol) -> bool:
    from rdkit import Chem

    try:
        Chem.SanitizeMol(molecule)
    except (Chem.AtomValenceException, Chem.KekulizeException, Chem.AtomKekulizeException):
        return False
    return True


def is_wanted(molecule: Mol) -> bool:
    """Neutral, closed-shell, known to MMFF; no small rings, none with a triple bond or that bridges another, and no single bond
    between N, O, S and F."""
    from rdkit import Chem
    from rdkit.Chem import rdForceFieldHelpers

    atoms, rings = list(molecule.GetAtoms()), molecule.GetRingInfo().AtomRings()
    pairs = [set(a) & set(b) for a, b in combinations(rings, 2)]
    triple = any(b.GetBondType() == Chem.BondType.TRIPLE and b.IsInRing() for b in molecule.GetBonds())
    single = [b for b in molecule.GetBonds() if b.GetBondType() == Chem.BondType.SINGLE]
    return (
        not any(a.GetFormalCharge() or a.GetNumRadicalElectrons() for a in atoms)
        and not any(len(r) < 5 for r in rings)
        and not any(len(shared) > 2 for shared in pairs)
        and not triple
        and not any({b.GetBeginAtom().GetAtomicNum(), b.GetEndAtom().GetAtomicNum()} <= HETERO for b in single)
        and rdForceFieldHelpers.MMFFHasAllMoleculeParams(Chem.AddHs(molecule))
    )


def main() -> int:
    smiles = chosen_set(grow_set())
    ORGANIC_SET.parent.mkdir(parents=True, exist_ok=True)
    record = {"generator": "python -m bondgenome_core.amons.organic_set", "seed": 0, "n_grown": N_GROWN, "smiles": smiles}
    write_text_atomically(ORGANIC_SET, json.dumps(record, indent=1) + "\n")
    print(f"{len(smiles)} molecules in {ORGANIC_SET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
