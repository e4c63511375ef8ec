"""Figures put side by side with linked axes; the figures themselves come from the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bondgenome_core.slices.difference import SliceDifference
from bondgenome_core.slices.elf_slice import ElfSlice
from bondgenome_core.slices.figures import difference_figure, slice_figure, slice_title

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GAP = 0.085


def compare_figure(first: ElfSlice, second: ElfSlice, difference: SliceDifference, *, colours: str, theme: str,
                   names: tuple[str, str] = ("", ""), height: int = 430) -> Figure:  # fmt: skip
    """Both slices and their difference in a row; zooming one zooms all.  names: before each title, where the bond is the same."""
    from plotly.subplots import make_subplots

    panels = [
        slice_figure(first, colours=colours, theme=theme),
        slice_figure(second, colours=colours, theme=theme),
        difference_figure(difference.image, first, title="", theme=theme),
    ]
    titles = [f"{n}: {slice_title(s)}" if n else slice_title(s) for n, s in zip(names, (first, second), strict=True)]
    titles.append(f"Difference, RMSD {difference.rmsd:.3f}")
    figure = make_subplots(rows=1, cols=3, subplot_titles=titles, horizontal_spacing=GAP)
    for column, panel in enumerate(panels, start=1):
        for trace in panel.data:
            if trace.type == "heatmap":
                # one scale serves both slices
                trace.update(showscale=column != 1)
                trace.colorbar.update(x=(0.63, 1.0)[column == 3], len=0.9)
            figure.add_trace(trace, row=1, col=column)
        side = "" if column == 1 else str(column)
        figure.layout[f"xaxis{side}"].update(panel.layout.xaxis.to_plotly_json())
        figure.layout[f"yaxis{side}"].update(panel.layout.yaxis.to_plotly_json())
    figure.update_xaxes(matches="x", constrain="domain")
    for column, axis in enumerate(("", "2", "3")):
        domain = figure.layout[f"xaxis{axis}"].domain
        figure.layout[f"xaxis{axis}"].update(domain=domain or _domain(column), anchor=f"y{axis}")
        title = "" if column else panels[0].layout.yaxis.title
        figure.layout[f"yaxis{axis}"].update(anchor=f"x{axis}", scaleanchor=f"x{axis}", title=title)
    figure.update_layout(
        height=height, showlegend=False, margin={"l": 60, "r": 10, "t": 40, "b": 55}, font=panels[0].layout.font,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    figure.update_annotations(font_size=13)
    return figure


def _domain(column: int) -> list[float]:
    width = (1 - 2 * GAP) / 3
    return [column * (width + GAP), column * (width + GAP) + width]
