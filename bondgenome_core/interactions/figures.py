"""The studies as plotly figures; records are those of ``studies.report``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..palette import CATEGORIES, UNKNOWN
from ..slices.figures import INK, plain_axes
from .explanation import MEASURES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MODEL, REFERENCE = CATEGORIES[0], CATEGORIES[1]
BODIES = ("1 atom", "2 atoms", "3 atoms", "4 atoms", "5 atoms")
SLOPES = {"hessian": (3, 8), "xtb": (3, 8)}
"""Guides of a Hessian: Coulomb r^-1 gives r^-3, dispersion r^-6 gives r^-8.  Relevance has no slope to be compared with."""


def strength_figure(record: Mapping[str, Any], measure: str, *, theme: str = "light") -> Figure:
    """Medians and quartiles per pair of elements, of a measure and of xTB, as they stand and at equal distance."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    titles = ("as it stands", "at equal distance (over the median of its 0.5 Å bin)")
    figure = make_subplots(rows=1, cols=2, subplot_titles=titles, horizontal_spacing=0.12, shared_yaxes=True)
    for name, colour, shift in ((measure, MODEL, 0.16), ("xtb", REFERENCE, -0.16)):
        rows = sorted(record["kinds"][name], key=lambda r: r["kind"])
        place = np.arange(len(rows)) + shift
        for column, quantity in enumerate(("raw", "equal_distance"), 1):
            middle = np.array([_number(r[f"{quantity}_median"]) for r in rows])
            ends = [[_number(r[f"{quantity}_{end}"]) for r in rows] for end in ("low", "high")]
            error = {"type": "data", "symmetric": False, "array": ends[1] - middle, "arrayminus": middle - ends[0], "width": 0}
            figure.add_trace(
                Scatter(x=middle, y=place, mode="markers", name=_title(name), marker={"color": colour, "size": 9}, error_x=error,
                        customdata=[(r["kind"], r["n"]) for r in rows], showlegend=column == 1,
                        hovertemplate="%{customdata[0]}: %{x:.3g}, %{customdata[1]} pairs<extra></extra>"),
                row=1, col=column,
            )  # fmt: skip
    kinds = [r["kind"] for r in sorted(record["kinds"][measure], key=lambda r: r["kind"])]
    plain_axes(figure, theme, 170 + 46 * len(kinds))
    figure.update_layout(margin_t=76, legend={"yref": "container", "y": 1.0, "yanchor": "top"})  # above the titles of the panels
    unit = MEASURES[measure].unit
    same = unit == MEASURES["xtb"].unit
    raw = f"median and quartiles ({unit})" if same else f"median and quartiles ({unit}; xTB: {MEASURES['xtb'].unit})"
    figure.update_xaxes(type="log", title=raw, row=1, col=1)
    figure.update_xaxes(type="log", title="times the median of its distance", row=1, col=2)
    figure.update_yaxes(tickvals=list(range(len(kinds))), ticktext=kinds)
    return figure


def size_figure(record: Mapping[str, Any], family: str, *, theme: str = "light", height: int = 380) -> Figure:
    """Participation number of an atom's relevance against the length of the chain, one line per read-out."""
    from plotly.graph_objects import Figure, Scatter

    figure = Figure()
    for (title, families), colour in zip(record["families"].items(), CATEGORIES, strict=False):
        own = families[family]
        figure.add_trace(
            Scatter(x=own["n_carbon"], y=own["participation"], mode="lines+markers", name=title, line={"color": colour},
                    error_y={"type": "data", "array": own["spread"], "width": 0})
        )  # fmt: skip
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Carbon atoms in the chain", type="log", tickvals=[2, 3, 4, 6, 8, 10, 12])
    figure.update_yaxes(title="Atoms that carry relevance", type="log", tickvals=[1, 2, 5, 10, 20, 40])
    return figure


