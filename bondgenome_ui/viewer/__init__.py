"""The 3D viewer: one structure with pickable atoms and bonds, marked bonds, slice outlines and an isosurface.

A Streamlit component (v2) around 3Dmol, served by the app itself.  It never resets the camera on a
rerun: cameras are remembered in the browser by structure.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.palette import ELEMENTS, OTHER_ELEMENT
from bondgenome_core.structures.structure import Bond, Structure

MODULE = "app/static/3dmol/3Dmol.es6-min.js"
BALL_SCALE, SMALLEST_BALL = 0.33, 0.22
"""Share of the covalent radius drawn as a ball; Angstrom."""
STICK, METAL_STICK = 0.10, 0.055
"""Angstrom; bonds between metals are thinner, so that motifs stand out from the core."""
METALS = frozenset({3, 4, *range(11, 14), *range(19, 32), *range(37, 51), *range(55, 84), *range(87, 117)})

_here = Path(__file__).parent
_viewer = st.components.v2.component(
    "bondgenome_viewer",
    html=(_here / "viewer.html").read_text(encoding="utf-8"),
    css=(_here / "viewer.css").read_text(encoding="utf-8"),
    # one script: a component's script runs from a blob address, where relative imports fail
    js="\n".join((_here / f"{name}.js").read_text(encoding="utf-8") for name in ("geometry", "drawing", "viewer")),
)


class Mark(NamedTuple):
    """A bond to highlight; colour None takes the accent colour."""

    bond: Bond
    colour: str | None = None


class Link(NamedTuple):
    """A tube between two atoms that need not be bonded; share: 0 to 1, how thick it is; named: its atoms are labelled."""

    i: int
    j: int
    share: float = 1.0
    colour: str | None = None
    named: bool = False


class Halo(NamedTuple):
    """A ball of light around an atom; colour None takes the accent colour."""

    atom: int
    colour: str | None = None


class Outline(NamedTuple):
    """A plane to outline: (4, 3) corners in Angstrom."""

    corners: np.ndarray
    colour: str | None = None


class Surface(NamedTuple):
    """A grid to contour in the browser: values (nx, ny, nz), origin (3,) and steps (3, 3) in Angstrom, where to start."""

    name: str
    values: np.ndarray
    origin: np.ndarray
    steps: np.ndarray
    isovalue: float


def show_viewer(structure: Structure, *, key: str, camera: str, marks: Sequence[Mark] = (), atom: int | None = None,
                outlines: Sequence[Outline] = (), links: Sequence[Link] = (), halos: Sequence[Halo] = (),
                surface: Surface | None = None, height: int = 520,
                on_bond: Callable[[Bond], None] | None = None, on_atom: Callable[[int], None] | None = None) -> None:  # fmt: skip
    """Show a structure; a picked bond or atom is handed to ``on_bond`` or ``on_atom`` before the page runs again.

    camera: the browser keeps one camera under this name, for all frames of a trajectory.  height: pixels.
    """

    def picked() -> None:
        pick = st.session_state[key].pick
        if pick is None:
            return
        if "atom" in pick and on_atom is not None and 0 <= pick["atom"] < len(structure):
            on_atom(int(pick["atom"]))
        if "bond" in pick and on_bond is not None and 0 <= pick["bond"] < len(structure.bonds):
            bond = structure.bonds[pick["bond"]]
            # a click may still belong to the structure shown before
            if (bond.i, bond.j) == (pick["i"], pick["j"]):
                on_bond(bond)

    data = viewer_data(structure, camera=camera, marks=marks, atom=atom, outlines=outlines, links=links, halos=halos,
                       surface=surface, height=height)  # fmt: skip
    _viewer(key=key, data={"module": f"{_base_path()}/{MODULE}"} | data, on_pick_change=picked)


def viewer_data(structure: Structure, *, camera: str, marks: Sequence[Mark] = (), atom: int | None = None,
                outlines: Sequence[Outline] = (), links: Sequence[Link] = (), halos: Sequence[Halo] = (),
                surface: Surface | None = None, height: int = 520) -> dict[str, Any]:  # fmt: skip
    """What the browser needs to draw a structure, but for the address of the library."""
    index = {bond: k for k, bond in enumerate(structure.bonds)}
    shown = [m for m in marks if m.bond in index]
    return {
        "camera": camera,
        "scene": _scene(structure),
        "marks": [{"bond": index[m.bond], "colour": m.colour} for m in shown],
        "selected": index[shown[0].bond] if shown else None,
        "atom": atom,
        "planes": [{"corners": np.round(o.corners, 4).tolist(), "colour": o.colour} for o in outlines],
        "links": [link._asdict() for link in links],
        "halos": [halo._asdict() for halo in halos],
        "grid": _grid(surface) if surface else None,
        "height": height,
        "description": describe(structure, [m.bond for m in shown]),
    }


def describe(structure: Structure, selected: Sequence[Bond] = ()) -> str:
    """Text alternative of the view."""
    text = f"3D view of {structure.name}, {structure.formula}: {len(structure)} atoms, {len(structure.bonds)} bonds"
    chosen = "; ".join(bond_label(structure, b) for b in selected)
    return f"{text}. Selected: {chosen}." if chosen else f"{text}. No bond is selected."


def bond_label(structure: Structure, bond: Bond) -> str:
    """Atoms and length of a bond: ``Au3–S27, 2.384 Å``, the lighter element first where they differ."""
    symbols = structure.symbols
    ends = sorted((bond.i, bond.j), key=lambda a: (int(structure.numbers[a]), a))
    return "–".join(f"{symbols[a]}{a}" for a in ends) + f", {structure.length(bond):.3f} Å"


def _base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _scene(structure: Structure) -> dict[str, Any]:
    from ase.data import covalent_radii

    symbols = structure.symbols
    elements = {
        s: {"colour": ELEMENTS.get(s, OTHER_ELEMENT), "radius": max(BALL_SCALE * float(covalent_radii[z]), SMALLEST_BALL)}
        for s, z in zip(symbols, structure.numbers.tolist(), strict=True)
    }
    atoms = [[s, *p] for s, p in zip(symbols, np.round(structure.positions, 4).tolist(), strict=True)]
    cell = np.round(structure.cell, 4).tolist() if any(structure.pbc) else None
    return {"atoms": atoms, "elements": elements, "bonds": [_bond(structure, b) for b in structure.bonds], "cell": cell}


def _bond(structure: Structure, bond: Bond) -> dict[str, Any]:
    a, b = structure.end_points(bond)
    middle, back = 0.5 * (a + b), structure.positions[bond.j] - b
    halves = [(a, middle), (middle + back, structure.positions[bond.j])]
    metallic = {int(structure.numbers[bond.i]), int(structure.numbers[bond.j])} <= METALS
    return {
        "i": bond.i, "j": bond.j, "kind": structure.kind(bond), "label": bond_label(structure, bond),
        "radius": METAL_STICK if metallic else STICK, "halves": np.round(halves, 4).tolist(),
    }  # fmt: skip


def _grid(surface: Surface) -> dict[str, Any]:
    """256 levels are enough: the contour runs along voxel edges and is smoothed afterwards."""
    low, high = float(surface.values.min()), float(surface.values.max())
    levels = np.round((surface.values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
    packed = base64.b64encode(np.ascontiguousarray(levels).tobytes()).decode()
    return {
        "id": f"{surface.name} {hash(packed)}", "name": surface.name, "size": list(levels.shape), "low": low, "high": high,
        "origin": np.asarray(surface.origin, dtype=float).tolist(), "steps": np.asarray(surface.steps, dtype=float).tolist(),
        "isovalue": surface.isovalue, "values": packed,
    }  # fmt: skip
