"""The points of a map alone, without the tables that go with it: enough for a picture, and read in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..genome.model import GenomeModel

ARRAYS = "atlas.safetensors"


def map_points(model: GenomeModel) -> tuple[np.ndarray, np.ndarray] | None:
    """(n, 2) points and (n,) families from 0 of a model's map; None where it has none that can be read.

    For pictures only: whether the map belongs to the model's present weights is checked by ``load_atlas``.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays = load_file(model.folder / ARRAYS)
        return arrays["points"], arrays["family"]
    except (OSError, SafetensorError, KeyError):
        return None
