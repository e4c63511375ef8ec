"""The same density by PySCF's own routines: what the ELF engine is tested and timed against."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..units import BOHR_PER_ANGSTROM
from .gpw import make_cell
from .molecular import make_mole
from .request import ScfRequest
from .scf import guess_from
from .wavefunction import Wavefunction


class ReferenceDensity:
    """Density, gradient and tau of a wavefunction of this program through PySCF's ``numint``.

    A cluster in its cell is treated as a molecule (``cell.to_mol()``), which holds with vacuum about it; in a periodic
    structure PySCF sums every function over the lattice.
    Raises ElectronsError for an imported wavefunction, whose basis PySCF does not know by name.
    """

    def __init__(self, wavefunction: Wavefunction):
        known = {f.name for f in fields(ScfRequest)}
        settings = {k: v for k, v in wavefunction.method.items() if k in known}
        if set(settings) != known:
            raise ElectronsError("This wavefunction was not computed here; PySCF cannot set up its basis by name.")
        request, structure = ScfRequest(**settings), wavefunction.structure
        self._periodic = any(structure.pbc)
        self.mol: Any = make_cell(structure, request) if request.engine == "gpw" else make_mole(structure, request)
        if request.engine == "gpw" and not self._periodic:
            self.mol = self.mol.to_mol()
        # a cell has its atoms moved into its middle
        self._offset = self.mol.atom_coords() - structure.positions * BOHR_PER_ANGSTROM
        self._spins = wavefunction.spins
        self._matrices = np.atleast_3d(guess_from(wavefunction).T).T.reshape(len(self._spins), self.mol.nao, self.mol.nao)

    def by_density_matrix(self, points: np.ndarray) -> np.ndarray:
        """(n_spins, 5, n_points): rho, its gradient and tau in atomic units, by ``eval_rho`` (PySCF's cube route).

        points: (n_points, 3) Angstrom.
        """
        from pyscf.dft.numint import eval_rho

        ao = self._functions(points)
        return np.stack([eval_rho(self.mol, ao, dm, xctype="MGGA", with_lapl=False) for dm in self._matrices])

    def by_orbitals(self, points: np.ndarray) -> np.ndarray:
        """The same by ``eval_rho2`` with the occupied orbitals."""
        from pyscf.dft.numint import eval_rho2

        ao = self._functions(points)
        parts = [eval_rho2(self.mol, ao, s.orbitals, s.occupations, xctype="MGGA", with_lapl=False) for s in self._spins]
        return np.stack(parts)

    def _functions(self, points: np.ndarray) -> np.ndarray:
        kind = "GTOval_cart_deriv1" if self.mol.cart else "GTOval_sph_deriv1"
        evaluate = self.mol.pbc_eval_gto if self._periodic else self.mol.eval_gto
        return np.asarray(evaluate(kind, points * BOHR_PER_ANGSTROM + self._offset[0]))


def set_pyscf_threads(threads: int) -> None:
    """Threads of PySCF's own integrals and grids in this process."""
    from pyscf import lib

    lib.num_threads(threads)
