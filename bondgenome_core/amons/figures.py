"""Predictions as plotly figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..palette import CATEGORIES, UNKNOWN
from ..slices.figures import INK
from .predict import CONFIDENCE, Prediction

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SMALLEST = 1e-4
"""kcal/mol: below, nothing is drawn on a logarithmic axis."""


def curve_figure(found: Prediction, *, true: float | None = None, theme: str = "light", height: int = 340) -> Figure:
    """How far the energy is from that of the largest amons as they grow, and what elements alone and the interval say.

    true: energy at the reference level in kcal/mol, where it was computed; the curve is then the error.
    """
    from plotly.graph_objects import Figure, Scatter

    zero = found.estimate.energy if true is None else true
    known = [(s.k, s.estimate, s.n_amons) for s in found.curve if s.estimate is not None]
    sizes = [k for k, _, _ in known]
    lines = (
        ("elements alone", [abs(e.baseline - zero) for _, e, _ in known], UNKNOWN, "solid"),
        ("amons", [abs(e.energy - zero) for _, e, _ in known], CATEGORIES[0], "solid"),
        ("stated: half of the 95 % interval", [_width(e.std) for _, e, _ in known], CATEGORIES[1], "dot"),
    )
    figure = Figure()
    for name, values, colour, dash in lines:
        figure.add_trace(
            Scatter(x=sizes, y=[v if v and v > SMALLEST else None for v in values], mode="lines+markers", name=name,
                    line={"color": colour, "width": 2.5, "dash": dash}, customdata=[n for _, _, n in known],
                    hovertemplate="%{customdata} amons: %{y:.3g} kcal/mol<extra></extra>")
        )  # fmt: skip
    grid = {"gridcolor": "rgba(128,128,128,0.2)", "zerolinecolor": "rgba(128,128,128,0.4)"}
    figure.update_layout(
        height=height, margin={"l": 60, "r": 10, "t": 30, "b": 50}, font={"color": INK[theme]}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    figure.update_xaxes(title="Heavy atoms of the largest amon", dtick=1, **grid)
    what = "Absolute error (kcal/mol)" if true is not None else "Away from the last energy (kcal/mol)"
    figure.update_yaxes(title=what, type="log", **grid)
    return figure


def _width(std: float | None) -> float | None:
    return None if std is None else CONFIDENCE * std
