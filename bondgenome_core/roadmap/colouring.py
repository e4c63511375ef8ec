"""How the points of the map are coloured: by a category, a property or a gene, as one small table and an index per bond."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..palette import CATEGORIES, DIVERGING, SEQUENTIAL, UNKNOWN, between
from ..quantities import QUANTITIES, Quantity
from .atlas import GENES, Atlas
from .selections import COUNTED, MEASURED, values_of

COLOURED_BY = ("family", *COUNTED, "temperature_k", *MEASURED, *GENES)
"""Everything the map can be coloured by, categories first."""
N_SHADES = 64
GENE_RANGE = 3.0
"""Standard deviations either side of the mean."""
OUTER = (1.0, 99.0)
"""Percentiles a scale spans, so that a few outliers do not leave all others in one colour."""


class Colouring(NamedTuple):
    """shade: (n,) uint8 into colours; the last colour stands for values that are not known.

    legend: (label, colour, count) of each category, empty for a scale, which runs from low to high.
    """

    column: str
    shade: np.ndarray
    colours: tuple[str, ...]
    legend: tuple[tuple[str, str, int], ...]
    low: float
    high: float


def quantity_of(column: str) -> Quantity:
    """Label, symbol and unit of a column of the map."""
    return QUANTITIES["temperature" if column == "temperature_k" else column]


def colour_by(atlas: Atlas, column: str) -> Colouring:
    """Colours of all bonds; raises GenomeError for a column the map has not."""
    values = values_of(atlas, column)
    if column in ("family", *COUNTED):
        return _categories(atlas, column, values)
    if column in GENES:
        return _scale(column, values, DIVERGING, -GENE_RANGE, GENE_RANGE)
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, OUTER) if len(known) else (0.0, 1.0)
    return _scale(column, values, SEQUENTIAL, float(low), float(high) if high > low else float(low) + 1.0)


def _scale(column: str, values: np.ndarray, stops: tuple[tuple[float, str], ...], low: float, high: float) -> Colouring:
    shades = tuple(between(stops, k / (N_SHADES - 1)) for k in range(N_SHADES))
    share = np.clip((values - low) / (high - low), 0, 1)
    index = np.where(np.isfinite(values), np.nan_to_num(share) * (N_SHADES - 1) + 0.5, N_SHADES).astype(np.uint8)
    return Colouring(column, index, (*shades, UNKNOWN), (), low, high)


def _categories(atlas: Atlas, column: str, values: np.ndarray) -> Colouring:
    if column == "family":
        names, labels = [f.short for f in atlas.families], [f.label for f in atlas.families]
    else:
        found, counts = np.unique(values.astype(str), return_counts=True)
        names = labels = [str(found[k]) for k in np.argsort(-counts, kind="stable")]
    place = {name: min(k, len(CATEGORIES)) for k, name in enumerate(names)}
    index = np.array([place[str(v)] for v in values], dtype=np.uint8)
    legend = [(labels[k], CATEGORIES[k], int((index == k).sum())) for k in range(min(len(names), len(CATEGORIES)))]
    others = int((index == len(CATEGORIES)).sum())
    if others:
        legend.append((f"{len(names) - len(CATEGORIES)} others", UNKNOWN, others))
    # the last colour means 'not known', also where there are few categories
    return Colouring(column, index, (*CATEGORIES, UNKNOWN), tuple(legend), 0.0, 0.0)
