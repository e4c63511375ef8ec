"""On which measurements the thresholds of the bond frame rest: ``python benchmarks/frame_thresholds.py``.

Over shipped wavefunctions: how far 0.01 Angstrom moves s and p_perp, in random directions and in the worst one, how far it
turns x, and which share of the bonds each threshold would call ambiguous.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bondgenome_core.artefacts import ASSETS  # noqa: E402
from bondgenome_core.electrons.wavefunction import load_wavefunction  # noqa: E402
from bondgenome_core.slices import frame  # noqa: E402
from bondgenome_core.structures.structure import Bond, Structure  # noqa: E402

STEP, N_RANDOM, MOST_BONDS, EVERY = 0.01, 6, 60, 3


def main() -> None:
    rng = np.random.default_rng(0)
    rows = []
    with patch.object(frame, "GAUGE_THRESHOLD", 0.0):  # p itself, however small
        for structure in structures():
            gold = [b for b in structure.bonds if structure.kind(b) in ("S-Au", "Au-Au")]
            rows += [measured(structure, gold[k], rng) for k in rng.permutation(len(gold))[:MOST_BONDS]]
    report(np.array(rows))


def structures() -> list[Structure]:
    """Relaxed gold species and every third thermal snapshot."""
    relaxed = sorted((ASSETS / "wavefunctions").glob("au*.safetensors"))
    thermal = sorted((ASSETS / "snapshots").glob("au*/*/*.safetensors"))
    return [load_wavefunction(p).structure for p in [*relaxed, *thermal[::EVERY]]]


def measured(structure: Structure, bond: Bond, rng: np.random.Generator) -> tuple[float, ...]:
    """(|s| or nan, |p|, share of flips, largest turn of x in degrees, worst change of s, of p)."""
    first = frame.bond_frame(structure, bond)
    flips, turns = [], []
    for _ in range(N_RANDOM):
        move = rng.normal(size=structure.positions.shape)
        move *= STEP / np.linalg.norm(move, axis=1, keepdims=True)
        second = frame.bond_frame(structure.with_(positions=structure.positions + move), bond)
        flips.append(second.left != first.left)
        turns.append(np.degrees(np.arccos(np.clip(first.x @ second.x, -1, 1))))
    s = first.orientation if np.isfinite(first.orientation) else np.nan
    return (s, first.gauge_quality, float(np.mean(flips)), max(turns), *worst_changes(structure, bond, first))


def worst_changes(structure: Structure, bond: Bond, f: frame.BondFrame, step: float = 1e-4) -> tuple[float, float]:
    """Sum over atoms of the length of their gradient of s and of p, times the displacement: the first-order bound."""
    s_total = p_total = 0.0
    here = anchoring_and_side(structure, bond)
    for atom in np.flatnonzero(np.linalg.norm(structure.positions - f.origin, axis=1) < frame.NEIGHBOUR_RANGE + f.length):
        slopes = []
        for axis in range(3):
            positions = structure.positions.copy()
            positions[atom, axis] += step
            there = anchoring_and_side(structure.with_(positions=positions), bond)
            slopes.append(((there[0] - here[0]) / step, (there[1] - here[1]) / step))
        s_total += float(np.linalg.norm([s for s, _ in slopes]))
        p_total += float(np.linalg.norm([p for _, p in slopes], 2))
    return STEP * s_total, STEP * p_total


def anchoring_and_side(structure: Structure, bond: Bond) -> tuple[float, np.ndarray]:
    """s with its sign (0 where the elements differ) and p_perp."""
    f = frame.bond_frame(structure, bond)
    s = f.orientation if np.isfinite(f.orientation) else 0.0
    return (s if f.left == bond.i else -s), f.x * f.gauge_quality


def report(a: np.ndarray) -> None:
    s, p, flips, turns, worst_s, worst_p = a.T
    print(f"{len(a)} bonds; worst change of s {np.nanmax(worst_s):.3f}, of p {worst_p.max():.3f} Angstrom")
    for low, high in ((0, 0.005), (0.005, 0.01), (0.01, 0.03), (0.03, np.inf)):
        inside = (s >= low) & (s < high)
        print(f"|s| {low:g}-{high:g}: {inside.sum()} bonds, {flips[inside].mean():.1%} of random displacements turn them round")
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, np.inf)):
        inside = (p >= low) & (p < high)
        print(f"|p| {low:g}-{high:g}: {inside.sum()} bonds, x turned by {turns[inside].max():.1f} degrees at most")
    for threshold in (0.02, 0.03, 0.05):
        print(f"|s| < {threshold}: {np.mean(s[np.isfinite(s)] < threshold):.1%} of the Au-Au bonds")
    for threshold in (0.2, 0.3, 0.4):
        print(f"|p| < {threshold}: {np.mean(p < threshold):.1%} of all bonds")


if __name__ == "__main__":
    main()
