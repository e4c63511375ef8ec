"""Many slices with what is known of each: the data a genome is trained on.

Images are kept as 8-bit integers (quantisation 0.0011 RMS), masks as bits; one row of the table per image.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ArtefactError
from .elf_slice import N_PIXELS, WINDOW

FORMAT, FORMAT_VERSION = "bondgenome-slices", 1
DISC_RADIUS = 2.4
"""Angstrom: pixels this close to the bond midpoint count in the errors we quote."""

COLUMNS = (
    "wavefunction", "i", "j", "shift", "kind", "azimuth_deg", "length", "left", "right", "orientation", "gauge_quality",
    "z_ambiguous", "x_ambiguous", "species", "trajectory", "snapshot", "temperature_k", "role",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class SliceSet:
    """n images of ELF.

    images: (n, 64, 64) uint8, ELF times 255.  masks: (n, 64, 64) bool, True inside cores.
    table: one row per image, see COLUMNS (lengths in Angstrom).  info: core treatment, level, bond kinds.
    """

    images: np.ndarray
    masks: np.ndarray
    table: pd.DataFrame
    info: dict[str, Any]

    def __len__(self) -> int:
        return len(self.images)

    def elf(self, index: np.ndarray | slice = slice(None)) -> np.ndarray:
        """ELF as float32, 0 to 1."""
        return self.images[index].astype(np.float32) / 255

    def counting(self, index: np.ndarray | slice = slice(None), *, full_window: bool = False) -> np.ndarray:
        """Pixels that count in an error: outside cores and, unless full_window, within 2.4 Angstrom."""
        counts = ~self.masks[index]
        return counts if full_window else counts & disc(DISC_RADIUS, self.images.shape[-1])

    def subset(self, index: np.ndarray) -> SliceSet:
        """Some of the images, in the order given."""
        return SliceSet(self.images[index], self.masks[index], self.table.iloc[index].reset_index(drop=True), self.info)


def disc(radius: float = DISC_RADIUS, n_pixels: int = N_PIXELS) -> np.ndarray:
    """(n_pixels, n_pixels) bool: pixels within a radius (Angstrom) of the bond midpoint."""
    axis = (np.arange(n_pixels) - 0.5 * (n_pixels - 1)) * (WINDOW / n_pixels)
    return axis[:, None] ** 2 + axis[None, :] ** 2 <= radius**2


def save_slice_set(slices: SliceSet, folder: Path) -> None:
    """Write ``slices.safetensors``, ``table.csv`` and ``info.json`` into a folder."""
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    blob = save({"images": slices.images, "masks": np.packbits(slices.masks.reshape(len(slices), -1), axis=1)})
    info = slices.info | {"format": FORMAT, "version": FORMAT_VERSION}
    pieces = {
        "slices.safetensors": blob,
        "table.csv": slices.table.to_csv(index=False).encode(),
        "info.json": json.dumps(info, indent=1, sort_keys=True).encode(),
    }
    for name, content in pieces.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        os.replace(part, folder / name)


def load_slice_set(folder: Path) -> SliceSet:
    """Read a folder written by ``save_slice_set``; raises ArtefactError where it is not one."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        info = json.loads((folder / "info.json").read_text())
        if info.get("format") != FORMAT or int(info["version"]) > FORMAT_VERSION:
            raise ArtefactError(f"{folder.name} is not a slice data set this version can read.")
        tensors = load_file(folder / "slices.safetensors")
        table = pd.read_csv(folder / "table.csv", keep_default_na=False, dtype={"shift": str, "snapshot": str})
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        if isinstance(error, ArtefactError):
            raise
        raise ArtefactError(f"{folder.name} is not a slice data set; make one with 'dataset build'.") from error
    n = len(tensors["images"])
    masks = np.unpackbits(tensors["masks"], axis=1).astype(bool).reshape(n, N_PIXELS, N_PIXELS)
    return SliceSet(tensors["images"], masks, table, info)
