"""A molecule whose energy is a sum over pairs, by construction: what an explanation finds there beyond pairs is its own doing.

E = sum over bonded pairs 4 D (1 - exp(-1.5 (d - d0)))^2  -  sum over other pairs 20 D / (d^6 + 8),   D = D_i D_j,
D_H = 0.3, D_C = 1.0, D_O = 1.3; bonded where the relaxed distance is below 1.7 Angstrom.  Units: eV and Angstrom.
Frames are Gaussian displacements of 0.08 Angstrom of ethanol.  Half of the training frames lack one or two atoms: the law says
what a fragment's energy is, and a model that never saw one answers fragment differences at random.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..structures.structure import Structure
from .frames import Frame, FrameSet

STRENGTH = {1: 0.3, 6: 1.0, 8: 1.3}
STEEPNESS, BONDED = 1.5, 1.7
DISPLACEMENT = 0.08
N_TRAIN, N_VALIDATION, N_TEST = 3000, 100, 100


class PairPotential(NamedTuple):
    """The analytic potential of one molecule.  strength, rest: (n, n) D and relaxed distance; bonded: (n, n) bool."""

    strength: Tensor
    rest: Tensor
    bonded: Tensor

    @classmethod
    def of(cls, structure: Structure) -> PairPotential:
        """From the relaxed structure."""
        d = torch.tensor([STRENGTH[int(z)] for z in structure.numbers], dtype=torch.float64)
        positions = torch.tensor(structure.positions)
        rest = torch.linalg.vector_norm(positions[:, None] - positions, dim=-1)
        return cls(d[:, None] * d, rest, (rest < BONDED) & ~torch.eye(len(structure), dtype=torch.bool))

    def without(self, atoms: Iterable[int]) -> PairPotential:
        """The same law of the other atoms."""
        kept = torch.tensor([k for k in range(len(self.rest)) if k not in set(atoms)])
        return PairPotential(*(matrix[kept][:, kept] for matrix in self))

    def pair_energies(self, positions: Tensor) -> Tensor:
        """(n, n) eV, symmetric, zeros on the diagonal."""
        apart = positions[:, None] - positions
        own = torch.eye(len(positions), dtype=torch.bool)
        d = torch.linalg.vector_norm(torch.where(own[..., None], 1.0, apart), dim=-1)
        morse = 4 * self.strength * (1 - torch.exp(-STEEPNESS * (d - self.rest))) ** 2
        far = -20 * self.strength / (d**6 + 8)
        return torch.where(own, 0.0, torch.where(self.bonded, morse, far))

    def energy(self, positions: Tensor) -> Tensor:
        """eV, every pair once."""
        return 0.5 * self.pair_energies(positions).sum()

    def hessian(self, positions: Tensor) -> Tensor:
        """(n, 3, n, 3) eV/Angstrom^2."""
        return torch.autograd.functional.hessian(self.energy, positions)  # type: ignore[no-any-return]


def null_frames(structure: Structure, *, seed: int) -> FrameSet:
    """Frames of the analytic potential with its energies and forces; roles train, validation and test, the last ones whole."""
    rng, frames = np.random.default_rng(seed), []
    for role, n in (("train", N_TRAIN), ("validation", N_VALIDATION), ("test", N_TEST)):
        for k in range(n):
            n_gone = int(rng.integers(1, 3)) if role != "test" and k % 2 else 0
            gone = rng.choice(len(structure), n_gone, replace=False)
            frames.append(_displaced(structure, gone, rng, f"{structure.name}/{role}"))
    record = {"name": "pairs", "method": "analytic pairs", "seed": seed, "displacement": DISPLACEMENT}
    return FrameSet(tuple(frames), record)


def _displaced(structure: Structure, gone: np.ndarray, rng: np.random.Generator, group: str) -> Frame:
    """One frame without some atoms, labelled by the law."""
    kept = np.delete(np.arange(len(structure)), gone)
    positions = (structure.positions + DISPLACEMENT * rng.standard_normal(structure.positions.shape))[kept]
    there = torch.tensor(positions, requires_grad=True)
    energy = PairPotential.of(structure).without(gone.tolist()).energy(there)
    (gradient,) = torch.autograd.grad(energy, there)
    return Frame(structure.numbers[kept], positions, float(energy.detach()), -gradient.numpy(), group)
