"""The atlas of a genome model: every bond of its data on a fixed map, with families, roads and neighbours.

Files beside the model: ``atlas.safetensors`` (points, families, genomes of all admissible frames) and
``atlas.json`` (families, roads, figures, seed, and the hashes of the model and of the bond table it belongs to).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..artefacts import file_sha256, versions, write_text_atomically
from ..errors import ArtefactError, GenomeError
from ..genome.model import BONDS
from ..genome.network import N_GENES
from ..genome.targets import IDENTITY
from ..structures.structure import Bond
from .between import image_gaps
from .families import Family, describe_families, partition
from .neighbours import FrameSet, Neighbours, frames_of_slices, nearest
from .projection import MIN_DIST, N_NEIGHBOURS, PLACED_BY, fit_map, map_figures, place, placement_errors
from .roads import Road, Step, build_roads, walk
from .stability import bootstrap

if TYPE_CHECKING:
    import pandas as pd

    from ..genome.model import GenomeModel
    from ..slices.slice_set import SliceSet

ARRAYS, RECORD = "atlas.safetensors", "atlas.json"
FORMAT, FORMAT_VERSION = "bondgenome-atlas", 1
GENES = tuple(f"g{k + 1}" for k in range(N_GENES))
NUMERIC = ("length", "orientation", "gauge_quality", "temperature_k", "rmse", "mean_elf", "elf_max", "elf_max_position", *GENES)


@dataclass(frozen=True, eq=False)
class Atlas:
    """n bonds, numbered from 0, with all that the roadmap shows of them.

    bonds: (n, ...) table of the model, numbers as floats (NaN where unknown).  points: (n, 2) on the map, no unit.
    family: (n,) from 0.  frames: genomes of all admissible frames.  figures: trustworthiness, placement,
    silhouette, bonds left out; see ``build_atlas``.
    """

    model: str
    model_hash: str
    bonds: pd.DataFrame
    points: np.ndarray
    family: np.ndarray
    frames: FrameSet
    families: tuple[Family, ...]
    roads: tuple[Road, ...]
    figures: dict[str, Any]
    seed: int

    def __len__(self) -> int:
        return len(self.points)

    @property
    def genomes(self) -> np.ndarray:
        """(n, 8) genomes of the displayed frames."""
        return self.frames.displayed

    @cached_property
    def _numbers(self) -> dict[tuple[str, int, int, str], int]:
        keys = zip(*(self.bonds[c] for c in IDENTITY), strict=True)
        return {(w, int(i), int(j), s): n for n, (w, i, j, s) in enumerate(keys)}

    def find(self, wavefunction: str, bond: Bond) -> int | None:
        """Number of a bond of a wavefunction, or None where the map has it not."""
        return self._numbers.get((wavefunction, bond.i, bond.j, " ".join(map(str, bond.shift))))

    def bond(self, number: int) -> Bond:
        """The atoms of a mapped bond."""
        a, b, c = (int(x) for x in str(self.bonds["shift"].iloc[number]).split())
        return Bond(int(self.bonds["i"].iloc[number]), int(self.bonds["j"].iloc[number]), (a, b, c))

    def nearest(self, queries: FrameSet, k: int = 8) -> Neighbours:
        """The k mapped bonds nearest to each new bond."""
        return nearest(self.frames, queries, k)

    def neighbours_of(self, number: int, k: int = 8) -> Neighbours:
        """The k bonds nearest to a mapped one, itself left out, (1, k)."""
        own = self.frames.of(number)
        found = nearest(self.frames, FrameSet(own, np.zeros(len(own), dtype=np.int64)), k + 1)
        keep = found.bonds[0] != number
        return Neighbours(found.bonds[:, keep][:, :k], found.distances[:, keep][:, :k])

    def project(self, queries: FrameSet) -> np.ndarray:
        """(q, 2) places of new bonds on the fixed map; a mapped bond falls on its own point."""
        return place(self.points, self.nearest(queries, PLACED_BY))

    def walk(self, start: int, end: int) -> tuple[Step, ...]:
        """From one family (from 0) to another over the roads, through real bonds."""
        if not 0 <= min(start, end) <= max(start, end) < len(self.families):
            raise GenomeError(f"There is no such family; they are numbered 1 to {len(self.families)}.")
        return walk(self.roads, self.family, start, end)


def build_atlas(model: GenomeModel, slices: SliceSet, *, seed: int = 0, say: Callable[[str], None] | None = None) -> Atlas:
    """The atlas of a model from the slices behind its bond table.

    figures: n_bonds, n_left_out (genome not finite), trustworthiness (k = 15), placement (median and 90th
    percentile of how far a mapped bond would fall from its point if it were new, in map widths), silhouette.
    Raises GenomeError where slices and table are not of the same bonds, or there are too few for a map.
    """
    tell = say or (lambda _: None)
    rows = np.nonzero(np.isclose(slices.table["azimuth_deg"], 0))[0]
    gauge = slices.subset(rows)
    table = bond_table(model)
    if len(gauge) != len(table) or not (gauge.table[IDENTITY].astype(str) == table[IDENTITY].astype(str)).all(axis=None):
        raise GenomeError(f"These slices are not the ones {model.name} was made from; give the data set it was trained on.")
    known = np.isfinite(table[list(GENES)].to_numpy(float)).all(1)
    bonds = table[known].reset_index(drop=True)
    frames = frames_of_slices(model, gauge.subset(np.nonzero(known)[0]))
    tell(f"{frames.n_bonds} bonds, {len(frames.genomes)} frames")
    neighbours = nearest(frames, frames, N_NEIGHBOURS, same=True)
    points = fit_map(frames.displayed, neighbours, seed=seed)
    tell("map drawn")
    family, families = describe_families(partition_of := partition(frames, seed=seed), bonds)
    tell(f"{len(families)} families")
    found = build_roads(frames, np.array([f.exemplar for f in families]), family, neighbours)
    stability = bootstrap(frames, family, seed=seed)
    families = tuple(f._replace(stability=round(float(s), 4)) for f, s in zip(families, stability.families, strict=True))
    known_slices = gauge.subset(np.nonzero(known)[0])
    gaps = [image_gaps(model, known_slices, frames, r.bonds) for r in found]
    roads = tuple(r._replace(support=stability.roads.get((r.a, r.b), 0.0), gaps=g) for r, g in zip(found, gaps, strict=True))
    tell("stability measured")
    errors = placement_errors(points, neighbours)
    figures = {
        "n_bonds": len(bonds), "n_left_out": int((~known).sum()), "k": N_NEIGHBOURS,
        **map_figures(frames, points), "silhouette": round(partition_of.silhouette, 4),
        "placement": {"median": round(float(np.median(errors)), 5), "p90": round(float(np.percentile(errors, 90)), 5)},
    }  # fmt: skip
    tell(f"trustworthiness {figures['trustworthiness']}")
    return Atlas(model.name, model.hash, bonds, points, family, frames, families, roads, figures, seed)


def bond_table(model: GenomeModel) -> pd.DataFrame:
    """The model's bonds with numbers as floats; what is missing or not a number becomes NaN."""
    import pandas as pd

    table = model.bonds.copy()
    for column in NUMERIC:
        table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
    return table


