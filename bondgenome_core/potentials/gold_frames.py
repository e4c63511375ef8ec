"""Frames of gold clusters: the shipped snapshots of the gallery's GFN1-xTB dynamics at 300, 600 and 900 K, labelled by GFN1-xTB.

The same geometries carry the DFT wavefunctions that the genome is trained on.  Roles are those of their trajectories; an eighth
of the training snapshots, drawn by a hash of their names, is watched instead.  Of every composition one charge is kept, the one
with most snapshots: a potential knows atoms, not charges, and would be given two energies for one geometry.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ..artefacts import file_sha256
from ..device import one_thread
from ..electrons.shipped import SNAPSHOTS
from ..electrons.wavefunction import load_wavefunction
from ..structures.structure import Structure
from .frames import Frame, FrameSet, join, labelled, load_frames, save_frames

METHOD = "GFN1-xTB"
WATCHED, PIECE = 8, 50


def gold_frames(path: Path, *, snapshots: Path = SNAPSHOTS, say: Callable[[str], None] = print) -> FrameSet:
    """All labelled snapshots of isolated gold clusters; made again only where the snapshots are others than those in ``path``."""
    files = {"/".join((*f.parts[-3:-1], f.stem)): f for f in sorted(snapshots.glob("au*/*/*.safetensors"))}
    record = {"name": "gold", "method": METHOD, "snapshots": _digest(files)}
    if path.is_file():
        known = load_frames(path)
        if known.record == record:
            return known
    wanted = one_charge({identity: load_wavefunction(f).structure for identity, f in files.items()})
    whole = join([FrameSet(tuple(_labelled(wanted, _unfinished(path), say)))], record)
    save_frames(whole, path)
    _unfinished(path).unlink(missing_ok=True)
    return whole


def one_charge(structures: dict[str, Structure]) -> dict[str, Structure]:
    """Isolated structures by identity, of every composition those of its most frequent charge."""
    isolated = {k: s for k, s in structures.items() if not any(s.pbc)}
    counts = Counter((_composition(s), s.charge) for s in isolated.values())
    usual = {atoms: charge for (atoms, charge), _ in sorted(counts.items(), key=lambda item: item[1])}
    return {k: s for k, s in isolated.items() if s.charge == usual[_composition(s)]}


def _composition(structure: Structure) -> tuple[int, ...]:
    return tuple(sorted(structure.numbers.tolist()))


def _labelled(wanted: dict[str, Structure], unfinished: Path, say: Callable[[str], None]) -> list[Frame]:
    """Frames in groups '<cluster>/<role>'; those already in the unfinished file are not computed again."""
    known = {f.group: f for f in load_frames(unfinished).frames} if unfinished.is_file() else {}
    frames: list[Frame] = []
    for n, (identity, structure) in enumerate(wanted.items(), 1):
        if identity in known:
            frames.append(known[identity])
            continue
        with one_thread():
            frames += labelled([structure], identity, METHOD)
        if n % PIECE == 0:
            save_frames(FrameSet(tuple(frames)), unfinished)
            say(f"{n} of {len(wanted)} snapshots")
    return [f._replace(group=f"{f.group.split('/')[0]}/{role_of(f.group)}") for f in frames]


def _digest(files: dict[str, Path]) -> str:
    """sha256 over names and contents."""
    return hashlib.sha256("".join(f"{k} {file_sha256(f)}" for k, f in files.items()).encode()).hexdigest()


def _unfinished(path: Path) -> Path:
    return path.with_suffix(".part.safetensors")


def role_of(identity: str) -> str:
    """train, validation or test: a test trajectory's snapshots are test, an eighth of the others is watched."""
    if "-test-" in identity:
        return "test"
    return "validation" if hashlib.sha256(identity.encode()).digest()[0] % WATCHED == 0 else "train"
