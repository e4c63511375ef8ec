"""Real bonds to start from, and a genome seen in all frames its bond admits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .code import check_genome
from .images import admissible_flips
from .model import GenomeModel

if TYPE_CHECKING:
    import pandas as pd


def extremes(bonds: pd.DataFrame) -> dict[str, int]:
    """For each kind of bond the shortest, the longest, and those with most and least ELF on the bond line.

    bonds: a model's table (kind, length, elf_max).  Returns what each is -> its number, rows counted from 0.
    """
    found: dict[str, int] = {}
    for kind in sorted(bonds["kind"].unique()):
        rows = np.nonzero((bonds["kind"] == kind).to_numpy())[0]
        length, top = (bonds[c].to_numpy(dtype=float)[rows] for c in ("length", "elf_max"))
        found |= {f"shortest {kind}": rows[length.argmin()], f"longest {kind}": rows[length.argmax()]}
        if np.isfinite(top).any():
            found |= {f"{kind}, highest ELF": rows[np.nanargmax(top)], f"{kind}, lowest ELF": rows[np.nanargmin(top)]}
    return {name: int(number) for name, number in found.items()}


def frame_views(model: GenomeModel, genome: np.ndarray, *, x_ambiguous: bool, z_ambiguous: bool) -> np.ndarray:
    """(1, 2 or 4, 8) genomes of the decoded image in every frame that an ambiguous bond admits, as it is first.

    The genome may belong to no real bond: its image is decoded, turned over, and encoded again.
    """
    values = check_genome(genome)
    flips = admissible_flips(x_ambiguous, z_ambiguous)
    image = model.decode(values)[0]
    turned = np.stack([image[:: -1 if x else 1, :: -1 if z else 1] for x, z in flips])
    views = model.encode_images(turned, np.zeros(turned.shape, dtype=bool))
    # the image as it is needs no way through the networks
    views[0] = values
    return views
