"""Genomes as plotly figures, and the colour tables of slices for a canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..palette import GENE_COLOURS
from ..quantities import QUANTITIES
from ..slices.figures import COLOUR_SCALES, INK
from .reading import GENES

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

SHADES = 256


def colour_table(colours: str) -> np.ndarray:
    """(256, 3) uint8 along one of the colour scales of slices, so that a canvas shows what a figure shows.

    >>> colour_table("rainbow")[[0, -1]].tolist()
    [[0, 0, 255], [255, 0, 0]]
    """
    from plotly.colors import sample_colorscale

    shades = sample_colorscale(COLOUR_SCALES[colours], np.linspace(0, 1, SHADES).tolist(), colortype="tuple")
    return np.round(255 * np.array(shades)).astype(np.uint8)


def series_figure(table: pd.DataFrame, *, label: str, theme: str = "light", height: int = 380) -> Figure:
    """The genes of one bond over frames, each in its own colour, and its length below."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.75, 0.25], vertical_spacing=0.06)
    lines = "lines+markers" if len(table) > 1 else "markers"
    for gene, colour in zip(GENES, GENE_COLOURS, strict=True):
        trace = Scatter(
            x=table["frame"], y=table[gene], name=gene, mode=lines, line={"color": colour, "width": 2}, marker={"size": 5}
        )
        figure.add_trace(trace, row=1, col=1)
    length = Scatter(x=table["frame"], y=table["length"], name=QUANTITIES["length"].symbol, mode=lines, showlegend=False,
                     line={"color": INK[theme], "width": 1.5}, marker={"size": 5})  # fmt: skip
    figure.add_trace(length, row=2, col=1)
    figure.update_layout(
        title={"text": label, "font": {"size": 14}, "x": 0.01}, height=height, margin={"l": 60, "r": 10, "t": 40, "b": 45},
        font={"color": INK[theme]}, hovermode="x unified", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.12, "x": 1, "xanchor": "right"},
    )  # fmt: skip
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.5)"}
    figure.update_xaxes(title="Frame", row=2, col=1, **grid)
    figure.update_xaxes(row=1, col=1, **grid)
    figure.update_yaxes(title="Gene value", row=1, col=1, **grid)
    figure.update_yaxes(title="d (Å)", row=2, col=1, **grid)
    return figure


def describe_series(table: pd.DataFrame, label: str) -> str:
    """Text alternative of the figure over frames."""
    spread = ", ".join(f"{g} {table[g].min():+.2f} to {table[g].max():+.2f}" for g in GENES)
    low, high = table["length"].min(), table["length"].max()
    return f"Genome of {label} over {len(table)} frames: {spread}; length {low:.3f} to {high:.3f} Angstrom."


def reliability_figure(pairs: Sequence[tuple[float, float]], *, theme: str = "light", height: int = 380) -> Figure:
    """Errors that badges state against the actual ones of species never seen, and the line on which they would agree."""
    from plotly.graph_objects import Figure, Scatter

    stated, actual = np.array(pairs).T
    end = 1.08 * float(max(stated.max(), actual.max()))
    figure = Figure(Scatter(x=[0, end], y=[0, end], mode="lines", name="as stated", line={"color": INK[theme], "dash": "dot"}))
    figure.add_trace(
        Scatter(x=stated, y=actual, mode="lines+markers", name="species never seen", line={"color": GENE_COLOURS[0]})
    )
    _plain(figure, theme, height)
    figure.update_xaxes(title="Stated RMSE of ELF", range=[0, end])
    figure.update_yaxes(title="Actual RMSE of ELF", range=[0, end], scaleanchor="x")
    return figure


def meaning_figure(table: pd.DataFrame, *, theme: str = "light") -> Figure:
    """Rank correlation of every gene with every descriptor as a grid of colours.

    table: columns gene, label, rho, rho_error, mi, mi_error.
    """
    from plotly.graph_objects import Figure, Heatmap

    labels = list(dict.fromkeys(table["label"]))
    grids = {c: table.pivot(index="label", columns="gene", values=c).loc[labels] for c in ("rho", "rho_error", "mi", "mi_error")}
    hover = (
        "%{y}, %{x}: r = %{z:.2f} ± %{customdata[0]:.2f}, "
        "information %{customdata[1]:.2f} ± %{customdata[2]:.2f} nats<extra></extra>"
    )
    extra = np.stack([grids[c].to_numpy() for c in ("rho_error", "mi", "mi_error")], -1)
    figure = Figure(Heatmap(
        z=grids["rho"].to_numpy(), x=list(grids["rho"].columns), y=labels, customdata=extra, hovertemplate=hover, zmin=-1, zmax=1,
        colorscale="RdBu_r", texttemplate="%{z:.2f}", colorbar={"title": "rank r", "thickness": 12}, xgap=1, ygap=1,
    ))  # fmt: skip
    _plain(figure, theme, 110 + 24 * len(labels))
    figure.update_xaxes(side="top", showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def readability_figure(table: pd.DataFrame, *, theme: str = "light") -> Figure:
    """R2 with which descriptors are read from the eight values, beside bond length alone; columns label, r2, r2_length."""
    from plotly.graph_objects import Bar, Figure

    figure = Figure()
    for column, name, colour in (("r2", "eight values", GENE_COLOURS[0]), ("r2_length", "bond length alone", "#9aa0a6")):
        figure.add_trace(Bar(y=table["label"], x=table[column].clip(lower=0), name=name, orientation="h", marker_color=colour))
    _plain(figure, theme, 110 + 30 * len(table))
    figure.update_layout(barmode="group", legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title="R² on trajectories never trained on (below 0 drawn as 0)", range=[0, 1])
    figure.update_yaxes(autorange="reversed")
    return figure


def distribution_figure(bonds: pd.DataFrame, column: str, *, theme: str = "light", height: int = 300) -> Figure:
    """Histogram of a column of a model's table of bonds, by kind."""
    from plotly.graph_objects import Figure, Histogram

    figure = Figure()
    for (kind, own), colour in zip(bonds.groupby("kind"), GENE_COLOURS, strict=False):
        figure.add_trace(Histogram(x=own[column], name=str(kind), marker_color=colour, opacity=0.7, nbinsx=80))
    _plain(figure, theme, height)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title=QUANTITIES[column].axis)
    figure.update_yaxes(title="Bonds")
    return figure


def _plain(figure: Figure, theme: str, height: int) -> None:
    figure.update_layout(
        height=height, margin={"l": 60, "r": 10, "t": 40, "b": 45}, font={"color": INK[theme]},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.5)"}
    figure.update_xaxes(**grid)
    figure.update_yaxes(**grid, automargin=True)
