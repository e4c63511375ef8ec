"""``bonds.parquet`` of a model: every bond of its data, with its genome, its properties and its indices."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

from ..slices.elf_slice import N_PIXELS, WINDOW
from ..slices.slice_set import SliceSet
from .model import BONDS, GenomeModel
from .network import N_GENES
from .targets import IDENTITY


def write_bonds(model: GenomeModel, slices: SliceSet, indices: pd.DataFrame | None = None) -> None:
    """One row per bond: its gauge-plane genome g1 ... g8, columns of the slice table, and the indices that are given."""
    part = slices.subset(np.nonzero(np.isclose(slices.table["azimuth_deg"], 0))[0])
    genomes = model.encode_images(part.elf(), part.masks)
    table = part.table.drop(columns=["azimuth_deg"]).copy()
    for gene in range(N_GENES):
        table[f"g{gene + 1}"] = np.round(genomes[:, gene], 5)
    elf, counts = part.elf(), part.counting()
    table["rmse"] = [
        round(float(np.sqrt(((d - e)[c] ** 2).mean())), 5) for d, e, c in zip(model.decode(genomes), elf, counts, strict=True)
    ]
    table["mean_elf"] = [round(float(e[c].mean()), 5) for e, c in zip(elf, counts, strict=True)]
    line = pd.DataFrame([_line_maximum(e, m, d) for e, m, d in zip(elf, part.masks, table["length"], strict=True)])
    table["elf_max"], table["elf_max_position"] = line[0].to_numpy(), line[1].to_numpy()
    if indices is not None:
        new = [c for c in indices.columns if c not in table.columns or c in IDENTITY]
        measured = [c for c in ("elf_max", "elf_max_position") if c in indices.columns]
        table = table.drop(columns=measured).merge(indices[[*new, *measured]], on=IDENTITY, how="left")
    part_file = model.folder / f"{BONDS}.part"
    _small(table).to_parquet(part_file, index=False, compression="zstd")
    os.replace(part_file, model.folder / BONDS)


def _small(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers in single precision, bond lengths apart."""
    wide = [c for c in table.columns if table[c].dtype == np.float64 and c != "length"]
    return table.astype(dict.fromkeys(wide, np.float32))


def _line_maximum(image: np.ndarray, mask: np.ndarray, length: float) -> tuple[float, float]:
    """Largest ELF on the bond line outside cores and its place (Angstrom from the midpoint); NaN if all is masked."""
    z = (np.arange(N_PIXELS) - 0.5 * (N_PIXELS - 1)) * (WINDOW / N_PIXELS)
    middle = slice(N_PIXELS // 2 - 1, N_PIXELS // 2 + 1)
    values, hidden = image[middle].mean(0), mask[middle].any(0)
    allowed = ~hidden & (np.abs(z) < 0.5 * length)
    if not allowed.any():
        return float("nan"), float("nan")
    k = int(np.argmax(np.where(allowed, values, -1)))
    return round(float(values[k]), 5), round(float(z[k]), 3)
