"""Slices as plotly figures: fixed 0-1 scale, bold contour at 0.5, atoms, hatched cores, one line of provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..elf.masks import core_radius
from ..palette import ACCENT, ELEMENTS, OTHER_ELEMENT, SECOND
from ..quantities import QUANTITIES
from .elf_slice import ElfSlice, PlaneAtom

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOUR_SCALES: dict[str, Any] = {
    "perceptual": "Viridis",
    "rainbow": [[0, "#0000ff"], [0.25, "#00ffff"], [0.5, "#00ff00"], [0.75, "#ffff00"], [1, "#ff0000"]],
    "diverging": "RdBu_r",
}
COLOUR_NAMES = {"perceptual": "perceptual", "rainbow": "literature (rainbow 0-1)", "diverging": "diverging about 0.5"}
LABELLED = 0.9
"""Angstrom: atoms further from the plane are drawn without their name."""
CONTOUR_INK = {"perceptual": "#ffffff", "rainbow": "#111111", "diverging": "#111111"}
"""White lines vanish where the scale itself is pale."""
INK = {"light": "#1b1f24", "dark": "#e8eaed"}
GRID = "rgba(128,128,128,0.25)"
"""Faint on light and dark ground."""


def plain_axes(figure: Figure, theme: str, height: int) -> None:
    """A figure on the page's own ground: faint grid, legend above."""
    figure.update_layout(
        height=height, margin={"l": 60, "r": 10, "t": 46, "b": 50}, font={"color": INK[theme]}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID)


