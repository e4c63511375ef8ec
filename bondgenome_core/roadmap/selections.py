"""Sets of mapped bonds: what they have in common, how two differ, and how they are kept.

A set is kept as plain values (model, hashes, bond numbers), so that it means the same bonds wherever it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ArtefactError, GenomeError
from .atlas import GENES, Atlas

if TYPE_CHECKING:
    import pandas as pd

MEASURED = ("length", "mean_elf", "elf_max", "elf_max_position", "gauge_quality", "rmse")
"""Properties of a bond that are compared between sets."""
COUNTED = ("kind", "species", "role")
COMBINATIONS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "union": np.union1d, "intersection": np.intersect1d, "difference": np.setdiff1d,
}  # fmt: skip
"""Of sorted bond numbers; the difference is what the first has and the second lacks."""


class Summary(NamedTuple):
    """What n bonds have in common.

    counts: for kind, species, role and family, how many of each.  properties: per property, mean,
    standard deviation, smallest, largest.  mean_genome, sd_genome: (8,).
    """

    n: int
    counts: dict[str, dict[str, int]]
    properties: pd.DataFrame
    mean_genome: np.ndarray
    sd_genome: np.ndarray


class Comparison(NamedTuple):
    """Second set less first.

    genome: (8,) difference of the mean genomes.  distance: its length.  properties: per property both means,
    the difference, and the difference in pooled standard deviations.
    """

    genome: np.ndarray
    distance: float
    properties: pd.DataFrame


def summarise(atlas: Atlas, bonds: np.ndarray) -> Summary:
    """Statistics of a set of bond numbers; raises GenomeError for an empty set."""
    _refuse_empty(bonds)
    table = atlas.bonds.iloc[bonds]
    counts = {c: {str(k): int(n) for k, n in table[c].value_counts().items()} for c in COUNTED}
    families, sizes = np.unique(atlas.family[bonds], return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    counts["family"] = {atlas.families[families[k]].label: int(sizes[k]) for k in order}
    properties = table[list(MEASURED)].agg(["mean", "std", "min", "max"]).T
    genomes = atlas.genomes[bonds]
    return Summary(len(bonds), counts, properties, genomes.mean(0), genomes.std(0, ddof=min(1, len(bonds) - 1)))


def compare(atlas: Atlas, first: np.ndarray, second: np.ndarray) -> Comparison:
    """How the second set differs from the first."""
    import pandas as pd

    a, b = summarise(atlas, first), summarise(atlas, second)
    difference = b.properties["mean"] - a.properties["mean"]
    pooled = np.sqrt(0.5 * (a.properties["std"].fillna(0) ** 2 + b.properties["std"].fillna(0) ** 2))
    effect = (difference / pooled).where(pooled > 0)
    columns = {"first": a.properties["mean"], "second": b.properties["mean"], "difference": difference, "effect": effect}
    genome = b.mean_genome - a.mean_genome
    return Comparison(genome, float(np.linalg.norm(genome)), pd.DataFrame(columns))


def combine(first: np.ndarray, second: np.ndarray, how: str) -> np.ndarray:
    """Union, intersection or difference of two sets, as sorted bond numbers."""
    if how not in COMBINATIONS:
        raise GenomeError(f"Sets cannot be combined by {how[:20]!r}; use {', '.join(COMBINATIONS)}.")
    return np.asarray(COMBINATIONS[how](first, second), dtype=np.int64)


def matching(atlas: Atlas, wanted: Mapping[str, Sequence[Any]]) -> np.ndarray:
    """(n,) bool: bonds whose columns (or family number from 0) have one of the wanted values; no values: no limit."""
    keep = np.ones(len(atlas), dtype=bool)
    for column, values in wanted.items():
        if len(values):
            keep &= np.isin(atlas.family if column == "family" else atlas.bonds[column].to_numpy(), list(values))
    return keep


def set_csv(atlas: Atlas, bonds: np.ndarray, name: str) -> bytes:
    """One line per bond with its properties, genome, family and place on the map; provenance in comment lines."""
    _refuse_empty(bonds)
    table = atlas.bonds.iloc[bonds].copy()
    table.insert(0, "bond_number", bonds)
    table["family"] = [atlas.families[f].short for f in atlas.family[bonds]]
    table["map_x"], table["map_y"] = atlas.points[bonds].T.round(4)
    source = {"selection": name, "model": atlas.model, "model_sha256": atlas.model_hash, "units": "length, positions: Angstrom"}
    return f"# {json.dumps(source, ensure_ascii=False)}\n{table.to_csv(index=False)}".encode()


def to_content(atlas: Atlas, bonds: np.ndarray) -> dict[str, Any]:
    """A set as plain values."""
    _refuse_empty(bonds)
    return {"model": atlas.model, "model_sha256": atlas.model_hash, "n_bonds": len(atlas), "bonds": [int(b) for b in bonds]}


def from_content(atlas: Atlas, content: Mapping[str, Any]) -> np.ndarray:
    """Bond numbers of a kept set; raises ArtefactError where it belongs to another model or is damaged."""
    if content.get("model_sha256") != atlas.model_hash or content.get("n_bonds") != len(atlas):
        made_on = str(content.get("model", "another model"))[:80]
        raise ArtefactError(f"This selection was made on another map ({made_on}); open that model, or draw the selection again.")
    try:
        bonds = np.unique(np.asarray(content["bonds"], dtype=np.int64))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ArtefactError("This selection does not list its bonds as whole numbers; it is damaged.") from error
    if not len(bonds) or bonds[0] < 0 or bonds[-1] >= len(atlas):
        raise ArtefactError("This selection names bonds that the map has not; it is damaged.")
    return bonds


def values_of(atlas: Atlas, column: str) -> np.ndarray:
    """(n,) values of a property, a gene, or the family's short name."""
    if column == "family":
        return np.array([f.short for f in atlas.families], dtype=object)[atlas.family]
    if column not in (*MEASURED, *COUNTED, *GENES, "temperature_k", "orientation"):
        raise GenomeError(f"The map has no property called {column[:40]!r}.")
    return atlas.bonds[column].to_numpy()


def _refuse_empty(bonds: np.ndarray) -> None:
    if not len(bonds):
        raise GenomeError("The selection has no bonds; draw a box or a lasso around some points of the map.")
