"""Making room: what was not used for longest goes first; people's own documents stay."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import NamedTuple

from ..errors import ArtefactError
from .store import Workspace, walk_sizes
from .structure_json import parse_json

REMOVABLE = ("uploads", "wavefunctions", "requests", "jobs")
"""Structures, selections, dashboards, genomes and views are small and are work done by hand: they stay."""
UNFINISHED_STATES = ("queued", "running")
LEFTOVER_SECONDS = 3600.0
"""A ``.part`` file of this age belongs to no living writer."""


class Removed(NamedTuple):
    """What a clean-up did: entries and bytes removed, bytes left."""

    n_entries: int
    freed_bytes: int
    left_bytes: int


class _Entry(NamedTuple):
    path: Path
    n_bytes: int
    used_at: float


def clean(workspace: Workspace, *, older_than_days: float | None = None, keep_gib: float | None = None) -> Removed:
    """Remove entries unused for ``older_than_days``, then the oldest until ``keep_gib`` or less is left.

    Queued and running jobs are never touched.  Raises ArtefactError where neither limit is given or one is
    negative.
    """
    if older_than_days is None and keep_gib is None:
        raise ArtefactError("Say what may go: an age in days, a size in GiB to keep, or both.")
    if min(older_than_days or 0.0, keep_gib or 0.0) < 0:
        raise ArtefactError("The age in days and the size in GiB must not be negative.")
    now = time.time()
    _remove_leftovers(workspace, now)
    left, freed, count = workspace.used_bytes(), 0, 0
    for entry in sorted(_entries(workspace), key=lambda e: e.used_at):
        too_old = older_than_days is not None and now - entry.used_at > older_than_days * 86400
        too_much = keep_gib is not None and left > keep_gib * 2**30
        if too_old or too_much:
            shutil.rmtree(entry.path) if entry.path.is_dir() else entry.path.unlink(missing_ok=True)
            left, freed, count = left - entry.n_bytes, freed + entry.n_bytes, count + 1
    return Removed(count, freed, left)


def _entries(workspace: Workspace) -> list[_Entry]:
    entries = []
    for kind in REMOVABLE:
        folder = workspace.root / kind
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_dir():
                if not _is_unfinished(path):
                    files = walk_sizes(path)
                    used_at = max((p.stat().st_mtime for p, _ in files), default=path.stat().st_mtime)
                    entries.append(_Entry(path, sum(n for _, n in files), used_at))
            else:
                stat = path.stat()
                entries.append(_Entry(path, stat.st_size, stat.st_mtime))
    return entries


def _is_unfinished(job_folder: Path) -> bool:
    status = job_folder / "status.json"
    return status.is_file() and parse_json(status.read_bytes(), "The job's status").get("state") in UNFINISHED_STATES


def _remove_leftovers(workspace: Workspace, now: float) -> None:
    for path, _ in walk_sizes(workspace.root):
        if path.suffix in (".part", ".new") and now - path.stat().st_mtime > LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
