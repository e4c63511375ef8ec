"""Slices small enough to ship: neighbouring pixels of ELF are nearly equal, and what is left of them packs well.

A pixel is kept as its difference from left + above - above left (modulo 256); images, masks and table are then
compressed (LZMA) and stand in one safetensors file, 1.3 kB an image instead of 4.6.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ArtefactError
from .elf_slice import N_PIXELS
from .slice_set import SliceSet

MOST_BYTES = 2**31
"""More is not unpacked."""


def pack(slices: SliceSet) -> bytes:
    """One safetensors file; its header holds the sha256 of the images and of the masks."""
    from safetensors.numpy import save

    masks = np.packbits(slices.masks.reshape(len(slices), -1), axis=1)
    parts = {
        "images": _differences(slices.images).tobytes(), "masks": masks.tobytes(),
        "table": slices.table.to_csv(index=False).encode(), "info": json.dumps(slices.info, sort_keys=True).encode(),
    }  # fmt: skip
    packed = {name: np.frombuffer(lzma.compress(content), dtype=np.uint8) for name, content in parts.items()}
    return save(packed, {"images_sha256": _sha256(slices.images), "masks_sha256": _sha256(masks)})


def unpack(tensors: dict[str, np.ndarray]) -> SliceSet:
    """The slices of the arrays of such a file; raises ArtefactError where they are damaged."""
    try:
        parts = {name: _decompressed(tensors[name].tobytes()) for name in ("images", "masks", "table", "info")}
        table = pd.read_csv(io.BytesIO(parts["table"]), keep_default_na=False, dtype={"shift": str, "snapshot": str})
        info: dict[str, Any] = json.loads(parts["info"])
        n = len(table)
        images = _sums(np.frombuffer(parts["images"], dtype=np.uint8).reshape(n, N_PIXELS, N_PIXELS))
        masks = np.unpackbits(np.frombuffer(parts["masks"], dtype=np.uint8).reshape(n, -1), axis=1)
    except (KeyError, ValueError, lzma.LZMAError) as error:
        raise ArtefactError("The packed slices cannot be read; fetch the artefact again.") from error
    return SliceSet(images, masks.astype(bool).reshape(images.shape), table, info)


def _differences(images: np.ndarray) -> np.ndarray:
    """Second differences modulo 256, along rows and then along columns."""
    rows = np.diff(images, axis=1, prepend=np.uint8(0))
    return np.ascontiguousarray(np.diff(rows, axis=2, prepend=np.uint8(0)))


def _sums(differences: np.ndarray) -> np.ndarray:
    return np.cumsum(np.cumsum(differences, axis=2, dtype=np.uint8), axis=1, dtype=np.uint8)


def _decompressed(content: bytes) -> bytes:
    reader = lzma.LZMADecompressor()
    out = reader.decompress(content, max_length=MOST_BYTES)
    if not reader.eof:
        raise ValueError("too long")
    return out


def _sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
