"""Heatmaps as tables and files: the same numbers for CSV, JSON, SVG and the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..structures.structure import Structure
from .explanation import MEASURES, Explanation

if TYPE_CHECKING:
    import pandas as pd


def distances_of(structure: Structure) -> np.ndarray:
    """(n_atoms, n_atoms) Angstrom."""
    return np.linalg.norm(structure.positions[:, None] - structure.positions, axis=-1)


def shares(matrix: np.ndarray) -> np.ndarray:
    """A matrix over its largest off-diagonal size, so that measures of different units can be compared."""
    largest = np.abs(matrix[~np.eye(len(matrix), dtype=bool)]).max()
    return matrix / (largest or 1.0)


def difference(first: np.ndarray, second: np.ndarray, *, same_unit: bool) -> np.ndarray:
    """Sizes of the first measure minus those of the second; each as a share of its own largest pair where units differ."""
    a, b = np.abs(first), np.abs(second)
    return a - b if same_unit else shares(a) - shares(b)


def rank_agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman correlation of the sizes of two measures over all pairs; NaN where one is constant."""
    from scipy.stats import spearmanr

    pairs = np.triu_indices(len(first), 1)
    a, b = (np.abs(0.5 * (m + m.T))[pairs] for m in (first, second))
    return float(spearmanr(a, b).statistic) if np.ptp(a) and np.ptp(b) else float("nan")


def linear_below(matrix: np.ndarray) -> float:
    """Where a logarithmic colour scale begins: the median size of pairs, at least a thousandth of the largest."""
    sizes = np.abs(matrix[~np.eye(len(matrix), dtype=bool)])
    return float(max(np.median(sizes), sizes.max() / 1000, 1e-9))


def strongest(matrix: np.ndarray, atom: int, n: int) -> list[tuple[int, float]]:
    """The atoms most strongly coupled to one, with their values, by size; rows and columns count alike."""
    sizes = np.maximum(np.abs(matrix[atom]), np.abs(matrix[:, atom]))
    sizes[atom] = -1
    found = np.argsort(-sizes, kind="stable")[: min(n, len(sizes) - 1)]
    return [(int(k), float(matrix[atom, k])) for k in found]


def pair_table(structure: Structure, matrices: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row per pair of atoms: i, j, elements, distance in Angstrom, one column per measure (unit in brackets)."""
    import pandas as pd

    i, j = np.triu_indices(len(structure), 1)
    symbols = np.array(structure.symbols)
    table = pd.DataFrame({
        "i": i, "j": j, "kind": [f"{a}-{b}" for a, b in np.sort(np.stack([symbols[i], symbols[j]], 1), axis=1)],
        "distance (Å)": distances_of(structure)[i, j],
    })  # fmt: skip
    for name, matrix in matrices.items():
        table[f"{MEASURES[name].title} ({MEASURES[name].unit})"] = 0.5 * (matrix + matrix.T)[i, j]
    return table


def explanation_json(structure: Structure, found: Sequence[Explanation], header: dict[str, Any]) -> bytes:
    """The matrices of one measure, or of two that are compared, with everything needed to read them."""
    record = header | {
        "structure": structure.name, "symbols": structure.symbols, "positions": structure.positions.round(6).tolist(),
        "measures": [
            {"measure": e.measure, "title": MEASURES[e.measure].title, "unit": MEASURES[e.measure].unit, "gamma": e.gamma,
             "prediction_ev": e.prediction, "sum_ev": e.total, "leak_ev": e.leak,
             "matrix": np.asarray(e.matrix, dtype=float).tolist()}
            for e in found
        ],
    }  # fmt: skip
    return (json.dumps(record, indent=1) + "\n").encode()


def heatmap_svg(structure: Structure, matrix: np.ndarray, order: list[int], title: str, unit: str, *, signed: bool) -> bytes:
    """The heatmap as a figure for print."""
    from io import BytesIO

    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.colors import SymLogNorm
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5.4))
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    shown, top = matrix[np.ix_(order, order)], float(np.abs(matrix).max()) or 1.0
    norm = SymLogNorm(linear_below(matrix), vmin=-top if signed else 0.0, vmax=top)
    image = axes.imshow(shown, cmap="RdBu_r" if signed else "viridis", norm=norm, interpolation="nearest")
    if len(order) <= 40:
        names = [f"{structure.symbols[a]}{a}" for a in order]
        axes.set_xticks(range(len(order)), names, rotation=90, fontsize=7)
        axes.set_yticks(range(len(order)), names, fontsize=7)
    axes.set(title=f"{title}, {structure.name}", xlabel="atom", ylabel="atom")
    figure.colorbar(image, label=unit)
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight")
    return buffer.getvalue()
