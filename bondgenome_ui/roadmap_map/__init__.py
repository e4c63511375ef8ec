"""The map of all bonds: a Streamlit component (v2) that keeps its view while the page runs again.

Points, genomes and facts travel as packed arrays (about 17 bytes per bond), so that 26,528 bonds take 0.6 MB.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.palette import DIVERGING, GENE_COLOURS, between
from bondgenome_core.roadmap.atlas import GENES

from ..barcode import LIMIT

if TYPE_CHECKING:
    from bondgenome_core.roadmap.atlas import Atlas
    from bondgenome_core.roadmap.colouring import Colouring

_here = Path(__file__).parent
_map = st.components.v2.component(
    "bondgenome_map",
    html=(_here / "map.html").read_text(encoding="utf-8"),
    css=(_here / "map.css").read_text(encoding="utf-8"),
    js=(_here / "map.js").read_text(encoding="utf-8"),
)
SHADES = 33
GENE_SPAN = 4.0
"""Standard deviations that a byte spans either side of 0; the barcode itself shows fewer."""


class MappedSet(NamedTuple):
    """A set of bond numbers with its name and colour."""

    label: str
    colour: str
    bonds: np.ndarray


class Overlay(NamedTuple):
    """What lies over the points.

    shown: (n,) bool, bonds that pass the filter.  sets: at most two sets of bonds to tell from all others.
    selected: a bond number.  own: (m, 2) places of the current structure's bonds.  walk: bond numbers.
    new: which of ``own`` is selected, where the map itself has it not.
    """

    shown: np.ndarray
    sets: Sequence[MappedSet]
    selected: int | None
    own: np.ndarray
    walk: Sequence[int]
    new: int | None = None


def show_map(atlas: Atlas, colouring: Colouring, overlay: Overlay, *, key: str, title: str, note: str, height: int = 620,
             on_pick: Callable[[int], None], on_drawn: Callable[[np.ndarray], None]) -> None:  # fmt: skip
    """Show the map; a clicked bond, or the bonds in a box or lasso, are handed over before the page runs again."""

    def picked() -> None:
        value = st.session_state[key].pick
        if value is not None and 0 <= value["n"] < len(atlas):
            on_pick(int(value["n"]))

    def drawn() -> None:
        value = st.session_state[key].drawn
        if value is not None:
            bonds = np.unique(np.asarray(value["bonds"], dtype=np.int64))
            on_drawn(bonds[(bonds >= 0) & (bonds < len(atlas))])

    data = map_data(atlas, colouring, overlay, title=title, note=note, height=height)
    _map(key=key, data=data, on_pick_change=picked, on_drawn_change=drawn)


def map_data(atlas: Atlas, colouring: Colouring, overlay: Overlay, *, title: str, note: str, height: int) -> dict[str, Any]:
    """The map as the browser takes it."""
    return _geometry(atlas) | {
        "colouring": _colours(colouring, title), "shown": _pack(overlay.shown.astype(np.uint8)),
        "members": _pack(_members(atlas, overlay)),
        "selected": overlay.selected, "own": np.round(overlay.own, 3).tolist(),
        "walk": [int(n) for n in overlay.walk], "new": overlay.new, "note": note, "height": height,
        "sets": [{"label": s.label, "colour": s.colour, "count": len(s.bonds)} for s in overlay.sets],
        "description": describe_map(atlas, overlay, title),
    }  # fmt: skip


def describe_map(atlas: Atlas, overlay: Overlay, title: str) -> str:
    """Text alternative of the map."""
    families = "; ".join(f"{f.label} ({f.size} bonds)" for f in atlas.families)
    chosen = "no bond is selected" if overlay.selected is None else f"bond {overlay.selected} is selected"
    return (
        f"Map of {len(atlas)} bonds of {atlas.model}, coloured by {title}; {int(overlay.shown.sum())} shown in colour, "
        f"the others grey; {chosen}. Families: {families}."
    )


def _geometry(atlas: Atlas) -> dict[str, Any]:
    kinds, kind = np.unique(atlas.bonds["kind"].to_numpy(dtype=str), return_inverse=True)
    species, place = np.unique(atlas.bonds["species"].to_numpy(dtype=str), return_inverse=True)
    facts = np.stack([kind, np.minimum(place, 255), atlas.family], axis=1).astype(np.uint8)
    genes = np.clip(np.round(atlas.genomes * (127 / GENE_SPAN)), -127, 127).astype(np.int8)
    (x0, y0), (x1, y1) = atlas.points.min(0).tolist(), atlas.points.max(0).tolist()
    return {
        "map": atlas.model, "geometry": f"{atlas.model_hash[:12]} {atlas.seed} {len(atlas)}", "n": len(atlas),
        "points": _pack(atlas.points.astype("<f4")), "genes": _pack(genes), "facts": _pack(facts),
        "lengths": _pack(np.round(atlas.bonds["length"].to_numpy() * 1e4).astype("<u2")),
        "kinds": kinds.tolist(), "species": species.tolist(), "families": [f.label for f in atlas.families],
        "extent": {"x0": x0, "x1": x1, "y0": y0, "y1": y1},
        "exemplars": [{"n": f.exemplar, "label": f.short} for f in atlas.families],
        "roads": [{"from": atlas.families[r.a].exemplar, "to": atlas.families[r.b].exemplar, "distance": r.distance,
                   "similarity": r.similarity, "tree": r.in_tree, "support": r.support} for r in atlas.roads],
        "geneColours": GENE_COLOURS,
        "barcode": {"limit": LIMIT, "shades": [between(DIVERGING, k / (SHADES - 1)) for k in range(SHADES)]},
    }  # fmt: skip


def _colours(colouring: Colouring, title: str) -> dict[str, Any]:
    return {
        "title": title, "index": _pack(colouring.shade), "colours": colouring.colours, "legend": colouring.legend,
        "outlined": colouring.column in GENES, "low": f"{colouring.low:.3g}", "high": f"{colouring.high:.3g}",
    }  # fmt: skip


def _members(atlas: Atlas, overlay: Overlay) -> np.ndarray:
    members = np.zeros(len(atlas), dtype=np.uint8)
    for bit, mapped in zip((1, 2), overlay.sets, strict=False):
        members[mapped.bonds] |= bit
    return members


def _pack(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
