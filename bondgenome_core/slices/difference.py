"""Signed difference of two slices, where both can be compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import SliceError
from .elf_slice import ElfSlice


class SliceDifference(NamedTuple):
    """image: (n, n) first minus second, NaN inside a core of either.  rmsd: over what is compared."""

    image: np.ndarray
    rmsd: float


def slice_difference(first: ElfSlice, second: ElfSlice, *, across_treatments: bool = False) -> SliceDifference:
    """ELF(first) - ELF(second), pixel by pixel, bond midpoints and axes laid on each other.

    across_treatments: to see what the treatment of cores itself changes in one bond.  Raises SliceError where window,
    pixels or (otherwise) core treatment differ: such images must not be compared.
    """
    if first.image.shape != second.image.shape or abs(first.window - second.window) > 1e-9:
        raise SliceError("The two slices have different windows or pixels; choose the same window for both.")
    if first.core_treatment != second.core_treatment and not across_treatments:
        raise SliceError(
            f"The two slices have different core treatments ({first.core_treatment} and {second.core_treatment}) "
            "and cannot be compared; recompute one of them at the level of the other."
        )
    image = np.where(first.mask | second.mask, np.nan, first.image.astype(float) - second.image)
    compared = image[np.isfinite(image)]
    return SliceDifference(image, float(np.sqrt(np.mean(compared**2))) if len(compared) else float("nan"))
