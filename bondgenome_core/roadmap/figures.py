"""The map and comparisons of sets of bonds as plotly figures, for reports, dashboards and offline files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..quantities import QUANTITIES
from ..slices.figures import INK
from .atlas import Atlas
from .colouring import Colouring, quantity_of
from .roads import SUPPORTED
from .selections import MEASURED

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GREY = {"light": "#d5dade", "dark": "#39424b"}
BINS = 24
GRID = "rgba(128,128,128,0.25)"


def map_figure(atlas: Atlas, colouring: Colouring, *, shown: np.ndarray | None = None, selected: int | None = None,
               roads: bool = False, theme: str = "light", height: int = 620) -> Figure:  # fmt: skip
    """The map as WebGL points; ``customdata`` is the bond number; bonds outside ``shown`` (n,) stay grey."""
    from plotly.graph_objects import Figure, Scattergl

    keep = np.ones(len(atlas), dtype=bool) if shown is None else shown
    figure = Figure()
    figure.add_trace(Scattergl(x=atlas.points[~keep, 0], y=atlas.points[~keep, 1], mode="markers", hoverinfo="skip",
                               marker={"size": 5, "color": GREY[theme]}, name="others"))  # fmt: skip
    figure.add_trace(
        Scattergl(
            x=atlas.points[keep, 0], y=atlas.points[keep, 1], customdata=np.nonzero(keep)[0].astype(np.int32), mode="markers",
            marker={"size": 5, "color": [colouring.colours[k] for k in colouring.shade[keep]]},
            name=quantity_of(colouring.column).label,
            hovertemplate="bond %{customdata}<extra></extra>",
        )
    )  # fmt: skip
    if roads:
        _add_roads(figure, atlas, theme)
    places = atlas.points[[f.exemplar for f in atlas.families]]
    rings = {"size": 8, "color": "rgba(0,0,0,0)", "line": {"width": 2, "color": INK[theme]}}
    figure.add_trace(Scattergl(x=places[:, 0], y=places[:, 1], text=[f.short for f in atlas.families], mode="markers+text",
                               textposition="top center", hoverinfo="skip", name="families", marker=rings))  # fmt: skip
    if selected is not None:
        x, y = atlas.points[selected]
        ring = {"size": 18, "symbol": "circle-open", "color": INK[theme], "line": {"width": 3}}
        figure.add_trace(Scattergl(x=[x], y=[y], mode="markers", marker=ring, hoverinfo="skip", name="selected"))
    axis = {"visible": False}
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False, font={"color": INK[theme]}, dragmode="pan",
        xaxis=axis, yaxis=axis | {"scaleanchor": "x"}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    return figure


def _add_roads(figure: Figure, atlas: Atlas, theme: str) -> None:
    from plotly.graph_objects import Scattergl

    for supported, dash in ((True, "solid"), (False, "dot")):
        x, y = [], []
        for road in atlas.roads:
            if (road.support >= SUPPORTED) == supported:
                ends = atlas.points[[atlas.families[road.a].exemplar, atlas.families[road.b].exemplar]]
                x += [*ends[:, 0], None]
                y += [*ends[:, 1], None]
        line = {"color": INK[theme], "width": 1.5, "dash": dash}
        figure.add_trace(Scattergl(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="roads"))


def distribution_figure(atlas: Atlas, sets: Mapping[str, np.ndarray], colours: Mapping[str, str], *, theme: str = "light",
                        height: int = 380) -> Figure:  # fmt: skip
    """Histograms of each measured property, one outline per named set of bond numbers, as shares of the set."""
    from plotly.graph_objects import Histogram
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=3, vertical_spacing=0.25, horizontal_spacing=0.08)
    for k, column in enumerate(MEASURED):
        row, col = k // 3 + 1, k % 3 + 1
        values = {name: atlas.bonds[column].to_numpy()[bonds] for name, bonds in sets.items()}
        known = np.concatenate([v[np.isfinite(v)] for v in values.values()])
        if not len(known):
            continue
        low, high = float(known.min()), float(known.max())
        bins = {"start": low, "end": high + 1e-9, "size": max(high - low, 1e-6) / BINS}
        for name, v in values.items():
            trace = Histogram(x=v[np.isfinite(v)], xbins=bins, histnorm="probability", name=name, marker={"color": colours[name]},
                              opacity=0.55, showlegend=k == 0, legendgroup=name)  # fmt: skip
            figure.add_trace(trace, row=row, col=col)
        figure.update_xaxes(title={"text": QUANTITIES[column].axis, "font": {"size": 11}}, row=row, col=col, gridcolor=GRID)
    figure.update_yaxes(gridcolor=GRID, tickformat=".0%")
    figure.update_layout(
        barmode="overlay", height=height, margin={"l": 45, "r": 10, "t": 30, "b": 45}, font={"color": INK[theme]},
        legend={"orientation": "h", "y": 1.12}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    return figure
