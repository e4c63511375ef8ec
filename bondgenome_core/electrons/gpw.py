"""Gamma-point Kohn-Sham DFT with Gaussians and plane waves for everything that contains gold.

PySCF's multigrid GPW with GTH pseudopotentials (Goedecker, Teter, Hutter, 10.1103/PhysRevB.54.1703)
and MOLOPT-SR Gaussians (VandeVondele and Hutter, 10.1063/1.2770708).  A cluster sits in a box with
vacuum; a charged cell has the usual uniform background, and no Makov-Payne correction is applied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure
from .functional import check_functional
from .progress import Progress, attach_progress, silent
from .request import ScfRequest
from .soundness import lowest_overlap_eigenvalue


def make_cell(structure: Structure, request: ScfRequest) -> Any:
    """PySCF cell: the structure's own cell where periodic, else its extent plus vacuum on each side."""
    _choose_fourier_transform()
    from pyscf.lib.exceptions import BasisNotFoundError
    from pyscf.pbc import gto

    check_functional(request.functional)
    positions, box = structure.positions, structure.cell
    if not any(structure.pbc):
        low, high = positions.min(0), positions.max(0)
        edges = high - low + 2 * request.vacuum
        positions = positions - 0.5 * (low + high) + 0.5 * edges
        box = np.diag(edges)
    elif not all(structure.pbc):
        raise ElectronsError("A partly periodic cell needs vacuum along the open directions and all three marked periodic.")
    cell = gto.Cell()
    cell.atom = [(int(z), tuple(p)) for z, p in zip(structure.numbers, positions, strict=True)]
    cell.a, cell.unit = box, "Angstrom"
    cell.basis, cell.pseudo = request.basis, request.pseudopotential
    cell.charge, cell.spin = structure.charge, structure.multiplicity - 1
    cell.ke_cutoff, cell.precision = request.cutoff_hartree, request.precision
    cell.verbose, cell.max_memory = 0, request.max_memory_mb
    try:
        cell.build()
    except (KeyError, RuntimeError, ValueError, BasisNotFoundError) as error:
        raise ElectronsError(
            f"{request.basis} with {request.pseudopotential} has no functions or no core for an element of {structure.formula}; "
            "choose another basis, or the molecular engine."
        ) from error
    return cell


def _choose_fourier_transform() -> None:
    """Before PySCF's first import of its periodic part: pocketfft for every mesh.

    By default PySCF multiplies with whole Fourier matrices where all three mesh lengths have a large prime
    factor (Au25 at 60 Ha: 141 = 3 x 47), which takes half of the SCF's time.
    """
    from pyscf import __config__

    __config__.pbc_tools_pbc_fft_engine = "NUMPY"


def run_gpw(structure: Structure, request: ScfRequest, *, guess: np.ndarray | None = None,
            progress: Progress = silent, checkpoint: str | None = None) -> tuple[Any, Any]:  # fmt: skip
    """Run one SCF; returns (cell, finished PySCF mean field)."""
    cell = make_cell(structure, request)
    mf = _mean_field(cell, structure, request)
    if any(structure.pbc):
        overlap = mf.get_ovlp()
        lowest_overlap_eigenvalue(overlap, structure.name)
        mf.get_ovlp = lambda *_, **__: overlap
    mf.init_guess, mf.conv_tol, mf.max_cycle = "atom", request.conv_tol, request.max_cycle
    if request.damping:
        mf.damp = request.damping
    # PySCF 2.14 raises in the Makov-Payne step when ke_cutoff sets the mesh (charged cells);
    # the SCF is finished by then, so that step alone is replaced.
    mf._finalize = lambda: mf
    attach_progress(mf, progress, request.max_cycle, checkpoint)
    mf.kernel(dm0=guess)
    return cell, mf


def _mean_field(cell: Any, structure: Structure, request: ScfRequest) -> Any:
    from pyscf.pbc.dft.rks import RKS
    from pyscf.pbc.dft.uks import UKS
    from pyscf.pbc.scf.addons import smearing

    mf = (UKS if request.separates_spins(structure) else RKS)(cell, xc=request.functional)
    if request.smearing_hartree:
        mf = smearing(mf, sigma=request.smearing_hartree, method="fermi")
    return mf.multigrid_numint()
