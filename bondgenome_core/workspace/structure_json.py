"""Structures as canonical JSON: the same structure always gives the same bytes, and so the same hash."""

from __future__ import annotations

import json
from typing import Any

from ..errors import ArtefactError, StructureError
from ..structures.structure import Bond, Structure

FORMAT = "bondgenome-structure"
FORMAT_VERSION = 1


def canonical_json(content: Any) -> bytes:
    """Sorted keys, no spaces, no NaN; raises ArtefactError for what JSON cannot hold."""
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ArtefactError(
            "The content has values that cannot be stored (not a number, or no plain data); correct them."
        ) from error


def parse_json(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object from untrusted bytes; raises ArtefactError with the name of what was read."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{what} is damaged: it is no readable JSON; get it again from its source.") from error
    if not isinstance(content, dict):
        raise ArtefactError(f"{what} is damaged: it is no JSON object; get it again from its source.")
    return content


def structure_to_json(structure: Structure) -> bytes:
    """All fields of a structure, floats in full precision (positions and cell in Angstrom)."""
    s = structure
    return canonical_json({
        "format": FORMAT, "version": FORMAT_VERSION, "numbers": s.numbers.tolist(), "positions": s.positions.tolist(),
        "cell": s.cell.tolist(), "pbc": list(s.pbc), "charge": s.charge, "multiplicity": s.multiplicity,
        "bonds": [[b.i, b.j, list(b.shift)] for b in s.bonds], "name": s.name, "source": s.source,
    })  # fmt: skip


def structure_from_json(data: bytes) -> Structure:
    """Raises ArtefactError where the bytes are no structure of this program or of a newer one."""
    h = parse_json(data, "The stored structure")
    if h.get("format") != FORMAT:
        raise ArtefactError("The stored file is not a structure of this program.")
    if not isinstance(h.get("version"), int) or h["version"] > FORMAT_VERSION:
        raise ArtefactError("The structure was written by a newer version; update the program to read it.")
    try:
        bonds = tuple(Bond(int(i), int(j), (int(s[0]), int(s[1]), int(s[2]))) for i, j, s in h["bonds"])
        return Structure(
            h["numbers"], h["positions"], h["cell"], tuple(h["pbc"]), int(h["charge"]), int(h["multiplicity"]), bonds,
            str(h["name"]), str(h["source"]),
        )  # fmt: skip
    except StructureError:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtefactError("The stored structure lacks a part or has one of the wrong kind; it is damaged.") from error
