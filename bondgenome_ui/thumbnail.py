"""Small pictures of structures, drawn as SVG: no WebGL context, a few kilobytes, sharp at any size."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from bondgenome_core.palette import ELEMENTS, OTHER_ELEMENT
from bondgenome_core.structures.structure import Structure

from .viewer import BALL_SCALE, METALS

SIZE = 100.0
MOST_POINTS = 1500
"""Of a map: more cannot be told apart at this size."""
TILT = np.deg2rad(12.0)
"""A slight turn out of the principal plane, so that atoms behind one another show."""


def thumbnail_svg(structure: Structure) -> str:
    """Balls and sticks seen along the direction of least extent, the nearest drawn last."""
    from ase.data import covalent_radii

    flat = _turned(structure.positions)
    radii = BALL_SCALE * 1.25 * np.array([covalent_radii[z] for z in structure.numbers])
    reach = float(np.abs(flat[:, :2]).max() + radii.max()) if len(flat) else 1.0
    scale = 0.48 * SIZE / max(reach, 1.5)
    xy, depth = 0.5 * SIZE + scale * flat[:, :2] * (1, -1), flat[:, 2]
    colours = [ELEMENTS.get(s, OTHER_ELEMENT) for s in structure.symbols]
    parts = [(float(d), _ball(p, scale * r, c)) for d, p, r, c in zip(depth, xy, radii, colours, strict=True)]
    for bond in structure.bonds:
        metallic = {int(structure.numbers[bond.i]), int(structure.numbers[bond.j])} <= METALS
        if not any(bond.shift) and not (metallic and len(structure) > 12):
            between = float(min(depth[bond.i], depth[bond.j])) - 1e-3
            parts.append((between, _stick(xy[bond.i], xy[bond.j], scale * 0.16)))
    drawn = "".join(svg for _, svg in sorted(parts, key=lambda part: part[0]))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:g} {SIZE:g}">{drawn}</svg>'


def thumbnail_uri(structure: Structure) -> str:
    """The picture as a data URI."""
    return _uri(thumbnail_svg(structure))


def map_uri(points: np.ndarray, colours: Sequence[str]) -> str:
    """Points (n, 2) in their colours as a small picture (data URI); of many points every k-th is drawn."""
    every = -(-len(points) // MOST_POINTS) or 1
    low, span = (points.min(0), np.ptp(points, axis=0).max()) if len(points) else (np.zeros(2), 1.0)
    places = 4 + (SIZE - 8) * (points - low)[::every] / max(float(span), 1e-9)
    paths: dict[str, list[str]] = {}
    for (x, y), colour in zip(places, colours[::every], strict=True):
        paths.setdefault(colour, []).append(f"M{x:.1f} {SIZE - y:.1f}h0")
    drawn = "".join(f'<path d="{"".join(d)}" stroke="{c}" stroke-width="2.4" stroke-linecap="round"/>' for c, d in paths.items())
    return _uri(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:g} {SIZE:g}">{drawn}</svg>')


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _turned(positions: np.ndarray) -> np.ndarray:
    centred = positions - positions.mean(0)
    axes = np.linalg.svd(centred, full_matrices=True)[2]
    turn = np.array([[1, 0, 0], [0, np.cos(TILT), -np.sin(TILT)], [0, np.sin(TILT), np.cos(TILT)]])
    turned: np.ndarray = centred @ axes.T @ turn.T
    return turned


def _ball(centre: np.ndarray, radius: float, colour: str) -> str:
    x, y = centre
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" stroke="#3a3a3a" stroke-width="0.5"/>'
        f'<circle cx="{x - 0.3 * radius:.1f}" cy="{y - 0.3 * radius:.1f}" r="{0.35 * radius:.1f}" fill="#ffffff" opacity="0.4"/>'
    )


def _stick(a: np.ndarray, b: np.ndarray, width: float) -> str:
    ends = f'x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}"'
    return f'<line {ends} stroke="#8a8f94" stroke-width="{max(width, 0.8):.1f}"/>'
