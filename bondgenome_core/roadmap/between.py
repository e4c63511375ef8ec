"""Is there a real bond where a road passes between two?  Images interpolated half way along each step, beside real ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..genome.images import admissible_flips, flips_of_frame
from .neighbours import FrameSet, reversed_images

if TYPE_CHECKING:
    from ..genome.model import GenomeModel
    from ..slices.slice_set import SliceSet

N_COMPARED = 16
"""Real bonds nearest in genome space, the images of which are compared."""


def image_gaps(model: GenomeModel, slices: SliceSet, frames: FrameSet, bonds: tuple[int, ...]) -> tuple[float, ...]:
    """RMSE of ELF between the image decoded half way along each step of a walk and the nearest real image.

    slices: the gauge planes behind ``frames``, in the same order.  Real images are those of the ``N_COMPARED`` bonds nearest in
    genome space, seen in the frame of that genome, over their counting pixels.
    """
    middles = np.array([_middle(frames.of(p), frames.of(q)) for p, q in pairwise(bonds)], dtype=np.float32)
    pairs = zip(model.decode(middles), middles, strict=True)
    return tuple(round(_nearest_image(image, genome, slices, frames), 5) for image, genome in pairs)


def _middle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Half way between the two frames of two bonds that lie closest."""
    k, m = np.unravel_index(np.linalg.norm(a[:, None] - b[None], axis=-1).argmin(), (len(a), len(b)))
    return np.asarray(0.5 * (a[k] + b[m]))


def _nearest_image(image: np.ndarray, genome: np.ndarray, slices: SliceSet, frames: FrameSet) -> float:
    rows = np.argsort(np.linalg.norm(frames.genomes - genome, axis=1))[:N_COMPARED]
    owners = frames.owner[rows]
    part = slices.subset(owners)
    ambiguous = part.table[["x_ambiguous", "z_ambiguous"]].to_numpy(dtype=bool)
    places = rows - frames.starts[owners]
    flips = np.array([admissible_flips(*may)[place] for may, place in zip(ambiguous, places, strict=True)])
    reversals = flips_of_frame(part.table["azimuth_deg"].to_numpy(), flips[:, 0], flips[:, 1])
    real, counts = reversed_images(part.elf(), *reversals), reversed_images(part.counting(), *reversals)
    squared = ((real - image) ** 2 * counts).sum((1, 2)) / np.maximum(counts.sum((1, 2)), 1)
    return float(np.sqrt(squared.min()))
