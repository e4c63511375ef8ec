"""An atom-by-atom heatmap: one click on a cell chooses a pair, on a label an atom; arrow keys move the cell."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from bondgenome_core.palette import ELEMENTS, OTHER_ELEMENT

_here = Path(__file__).parent
_heatmap = st.components.v2.component(
    "bondgenome_heatmap",
    html=(_here / "heatmap.html").read_text(encoding="utf-8"),
    css=(_here / "heatmap.css").read_text(encoding="utf-8"),
    js=(_here / "heatmap.js").read_text(encoding="utf-8"),
)


def show_heatmap(matrix: np.ndarray, symbols: Sequence[str], *, key: str, title: str, unit: str, signed: bool,
                 order: Sequence[int], chosen: tuple[int, int] | None, greyed: bool, linear: float,
                 on_pair: Callable[[int, int], None], height: int = 520) -> None:  # fmt: skip
    """Show a matrix (n, n); a chosen pair or atom (i, i) is handed to ``on_pair`` before the page runs again.

    order: the atoms along both axes.  linear: values smaller than this are coloured linearly, larger ones by logarithm.
    greyed: draw without colour, for what must not be trusted.
    """
    n = len(symbols)

    def picked() -> None:
        cell = st.session_state[key].cell
        if cell and 0 <= cell["i"] < n and 0 <= cell["j"] < n:
            on_pair(int(cell["i"]), int(cell["j"]))

    data: dict[str, Any] = {
        "n": n, "values": base64.b64encode(np.ascontiguousarray(matrix, dtype="<f4").tobytes()).decode(),
        "symbols": list(symbols), "colours": [ELEMENTS.get(s, OTHER_ELEMENT) for s in symbols], "order": [int(k) for k in order],
        "title": title, "unit": unit, "signed": signed, "linear": linear, "greyed": greyed, "height": height,
        "chosen": list(chosen) if chosen else None,
    }  # fmt: skip
    _heatmap(key=key, data=data, on_cell_change=picked)
