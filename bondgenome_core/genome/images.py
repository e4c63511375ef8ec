"""How images enter the network and which admissible frames they may be seen in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..slices.slice_set import DISC_RADIUS, SliceSet, disc

if TYPE_CHECKING:
    from torch import Tensor

RIM_WEIGHT, CORE_WEIGHT = 0.3, 0.02
"""Weight in the loss of pixels beyond 2.4 Angstrom, and of masked cores, whose target is 0 (no ELF there:
a small weight only keeps a decoded image readable by the encoder again)."""


def network_input(images: np.ndarray, masks: np.ndarray) -> Tensor:
    """(n, 1, 64, 64) float32 with cores set to 0, from ELF (n, 64, 64) and masks."""
    import torch

    return torch.from_numpy(np.where(masks, np.float32(0), images.astype(np.float32))[:, None])


def loss_weights(masks: Tensor, *, rim: float = RIM_WEIGHT, core: float = CORE_WEIGHT) -> Tensor:
    """Weight of each pixel, (n, channels, size, size) as the masks: 1 near the bond, ``rim`` beyond, ``core`` in cores."""
    import torch

    # half planes hold the rows of radius above 0 alone
    near = torch.from_numpy(disc(DISC_RADIUS, masks.shape[-1])[-masks.shape[-2] :]).to(masks.device)
    open_weight = torch.where(near, 1.0, rim)
    return torch.where(masks, torch.tensor(core, device=masks.device), open_weight)


def frame_choices(slices: SliceSet) -> tuple[np.ndarray, np.ndarray]:
    """(n,) bool each: whether x may be reversed, whether z may be (ambiguous frames)."""
    t = slices.table
    return t["x_ambiguous"].to_numpy(dtype=bool), t["z_ambiguous"].to_numpy(dtype=bool)


def admissible_flips(x_ambiguous: bool, z_ambiguous: bool) -> list[tuple[bool, bool]]:
    """Which reversals of x and of z a bond's frame admits, none first: 1, 2 or 4."""
    return [(x, z) for x in (False, True) for z in (False, True) if (x_ambiguous or not x) and (z_ambiguous or not z)]


def flips_of_frame(azimuth_deg: np.ndarray, x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether rows and columns of an image are reversed when x and z of its frame are.

    The plane at 0 degrees is spanned by x, that at 90 by y = z x x, which reverses with either.  Reversing z makes of the
    plane at another azimuth that at its negative, another image: such a plane is left with its z.
    """
    upright = np.isclose(azimuth_deg % 180, 90)
    z = z & (upright | np.isclose(azimuth_deg % 180, 0))
    return np.where(upright, x ^ z, x), z
