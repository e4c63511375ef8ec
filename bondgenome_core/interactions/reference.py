"""The quantum reference on the same frame: forces and second derivatives by xTB.

Couplings of the frames that studies look at are shipped (``assets/xtb_couplings``): those of a gold cluster take half an hour.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..artefacts import ASSETS
from ..device import one_thread
from ..errors import ArtefactError
from ..structures.relax import energy_and_forces
from ..structures.structure import Structure

COUPLINGS = ASSETS / "xtb_couplings"
PLACES = 4
"""Decimals of positions (Angstrom) that a kept coupling is known by."""
STEP = 5e-3
"""Angstrom: central differences of xTB forces; smaller steps feel the convergence of its charges."""


def reference_coupling(structure: Structure, method: str, *, progress: Callable[[int, int], None] | None = None,
                       folder: Path = COUPLINGS) -> np.ndarray:  # fmt: skip
    """(n_atoms, n_atoms) norms of xTB's Hessian blocks, eV/Angstrom^2: kept ones, or else computed."""
    from .couplings import block_norms

    kept = kept_coupling(structure, method, folder=folder)
    return block_norms(reference_hessian(structure, method, progress=progress)) if kept is None else kept


def kept_coupling(structure: Structure, method: str, *, folder: Path = COUPLINGS) -> np.ndarray | None:
    """What was kept for these very atoms and this method, if anything; raises ArtefactError where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = folder / _file(structure, method)
    if not path.is_file():
        return None
    try:
        found: np.ndarray = load_file(path)["coupling"].astype(np.float64)
    except (SafetensorError, KeyError) as error:
        raise ArtefactError(f"{path.name} holds no coupling of this program; remove it, and it is computed again.") from error
    return found


def keep_coupling(structure: Structure, method: str, coupling: np.ndarray, *, folder: Path = COUPLINGS) -> None:
    """Keep the coupling (n_atoms, n_atoms) of a structure."""
    from safetensors.numpy import save

    path = folder / _file(structure, method)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(save({"coupling": coupling.astype(np.float32)}, {"structure": structure.name, "method": method}))
    os.replace(part, path)


def _file(structure: Structure, method: str) -> str:
    words = f"{method} {STEP} {structure.charge} {structure.multiplicity} {structure.numbers.tolist()}"
    # adding zero turns -0.0 into 0.0
    places = np.round(structure.positions, PLACES) + 0.0
    return f"{hashlib.sha256(words.encode() + places.tobytes()).hexdigest()[:24]}.safetensors"


def reference_hessian(structure: Structure, method: str, *, progress: Callable[[int, int], None] | None = None) -> np.ndarray:
    """(n_atoms, 3, n_atoms, 3) eV/Angstrom^2 by central differences, made symmetric.

    progress: called with (coordinates done, all); raise in it to cancel.  Raises StructureError where xTB fails.
    """
    n = len(structure)
    found = np.zeros((3 * n, 3 * n))
    for k in range(3 * n):
        sides = []
        for sign in (1, -1):
            positions = structure.positions.copy()
            positions[k // 3, k % 3] += sign * STEP
            with one_thread():
                sides.append(energy_and_forces(structure.with_(positions=positions), method=method)[1].ravel())
        found[k] = (sides[1] - sides[0]) / (2 * STEP)
        if progress:
            progress(k + 1, 3 * n)
    return (0.5 * (found + found.T)).reshape(n, 3, n, 3)
