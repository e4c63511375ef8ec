"""Frames of gold clusters: the shipped snapshots of the gallery's GFN1-xTB dynamics at 300, 600 and 900 K, labelled by GFN1-xTB.

The same geometries carry the DFT wavefunctions that the genome is trained on.  Roles are those of their trajectories; every
eighth training snapshot is watched instead.  Vertical charge states are left out: a potential knows atoms, not charges, and
would be given two energies for one geometry.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..device import one_thread
from ..electrons.shipped import SNAPSHOTS
from ..electrons.wavefunction import load_wavefunction
from .frames import Frame, FrameSet, join, labelled, load_frames, save_frames

METHOD = "GFN1-xTB"
WATCHED, PIECE = 8, 50


def gold_frames(path: Path, *, snapshots: Path = SNAPSHOTS, say: Callable[[str], None] = print) -> FrameSet:
    """All labelled snapshots of isolated gold clusters; those already in ``path`` are not computed again."""
    known = {f.group: f for f in load_frames(_unfinished(path)).frames} if _unfinished(path).is_file() else {}
    files = [f for f in sorted(snapshots.glob("au*/*/*.safetensors")) if "_q" not in f.parts[-3]]
    frames: list[Frame] = []
    for file in files:
        identity = "/".join((*file.parts[-3:-1], file.stem))
        if identity in known:
            frames.append(known[identity])
            continue
        structure = load_wavefunction(file).structure
        if any(structure.pbc):
            continue
        with one_thread():
            frames += labelled([structure], identity, METHOD)
        if len(frames) % PIECE == 0:
            save_frames(FrameSet(tuple(frames)), _unfinished(path))
            say(f"{len(frames)} of {len(files)} snapshots")
    roles = _roles([f.group for f in frames])
    named = tuple(f._replace(group=f"{f.group.split('/')[0]}/{role}") for f, role in zip(frames, roles, strict=True))
    whole = join([FrameSet(named)], {"name": "gold", "method": METHOD, "snapshots": [f.group for f in frames]})
    save_frames(whole, path)
    _unfinished(path).unlink(missing_ok=True)
    return whole


def _unfinished(path: Path) -> Path:
    return path.with_suffix(".part.safetensors")


def _roles(identities: list[str]) -> list[str]:
    """train, validation or test: a test trajectory's is test, every eighth other one is watched."""
    out, n = [], 0
    for identity in identities:
        if "-test-" in identity:
            out.append("test")
            continue
        n += 1
        out.append("validation" if n % WATCHED == 0 else "train")
    return out
