"""Bond orders, net charges and orbital character from the density matrix D and the overlap S.

Mayer order, closed shell and spin-polarised in one formula (10.1016/0009-2614(83)80005-0, 10.1002/qua.560290108):
    B_AB = 2 sum_spin sum_{mu in A, nu in B} (D^s S)_mu,nu (D^s S)_nu,mu
Loewdin analysis in intrinsic atomic orbitals (``intrinsic``), P^s the density matrix over them:
    net charge      q_A = Z_A - core_A - sum_s sum_{mu in A} P^s_mu,mu
    Wiberg order    W_AB = 2 sum_s sum_{mu in A, nu in B} (P^s_mu,nu)^2
    orbital share   w_AB(l, l') = the part of W_AB between orbitals of angular momentum l on A and l' on B, over W_AB

Why not in the basis itself: its diffuse gold functions reach over the neighbours.  In Au25(SH)18(-) with MOLOPT-DZVP,
Loewdin charges of the basis put +1.05 on S and -0.91 on staple Au, Mulliken charges +0.03 to +0.11 and -0.20 to -0.24;
intrinsic ones give -0.11 to -0.21 on S, +0.07 on staple, +0.02 on icosahedron Au, the signs of electronegativity.  P is
symmetric, so that the squares are shares in the strict sense (0 to 1).  All are invariant to rotation in bases of pure functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..electrons.free_atom_basis import free_atom_basis
from ..electrons.wavefunction import Basis, Wavefunction
from .gamma_overlap import check_orthonormal, gamma_overlap
from .intrinsic import occupied_in_intrinsic_orbitals

SHARES = ("s", "p", "d")
"""Angular momenta told apart; d stands for l = 2 and beyond."""


class Populations(NamedTuple):
    """mayer, wiberg: (n_atoms, n_atoms).  charges: (n_atoms,) elementary charges, positive where electrons are missing.

    shares: (n_atoms, 3, n_atoms, 3) parts of the Wiberg order by angular momentum (s, p, d) at both atoms, not divided by it.
    In a periodic structure an order is summed over all images of the second atom.
    """

    mayer: np.ndarray
    wiberg: np.ndarray
    charges: np.ndarray
    shares: np.ndarray


def analyse_populations(w: Wavefunction) -> Populations:
    """All atom and atom-pair populations of a wavefunction.

    Raises ElectronsError where the orbitals are not orthonormal in the overlap, or an element has no free-atom orbitals.
    """
    n_atoms, n = len(w.structure), w.basis.n_functions
    atoms = free_atom_basis(w.structure, w.core_electrons, w.core_treatment)
    s_all = gamma_overlap(_joined(w.basis, atoms), w.structure)
    s, cross, small = s_all[:n, :n], s_all[:n, n:], s_all[n:, n:]
    check_orthonormal(w, s)
    to_atom, _ = _members(w.basis, n_atoms)
    intrinsic_to_atom, to_shell = _members(atoms, n_atoms)
    mayer, squares, electrons = np.zeros((n_atoms, n_atoms)), np.zeros((3 * n_atoms, 3 * n_atoms)), np.zeros(n_atoms)
    # a restricted orbital holds half of its electrons in each spin, and both spins contribute the same
    same, share = (1, 1.0) if len(w.spins) == 2 else (2, 0.5)
    for spin in w.spins:
        occupations = share * np.clip(spin.occupations, 0, None)
        ds = (spin.orbitals * occupations) @ (spin.orbitals.T @ s)
        mayer += 2 * same * (to_atom.T @ (ds * ds.T) @ to_atom)
        x = occupied_in_intrinsic_orbitals(spin.orbitals, spin.occupations, s, cross, small)
        p = (x.T * occupations) @ x
        squares += 2 * same * (to_shell.T @ (p * p) @ to_shell)
        electrons += same * (np.diag(p) @ intrinsic_to_atom)
    shares = squares.reshape(n_atoms, 3, n_atoms, 3)
    charges = w.structure.numbers - np.asarray(w.core_electrons) - electrons
    return Populations(mayer, shares.sum((1, 3)), charges, shares)


def _joined(a: Basis, b: Basis) -> Basis:
    """The shells of both bases on the same atoms, those of the first before."""
    names = ("atom", "l", "n_prim", "exponents", "coefficients", "cartesian")
    return Basis(*(np.concatenate([getattr(a, name), getattr(b, name)]) for name in names))


def _members(basis: Basis, n_atoms: int) -> tuple[np.ndarray, np.ndarray]:
    """Which atom (n_functions, n_atoms) and which atom and angular momentum (n_functions, 3 n_atoms) a function belongs to."""
    atom = np.repeat(basis.atom, basis.functions_per_shell)
    shell = 3 * atom + np.repeat(np.minimum(basis.l, 2), basis.functions_per_shell)
    return np.eye(n_atoms)[atom], np.eye(3 * n_atoms)[shell]
