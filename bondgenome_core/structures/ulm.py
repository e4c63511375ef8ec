"""Read ASE trajectories (.traj, the ULM container) without building any object a file could name.

Layout: 8 bytes '- of Ulm', 16 bytes tag, three int64 (version, items, position of offsets); each item is
an int64 length and that much JSON, in which ``"x.": {"ndarray": [shape, dtype, offset]}`` points to raw data.
Only JSON and raw numbers are read here, so nothing is ever unpickled or instantiated.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np

from ..errors import StructureError

MAGIC = (b"- of Ulm", b"AFFormat")
TAG = b"ASE-Trajectory"
DTYPES = ("float64", "float32", "int64", "int32", "int8", "bool")
MAX_VALUES = 3_000_000
"""Numbers in one array; more than any structure within the limits needs."""


class TrajectoryFrame(NamedTuple):
    """numbers (n,), positions (n, 3) Angstrom, cell (3, 3) Angstrom, pbc (3,)."""

    numbers: np.ndarray
    positions: np.ndarray
    cell: np.ndarray
    pbc: np.ndarray


def read_trajectory(content: bytes, max_frames: int) -> list[TrajectoryFrame]:
    """All frames; raises StructureError for a damaged file or too many frames."""
    try:
        return _read(content, max_frames)
    except StructureError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise StructureError("The trajectory file is truncated or damaged; write it again.") from error


def _read(content: bytes, max_frames: int) -> list[TrajectoryFrame]:
    if content[:8] not in MAGIC or content[8:24].rstrip() != TAG:
        raise StructureError("The file is an ULM container but not an ASE trajectory; export the structure as extended xyz.")
    n_items, start = _integers(content, 32, 2)
    if n_items > max_frames:
        raise StructureError(f"The trajectory has {n_items} frames, more than the limit of {max_frames}; thin it out.")
    if n_items < 1:
        raise StructureError("The trajectory has no frames; check that it was written to the end.")
    frames: list[TrajectoryFrame] = []
    header: dict[str, Any] = {}
    for offset in _integers(content, start, n_items):
        (length,) = _integers(content, offset, 1)
        item = json.loads(_slice(content, offset + 8, length).decode())
        header = header or item
        fields = [_array(content, item if _has(item, key) else header, key) for key in ("numbers", "positions", "cell", "pbc")]
        numbers, positions, cell, pbc = fields
        frames.append(TrajectoryFrame(numbers.reshape(-1), positions.reshape(-1, 3), _cell(cell), pbc.astype(bool).reshape(3)))
    return frames


def _slice(content: bytes, start: int, length: int) -> bytes:
    if start < 0 or length < 0 or start + length > len(content):
        raise ValueError("points outside the file")
    return content[start : start + length]


def _integers(content: bytes, start: int, count: int) -> list[int]:
    return [int(v) for v in np.frombuffer(_slice(content, start, 8 * count), dtype="<i8")]


def _has(item: dict[str, Any], key: str) -> bool:
    return key in item or key + "." in item


def _array(content: bytes, item: dict[str, Any], key: str) -> np.ndarray:
    if key + "." in item:
        shape, dtype, offset = item[key + "."]["ndarray"]
        count = int(np.prod(shape))
        if dtype not in DTYPES or count > MAX_VALUES:
            raise ValueError("not an array of numbers")
        order = "<" if item.get("_little_endian", True) else ">"
        kind = np.dtype(dtype).newbyteorder(order)
        return np.frombuffer(_slice(content, int(offset), count * kind.itemsize), dtype=kind).reshape(shape).copy()
    value = item[key]
    if isinstance(value, dict) and "__ndarray__" in value:
        shape, dtype, data = value["__ndarray__"]
        return np.array(data, dtype=dtype if dtype in DTYPES else "float64").reshape(shape)
    if isinstance(value, dict):  # a cell is written as an object with one array
        return _array(content, value, "array")
    return np.array(value, dtype=float)


def _cell(values: np.ndarray) -> np.ndarray:
    return np.diag(values.astype(float)) if values.size == 3 else values.astype(float).reshape(3, 3)
