"""Watson-Crick pairs: planar bases laid side by side at the hydrogen bonds' published lengths, then relaxed by GFN2-xTB.

Lengths after Saenger (Principles of Nucleic Acid Structure, 10.1007/978-1-4612-5190-3): A-T 2.95 (N6-O4) and 2.82 (N1-N3);
G-C 2.91 (O6-N4), 2.95 (N1-N3) and 2.86 (N2-O2) Angstrom.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from ..structures.smiles import embedded_molecule
from ..structures.structure import Structure

BONDED_HYDROGEN, BONDED = 1.2, 1.6
"""Angstrom."""


class Pair(NamedTuple):
    """first, second: SMILES whose atoms at the hydrogen bonds carry map numbers; lengths: map number -> Angstrom."""

    first: str
    second: str
    lengths: dict[int, float]


PAIRS = {
    "AT": Pair("[NH2:1]c1[n:2]cnc2[nH]cnc12", "Cc1c[nH]c(=O)[nH:2]c1=[O:1]", {1: 2.95, 2: 2.82}),
    "GC": Pair("[NH2:3]c1nc2[nH]cnc2c(=[O:1])[nH:2]1", "[NH2:1]c1cc[nH]c(=[O:3])[n:2]1", {1: 2.91, 2: 2.95, 3: 2.86}),
}


def paired_bases(name: str) -> Structure:
    """The relaxed pair; its molecules one after the other."""
    from ..structures.relax import relax

    return relax(side_by_side(name), method="GFN2-xTB", fmax=0.02).with_(name=name, source="Watson-Crick pair, GFN2-xTB relaxed")


def side_by_side(name: str) -> Structure:
    """The pair at its published hydrogen bonds, in one plane, where the relaxation starts: of all choices of amino hydrogens and
    faces, the one that overlaps least."""
    pair = PAIRS[name]
    (z1, r1, marked1), (z2, r2, marked2) = (_flat(s) for s in (pair.first, pair.second))
    choices = product(*(_partners(z1, r1, marked1[m], length) for m, length in pair.lengths.items()))
    own = np.array([r2[marked2[m]] for m in pair.lengths])
    laid = [_laid(r2 * face, own * face, np.array(wanted)) for wanted in choices for face in ([1, 1, 1], [1, -1, 1])]
    best = min(laid, key=lambda moved: _crowding(r1, moved))
    ends = [(r1[marked1[m]], marked2[m], length) for m, length in pair.lengths.items()]
    best = _at_lengths(best, ends)
    return Structure(np.concatenate([z1, z2]), np.concatenate([r1, best]), name=name)


def _flat(smiles: str) -> tuple[np.ndarray, np.ndarray, dict[int, int]]:
    """Numbers, positions with the heavy atoms in the plane z = 0, and map number -> atom."""
    molecule = embedded_molecule(smiles, seed=0)
    positions = np.array(molecule.GetConformer().GetPositions())
    numbers = np.array([a.GetAtomicNum() for a in molecule.GetAtoms()])
    centred = positions - positions[numbers > 1].mean(0)
    axes = np.linalg.svd(centred[numbers > 1])[2]
    flat = centred @ axes.T
    return numbers, flat, {a.GetAtomMapNum(): a.GetIdx() for a in molecule.GetAtoms() if a.GetAtomMapNum()}


def _partners(numbers: np.ndarray, positions: np.ndarray, atom: int, length: float) -> list[np.ndarray]:
    """Where the partner's heavy atom may stand: along each N-H, or away from what an acceptor is bonded to."""
    away = positions - positions[atom]
    apart = np.linalg.norm(away, axis=1)
    hydrogens = np.flatnonzero((numbers == 1) & (apart < BONDED_HYDROGEN))
    if len(hydrogens):
        directions = away[hydrogens]
    else:
        directions = -away[(numbers > 1) & (apart < BONDED) & (apart > 0)].mean(0, keepdims=True)
    return [positions[atom] + length * d / np.linalg.norm(d) for d in directions]


def _laid(positions: np.ndarray, own: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Positions turned and shifted in the plane so that ``own`` come closest to ``wanted``."""
    a, b = own[:, :2] - own[:, :2].mean(0), wanted[:, :2] - wanted[:, :2].mean(0)
    angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    shift = np.array([*wanted[:, :2].mean(0), 0.0]) - turn @ np.array([*own[:, :2].mean(0), 0.0])
    return positions @ turn.T + shift  # type: ignore[no-any-return]


def _at_lengths(positions: np.ndarray, ends: list[tuple[np.ndarray, int, float]]) -> np.ndarray:
    """Positions turned and shifted a little more in the plane, until every hydrogen bond has its length."""
    from scipy.optimize import least_squares

    centre = positions.mean(0)

    def moved(x: np.ndarray) -> np.ndarray:
        turn = np.array([[np.cos(x[2]), -np.sin(x[2]), 0], [np.sin(x[2]), np.cos(x[2]), 0], [0, 0, 1]])
        return (positions - centre) @ turn.T + centre + [x[0], x[1], 0.0]  # type: ignore[no-any-return]

    def misfit(x: np.ndarray) -> np.ndarray:
        r = moved(x)
        return np.array([np.linalg.norm(r[atom] - start) - length for start, atom, length in ends] + [*(0.05 * x)])

    return moved(least_squares(misfit, np.zeros(3)).x)


def _crowding(first: np.ndarray, second: np.ndarray) -> float:
    """How much two bases overlap: the face that is turned the wrong way runs into the other."""
    apart = np.linalg.norm(first[:, None] - second, axis=-1)
    return float((1 / np.maximum(apart, 0.1) ** 6).sum())
