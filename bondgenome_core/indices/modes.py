"""Normal modes of a relaxed structure by GFN1-xTB, and how much of a bond's stretch each carries in a snapshot.

With H the Hessian (central differences of forces), m the masses and e_k the orthonormal eigenvectors of
m^-1/2 H m^-1/2 outside translations and rotations, a displacement u of the atoms is
    q_k = sum_a sqrt(m_a) e_k,a . u_a,  and the stretch of bond A-B in mode k, to first order,
    s_k = q_k  n . (e_k,B / sqrt(m_B) - e_k,A / sqrt(m_A)),  n the bond axis from A to B; sum_k s_k = n . (u_B - u_A).
A Hessian takes 6 n_atoms force calls: seconds for a ring of four, a quarter of an hour for Au25(SH)18; hence MAX_ATOMS.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..structures.relax import failures_as_sentences, tight_binding_atoms
from ..structures.structure import Bond, Structure
from .motion import Motion

MAX_ATOMS = 24
"""Largest structure whose modes are cheap: under a minute on one core."""
STEP = 0.01
"""Angstrom, of the central differences."""
SOFT = 150.0
"""cm^-1: motion of gold against gold lies below, the stretching of S-Au bonds (200-400) above."""
COLUMNS = ("mode_soft", "mode_stiff", "mode_wavenumber")


class Modes(NamedTuple):
    """wavenumbers: (n_modes,) cm^-1, negative where unstable.  vectors: (n_modes, n_atoms, 3) mass-weighted, orthonormal.

    masses: (n_atoms,) u.
    """

    wavenumbers: np.ndarray
    vectors: np.ndarray
    masses: np.ndarray

    def stretch(self, motion: Motion, bond: Bond, left: int, right: int) -> np.ndarray:
        """(n_modes,) s_k in Angstrom."""
        start, end = motion.relaxed.end_points(bond)
        axis = (end - start) / np.linalg.norm(end - start) * (1 if left == bond.i else -1)
        root = np.sqrt(self.masses)
        amplitudes = np.einsum("kax,ax->k", self.vectors, motion.displacements * root[:, None])
        return amplitudes * ((self.vectors[:, right] / root[right] - self.vectors[:, left] / root[left]) @ axis)

    def of(self, motion: Motion, bond: Bond, left: int, right: int) -> dict[str, float]:
        """mode_soft, mode_stiff: stretch (Angstrom) in modes below and above SOFT; mode_wavenumber: mean by s_k^2, cm^-1."""
        s = self.stretch(motion, bond, left, right)
        soft = self.wavenumbers < SOFT
        weight = float((s**2).sum())
        mean = float((s**2) @ self.wavenumbers) / weight if weight > 1e-10 else float("nan")
        return dict(zip(COLUMNS, (float(s[soft].sum()), float(s[~soft].sum()), mean), strict=True))


def normal_modes(structure: Structure) -> Modes:
    """Modes of a structure that GFN1-xTB has relaxed; raises StructureError where xTB fails."""
    from ase import units
    from ase.data import atomic_masses

    masses = atomic_masses[structure.numbers]
    root = np.repeat(np.sqrt(masses), 3)
    hessian = _hessian(structure) / np.outer(root, root)
    basis = _internal(structure.positions, masses)
    values, vectors = np.linalg.eigh(basis.T @ hessian @ basis)
    # eV / (Angstrom^2 u) to an energy, and that to a wavenumber
    quantum = units._hbar * 1e10 / np.sqrt(units._e * units._amu)
    wavenumbers = np.sign(values) * np.sqrt(np.abs(values)) * quantum / units.invcm
    return Modes(wavenumbers, (basis @ vectors).T.reshape(len(values), -1, 3), masses)


def cached_modes(structure: Structure, cache: Path | None) -> Modes | None:
    """Modes of a small structure, kept in a folder; None where they would not be cheap."""
    if len(structure) > MAX_ATOMS or any(structure.pbc):
        return None
    if cache is None:
        return normal_modes(structure)
    key = hashlib.sha256(structure.numbers.tobytes() + structure.positions.tobytes() + bytes([structure.charge % 256]))
    target = cache / f"modes-{key.hexdigest()[:24]}.npz"
    if not target.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.stem}.{os.getpid()}.part.npz")
        np.savez(part, *normal_modes(structure))
        os.replace(part, target)
    with np.load(target, allow_pickle=False) as arrays:
        return Modes(*(arrays[f"arr_{k}"] for k in range(3)))


def _hessian(structure: Structure) -> np.ndarray:
    """(3 n, 3 n) eV/Angstrom^2, symmetric."""
    atoms = tight_binding_atoms(structure)
    n = 3 * len(structure)
    hessian = np.zeros((n, n))
    with failures_as_sentences(structure, "GFN1-xTB"):
        for k in range(n):
            for sign in (1, -1):
                moved = structure.positions.copy()
                moved.reshape(-1)[k] += sign * STEP
                atoms.set_positions(moved)
                hessian[k] -= sign * atoms.get_forces().ravel() / (2 * STEP)
    return 0.5 * (hessian + hessian.T)


def _internal(positions: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """(3 n, n_modes) orthonormal mass-weighted directions without translations and rotations."""
    root = np.sqrt(masses)[:, None]
    centred = positions - np.average(positions, axis=0, weights=masses)
    shifts = [np.tile(axis, (len(masses), 1)) for axis in np.eye(3)]
    turns = [np.cross(axis, centred) for axis in np.eye(3)]
    rigid = np.stack([(root * v).ravel() for v in (*shifts, *turns)], axis=1)
    left, sizes, _ = np.linalg.svd(rigid, full_matrices=True)
    # a linear molecule has one rotation less
    return left[:, int((sizes > 1e-6 * sizes[0]).sum()) :]
