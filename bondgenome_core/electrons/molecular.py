"""Molecular density-fitted Kohn-Sham DFT (PySCF), the default for structures without gold."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure
from .functional import check_functional
from .progress import Progress, attach_progress, silent
from .request import ScfRequest

GRID_LEVEL = 3
LAST_ALL_ELECTRON = 36
"""def2 basis sets carry an effective core potential beyond krypton."""


def make_mole(structure: Structure, request: ScfRequest) -> Any:
    """PySCF molecule with the requested basis and effective core potential."""
    from pyscf import gto
    from pyscf.lib.exceptions import BasisNotFoundError

    if any(structure.pbc):
        raise ElectronsError("The molecular engine cannot treat a periodic cell; choose the GPW engine.")
    check_functional(request.functional)
    mol = gto.Mole()
    mol.atom = [(int(z), tuple(p)) for z, p in zip(structure.numbers, structure.positions, strict=True)]
    mol.unit, mol.basis = "Angstrom", request.basis
    if request.pseudopotential != "none":
        mol.ecp = {int(z): request.basis for z in set(structure.numbers) if z > LAST_ALL_ELECTRON}
    mol.charge, mol.spin = structure.charge, structure.multiplicity - 1
    mol.verbose, mol.max_memory = 0, request.max_memory_mb
    try:
        with warnings.catch_warnings():  # PySCF advises another package before it raises
            warnings.simplefilter("ignore", UserWarning)
            mol.build()
    except (KeyError, BasisNotFoundError) as error:
        raise ElectronsError(f"The basis {request.basis} has no functions for an element of this structure.") from error
    return mol


def run_molecular(structure: Structure, request: ScfRequest, *, guess: np.ndarray | None = None,
                  progress: Progress = silent, checkpoint: str | None = None) -> tuple[Any, Any]:  # fmt: skip
    """Run one SCF; returns (molecule, finished PySCF mean field)."""
    from pyscf import dft
    from pyscf.lib.exceptions import BasisNotFoundError

    mol = make_mole(structure, request)
    restricted = structure.multiplicity == 1 and not request.unrestricted
    mf = (dft.RKS if restricted else dft.UKS)(mol, xc=request.functional).density_fit()
    mf.grids.level = GRID_LEVEL
    mf.conv_tol, mf.max_cycle = request.conv_tol, request.max_cycle
    attach_progress(mf, progress, request.max_cycle, checkpoint)
    try:
        mf.kernel(dm0=guess)
    except BasisNotFoundError as error:
        raise ElectronsError(
            f"There is no density-fitting basis that belongs to {request.basis} for an element of this structure; use def2-svp."
        ) from error
    return mol, mf
