"""From wavefunction files to one table of indices, each file computed once and kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..artefacts import file_sha256
from ..electrons.wavefunction import Wavefunction, load_wavefunction
from ..errors import SliceError
from ..slices.build import species_of
from .modes import cached_modes
from .motion import relaxed_structure
from .table import bond_indices

if TYPE_CHECKING:
    import pandas as pd

CACHE_VERSION = 3
"""Raise when any column changes, so that no old table is reused."""
DIGITS = "%.9g"


def build_indices(files: Iterable[Path], kinds: Sequence[str], *, cache: Path | None = None, modes: bool = False,
                  say: Callable[[str], None] | None = None) -> pd.DataFrame:  # fmt: skip
    """Indices of all bonds of the given kinds (for example ``['S-Au', 'Au-Au']``) in wavefunction files.

    Columns of ``bond_indices`` after wavefunction, species, trajectory, snapshot, temperature_k and role, named as in slice
    tables: wavefunction, i, j and shift identify a bond in both.
    cache: a folder that keeps the table of each file, so that an interrupted or extended build goes on.
    modes: also project motion on normal modes, which are computed once for each small species (up to 24 atoms).
    Raises SliceError where a file is not converged or none has such a bond.
    """
    import pandas as pd

    parts: list[pd.DataFrame] = []
    for path in files:
        part = _cached_table(path, kinds, cache, modes)
        if len(part):
            parts.append(part)
        if say:
            say(f"{path.parent.name}/{path.stem}: {sum(map(len, parts))} bonds so far")
    if not parts:
        raise SliceError(f"None of the files has a bond of kind {', '.join(kinds)}.")
    return pd.concat(parts, ignore_index=True)


def _cached_table(path: Path, kinds: Sequence[str], cache: Path | None, modes: bool) -> pd.DataFrame:
    if cache is None:
        return _from_csv(_table_of_file(path, kinds, modes, cache))
    settings = f"indices {CACHE_VERSION} {sorted(kinds)} {modes} {file_sha256(path)}"
    target = cache / f"{hashlib.sha256(settings.encode()).hexdigest()[:24]}.csv"
    if not target.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        # a name of its own: two builds may share a cache
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_text(_table_of_file(path, kinds, modes, cache), encoding="utf-8")
        os.replace(part, target)
    return _from_csv(target.read_text(encoding="utf-8"))


def _table_of_file(path: Path, kinds: Sequence[str], modes: bool, cache: Path | None) -> str:
    """CSV text of one file's table, without rows where it has no bond of the kinds."""
    w = load_wavefunction(path)
    if not w.converged:
        raise SliceError(f"{w.structure.name} is not converged; leave it out or converge it first.")
    bonds = [b for b in w.structure.bonds if w.structure.kind(b) in kinds]
    relaxed = relaxed_structure(w)
    known = cached_modes(relaxed, cache) if modes and bonds and relaxed is not None else None
    table = bond_indices(w, bonds, relaxed=relaxed, modes=known)
    for place, (column, value) in enumerate(_origin(w).items()):
        table.insert(place, column, value)
    return str(table.to_csv(index=False, float_format=DIGITS))


def _from_csv(text: str) -> pd.DataFrame:
    """The same table whether it was computed now or kept: always read from its text."""
    import io

    import pandas as pd

    words = ("wavefunction", "species", "trajectory", "snapshot", "role", "shift", "kind", "bond_class")
    table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(words, str))
    return table.fillna(dict.fromkeys((c for c in words if c in table), ""))


def _origin(w: Wavefunction) -> dict[str, object]:
    run = w.provenance.get("trajectory") or {}
    name, _, snapshot = w.structure.name.rpartition("/") if run else (w.structure.name, "", "")
    return {
        "wavefunction": w.structure.name, "species": species_of(w.structure), "trajectory": name, "snapshot": snapshot,
        "temperature_k": float(run.get("temperature_k", 0.0)), "role": run.get("role", "relaxed"),
    }  # fmt: skip