def slice_figure(s: ElfSlice, *, colours: str = "perceptual", theme: str = "light", title: str | None = None,
                 height: int = 480) -> Figure:  # fmt: skip
    """ELF heat map with contours, the atoms near the plane, the bond axis and hatched cores."""
    from plotly.graph_objects import Figure, Heatmap

    figure = Figure()
    figure.add_trace(
        Heatmap(
            x=s.z_axis, y=s.x_axis, z=s.image, zmin=0, zmax=1, colorscale=COLOUR_SCALES[colours], name="ELF", zsmooth="best",
            colorbar={"title": {"text": "ELF"}, "thickness": 12, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            hovertemplate="z %{x:.2f} Å, x %{y:.2f} Å<br>ELF %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    _add_contours(figure, s, CONTOUR_INK[colours])
    _add_axis_and_atoms(figure, s)
    low, high = unmasked_range(s)
    figure.update_layout(
        title={"text": title or slice_title(s), "font": {"size": 14}, "x": 0.01},
        height=height, margin={"l": 60, "r": 10, "t": 42, "b": 66}, showlegend=False, font={"color": INK[theme]},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    _square_axes(figure, s)
    figure.add_annotation(
        text=f"ELF outside cores {low:.2f}–{high:.2f}", x=1, y=1.01, xref="paper", yref="paper", showarrow=False,
        xanchor="right", yanchor="bottom", font={"size": 11},
    )  # fmt: skip
    return figure


def profile_figure(slices: list[ElfSlice], *, labels: list[str] | None = None, theme: str = "light", height: int = 220) -> Figure:
    """ELF along the bond axis, one line per slice; masked stretches dotted."""
    from plotly.graph_objects import Figure, Scatter

    palette = [ACCENT[theme], SECOND[theme], "#5b8c2a", "#8a4fbf"]  # as the bonds are marked in 3D
    figure = Figure()
    for k, s in enumerate(slices):
        z, values = s.profile()
        masked = s.mask[len(s.x_axis) // 2]
        name = labels[k] if labels else slice_title(s)
        colour = palette[k % len(palette)]
        figure.add_trace(Scatter(x=z, y=np.where(masked, np.nan, values), name=name, line={"color": colour, "width": 2}))
        figure.add_trace(
            Scatter(x=z, y=np.where(masked, values, np.nan), name="core", line={"color": colour, "width": 1, "dash": "dot"},
                    showlegend=False, hoverinfo="skip")
        )  # fmt: skip
    figure.add_hline(y=0.5, line={"width": 1, "dash": "dash", "color": "#888888"})
    figure.update_layout(
        height=height, margin={"l": 60, "r": 10, "t": 10, "b": 40}, showlegend=len(slices) > 1, font={"color": INK[theme]},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.15},
    )  # fmt: skip
    figure.update_xaxes(title=QUANTITIES["along_bond"].axis, zeroline=False, gridcolor=GRID)
    figure.update_yaxes(title="ELF", range=[0, 1], zeroline=False, gridcolor=GRID)
    return figure


def difference_figure(image: np.ndarray, s: ElfSlice, *, title: str, theme: str = "light", height: int = 480) -> Figure:
    """Signed difference of two images on the axes of a slice, on a fixed -0.5 to 0.5 scale; cores hatched."""
    from plotly.graph_objects import Figure, Heatmap

    figure = Figure()
    figure.add_trace(
        Heatmap(
            x=s.z_axis, y=s.x_axis, z=np.where(s.mask, np.nan, image), zmin=-0.5, zmax=0.5, colorscale="RdBu_r",
            colorbar={"title": {"text": "ΔELF"}, "thickness": 12},
            hovertemplate="z %{x:.2f} Å, x %{y:.2f} Å<br>ΔELF %{z:+.3f}<extra></extra>",
        )
    )  # fmt: skip
    _add_axis_and_atoms(figure, s)
    figure.update_layout(
        title={"text": title, "font": {"size": 14}, "x": 0.01}, height=height, margin={"l": 60, "r": 10, "t": 42, "b": 66},
        showlegend=False, font={"color": INK[theme]}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    _square_axes(figure, s)
    return figure


def slice_title(s: ElfSlice) -> str:
    """Bond, length, azimuth and offset in one line."""
    left, right = s.kind.split("-")
    text = f"{left}{s.frame.left}–{right}{s.frame.right}, {s.length:.3f} Å, φ = {s.azimuth_deg:g}°"
    return text + (f", offset {s.offset:+.2f} Å" if s.offset else "")


def provenance_line(s: ElfSlice) -> str:
    """Method, basis, grid and versions: the one line under every figure."""
    p = s.provenance
    grid = f"{s.window:.1f} Å window, {len(s.z_axis)}² px"
    source = " ".join(str(p[k]) for k in ("source_format", "source_file") if k in p)  # of an imported grid
    spin = ", ".join(str(p[k]) for k in ("quantity", "spin_convention") if k in p)
    parts = [s.structure_name, p.get("level") or source, p.get("elf") or spin, p.get("frame", ""), grid]
    if p.get("converged") is False:
        parts.append("SCF NOT CONVERGED")
    return " · ".join(str(x) for x in (*parts, p.get("program", "")) if x)


def describe_slice(s: ElfSlice) -> str:
    """Text alternative of a slice figure."""
    z, values = s.profile()
    open_ = ~s.mask[len(s.x_axis) // 2]
    inside = open_ & (np.abs(z) < 0.5 * s.length)
    low, high = unmasked_range(s)
    text = f"ELF slice through {slice_title(s)}: values from {low:.2f} to {high:.2f} outside cores"
    if inside.any():
        k = np.argmax(np.where(inside, values, -1))
        text += f"; on the bond line the largest value is {values[k]:.2f} at z = {z[k]:+.2f} Å"
    return text + "."


def unmasked_range(s: ElfSlice) -> tuple[float, float]:
    """Smallest and largest ELF outside cores."""
    values = s.image[~s.mask]
    return (float(values.min()), float(values.max())) if len(values) else (float("nan"), float("nan"))


def _square_axes(figure: Figure, s: ElfSlice) -> None:
    half = 0.5 * s.window
    common = {"range": [-half, half], "constrain": "domain", "showgrid": False, "zeroline": False}
    figure.update_xaxes(title=QUANTITIES["along_bond"].axis, **common)
    figure.update_yaxes(title=QUANTITIES["across_bond"].axis, scaleanchor="x", **common)


def _add_contours(figure: Figure, s: ElfSlice, ink: str) -> None:
    from plotly.graph_objects import Contour

    thin = {"start": 0.1, "end": 0.9, "size": 0.1, "coloring": "none"}
    bold = {"start": 0.5, "end": 0.5, "size": 0.1, "coloring": "none"}
    common = {"x": s.z_axis, "y": s.x_axis, "z": s.image, "showscale": False, "hoverinfo": "skip"}
    figure.add_trace(Contour(**common, contours=thin, opacity=0.55, line={"width": 0.6, "color": ink}))
    figure.add_trace(Contour(**common, contours=bold, line={"width": 2.4, "color": ink}))


def _add_axis_and_atoms(figure: Figure, s: ElfSlice) -> None:
    from plotly.graph_objects import Scatter

    half = 0.5 * s.window
    figure.add_trace(
        Scatter(x=[-half, half], y=[0, 0], mode="lines", line={"color": "rgba(255,255,255,0.6)", "width": 1, "dash": "dash"},
                hoverinfo="skip")
    )  # fmt: skip
    for atom in s.atoms:
        _add_core(figure, atom)
    in_plane = [abs(a.height) < 0.5 for a in s.atoms]
    figure.add_trace(
        Scatter(
            x=[a.z for a in s.atoms], y=[a.x for a in s.atoms], mode="markers+text",
            text=[f"{a.symbol}{a.index}" if abs(a.height) < LABELLED else "" for a in s.atoms], textposition="top center",
            textfont={"color": "#ffffff", "size": 11, "shadow": "0px 0px 3px #000"},
            marker={
                "size": 11, "color": [ELEMENTS.get(a.symbol, OTHER_ELEMENT) for a in s.atoms],
                "line": {"color": "#222222", "width": 1}, "opacity": [1.0 if p else 0.45 for p in in_plane],
            },
            customdata=[[a.height, f"{a.symbol}{a.index}"] for a in s.atoms],
            hovertemplate="%{customdata[1]}, %{customdata[0]:+.2f} Å from the plane<extra></extra>",
        )
    )  # fmt: skip


def _add_core(figure: Figure, atom: PlaneAtom) -> None:
    """Hatched disc where the core's sphere cuts the plane."""
    from ase.data import atomic_numbers
    from plotly.graph_objects import Scatter

    radius2 = core_radius(atomic_numbers[atom.symbol]) ** 2 - atom.height**2
    if radius2 <= 0:
        return
    t = np.linspace(0, 2 * np.pi, 49)
    figure.add_trace(
        Scatter(
            x=atom.z + np.sqrt(radius2) * np.cos(t), y=atom.x + np.sqrt(radius2) * np.sin(t), mode="lines", fill="toself",
            fillpattern={"shape": "/", "size": 6, "solidity": 0.25, "fgcolor": "#ffffff", "bgcolor": "rgba(90,90,90,0.9)"},
            line={"width": 0.8, "color": "rgba(255,255,255,0.7)"}, hoverinfo="skip",
        )
    )  # fmt: skip
