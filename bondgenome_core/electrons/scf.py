"""One call from structure and request to wavefunction, whichever engine runs it."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..errors import ElectronsError
from ..structures.structure import Structure
from .gpw import run_gpw
from .molecular import run_molecular
from .progress import Progress, ScfCycle, silent
from .pyscf_basis import basis_from_pyscf
from .request import ScfRequest, default_request, request_hash
from .soundness import binding_per_atom, lowest_overlap_eigenvalue
from .wavefunction import SpinChannel, Wavefunction

OCCUPIED = 1e-6
"""Orbitals with a smaller occupation are not stored."""


def run_scf(structure: Structure, request: ScfRequest | None = None, *, guess: np.ndarray | None = None,
            progress: Progress = silent, checkpoint: Path | None = None) -> Wavefunction:  # fmt: skip
    """Solve the Kohn-Sham equations; an unconverged result is returned marked as such.

    guess: density matrix in the AO basis, for example of the previous snapshot.  checkpoint: a file
    that lets an interrupted run go on.
    Raises ElectronsError where the calculation cannot be set up.
    """
    request = request or default_request(structure)
    engine = {"gpw": run_gpw, "molecular": run_molecular}.get(request.engine)
    if engine is None:
        raise ElectronsError(f"There is no engine called {request.engine}; use 'gpw' or 'molecular'.")
    history: list[ScfCycle] = []

    def record(cycle: ScfCycle) -> None:
        history.append(cycle)
        progress(cycle)

    if guess is None and checkpoint is not None and checkpoint.is_file():
        guess = density_from_checkpoint(checkpoint)
    began = time.perf_counter()
    mol, mf = engine(structure, request, guess=guess, progress=record, checkpoint=str(checkpoint) if checkpoint else None)
    seconds = time.perf_counter() - began
    return _collect(structure, request, mol, mf, history, seconds)


def density_from_checkpoint(path: Path) -> np.ndarray | None:
    """AO density matrix kept in a PySCF checkpoint, or None where the file holds no orbitals yet."""
    from pyscf.lib import chkfile

    try:
        mo_coeff, mo_occ = chkfile.load(str(path), "scf/mo_coeff"), chkfile.load(str(path), "scf/mo_occ")
    except (OSError, KeyError):
        return None
    if mo_coeff is None:
        return None
    return density_matrix(np.asarray(mo_coeff), np.asarray(mo_occ))


def density_matrix(mo_coeff: np.ndarray, mo_occ: np.ndarray) -> np.ndarray:
    """P = C n C^T; shapes (n_ao, n_mo), (n_mo,) or both with a leading spin axis."""
    if mo_occ.ndim == 2:
        return np.stack([density_matrix(c, n) for c, n in zip(mo_coeff, mo_occ, strict=True)])
    occupied = mo_occ > 0
    return (mo_coeff[:, occupied] * mo_occ[occupied]) @ mo_coeff[:, occupied].T


def guess_from(wavefunction: Wavefunction) -> np.ndarray:
    """Density matrix of a wavefunction, to start a neighbouring geometry from."""
    parts = [(s.orbitals * s.occupations) @ s.orbitals.T for s in wavefunction.spins]
    return parts[0] if len(parts) == 1 else np.stack(parts)


def _collect(
    structure: Structure, request: ScfRequest, mol: Any, mf: Any, history: list[ScfCycle], seconds: float
) -> Wavefunction:
    import pyscf

    occupations = np.atleast_2d(np.asarray(mf.mo_occ))
    coefficients = np.asarray(mf.mo_coeff).reshape(len(occupations), mol.nao, -1).real
    energies = np.atleast_2d(np.asarray(mf.mo_energy))
    spins = []
    for c, n, e in zip(coefficients, occupations, energies, strict=True):
        kept = n > OCCUPIED
        spins.append(SpinChannel(c[:, kept], n[kept], e[kept]))
    convergence = {
        "converged": bool(mf.converged), "cycles": len(history), "energy_hartree": float(mf.e_tot),
        "gap_ev": _gap_ev(energies, occupations), "seconds": round(seconds, 1),
        "last_change_hartree": history[-1].change_hartree if history else None, "conv_tol_hartree": request.conv_tol,
    }  # fmt: skip
    if request.smearing_hartree:
        convergence["free_energy_hartree"] = float(mf.e_free)
    if any(structure.pbc):
        convergence["lowest_overlap_eigenvalue"] = lowest_overlap_eigenvalue(mf.get_ovlp(), structure.name)
        convergence["binding_per_atom_hartree"] = binding_per_atom(structure, request, float(mf.e_tot))
    method = asdict(request) | {"label": request.label, "n_functions": int(mol.nao)}
    if request.engine == "gpw":
        method["box_angstrom"] = np.round(mol.lattice_vectors() * _bohr(), 4).tolist()
        method["mesh"] = [int(m) for m in mol.mesh]
    provenance = {
        "program": f"bondgenome {__version__}", "pyscf": pyscf.__version__, "numpy": np.__version__,
        "request_sha256": request_hash(structure, request),
    }  # fmt: skip
    core = structure.numbers - mol.atom_charges()
    treatment = _core_treatment(request, core)
    return Wavefunction(structure, basis_from_pyscf(mol), tuple(spins), core, treatment, method, convergence, provenance)


def _core_treatment(request: ScfRequest, core_electrons: np.ndarray) -> str:
    if request.engine == "gpw":
        return request.pseudopotential
    return "def2-ecp" if core_electrons.any() else "all-electron"


def _gap_ev(energies: np.ndarray, occupations: np.ndarray) -> float | None:
    from ..units import EV_PER_HARTREE

    gaps = []
    for e, n in zip(energies, occupations, strict=True):
        half = 0.5 * n.max()
        if (n < half).any() and (n > half).any():
            gaps.append(e[n < half].min() - e[n > half].max())
    return round(float(min(gaps)) * EV_PER_HARTREE, 4) if gaps else None


def _bohr() -> float:
    from ..units import ANGSTROM_PER_BOHR

    return ANGSTROM_PER_BOHR