def decay_figure(record: Mapping[str, Any], measure: str, *, theme: str = "light", height: int = 480) -> Figure:
    """Pairs against distance on logarithmic axes: points by kind, median and 10-90 % band, the fit, xTB's median, guides."""
    from plotly.graph_objects import Figure, Scatter

    figure, sample = Figure(), record["sample"]
    kinds = sorted(set(sample["kind"]))
    for kind, colour in zip(kinds, CATEGORIES[2:], strict=False):
        own = [k for k, name in enumerate(sample["kind"]) if name == kind and sample[measure][k] > 0]
        figure.add_trace(
            Scatter(x=[sample["distance"][k] for k in own], y=[sample[measure][k] for k in own], mode="markers", name=kind,
                    marker={"color": colour, "size": 4, "opacity": 0.5})
        )  # fmt: skip
    for name, colour in ((measure, MODEL), ("xtb", REFERENCE)):
        if name == "xtb" and MEASURES[measure].unit != MEASURES["xtb"].unit:
            continue
        for trace in _band(record["curves"][name], _title(name), colour):
            figure.add_trace(trace)
    fit = record["fits"][measure]
    x = np.array([2.5, record["cutoff"]])
    said = f"r^-{fit['exponent']:.1f} ({fit['low']:.1f} to {fit['high']:.1f})"
    figure.add_trace(_slope(x, fit["at_one"], fit["exponent"], said, MODEL, "solid"))
    middle = float(np.sqrt(x.prod()))  # guides cross the fit in the middle of its range
    for n in SLOPES.get(measure, ()):
        at_one = fit["at_one"] * middle ** (n - fit["exponent"])
        figure.add_trace(_slope(np.array([2.5, record["longest"]]), at_one, n, f"r^-{n}", UNKNOWN, "dot"))
    for place, words in ((record["cutoff"], "cut-off"), (record["reach"], "layers × cut-off")):
        if place <= 1.1 * record["longest"]:
            figure.add_vline(x=place, line={"color": INK[theme], "dash": "dash", "width": 1})
            # words stand at the logarithm of their place on such an axis
            figure.add_annotation(text=words, x=np.log10(place), xanchor="left", y=1, yref="paper", showarrow=False)
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Distance of the pair (Å)", type="log", tickvals=[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15])
    figure.update_yaxes(title=f"{_title(measure)} ({MEASURES[measure].unit})", type="log", exponentformat="power")
    return figure


def body_figure(records: Sequence[Mapping[str, Any]], gamma: str, *, theme: str = "light") -> Figure:
    """Share of absolute relevance by the number of distinct atoms of a walk, one bar per model, the null baseline among them."""
    from plotly.graph_objects import Bar, Figure

    figure, names = Figure(), [_model_title(r) for r in records]
    for k, (words, colour) in enumerate(zip(BODIES, CATEGORIES, strict=False)):
        shares = [dict(enumerate(r["by_gamma"][gamma]["share"])).get(k) for r in records]
        if any(s is not None for s in shares):
            figure.add_trace(Bar(y=names, x=shares, name=words, orientation="h", marker_color=colour,
                                 hovertemplate="%{y}, " + words + ": %{x:.3f}<extra></extra>"))  # fmt: skip
    plain_axes(figure, theme, 130 + 34 * len(names))
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_xaxes(title="Share of Σ|R|", range=[0, 1])
    figure.update_yaxes(autorange="reversed", automargin=True)
    return figure


def angle_figure(record: Mapping[str, Any], *, theme: str = "light", height: int = 360) -> Figure:
    """Relevance of walks over exactly three bonded atoms against their angle."""
    from plotly.graph_objects import Figure, Scatter

    figure, triples = Figure(), record["triples"]
    for kind, colour in zip(sorted({t["kind"] for t in triples}), CATEGORIES, strict=False):
        own = [t for t in triples if t["kind"] == kind]
        figure.add_trace(
            Scatter(x=[t["angle"] for t in own], y=[t["relevance"] for t in own], mode="markers", name=kind,
                    marker={"color": colour, "size": 6})
        )  # fmt: skip
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Angle of the bonded triple (°)")
    figure.update_yaxes(title="Relevance of three atoms (eV)")
    return figure


