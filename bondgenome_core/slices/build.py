"""From wavefunctions to a set of slices: every bond of the wanted kinds, at 0 and 90 degrees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..artefacts import file_sha256
from ..electrons.wavefunction import Wavefunction, load_wavefunction
from ..errors import SliceError
from ..structures.structure import Bond, Structure
from .elf_slice import ElfSlice
from .sample import Plane, sample_planes
from .slice_set import COLUMNS, SliceSet, load_slice_set, save_slice_set

AZIMUTHS = (0.0, 90.0)
CACHE_VERSION = 2
"""Raise when frames, masks or ELF change, so that no old slice is reused."""
GOLD, SULFUR = 79, 16


def species_of(structure: Structure) -> str:
    """What may not be split between training and test: the (Au, S) composition, or else the formula.

    Charges, isomers and ligands of one gold composition are one species.
    """
    n_gold, n_sulfur = (int((structure.numbers == z).sum()) for z in (GOLD, SULFUR))
    if n_gold:
        return f"Au{n_gold}" + (f"S{n_sulfur}" if n_sulfur else "")
    return structure.formula


def build_slice_set(files: Iterable[Path], kinds: Sequence[str], *, azimuths: Sequence[float] = AZIMUTHS,
                    cache: Path | None = None, say: Callable[[str], None] | None = None) -> SliceSet:  # fmt: skip
    """Slices of all bonds of the given kinds (for example ``['S-Au', 'Au-Au']``) in wavefunction files.

    cache: a folder that keeps the finished slices of each file, so that an interrupted or extended build goes on.
    Raises SliceError where the files mix core treatments or levels, hold an unconverged wavefunction,
    or have no such bond.
    """
    parts: list[SliceSet] = []
    for path in files:
        part = _cached_slices(path, kinds, azimuths, cache)
        if part is None:
            continue
        parts.append(part)
        levels = {(p.info["core_treatment"], p.info["level"]) for p in (parts[0], part)}
        if len(levels) > 1:
            raise SliceError(f"Core treatments or levels are mixed ({sorted(levels)}); build one data set for each.")
        if say:
            say(f"{path.parent.name}/{path.stem}: {sum(map(len, parts))} slices so far")
    if not parts:
        raise SliceError(f"None of the files has a bond of kind {', '.join(kinds)}.")
    table = pd.concat([p.table for p in parts], ignore_index=True)
    return SliceSet(np.concatenate([p.images for p in parts]), np.concatenate([p.masks for p in parts]), table, parts[0].info)


def _cached_slices(path: Path, kinds: Sequence[str], azimuths: Sequence[float], cache: Path | None) -> SliceSet | None:
    if cache is None:
        return _slices_of_file(path, kinds, azimuths)
    settings = f"{CACHE_VERSION} {list(kinds)} {list(azimuths)} {file_sha256(path)}"
    folder = cache / hashlib.sha256(settings.encode()).hexdigest()[:24]
    if (folder / "info.json").is_file():  # written last
        return load_slice_set(folder)
    part = _slices_of_file(path, kinds, azimuths)
    if part is not None:
        save_slice_set(part, folder)
    return part


def _slices_of_file(path: Path, kinds: Sequence[str], azimuths: Sequence[float]) -> SliceSet | None:
    """Slices of one wavefunction file, or None where it has no bond of the kinds."""
    w = load_wavefunction(path)
    if not w.converged:
        raise SliceError(f"{w.structure.name} is not converged; leave it out or converge it first.")
    slices = slices_of(w, kinds, azimuths)
    if not slices:
        return None
    images = np.stack([np.round(s.image * 255).astype(np.uint8) for s in slices])
    table = pd.DataFrame([slice_row(s, w) for s in slices], columns=list(COLUMNS))
    info = {"core_treatment": w.core_treatment, "level": w.level, "kinds": list(kinds), "azimuths_deg": list(azimuths)}
    return SliceSet(images, np.stack([s.mask for s in slices]), table, info)


def slices_of(w: Wavefunction, kinds: Sequence[str], azimuths: Sequence[float] = AZIMUTHS) -> list[ElfSlice]:
    """All standard slices of one wavefunction's bonds of the given kinds."""
    bonds = [b for b in w.structure.bonds if w.structure.kind(b) in kinds]
    if not bonds:
        return []
    return sample_planes(w, [Plane(b, a) for b in bonds for a in azimuths])


def slice_row(s: ElfSlice, w: Wavefunction) -> tuple:
    """The values of COLUMNS for one slice."""
    run = w.provenance.get("trajectory") or {}
    name, _, snapshot = s.structure_name.rpartition("/") if run else (s.structure_name, "", "")
    role = run.get("role", "relaxed")
    f = s.frame
    return (
        s.structure_name, s.bond.i, s.bond.j, " ".join(map(str, s.bond.shift)), s.kind, s.azimuth_deg, round(s.length, 6),
        f.left, f.right, round(f.orientation, 6), round(f.gauge_quality, 6), f.z_ambiguous, f.x_ambiguous,
        species_of(w.structure), name, snapshot, run.get("temperature_k", 0.0), role,
    )  # fmt: skip


def bond_of_row(row: pd.Series) -> Bond:
    """The bond a table row names."""
    a, b, c = (int(x) for x in str(row["shift"]).split())
    return Bond(int(row["i"]), int(row["j"]), (a, b, c))