def save_atlas(atlas: Atlas, model: GenomeModel) -> None:
    """Write both files into the model's folder, the record last, so that a crash leaves no mixture unnoticed."""
    from safetensors.numpy import save

    arrays = {
        "points": atlas.points.astype(np.float32), "family": atlas.family.astype(np.int64),
        "frame_genomes": atlas.frames.genomes.astype(np.float32), "frame_owner": atlas.frames.owner.astype(np.int64),
    }  # fmt: skip
    part = model.folder / f"{ARRAYS}.part"
    part.write_bytes(save({k: np.ascontiguousarray(v) for k, v in arrays.items()}))
    os.replace(part, model.folder / ARRAYS)
    record = {
        "format": FORMAT, "version": FORMAT_VERSION, "model": atlas.model, "seed": atlas.seed, "figures": atlas.figures,
        "hashes": _hashes(model) | {ARRAYS: file_sha256(model.folder / ARRAYS)},
        "families": [f._asdict() for f in atlas.families], "roads": [r._asdict() for r in atlas.roads],
        "umap": {"n_neighbors": N_NEIGHBOURS, "min_dist": MIN_DIST, "init": "pca"}, "versions": versions(),
    }  # fmt: skip
    write_text_atomically(model.folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def load_atlas(model: GenomeModel) -> Atlas:
    """The stored atlas of a model; raises ArtefactError where there is none, or it belongs to other weights or bonds."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    record = _read_record(model)
    again = f"make it again with: python -m bondgenome_core.roadmap {model.name}"
    expected = _hashes(model) | {ARRAYS: file_sha256(model.folder / ARRAYS) if (model.folder / ARRAYS).is_file() else ""}
    for name, stated in expected.items():
        if record["hashes"].get(name) != stated:
            raise ArtefactError(f"The map of {model.name} was not drawn from its present {name}; {again}.")
    try:
        arrays = load_file(model.folder / ARRAYS)
        families = tuple(Family(**f) for f in record["families"])
        roads = tuple(Road(**r | {key: tuple(r[key]) for key in ("bonds", "steps", "gaps")}) for r in record["roads"])
        frames = FrameSet(arrays["frame_genomes"], arrays["frame_owner"])
        table = bond_table(model)
        known = np.isfinite(table[list(GENES)].to_numpy(float)).all(1)
        return Atlas(model.name, model.hash, table[known].reset_index(drop=True), arrays["points"], arrays["family"], frames,
                     families, roads, record["figures"], record["seed"])  # fmt: skip
    except (SafetensorError, KeyError, TypeError) as error:
        raise ArtefactError(f"The map of {model.name} cannot be read; {again}.") from error


def _read_record(model: GenomeModel) -> dict[str, Any]:
    path = model.folder / RECORD
    if not path.is_file():
        raise ArtefactError(f"{model.name} has no map yet; draw it with: python -m bondgenome_core.roadmap {model.name}")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        known = record["format"] == FORMAT and int(record["version"]) <= FORMAT_VERSION and isinstance(record["hashes"], dict)
    except (UnicodeDecodeError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ArtefactError(f"The map of {model.name} is damaged or was written by a newer version; draw it again.")
    return record


def _hashes(model: GenomeModel) -> dict[str, str]:
    return {"weights": model.hash, BONDS: file_sha256(model.folder / BONDS)}


def has_atlas(model: GenomeModel) -> bool:
    """Whether a map was drawn for this model."""
    return (model.folder / RECORD).is_file()
