"""What a genome says about one bond, and the genomes of all bonds of a structure or trajectory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import GenomeError
from ..slices.elf_slice import ElfSlice
from ..slices.frame import BondFrame, bond_frame
from ..slices.sample import ElfSource, Plane, sample_planes
from ..slices.slice_set import disc
from ..structures.structure import Bond
from .code import check_genome
from .domain import Badge
from .model import GenomeModel
from .network import N_GENES

if TYPE_CHECKING:
    import pandas as pd

    from ..elf.engine import ElfEngine

GENES = tuple(f"g{k + 1}" for k in range(N_GENES))


class Reading(NamedTuple):
    """A genome beside the slice of a bond.

    values: (8,) float32.  decoded: (64, 64) ELF.  rmse, rmse_full_window: error against the slice over counting pixels
    (outside cores and within 2.4 Angstrom of the midpoint; outside cores).  badge: distance from the training bonds.
    """

    values: np.ndarray
    decoded: np.ndarray
    rmse: float
    rmse_full_window: float
    badge: Badge


def read_slice(model: GenomeModel, s: ElfSlice) -> Reading:
    """Encode a slice and decode it again; raises GenomeError where the model does not accept it."""
    return read_values(model, model.encode([s])[0], s)


def read_values(model: GenomeModel, values: Sequence[float] | np.ndarray, s: ElfSlice) -> Reading:
    """Decode any genome beside the slice of a bond; raises GenomeError for a malformed genome."""
    genome = check_genome(values)
    decoded = model.decode(genome)[0]
    return Reading(genome, decoded, slice_rmse(decoded, s), slice_rmse(decoded, s, full_window=True), model.badge(genome))


def slice_rmse(decoded: np.ndarray, s: ElfSlice, *, full_window: bool = False) -> float:
    """Root mean square difference over counting pixels; NaN where a core hides them all."""
    counts = ~s.mask if full_window else ~s.mask & disc()
    return float(np.sqrt(np.mean((decoded - s.image)[counts] ** 2))) if counts.any() else float("nan")


def level_of(source: ElfEngine | ElfSource) -> tuple[str, str]:
    """(core treatment, level of theory) of what knows ELF: an engine over a wavefunction, or an imported grid."""
    w = _electrons(source)
    return w.core_treatment, str(getattr(w, "level", "") or w.provenance.get("level", ""))


def encode_trajectory(sources: Sequence[tuple[int, ElfEngine | ElfSource]], model: GenomeModel) -> pd.DataFrame:
    """Genomes of all bonds that the model accepts, in every frame: one row per frame and bond.

    sources: (frame, its ELF).  Columns: frame, structure, i, j, shift, kind, length (Angstrom), z_ambiguous,
    x_ambiguous, g1 ... g8, rmse.  A bond with an ambiguous frame keeps the frame closest to that of the frame before.
    Raises GenomeError where the model accepts no bond of any frame.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    previous: dict[Bond, BondFrame] = {}
    for index, source in sources:
        structure, level = _electrons(source).structure, level_of(source)
        bonds = [b for b in structure.bonds if model.refusal(structure.kind(b), *level) is None]
        if not bonds:
            continue
        frames = {b: _followed(bond_frame(structure, b), previous.get(b)) for b in bonds}
        previous |= frames
        slices = sample_planes(source, [Plane(b, frame=frames[b]) for b in bonds])
        genomes = model.encode(slices)
        decoded = model.decode(genomes)
        rows += [_row(index, s, g, d) for s, g, d in zip(slices, genomes, decoded, strict=True)]
    if not rows:
        raise GenomeError(f"{model.name} reads none of these bonds; choose a structure with {' or '.join(model.kinds)} bonds.")
    return pd.DataFrame(rows)


def genome_csv(table: pd.DataFrame, model: GenomeModel) -> bytes:
    """The table with the model it belongs to, its hash and the level of the electrons in comment lines."""
    level = model.card["accepts"]["level"]
    note = {"model": model.name, "model_hash": model.hash, "level": level, "units": {"length": "Angstrom"}}
    return f"# {json.dumps(note, sort_keys=True, ensure_ascii=False)}\n{table.to_csv(index=False)}".encode()


def _electrons(source: ElfEngine | ElfSource) -> Any:
    return getattr(source, "wavefunction", source)


def _followed(frame: BondFrame, before: BondFrame | None) -> BondFrame:
    return frame if before is None else frame.closest_to(before)


def _row(index: int, s: ElfSlice, genome: np.ndarray, decoded: np.ndarray) -> dict[str, Any]:
    return {
        "frame": index, "structure": s.structure_name, "i": s.bond.i, "j": s.bond.j, "shift": " ".join(map(str, s.bond.shift)),
        "kind": s.kind, "length": round(s.length, 6), "z_ambiguous": s.frame.z_ambiguous, "x_ambiguous": s.frame.x_ambiguous,
        **{name: round(float(v), 6) for name, v in zip(GENES, genome, strict=True)}, "rmse": round(slice_rmse(decoded, s), 5),
    }  # fmt: skip
