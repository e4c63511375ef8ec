"""What verbs print and write: one answer on stdout, progress on stderr, files replaced whole."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import ArtefactError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def answer(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    """The verb's result: JSON or text, the only thing it prints on stdout."""
    print(json.dumps(plain(result), ensure_ascii=False, allow_nan=False) if as_json else text)


def log(text: str) -> None:
    """Progress and warnings, on stderr."""
    print(text, file=sys.stderr, flush=True)


def plain(value: Any) -> Any:
    """Numbers and containers as JSON knows them; infinite and undefined numbers become null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_file(path: Path, content: bytes) -> None:
    """Replace a file in one step; raises ArtefactError where the place cannot be written."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise ArtefactError(f"{path} cannot be written ({error.strerror}); choose another place.") from error


def table(rows: list[list[Any]], header: list[str]) -> str:
    """Columns aligned for reading; numbers to the right."""
    cells = [header, *([_cell(v) for v in row] for row in rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    right = [bool(rows) and isinstance(rows[0][k], (int, float)) for k in range(len(header))]
    lines = ["  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)) for row in cells]
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
