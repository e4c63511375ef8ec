"""The valence orbitals of free atoms as a small basis: what electrons of a molecule are attributed to.

One contraction for every subshell that the ground state of the free atom occupies outside the replaced core (Au: 6s 5d,
S: 3s 3p, C: 2s 2p).  The empty 6p of gold is left out on purpose: it is so diffuse that it would collect the electrons
of the neighbours.  Radial functions: MOLOPT SZV (10.1063/1.2770708) under GTH pseudopotentials, else ANO-RCC
(10.1021/jp031064+, 10.1021/jp0581126), both as PySCF ships them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure
from .pyscf_basis import basis_from_pyscf
from .wavefunction import Basis


def free_atom_basis(structure: Structure, core_electrons: np.ndarray, core_treatment: str) -> Basis:
    """Shells on the atoms of a structure, in the order of the atoms.

    core_electrons: (n_atoms,) replaced on each.  Raises ElectronsError for an element or a core size without such functions.
    """
    from pyscf import gto

    symbols = structure.symbols
    # an element may stand with and without a pseudopotential in one file: each pair is a label of its own
    labels = [f"{s}{int(n)}" for s, n in zip(symbols, core_electrons, strict=True)]
    shells = {
        label: _valence_shells(s, int(z), int(n), core_treatment.startswith("gth"))
        for label, s, z, n in zip(labels, symbols, structure.numbers, core_electrons, strict=True)
    }
    mol = gto.Mole()
    mol.verbose, mol.spin, mol.unit = 0, None, "Angstrom"
    mol.atom = [(label, tuple(p)) for label, p in zip(labels, structure.positions, strict=True)]
    mol.basis = shells
    mol.build(dump_input=False, parse_arg=False)
    return basis_from_pyscf(mol)


def _valence_shells(symbol: str, atomic_number: int, n_core: int, gth: bool) -> list[list[Any]]:
    """Contractions in PySCF's form: [l, [exponent, coefficient], ...]."""
    from pyscf import gto
    from pyscf.lib.exceptions import BasisNotFoundError
    from pyscf.pbc.gto.basis import load as load_gth

    occupied, core = _subshells(symbol, atomic_number, n_core)
    try:
        entries = load_gth("gth-szv-molopt-sr", symbol) if gth else gto.basis.load("ano", symbol)
    except (BasisNotFoundError, KeyError, RuntimeError) as error:
        raise ElectronsError(f"No free-atom orbitals are known for {symbol}; indices need them on every atom.") from error
    out = []
    for l in range(4):  # noqa: E741
        columns = [(e[:, 0], c) for k, e in _tables(entries) if k == l for c in e[:, 1:].T]
        # a GTH basis starts at the valence, an all-electron one at 1s
        wanted = columns[: occupied[l] - core[l]] if gth else columns[core[l] : occupied[l]]
        if len(wanted) < occupied[l] - core[l]:
            raise ElectronsError(f"The free-atom orbitals of {symbol} are incomplete; indices need them on every atom.")
        out += [[l, *([float(a), float(b)] for a, b in zip(e, c, strict=True) if b)] for e, c in wanted]
    return out


def _subshells(symbol: str, atomic_number: int, n_core: int) -> tuple[list[int], list[int]]:
    """Number of occupied subshells of the free atom, and of those in the core, by angular momentum s, p, d, f."""
    from pyscf.data.elements import CONFIGURATION
    from pyscf.gto.ecp import core_configuration

    # a subshell that is partly filled counts
    occupied = [-(-count // size) for count, size in zip(CONFIGURATION[atomic_number], (2, 6, 10, 14), strict=True)]
    try:
        core = list(core_configuration(n_core, symbol)) if n_core else [0] * 4
    except (RuntimeError, KeyError, ValueError) as error:
        raise ElectronsError(f"A core of {n_core} electrons on {symbol} is no closed set of shells; check the file.") from error
    core += [0] * (4 - len(core))
    if any(c > n for c, n in zip(core, occupied, strict=True)):
        raise ElectronsError(f"A core of {n_core} electrons on {symbol} holds shells that the atom has not; check the file.")
    return occupied, core


def _tables(entries: list[Any]) -> list[tuple[int, np.ndarray]]:
    """(l, table of exponent and coefficients) of each entry of a basis in PySCF's form."""
    return [(int(entry[0]), np.array([row for row in entry[1:] if not isinstance(row, int)])) for entry in entries]
