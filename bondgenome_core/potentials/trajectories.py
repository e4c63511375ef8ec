"""Frames made here: Langevin dynamics on the xTB surface, one trajectory at a time, resumable.

A set is a list of trajectories; each is kept in a file of its own until the set is complete and joined.  Test frames come
from trajectories with a seed of their own.  At 500 K, 0.5 fs a step, real masses; frames are 50 fs apart or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..artefacts import ASSETS
from ..errors import PotentialError
from ..structures.structure import Structure
from ..structures.thermal import ThermalState, thermal_snapshots
from .frames import Frame, FrameSet, join, labelled, load_frames, save_frames

FRAMES = ASSETS / "frames"
ROLES = ("train", "validation", "test")
WATER = re.compile(r"water_(\d+)")
PIECE = 50
"""Frames between two writings of an unfinished trajectory."""


@dataclass(frozen=True)
class Run:
    """One trajectory.  source: a gallery name, 'water_<n>' or a SMILES; roles: (role, number of frames) as they are made."""

    source: str
    seed: int
    roles: tuple[tuple[str, int], ...]
    method: str = "GFN2-xTB"
    temperature_k: float = 500.0
    interval_fs: float = 50.0
    timestep_fs: float = 0.5
    equilibrate_fs: float = 1000.0
    hydrogen_mass_u: float = 1.008

    @property
    def n_frames(self) -> int:
        return sum(n for _, n in self.roles)


def make_set(name: str, runs: tuple[Run, ...], folder: Path = FRAMES, *, say: Callable[[str], None] = print) -> FrameSet:
    """All frames of a set, from ``folder`` where they are finished; groups are '<source>/<role>'."""
    path = folder / f"{name}.safetensors"
    record = {"name": name, "runs": [asdict(run) | {"roles": [list(r) for r in run.roles]} for run in runs]}
    if path.is_file():
        known = load_frames(path)
        if known.record == record:
            return known
    parts = [_trajectory(run, folder / "unfinished" / name, k, say) for k, run in enumerate(runs)]
    whole = join(parts, record)
    save_frames(whole, path)
    for k in range(len(runs)):
        for part in (folder / "unfinished" / name).glob(f"{k:03d}.*"):
            part.unlink()
    return whole


def of_role(frames: FrameSet, role: str, source: str | None = None) -> FrameSet:
    """Frames of one role, of one source or of all; raises PotentialError where there are none."""
    named = [f.group.rpartition("/") for f in frames.frames]
    wanted = [k for k, (of, _, as_role) in enumerate(named) if as_role == role and source in (None, of)]
    if not wanted:
        raise PotentialError(f"The set has no {role} frames{f' of {source}' if source else ''}.")
    return frames[wanted]


def open_source(source: str, method: str) -> Structure:
    """A gallery structure, 'water_<n>', or a molecule from SMILES, relaxed with ``method``."""
    from ..structures.builders.water import water_cluster
    from ..structures.gallery import gallery, load_gallery_structure
    from ..structures.relax import relax
    from ..structures.smiles import structure_from_smiles

    if source in {entry.name for entry in gallery()}:
        start = load_gallery_structure(source)
    elif found := WATER.fullmatch(source):
        start = water_cluster(int(found[1]), seed=0)
    else:
        start = structure_from_smiles(source)
    return relax(start, method=method, fmax=0.02)


def _trajectory(run: Run, folder: Path, number: int, say: Callable[[str], None]) -> FrameSet:
    """One trajectory, from where it stands."""
    stored, state_file = folder / f"{number:03d}.safetensors", folder / f"{number:03d}.state"
    state = ThermalState.load(state_file) if state_file.is_file() else ThermalState()
    # the state is written last: frames beyond it are made again
    done: list[Frame] = list(load_frames(stored).frames[: state.n_done]) if state.n_done else []
    if len(done) < run.n_frames:
        start = open_source(run.source, run.method)
        roles = [role for role, n in run.roles for _ in range(n)]
        snapshots = thermal_snapshots(
            start, temperature_k=run.temperature_k, n_snapshots=run.n_frames, interval_fs=run.interval_fs,
            timestep_fs=run.timestep_fs, hydrogen_mass_u=run.hydrogen_mass_u, equilibrate_fs=run.equilibrate_fs,
            seed=run.seed, state=state, method=run.method,
        )  # fmt: skip
        for s in snapshots:
            done += labelled([s], f"{run.source}/{roles[len(done)]}", run.method)
            if len(done) % PIECE == 0 or len(done) == run.n_frames:
                save_frames(FrameSet(tuple(done)), stored)
                state.save(state_file)
                say(f"{run.source}, seed {run.seed}: {len(done)} of {run.n_frames} frames")
    return FrameSet(tuple(done))


def spread(frames: FrameSet) -> dict[str, float]:
    """Standard deviations that errors are measured against: of the value per group (eV), of force components (eV/Angstrom)."""
    groups = sorted({f.group for f in frames.frames})
    within = [np.var([f.value for f in frames.frames if f.group == g]) for g in groups]
    return {"value_sd": float(np.sqrt(np.mean(within))), "force_sd": frames.force_sd}
