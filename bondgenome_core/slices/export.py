"""Slices as files: PNG and SVG for papers, CSV and cube for other programs; each carries its provenance."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from textwrap import wrap
from typing import Any

import numpy as np

from ..elf.masks import core_radius
from ..errors import SliceError
from ..units import BOHR_PER_ANGSTROM
from .elf_slice import ElfSlice
from .figures import COLOUR_SCALES, provenance_line, slice_title


def slice_csv(s: ElfSlice) -> bytes:
    """One line per pixel: z, x (Angstrom), ELF, inside a core or not; provenance in comment lines."""
    z, x = np.meshgrid(s.z_axis, s.x_axis)
    lines = [f"# {slice_title(s)}", f"# {provenance_line(s)}", f"# {json.dumps(s.provenance, sort_keys=True, default=str)}"]
    lines.append("z_angstrom,x_angstrom,elf,masked")
    rows = zip(z.ravel(), x.ravel(), s.image.ravel(), s.mask.ravel(), strict=True)
    lines += [f"{a:.4f},{b:.4f},{v:.6f},{int(m)}" for a, b, v, m in rows]
    return ("\n".join(lines) + "\n").encode()


def slice_cube(s: ElfSlice) -> bytes:
    """A Gaussian cube file one point thick: axes along the bond, across it and along the normal."""
    from ase.data import atomic_numbers

    u, n = s.frame.plane_axis(s.azimuth_deg), len(s.z_axis)
    normal = np.cross(s.frame.z, u)
    step = float(s.z_axis[1] - s.z_axis[0])
    centre = s.frame.origin + s.offset * normal
    origin = centre + s.z_axis[0] * s.frame.z + s.x_axis[0] * u
    atoms = [(atomic_numbers[a.symbol], centre + a.z * s.frame.z + a.x * u + a.height * normal) for a in s.atoms]
    lines = [f"ELF, {slice_title(s)}", provenance_line(s), _cube_line(len(atoms), origin)]
    lines += [_cube_line(count, step * axis) for count, axis in ((n, s.frame.z), (n, u), (1, normal))]
    lines += [f"{z:5d}{float(z):12.6f}" + _numbers(p * BOHR_PER_ANGSTROM) for z, p in atoms]
    lines += [f"{v:13.5e}" for v in s.image.T.ravel()]
    return ("\n".join(lines) + "\n").encode()


def slice_png(s: ElfSlice, *, colours: str = "perceptual", dpi: int = 300) -> bytes:
    """A figure 9 cm wide at 300 dots per inch."""
    return _drawn(s, colours, "png", dpi=dpi, metadata={"Title": slice_title(s), "Description": provenance_line(s)})


def slice_svg(s: ElfSlice, *, colours: str = "perceptual") -> bytes:
    """The same figure as vectors with text as text."""
    return _drawn(s, colours, "svg", metadata={"Title": slice_title(s), "Description": provenance_line(s), "Date": None})


EXPORTS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "png": ("image/png", slice_png),
    "svg": ("image/svg+xml", slice_svg),
    "csv": ("text/csv", lambda s, colours="": slice_csv(s)),
    "cube": ("chemical/x-gaussian-cube", lambda s, colours="": slice_cube(s)),
}
"""File ending -> media type and writer."""


def export_slice(s: ElfSlice, ending: str, *, colours: str = "perceptual") -> bytes:
    """Raises SliceError for a file ending that is not known."""
    if ending not in EXPORTS:
        raise SliceError(f"A slice cannot be written as {ending[:20]!r}; use {', '.join(EXPORTS)}.")
    return EXPORTS[ending][1](s, colours=colours)


def _cube_line(count: int, vector: np.ndarray) -> str:
    return f"{count:5d}" + _numbers(np.asarray(vector) * BOHR_PER_ANGSTROM)


def _numbers(values: np.ndarray) -> str:
    return "".join(f"{v:12.6f}" for v in values)


def _drawn(s: ElfSlice, colours: str, kind: str, **options: Any) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bondgenome", "font.size": 8, "hatch.linewidth": 0.5}):
        figure = Figure(figsize=(3.54, 3.35), layout="constrained")
        axes = figure.add_subplot()
        extent = (*_edges(s.z_axis), *_edges(s.x_axis))
        shown = {"vmin": 0, "vmax": 1, "cmap": _colour_map(colours), "interpolation": "bilinear"}
        image = axes.imshow(s.image, origin="lower", extent=extent, **shown)
        figure.colorbar(image, ax=axes, label="ELF", shrink=0.8)
        _draw_contours(axes, s)
        axes.set(xlabel="z along the bond (Å)", ylabel="x across the bond (Å)", aspect="equal")
        axes.set_title(slice_title(s), fontsize=8)
        figure.supxlabel("\n".join(wrap(provenance_line(s), 78)), fontsize=5, color="#555555")
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def _draw_contours(axes: Any, s: ElfSlice) -> None:
    from ase.data import atomic_numbers
    from matplotlib.patches import Circle

    half = 0.5 * s.window
    axes.contour(s.z_axis, s.x_axis, s.image, levels=np.arange(0.1, 0.95, 0.1), colors="white", linewidths=0.3, alpha=0.6)
    axes.contour(s.z_axis, s.x_axis, s.image, levels=[0.5], colors="white", linewidths=1.2)
    axes.plot([-half, half], [0, 0], color="white", linewidth=0.5, linestyle="--", alpha=0.7)
    for atom in s.atoms:
        inside = core_radius(atomic_numbers[atom.symbol]) ** 2 - atom.height**2
        if inside > 0:
            core = {"facecolor": "#5a5a5ae0", "edgecolor": "white", "hatch": "////", "linewidth": 0.4}
            axes.add_patch(Circle((atom.z, atom.x), inside**0.5, **core))
        axes.plot(atom.z, atom.x, "o", color="white", markersize=2.5, markeredgecolor="black", markeredgewidth=0.4)
        label = {"textcoords": "offset points", "color": "white", "ha": "center", "fontsize": 6, "annotation_clip": True}
        axes.annotate(f"{atom.symbol}{atom.index}", (atom.z, atom.x), (0, 3), **label)
    axes.set(xlim=(-half, half), ylim=(-half, half))


def _edges(axis: np.ndarray) -> tuple[float, float]:
    half = 0.5 * float(axis[1] - axis[0])
    return float(axis[0]) - half, float(axis[-1]) + half


def _colour_map(colours: str) -> Any:
    import matplotlib as mpl
    from matplotlib.colors import LinearSegmentedColormap

    if colours not in COLOUR_SCALES:
        raise SliceError(f"There is no colour scale {colours[:20]!r}; use {', '.join(COLOUR_SCALES)}.")
    scale = COLOUR_SCALES[colours]
    if isinstance(scale, str):
        return mpl.colormaps[scale.lower() if scale == "Viridis" else scale]
    return LinearSegmentedColormap.from_list(colours, [(float(p), c) for p, c in scale])
