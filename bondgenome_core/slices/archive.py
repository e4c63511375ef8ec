"""Slices for other programs: NumPy archives without pickle, and JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from .elf_slice import ElfSlice
from .figures import slice_title


def slice_npz(s: ElfSlice) -> bytes:
    """Arrays elf, mask (n, n), z, x (n,), origin, x_axis, y_axis, z_axis (3,) and the JSON text 'header'; no pickle."""
    f = s.frame
    arrays = {"elf": s.image, "mask": s.mask, "z": s.z_axis, "x": s.x_axis}
    return npz_bytes(arrays | {"origin": f.origin, "x_axis": f.x, "y_axis": f.y, "z_axis": f.z}, slice_header(s))


def slice_json(s: ElfSlice) -> bytes:
    """The header with elf and mask as nested lists (rows along x, columns along z)."""
    return json_bytes(slice_header(s) | {
        "elf": np.round(s.image.astype(float), 6).tolist(), "mask": s.mask.astype(int).tolist(),
        "z": s.z_axis.tolist(), "x": s.x_axis.tolist(),
    })  # fmt: skip


def slice_header(s: ElfSlice) -> dict[str, Any]:
    """Everything about a slice but its pixels; lengths in Angstrom."""
    f = s.frame
    return {
        "title": slice_title(s), "structure": s.structure_name, "i": s.bond.i, "j": s.bond.j, "shift": list(s.bond.shift),
        "kind": s.kind, "length": s.length, "azimuth_deg": s.azimuth_deg, "offset": s.offset, "window": s.window,
        "pixels": len(s.z_axis), "left": f.left, "right": f.right, "gauge_quality": f.gauge_quality,
        "x_ambiguous": f.x_ambiguous, "z_ambiguous": f.z_ambiguous, "core_treatment": s.core_treatment,
        "frame": {"origin": f.origin.tolist(), "x": f.x.tolist(), "y": f.y.tolist(), "z": f.z.tolist()},
        "atoms": [a._asdict() for a in s.atoms], "provenance": s.provenance,
        "units": {"length": "Angstrom", "azimuth_deg": "degree", "elf": "1"},
    }  # fmt: skip


def npz_bytes(arrays: dict[str, np.ndarray], header: dict[str, Any]) -> bytes:
    """A compressed NumPy archive whose header is JSON text, readable with ``allow_pickle=False``."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, header=np.array(json.dumps(header)), **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def json_bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content) + "\n").encode()
