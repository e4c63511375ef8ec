"""Predictions as plotly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..palette import CATEGORIES, UNKNOWN
from ..slices.figures import INK, plain_axes
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
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Heavy atoms of the largest amon", dtick=1)
    what = "Absolute error (kcal/mol)" if true is not None else "Away from the last energy (kcal/mol)"
    figure.update_yaxes(title=what, type="log")
    return figure


def family_figure(records: Sequence[Mapping[str, Any]], *, theme: str = "light", height: int = 420) -> Figure:
    """Absolute errors of a family's molecules against the size of the amons, one thin line each, and their mean."""
    from plotly.graph_objects import Figure, Scatter

    figure, by_size = Figure(), dict[int, list[float]]()
    for record in records:
        errors = {step["k"]: abs(step["error"]) for step in record["curve"]}
        for k, error in errors.items():
            by_size.setdefault(k, []).append(error)
        figure.add_trace(Scatter(x=list(errors), y=[max(e, SMALLEST) for e in errors.values()], mode="lines", name=record["name"],
                                 showlegend=False, line={"color": UNKNOWN, "width": 1}, opacity=0.5))  # fmt: skip
    sizes = sorted(by_size)
    means = [sum(by_size[k]) / len(by_size[k]) for k in sizes]
    figure.add_trace(Scatter(x=sizes, y=means, mode="lines+markers", name="mean absolute error",
                             line={"color": CATEGORIES[0], "width": 3}))  # fmt: skip
    figure.add_hline(y=1.0, line={"color": INK[theme], "dash": "dot", "width": 1})
    # words stand at the logarithm of their place on such an axis
    figure.add_annotation(text="1 kcal/mol", x=1, xref="paper", xanchor="right", y=0, yanchor="bottom", showarrow=False)
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Heavy atoms of the largest amon", dtick=1)
    figure.update_yaxes(title="Absolute error (kcal/mol)", type="log")
    return figure


def _width(std: float | None) -> float | None:
    return None if std is None else CONFIDENCE * std
