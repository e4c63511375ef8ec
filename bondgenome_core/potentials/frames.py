"""Labelled frames: geometries with a value (an energy) and forces, of one molecule or of many."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ArtefactError, PotentialError
from ..structures.structure import Structure, lowest_multiplicity
from .graph import Edges, Graph, neighbours, side_by_side

if TYPE_CHECKING:
    import torch


class Frame(NamedTuple):
    """numbers: (n_atoms,).  positions: (n_atoms, 3) Angstrom.  value: eV.  forces: (n_atoms, 3) eV/Angstrom, or NaN where the
    value has none (an orbital energy).  group: which molecule or trajectory it is of.  charge: in e."""

    numbers: np.ndarray
    positions: np.ndarray
    value: float
    forces: np.ndarray
    group: str
    charge: int = 0

    @property
    def structure(self) -> Structure:
        """Atoms, charge and the lowest multiplicity that it allows, named after the molecule."""
        spin = lowest_multiplicity(self.numbers, self.charge)
        name = self.group.rpartition("/")[0] or self.group
        return Structure(self.numbers, self.positions, charge=self.charge, multiplicity=spin, name=name)


@dataclass(frozen=True, eq=False)
class FrameSet:
    """Frames one after another.  record: where they come from."""

    frames: tuple[Frame, ...]
    record: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: Sequence[int] | np.ndarray | slice) -> FrameSet:
        chosen = self.frames[index] if isinstance(index, slice) else tuple(self.frames[int(k)] for k in index)
        return FrameSet(chosen, self.record)

    @property
    def elements(self) -> tuple[int, ...]:
        return tuple(sorted({int(z) for f in self.frames for z in set(f.numbers.tolist())}))

    @property
    def sha256(self) -> str:
        """Hash over atoms, labels and groups, in order."""
        digest = hashlib.sha256()
        for f in self.frames:
            digest.update(f"{f.group} {f.charge}".encode())
            for part in (f.numbers, f.positions, f.value, f.forces):
                digest.update(np.ascontiguousarray(part, dtype=np.float64).tobytes())
        return digest.hexdigest()

    @property
    def force_sd(self) -> float:
        """Root mean square force component, eV/Angstrom: what a model that predicts no forces is wrong by."""
        return float(np.sqrt(np.mean(np.concatenate([f.forces.ravel() for f in self.frames]) ** 2)))

    def edges(self, cutoff: float) -> list[Edges]:
        """Neighbours of every frame within ``cutoff`` Angstrom."""
        return [neighbours(f.positions, None, (False,) * 3, cutoff) for f in self.frames]


class Labels(NamedTuple):
    """values: (n_structures,) eV.  forces: (n_atoms, 3) eV/Angstrom."""

    values: torch.Tensor
    forces: torch.Tensor


def batch_of_frames(frames: FrameSet, edges: Sequence[Edges], pick: Sequence[int] | np.ndarray) -> tuple[Graph, Labels]:
    """Some frames as one graph with their labels, in torch's default precision."""
    import torch

    chosen = [frames.frames[int(k)] for k in pick]
    graph = side_by_side([f.numbers for f in chosen], [f.positions for f in chosen], [edges[int(k)] for k in pick])
    dtype = graph.positions.dtype
    forces = np.concatenate([f.forces for f in chosen])
    return graph, Labels(torch.tensor([f.value for f in chosen], dtype=dtype), torch.tensor(forces, dtype=dtype))


def labelled(structures: Iterable[Structure], group: str, method: str) -> list[Frame]:
    """Frames with energies and forces by xTB."""
    from ..structures.relax import energy_and_forces

    out = []
    for s in structures:
        energy, forces = energy_and_forces(s, method=method)
        out.append(Frame(s.numbers, s.positions, energy, forces, group, s.charge))
    return out


def with_orbital_energies(frames: FrameSet, method: str, record: dict[str, Any]) -> FrameSet:
    """The same geometries with the energy of the highest occupied orbital as value, and no forces."""
    from ..structures.orbital_levels import highest_occupied

    found = tuple(
        f._replace(value=highest_occupied(f.structure, method=method), forces=np.full_like(f.positions, np.nan))
        for f in frames.frames
    )
    return FrameSet(found, record)


def save_frames(frames: FrameSet, path: Path) -> None:
    """Write as safetensors; positions and forces in single precision."""
    from safetensors.numpy import save

    groups = sorted({f.group for f in frames.frames})
    tensors: dict[str, np.ndarray] = {
        "numbers": np.concatenate([f.numbers for f in frames.frames]).astype(np.uint8),
        "positions": np.concatenate([f.positions for f in frames.frames]).astype(np.float32),
        "forces": np.concatenate([f.forces for f in frames.frames]).astype(np.float32),
        "values": np.array([f.value for f in frames.frames]),
        "n_atoms": np.array([len(f.numbers) for f in frames.frames], dtype=np.int32),
        "group": np.array([groups.index(f.group) for f in frames.frames], dtype=np.int32),
        "charge": np.array([f.charge for f in frames.frames], dtype=np.int32),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(save(tensors, {"record": json.dumps(frames.record | {"groups": groups})}))
    os.replace(part, path)


def load_frames(path: Path) -> FrameSet:
    """Read what ``save_frames`` wrote; raises ArtefactError for anything else."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as f:
            record = json.loads(f.metadata()["record"])
            t = {name: f.get_tensor(name) for name in list(f.keys())}
        ends = np.cumsum(t["n_atoms"])[:-1]
        parts = (np.split(t[name], ends) for name in ("numbers", "positions", "forces"))
        frames = tuple(
            Frame(z.astype(np.int64), r.astype(np.float64), float(v), f.astype(np.float64), record["groups"][g], int(q))
            for z, r, f, v, g, q in zip(*parts, t["values"], t["group"], t["charge"], strict=True)
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtefactError(f"{path.name} is no set of labelled frames of this program.") from error
    return FrameSet(frames, {k: v for k, v in record.items() if k != "groups"})


def join(sets: Sequence[FrameSet], record: dict[str, Any]) -> FrameSet:
    """All frames of several sets; raises PotentialError where there are none."""
    frames = tuple(f for s in sets for f in s.frames)
    if not frames:
        raise PotentialError("There are no frames to learn from.")
    return FrameSet(frames, record)
