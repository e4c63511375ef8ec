"""Genomes as plotly figures, and the colour tables of slices for a canvas."""

from __future__ import annotations

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
