"""The barcode: eight cells, one scale, refusals."""

from __future__ import annotations

import re

import pytest

from bondgenome_core.errors import GenomeError
from bondgenome_core.palette import DIVERGING, GENE_COLOURS, diverging_colour
from bondgenome_ui.barcode import LIMIT, barcode_svg

pytestmark = pytest.mark.unit


def test_barcode_has_one_cell_and_one_colour_line_per_gene():
    svg = barcode_svg([0.1 * k for k in range(8)])
    assert len(re.findall("<rect", svg)) == 16
    assert all(colour in svg for colour in GENE_COLOURS)
    assert "+0.70" in svg


def test_scale_is_neutral_at_zero_and_ends_beyond_its_limit():
    assert diverging_colour(0.0, LIMIT) == DIVERGING[2][1]
    assert diverging_colour(-99.0, LIMIT) == DIVERGING[0][1]
    assert diverging_colour(99.0, LIMIT) == DIVERGING[-1][1]


@pytest.mark.parametrize("values", [[0.0] * 7, [0.0] * 9, [0.0] * 7 + [float("nan")]])
def test_genome_of_wrong_length_or_with_nan_is_refused(values):
    with pytest.raises(GenomeError, match="8 finite values"):
        barcode_svg(values)
