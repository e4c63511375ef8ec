"""Does a model hold a molecule together?  Langevin dynamics on the model, several replicas in one batch, until one fails.

m dv = F dt - m g v dt + sqrt(2 m g k T) dW, BAOAB splitting (10.1093/amrx/abs010).  A replica fails when a bonded distance
leaves its range in the xTB trajectory by more than 0.5 Angstrom, or its temperature (mean over 50 fs) exceeds three times
the target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..potentials.frames import FrameSet
from ..structures.structure import Structure

if TYPE_CHECKING:
    from ..potentials.contract import Potential

Forces = Callable[[np.ndarray], np.ndarray]
"""Positions (n_replicas, n_atoms, 3) in Angstrom -> forces in eV/Angstrom."""
OUTSIDE = 0.5
"""Angstrom."""
HOTTEST = 3.0
TIMESTEP_FS, FRICTION_PER_FS, CHECK = 0.5, 0.01, 20
"""Failure is looked for every CHECK steps."""
WINDOW = 5
"""Checks over which the temperature is averaged: 50 fs."""


class Ranges(NamedTuple):
    """pairs: (n_bonds, 2) atoms.  low, high: (n_bonds,) Angstrom, extremes in the reference trajectory."""

    pairs: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Survival(NamedTuple):
    """times: (n_replicas,) ps until failure, or the whole time.  causes: why each failed, '' where it did not."""

    times: np.ndarray
    causes: tuple[str, ...]

    @property
    def n_survivors(self) -> int:
        return sum(not c for c in self.causes)


def bonded_ranges(structure: Structure, frames: FrameSet) -> Ranges:
    """Ranges of all bonds of a structure over reference frames of the same atoms."""
    pairs = np.array([(b.i, b.j) for b in structure.bonds], dtype=int).reshape(-1, 2)
    found = np.stack([_lengths(f.positions[None], pairs)[0] for f in frames.frames])
    return Ranges(pairs, found.min(0), found.max(0))


def _lengths(positions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(n_replicas, n_bonds) Angstrom."""
    return np.linalg.norm(positions[:, pairs[:, 0]] - positions[:, pairs[:, 1]], axis=-1)


def forces_of(model: Potential, numbers: np.ndarray) -> Forces:
    """Forces of a potential on replicas of one molecule; every pair has an edge, so that no neighbour search is needed."""
    import torch

    from ..potentials.graph import side_by_side

    n = len(numbers)
    receiver, sender = np.nonzero(~np.eye(n, dtype=bool))
    edges = (receiver, sender, np.zeros((len(sender), 3)))
    kept: dict[int, object] = {}

    def evaluate(positions: np.ndarray) -> np.ndarray:
        replicas = len(positions)
        if replicas not in kept:
            kept[replicas] = side_by_side([numbers] * replicas, list(positions), [edges] * replicas, model.references.dtype)
        moved = torch.tensor(positions.reshape(-1, 3), dtype=model.references.dtype)
        graph = kept[replicas]._replace(positions=moved)  # type: ignore[attr-defined]
        return np.asarray(model.value_and_forces(graph)[1].numpy(), dtype=float).reshape(positions.shape)

    return evaluate


def survive(forces: Forces, start: np.ndarray, masses: np.ndarray, ranges: Ranges, *, temperatures_k: Sequence[float], seed: int,
            most_ps: float = 10.0) -> Survival:  # fmt: skip
    """Run one replica for each temperature, all in one batch, until each has failed or the time is over.

    start: (n_atoms, 3) Angstrom, where all begin.  masses: (n_atoms,) u.
    """
    from ase import units

    rng = np.random.default_rng(seed)
    dt, m = TIMESTEP_FS * units.fs, masses[:, None]
    kept, target = np.exp(-FRICTION_PER_FS * TIMESTEP_FS), np.asarray(temperatures_k, dtype=float)
    n_replicas = len(target)
    thermal = np.sqrt(units.kB * target[:, None, None] / m)
    r = np.repeat(start[None], n_replicas, 0)
    v = thermal * rng.standard_normal(r.shape)
    times, causes = np.full(n_replicas, most_ps), [""] * n_replicas
    alive, heat = np.arange(n_replicas), np.zeros((n_replicas, WINDOW))
    f = forces(r)
    for step in range(1, round(1000 * most_ps / TIMESTEP_FS) + 1):
        v += 0.5 * dt * f / m
        r += 0.5 * dt * v
        v = kept * v + np.sqrt(1 - kept**2) * thermal * rng.standard_normal(r.shape)
        r += 0.5 * dt * v
        f = forces(r)
        v += 0.5 * dt * f / m
        if step % CHECK:
            continue
        heat[:, step // CHECK % WINDOW] = (m * v**2).sum((1, 2)) / (3 * len(start) * units.kB)
        why = _failures(r, heat, ranges, target)
        for k, cause in enumerate(why):
            if cause:
                times[alive[k]], causes[alive[k]] = step * TIMESTEP_FS / 1000, cause
        going = np.array([not cause for cause in why])
        r, v, f, heat, alive, target, thermal = (x[going] for x in (r, v, f, heat, alive, target, thermal))
        if not len(alive):
            break
    return Survival(times, tuple(causes))


def _failures(positions: np.ndarray, heat: np.ndarray, ranges: Ranges, target: np.ndarray) -> list[str]:
    """Why each replica has failed, '' where it has not."""
    lengths = _lengths(positions, ranges.pairs)
    out = []
    for own, temperature, wanted in zip(lengths, heat.mean(1), target, strict=True):
        broken = np.nonzero(~((own > ranges.low - OUTSIDE) & (own < ranges.high + OUTSIDE)))[0]  # NaN is broken, too
        if len(broken):
            i, j = ranges.pairs[broken[0]]
            out.append(f"bond {i}-{j} at {own[broken[0]]:.2f} Å")
        elif not temperature < HOTTEST * wanted:
            out.append(f"{temperature:.0f} K")
        else:
            out.append("")
    return out
