"""Isosurfaces of ELF and density for the 3D view; the isovalue is then changed in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from . import content
from .selection import bound, current
from .slice_view import choose_channel
from .viewer import Surface

if TYPE_CHECKING:
    from bondgenome_core.electrons.grids import RegularGrid

MARGIN = 2.5
"""Angstrom around the atoms."""
STARTS = {"elf": 0.8, "density": 0.03, "orbital": 0.03}
"""Where the isovalue starts: ELF of a localized pair; electrons per cubic bohr."""
NAMES = {"elf": "ELF", "density": "density (e/bohr³)", "orbital": "orbital (bohr⁻³ᐟ²)"}
MOST_DENSITY = 0.3
"""Electrons per cubic bohr: the range a slider can cover; cores lie far above."""
FINENESS = {"coarse": 32, "fine": 48, "finest": 80}
"""The cube root of the number of points; 80 is what a browser contours without a pause."""


class Sampled(NamedTuple):
    """Quantities, each (nx, ny, nz), on one grid."""

    grid: RegularGrid
    values: dict[str, np.ndarray]


def choose_surface(key: str | None) -> Surface | None:
    """A surface if one is wanted and the structure has electrons; the choice is part of the selection and of its link."""
    if key is None:
        return None
    wanted = bound("surface")
    if current().surface not in quantities_of(key):
        st.session_state[wanted["key"]] = ""
    quantity = st.selectbox(
        "Isosurface", ["", *quantities_of(key)], label_visibility="collapsed", width=160, **wanted,
        format_func=lambda q: f"{NAMES[q].split()[0]} isosurface" if q else "no isosurface",
    )  # fmt: skip
    if not quantity:
        return None
    fineness = st.selectbox("Grid", list(FINENESS), key="surface_grid", label_visibility="collapsed", width=110)
    choose_channel(key)
    return surface_of(key, quantity, channel=current().channel, points=FINENESS[fineness])


def surface_of(key: str | None, quantity: str, *, channel: int = 0, points: int = FINENESS["coarse"]) -> Surface | None:
    """The isosurface of a quantity; None where these electrons do not have it.  channel: which spin of an imported grid."""
    if key is None or quantity not in quantities_of(key):
        return None
    names = content.channels_of(key)
    sampled = grid_of(key, points, channel)
    values = sampled.values[quantity].clip(max=MOST_DENSITY if quantity == "density" else None)
    name = NAMES[quantity] + (f", {names[channel]}" if len(names) > 1 else "")
    return Surface(name, values, sampled.grid.origin, sampled.grid.steps, STARTS[quantity])


def provenance_of(key: str | None, quantity: str) -> str:
    """The line under a view with an isosurface; empty where these electrons do not have the quantity."""
    if key is None or quantity not in quantities_of(key):
        return ""
    source: Any = content.source_of(key)
    if content.is_grid(key):
        return f"{NAMES[quantity]} isosurface, {source.provenance['source_format']} {source.provenance['source_file']}"
    w = source.wavefunction
    unfinished = "" if w.converged else " · SCF NOT CONVERGED"
    return f"{NAMES[quantity]} isosurface · {w.level}{unfinished} · {w.provenance.get('program', '')}"


def quantities_of(key: str) -> tuple[str, ...]:
    """What can be shown as an isosurface."""
    return (content.source_of(key).quantity,) if content.is_grid(key) else ("elf", "density")


@st.cache_data(max_entries=8, show_spinner="Computing ELF and density on a grid")
def grid_of(key: str, points: int, channel: int = 0) -> Sampled:
    """ELF and density, or what an imported grid holds, on at most points^3 points around the atoms."""
    from bondgenome_core.electrons.grids import grid_around

    source: Any = content.source_of(key)
    structure = source.structure if content.is_grid(key) else source.wavefunction.structure
    grid = grid_around(structure, spacing=0.05, margin=MARGIN, max_points=points**3)
    if content.is_grid(key):
        source = content.channel_of(source, channel)
        return Sampled(grid, {source.quantity: np.nan_to_num(source.sample(grid.points())).reshape(grid.shape)})
    fields = source.evaluate(grid.points())
    values = {"elf": fields.elf, "density": fields.rho}
    return Sampled(grid, {name: v.cpu().numpy().reshape(grid.shape) for name, v in values.items()})
