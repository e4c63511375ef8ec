"""From PySCF's basis arrays to our explicit shells (PySCF keeps its own normalisation in ``_env``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import block_diag

from ..errors import ElectronsError
from .wavefunction import Basis


def basis_from_pyscf(mol: Any) -> Basis:
    """Shells of a PySCF ``Mole`` or ``Cell``, one per contraction, in PySCF's order.

    PySCF keeps the radial normalisation in the coefficients and applies the angular factors of
    ``elf.harmonics.angular_matrix`` itself, so its coefficients are ours.
    """
    atom, ang, n_prim, exps, coefs = [], [], [], [], []
    for shell in range(mol.nbas):
        l = int(mol.bas_angular(shell))  # noqa: E741
        e = np.asarray(mol.bas_exp(shell))
        c = np.asarray(mol._libcint_ctr_coeff(shell))
        for column in c.T:
            atom.append(int(mol.bas_atom(shell)))
            ang.append(l)
            n_prim.append(len(e))
            exps.append(e)
            coefs.append(column)
    return Basis(
        np.array(atom), np.array(ang), np.array(n_prim), np.concatenate(exps), np.concatenate(coefs),
        np.full(len(atom), bool(mol.cart)),
    )  # fmt: skip


def overlap(basis: Basis, positions_bohr: np.ndarray) -> np.ndarray:
    """(n_functions, n_functions) analytic overlap of our shells, computed by PySCF's integrals.

    All integrals are taken over Cartesian functions, so that pure and Cartesian shells may be mixed.
    """
    from pyscf import gto
    from pyscf.gto.mole import cart2sph

    if basis.atom.max() >= len(positions_bohr):  # compiled code would read beyond its arrays
        raise ElectronsError("The basis has a shell on an atom that does not exist; the source is damaged.")
    mol = gto.Mole()
    mol.cart, mol.verbose = True, 0
    atoms = [mol.make_atm_env(("H", xyz), gto.PTR_ENV_START + 4 * n) for n, xyz in enumerate(positions_bohr)]
    start = gto.PTR_ENV_START + 4 * len(atoms)
    first = np.concatenate([[0], np.cumsum(basis.n_prim)])[:-1]
    n_all = len(basis.exponents)
    mol._atm = np.array([a for a, _ in atoms], dtype=np.int32)
    shells = zip(basis.atom, basis.l, basis.n_prim, first, strict=True)
    mol._bas = np.array([[a, degree, n, 1, 0, start + f, start + n_all + f, 0] for a, degree, n, f in shells], dtype=np.int32)
    head = np.zeros(gto.PTR_ENV_START)
    mol._env = np.concatenate([head, *(e for _, e in atoms), basis.exponents, basis.coefficients])
    mol._built = True
    over_monomials = mol.intor("int1e_ovlp_cart")
    monomials = (basis.l + 1) * (basis.l + 2) // 2
    blocks = [
        np.eye(n) if cartesian or degree < 2 else cart2sph(int(degree))
        for degree, n, cartesian in zip(basis.l, monomials, basis.cartesian, strict=True)
    ]
    to_functions = block_diag(*blocks)
    return np.asarray(to_functions.T @ over_monomials @ to_functions)
