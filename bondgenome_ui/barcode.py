"""The genome barcode: eight cells on one diverging scale stand for a bond wherever it appears."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
import streamlit as st

from bondgenome_core.errors import GenomeError
from bondgenome_core.palette import GENE_COLOURS, N_GENES, diverging_colour

BARCODE = 104
"""Pixels in a table, which draws an image as high as its row and cuts off what is wider than the column."""
LIMIT = 3.0
"""Genes are whitened: three standard deviations span the scale."""


def barcode_svg(genome: Sequence[float] | np.ndarray, *, width: int = 160, height: int = 24) -> str:
    """SVG with one cell per gene, the gene's own colour as a line under it, and the values as its text alternative.

    Raises GenomeError for a number of values other than eight, or values that are not finite.
    """
    values = np.asarray(genome, dtype=float).reshape(-1)
    if len(values) != N_GENES or not np.isfinite(values).all():
        finite = int(np.isfinite(values).sum())
        raise GenomeError(f"A genome has {N_GENES} finite values; got {len(values)}, of which {finite} finite.")
    cell, line = width / N_GENES, max(2, height // 8)
    cells = "".join(
        f'<rect x="{k * cell:g}" y="0" width="{cell - 1:g}" height="{height - line - 1:g}" fill="{diverging_colour(v, LIMIT)}" '
        f'stroke="#8a949c" stroke-width="0.5"/>'
        f'<rect x="{k * cell:g}" y="{height - line:g}" width="{cell - 1:g}" height="{line}" fill="{GENE_COLOURS[k]}"/>'
        for k, v in enumerate(values)
    )
    words = describe_barcode(values)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{words}"><title>{words}</title>{cells}</svg>'
    )


def describe_barcode(genome: Sequence[float] | np.ndarray) -> str:
    """The values in words.

    >>> describe_barcode([0.5] * 8)
    'Genome: +0.50, +0.50, +0.50, +0.50, +0.50, +0.50, +0.50, +0.50'
    """
    return "Genome: " + ", ".join(f"{v:+.2f}" for v in np.asarray(genome, dtype=float))


def barcode_uri(genome: Sequence[float] | np.ndarray, *, width: int = 160, height: int = 24) -> str:
    """The barcode as a data URI, for image columns of tables and for map tooltips."""
    return "data:image/svg+xml;base64," + base64.b64encode(barcode_svg(genome, width=width, height=height).encode()).decode()


def show_barcode(genome: Sequence[float] | np.ndarray, *, width: int = 160, height: int = 24) -> None:
    """Put the barcode on the page, as an image: SVG inside HTML is taken out before it is shown."""
    uri, words = barcode_uri(genome, width=width, height=height), describe_barcode(genome)
    st.html(f'<img src="{uri}" alt="{words}" title="{words}" width="{width}" height="{height}">', width="content")
