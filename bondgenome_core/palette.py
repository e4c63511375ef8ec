"""Colours that mean something, written once: the eight genes, the diverging scale, the accent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

N_GENES = 8
GENE_COLOURS = ("#4477aa", "#3fa7c4", "#228833", "#a89b2a", "#e08214", "#d6455b", "#aa3377", "#7f8a93")
"""One per gene, told apart by colour-blind readers and visible on light and dark ground (after P. Tol)."""
DIVERGING = ((0.0, "#2b6cb0"), (0.25, "#8fb5d6"), (0.5, "#f3f1ee"), (0.75, "#e3a66f"), (1.0, "#b35806"))
"""Blue below, orange above; the middle is neutral."""
SEQUENTIAL = ((0.0, "#414487"), (0.25, "#2a788e"), (0.5, "#22a884"), (0.75, "#7ad151"), (1.0, "#dde318"))
"""Viridis without its darkest fifth, which vanishes on dark ground."""
CATEGORIES = (
    "#4477aa", "#e08214", "#228833", "#d6455b", "#8c6bb1", "#3fa7c4", "#a89b2a", "#e377a2", "#8c564b", "#44aa99",
    "#b2182b", "#6699ff", "#98c13c", "#aa3377", "#d9a55b", "#5c7c8a", "#c77cff", "#2f9e6e", "#f08080", "#7f8a3a",
)  # fmt: skip
"""Kinds, species and families, told apart on light and dark ground."""
UNKNOWN = "#8a949c"
"""A value that is not known, or one category of too many."""
ELEMENTS = {
    "H": "#ececec", "Li": "#a060d0", "B": "#ffb5b5", "C": "#6f7479", "N": "#3f63e0", "O": "#d93025", "F": "#6bc56b",
    "Si": "#d8b48c", "P": "#f08030", "S": "#f2e24b", "Cl": "#39b54a", "Cu": "#b5651d", "Ag": "#b9c0c8", "Pd": "#3a7f8c",
    "Pt": "#8a94a6", "Au": "#d9981a",
}  # fmt: skip
OTHER_ELEMENT = "#3aa0a0"
"""Gold and sulfur stay apart: amber and lemon."""
ACCENT = {"light": "#0b6e75", "dark": "#4cb5bd"}
SECOND = {"light": "#c2571a", "dark": "#f0965a"}
"""The second bond of a comparison."""


def diverging_colour(value: float, limit: float) -> str:
    """Hex colour of a value on the diverging scale from -limit to limit; values outside take the end colour.

    >>> diverging_colour(0.0, 3.0)
    '#f3f1ee'
    """
    return between(DIVERGING, 0.5 + 0.5 * value / limit)


def between(stops: Sequence[tuple[float, str]], place: float) -> str:
    """Hex colour at a place from 0 to 1 of a scale given by (place, colour) stops.

    >>> between(((0.0, "#000000"), (1.0, "#ffffff")), 0.5)
    '#808080'
    """
    place = min(max(place, 0.0), 1.0)
    for (a, low), (b, high) in pairwise(stops):
        if place <= b:
            share = (place - a) / (b - a)
            parts = [round(int(low[k : k + 2], 16) * (1 - share) + int(high[k : k + 2], 16) * share) for k in (1, 3, 5)]
            return "#" + "".join(f"{p:02x}" for p in parts)
    return stops[-1][1]
