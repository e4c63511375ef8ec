"""What the search for the best code sees: a fixed quarter of the bonds, coarse, at eight azimuths.

Planes at 0, 22.5, ... 157.5 degrees, 32 x 32 pixels of 0.2 Angstrom.  The rows x < 0 of a plane are the half plane
at azimuth + 180, so that eight planes give 16 half planes (radius, z): their Fourier components over the azimuth are
ELF(r, z, phi) = a0 + a1 cos phi + b1 sin phi + a2 cos 2 phi + b2 sin 2 phi + ...
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..artefacts import file_sha256
from ..electrons.wavefunction import load_wavefunction
from ..slices.build import slice_row
from ..slices.elf_slice import WINDOW
from ..slices.sample import Plane, sample_planes
from ..slices.slice_set import COLUMNS, DISC_RADIUS
from .candidates import N_COARSE

AZIMUTHS = tuple(22.5 * k for k in range(8))
SHARE, SEED = 4, 0
"""Every fourth bond of a seeded shuffle of each wavefunction's bonds."""
VERSION = 1


class SearchSet(NamedTuple):
    """images: (n_bonds, 8, 32, 32) ELF float32.  masks: the same shape, True inside cores.  table: one row per bond.

    indices: table of ``build_indices`` with these bonds among others, or None.
    """

    images: np.ndarray
    masks: np.ndarray
    table: pd.DataFrame
    indices: pd.DataFrame | None = None

    def subset(self, index: np.ndarray) -> SearchSet:
        """Some of the bonds, in the order given."""
        return self._replace(
            images=self.images[index], masks=self.masks[index], table=self.table.iloc[index].reset_index(drop=True)
        )


def search_set(files: Iterable[Path], kinds: Sequence[str], cache: Path, *, indices: pd.DataFrame | None = None,
               say: Callable[[str], None] | None = None) -> SearchSet:  # fmt: skip
    """The quarter of the bonds of many wavefunctions; finished files are kept in ``cache``."""
    parts = [found for path in files if (found := _cached(path, kinds, cache, say)) is not None]
    table = pd.concat([p.table for p in parts], ignore_index=True)
    images, masks = (np.concatenate([getattr(p, part) for p in parts]) for part in ("images", "masks"))
    return SearchSet(images, masks, table, indices)


def _cached(path: Path, kinds: Sequence[str], cache: Path, say: Callable[[str], None] | None) -> SearchSet | None:
    settings = f"{VERSION} {list(kinds)} {file_sha256(path)}"
    stem = cache / hashlib.sha256(settings.encode()).hexdigest()[:24]
    table, arrays = stem.with_suffix(".csv"), stem.with_suffix(".npz")
    if table.is_file():  # written last
        with np.load(arrays) as stored:
            rows = pd.read_csv(table, keep_default_na=False, dtype={"shift": str, "snapshot": str})
            return SearchSet(stored["images"].astype(np.float32) / 255, stored["masks"], rows)
    found = _sample(path, kinds)
    if found is None:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arrays, images=np.round(found.images * 255).astype(np.uint8), masks=found.masks)
    found.table.to_csv(table, index=False)
    if say:
        say(f"{path.parent.name}/{path.stem}: {len(found.table)} bonds at {len(AZIMUTHS)} azimuths")
    return found


def _sample(path: Path, kinds: Sequence[str]) -> SearchSet | None:
    w = load_wavefunction(path)
    bonds = [b for b in w.structure.bonds if w.structure.kind(b) in kinds]
    if not bonds:
        return None
    # a seed of the file's own, so that snapshots of one trajectory do not always give the same bonds
    shuffled = np.random.default_rng([SEED, int(file_sha256(path)[:8], 16)]).permutation(len(bonds))
    chosen = [bonds[k] for k in sorted(shuffled[: max(1, len(bonds) // SHARE)])]
    slices = sample_planes(w, [Plane(b, a) for b in chosen for a in AZIMUTHS], n_pixels=N_COARSE)
    shape = (len(chosen), len(AZIMUTHS), N_COARSE, N_COARSE)
    images, masks = (np.stack([getattr(s, part) for s in slices]).reshape(shape) for part in ("image", "mask"))
    rows = [slice_row(s, w) for s in slices[:: len(AZIMUTHS)]]
    return SearchSet(images.astype(np.float32), masks, pd.DataFrame(rows, columns=list(COLUMNS)))


def coarse_axis() -> np.ndarray:
    """(32,) Angstrom: where the pixels lie along x and z."""
    return (np.arange(N_COARSE) - 0.5 * (N_COARSE - 1)) * (WINDOW / N_COARSE)


def coarse_disc() -> np.ndarray:
    """(32, 32) bool: pixels within 2.4 Angstrom of the bond midpoint."""
    axis = coarse_axis()
    return axis[:, None] ** 2 + axis[None, :] ** 2 <= DISC_RADIUS**2


def half_planes(planes: np.ndarray) -> np.ndarray:
    """(n, 16, 16, 32) values at (azimuth, radius, z) from (n, 8, 32, 32) planes."""
    middle = N_COARSE // 2
    return np.concatenate([planes[:, :, middle:], planes[:, :, middle - 1 :: -1]], axis=1)


def fourier_components(planes: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 5, 16, 32) components a0, a1, b1, a2, b2 and (n, 5, 16, 32) masks; masked azimuths are left out of the sums."""
    values, hidden = half_planes(planes), half_planes(masks)
    angles = 2 * np.pi * np.arange(values.shape[1]) / values.shape[1]
    open_share = (~hidden).mean(1)
    filled = np.where(hidden, (values * ~hidden).sum(1, keepdims=True) / np.maximum((~hidden).sum(1, keepdims=True), 1), values)
    waves = [np.ones_like(angles) / 2, *(wave(k * angles) for k in (1, 2) for wave in (np.cos, np.sin))]
    parts = [2 * np.einsum("p,nprz->nrz", wave, filled) / len(angles) for wave in waves]
    return np.stack(parts, 1).astype(np.float32), np.repeat((open_share < 0.5)[:, None], 5, 1)


def plane_from_components(components: np.ndarray, azimuth_deg: float) -> np.ndarray:
    """(n, 32, 32) plane at an azimuth from components (n, 5, 16, 32)."""
    upper, lower = (_half_plane(components, np.radians(azimuth_deg + turn)) for turn in (0, 180))
    return np.concatenate([lower[:, ::-1], upper], axis=1)


def _half_plane(components: np.ndarray, angle: float) -> np.ndarray:
    waves = np.array([1, np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], dtype=np.float32)
    return np.einsum("k,nkrz->nrz", waves, components)
