"""All pairs of some frames under every measure, beside xTB on the same frames: what the studies of strength and decay rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ...potentials.frames import FrameSet
from ...potentials.shipped import PotentialModel
from ...structures.bonds import with_bonds
from ...structures.structure import Structure
from ..decay import above_noise
from ..explanation import explain, reliability
from ..reference import keep_coupling, kept_coupling, reference_coupling
from ..table import distances_of

STUDIED = ("lrp", "endpoint", "hessian")


def structures_of(frames: FrameSet) -> list[Structure]:
    """Frames as structures with bonds, named after their molecule."""
    return [with_bonds(f.structure) for f in frames.frames]


def reference_blocks(structures: Sequence[Structure], method: str, *, say: Callable[[str], None],
                     keep: bool = False) -> list[np.ndarray]:  # fmt: skip
    """(n_atoms, n_atoms) norms of xTB's Hessian blocks for each structure, eV/Angstrom^2.  keep: those that are new."""
    found = []
    for n, s in enumerate(structures, 1):
        kept = kept_coupling(s, method)
        found.append(reference_coupling(s, method) if kept is None else kept)
        if kept is None:
            say(f"xTB Hessian {n} of {len(structures)}: {s.name}, {len(s)} atoms")
            if keep:
                keep_coupling(s, method, found[-1])
    return found


def pair_table(model: PotentialModel, structures: Sequence[Structure], references: Sequence[np.ndarray], *,
               gamma: float) -> pd.DataFrame:  # fmt: skip
    """One row per pair and frame.

    frame, molecule, i, j, kind ('C-H'), bonded, distance (Angstrom); sizes of lrp, endpoint (eV), hessian and xtb
    (eV/Angstrom^2); noise: xtb is below what its differences resolve; force_share: the model's force error on the frame over
    the forces' s.d.
    """
    parts = []
    for n, (s, reference) in enumerate(zip(structures, references, strict=True)):
        i, j = np.triu_indices(len(s), 1)
        symbols, bonds = np.array(s.symbols), {(b.i, b.j) for b in s.bonds}
        ends = np.sort(np.stack([symbols[i], symbols[j]], 1), axis=1)
        table = pd.DataFrame({
            "frame": n, "molecule": s.name, "i": i, "j": j, "kind": [f"{a}-{b}" for a, b in ends],
            "bonded": [(a, b) in bonds or (b, a) in bonds for a, b in zip(i.tolist(), j.tolist(), strict=True)],
            "distance": distances_of(s)[i, j],
        })  # fmt: skip
        for measure in STUDIED:
            table[measure] = _sizes(explain(model, s, measure, gamma=gamma).matrix)
        table["xtb"], table["noise"] = reference[i, j], ~above_noise(reference)[i, j]
        table["force_share"] = reliability(model, s).share
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def hessian_sizes(model: PotentialModel, structures: Sequence[Structure], member: int) -> np.ndarray:
    """Hessian couplings (eV/Angstrom^2) of another seed of the model, in the order of ``pair_table``."""
    return np.concatenate([_sizes(explain(model, s, "hessian", member=member).matrix) for s in structures])


def _sizes(matrix: np.ndarray) -> np.ndarray:
    """Size of every pair i < j, the mean of both directions."""
    return np.abs(0.5 * (matrix + matrix.T))[np.triu_indices(len(matrix), 1)]