def stability_figure(rows: Sequence[Mapping[str, Any]], against: str, temperature: float, *, theme: str = "light",
                     height: int = 380) -> Figure:  # fmt: skip
    """Time until failure of every model against its force error or its deviation from xTB; replicas as a bar, cut-offs by
    CUTOFF_SYMBOLS, models that are too inaccurate to count hollow."""
    from plotly.graph_objects import Figure, Scatter

    from .studies.stability_study import is_member

    figure = Figure()
    for kind, colour in zip(sorted({r["kind"] for r in rows}), CATEGORIES, strict=False):
        own = [r for r in rows if r["kind"] == kind]
        runs = [r[f"md_{temperature:g}"] for r in own]
        middle = np.array([m["median_ps"] for m in runs])
        said = [(r["name"], m["n_survivors"]) for r, m in zip(own, runs, strict=True)]
        error = {"type": "data", "symmetric": False, "width": 0, "array": [max(m["times_ps"]) for m in runs] - middle,
                 "arrayminus": middle - [min(m["times_ps"]) for m in runs]}  # fmt: skip
        figure.add_trace(
            Scatter(x=[r[against] for r in own], y=middle, mode="markers", name=kind, error_y=error,
                    marker={"color": colour, "size": 9, "symbol": [_symbol(r["cutoff"], is_member(r)) for r in own]},
                    customdata=said,
                    hovertemplate="%{customdata[0]}: median %{y:.2f} ps, %{customdata[1]} replicas survive<extra></extra>")
        )  # fmt: skip
    plain_axes(figure, theme, height)
    words = {"force_mae": "Force error on test frames (kcal/mol/Å)", "deviation": "Deviation from xTB's couplings (decades)"}
    figure.update_xaxes(title=words[against])
    figure.update_yaxes(title="Time until failure (ps)", rangemode="tozero")
    return figure


CUTOFF_SYMBOLS = {3.0: "triangle-up", 5.0: "circle", 8.0: "square"}


def _symbol(cutoff: float, member: bool) -> str:
    return CUTOFF_SYMBOLS.get(cutoff, "diamond") + ("" if member else "-open")


def scaling_figure(records: Sequence[Mapping[str, Any]], *, theme: str = "light", height: int = 360) -> Figure:
    """Seconds and memory of a step against the number of atoms, on logarithmic axes with a line of slope one."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.12)
    for record, colour in zip(records, CATEGORIES, strict=False):
        n = np.array(record["n_atoms"])
        for column, quantity in enumerate(("seconds", "memory_mib"), 1):
            y = np.array(record[quantity])
            figure.add_trace(Scatter(x=n, y=y, mode="lines+markers", name=record["kind"], line={"color": colour},
                                     showlegend=column == 1), row=1, col=column)  # fmt: skip
            figure.add_trace(Scatter(x=n, y=y[-1] * n / n[-1], mode="lines", name="linear", showlegend=False,
                                     line={"color": UNKNOWN, "dash": "dot"}), row=1, col=column)  # fmt: skip
    plain_axes(figure, theme, height)
    figure.update_xaxes(title="Atoms", type="log")
    figure.update_yaxes(title="Seconds a step, one thread", type="log", row=1, col=1)
    figure.update_yaxes(title="Memory of a step (MiB)", type="log", row=1, col=2)
    return figure


def _band(curve: Mapping[str, Sequence[float]], name: str, colour: str) -> list[Any]:
    from plotly.graph_objects import Scatter

    x, low, middle, high = (np.array(curve[k], dtype=float) for k in ("distance", "low", "median", "high"))
    there = (middle > 0) & (high > 0)
    floor = np.maximum(low[there], middle[there] * 1e-3)
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    line = {"line": {"color": colour, "width": 3}, "marker": {"size": 5}}
    return [
        Scatter(x=x[there], y=high[there], **edge),
        Scatter(x=x[there], y=floor, fill="tonexty", fillcolor=_faint(colour), **edge),
        Scatter(x=x[there], y=middle[there], mode="lines+markers", name=f"{name}: median, 10–90 %", **line),
    ]  # fmt: skip


def _slope(x: np.ndarray, at_one: float, exponent: float, name: str, colour: str, dash: str) -> Any:
    from plotly.graph_objects import Scatter

    line = {"color": colour, "dash": dash, "width": 1.5}
    return Scatter(x=x, y=at_one * x**-exponent, mode="lines", name=name, line=line, hoverinfo="skip")


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _model_title(record: Mapping[str, Any]) -> str:
    return f"{record['kind']}, {'analytic pairs (null)' if record['null'] else record['model'].split('-')[1]}"


def _title(measure: str) -> str:
    return MEASURES[measure].title


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
