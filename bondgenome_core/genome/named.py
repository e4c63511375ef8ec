"""A genome with a name, as a JSON file that says which model can read it and whether it was changed by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

import numpy as np

from .. import __version__
from ..errors import GenomeError
from ..names import safe_name
from .code import check_genome
from .model import GenomeModel

FORMAT, FORMAT_VERSION = "bondgenome-genome", 1
MAX_BYTES = 64 * 2**10


@dataclass(frozen=True)
class NamedGenome:
    """values: 8 numbers in the model's canonical order.  model_hash: sha256 of the weights that give them meaning.

    origin: the bond it was made from (structure, bond, kind, length in Angstrom), where there is one.
    """

    name: str
    values: tuple[float, ...]
    model: str
    model_hash: str
    origin: dict[str, Any] = field(default_factory=dict)
    program: str = __version__


def name_genome(
    name: str, values: Sequence[float] | np.ndarray, model: GenomeModel, origin: dict[str, Any] | None = None
) -> NamedGenome:
    """Raises GenomeError for a number of values other than eight, or values that are not finite."""
    numbers = tuple(float(v) for v in check_genome(values))
    return NamedGenome(safe_name(name, default="genome"), numbers, model.name, model.hash, origin or {})


def genome_to_json(named: NamedGenome) -> bytes:
    """The file: fields, format, version and a checksum over all of them."""
    content: dict[str, Any] = {"format": FORMAT, "version": FORMAT_VERSION, **asdict(named), "values": list(named.values)}
    return json.dumps(content | {"sha256": _checksum(content)}, indent=1, ensure_ascii=False).encode()


def genome_from_json(data: bytes, models: Sequence[GenomeModel]) -> NamedGenome:
    """Read a file back.

    Raises GenomeError for anything but an unchanged file of eight finite values made with one of these models.
    """
    content = _parsed(data)
    version = content.get("version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise GenomeError("This genome was saved by a newer version; update the program to read it.")
    values = content.get("values")
    if not isinstance(values, list) or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise GenomeError("This file has no list of 8 numbers under 'values'; save the genome again from the app.")
    check_genome(values)
    if content.pop("sha256", None) != _checksum(content):
        raise GenomeError("This genome was changed after it was saved (its checksum does not match); save it again from the app.")
    if content["model_hash"] not in {m.hash for m in models}:
        raise GenomeError(
            f"This genome belongs to the model {str(content['model'])[:80]!r} with other weights (sha256 "
            f"{str(content['model_hash'])[:12]}); its values mean nothing to the models here, so encode the bond again."
        )
    keys = NamedGenome.__dataclass_fields__
    return NamedGenome(**{k: content[k] for k in keys} | {"values": tuple(values), "name": safe_name(content["name"])})


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise GenomeError(f"A genome file has at most {MAX_BYTES // 2**10} KiB; this one is larger and something else.")
    try:
        content = json.loads(data, parse_constant=_not_a_number)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise GenomeError("This is not a genome file; choose one that was saved from the Genome page.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise GenomeError("This is not a genome file; choose one that was saved from the Genome page.")
    return content


def _not_a_number(word: str) -> NoReturn:
    raise GenomeError(f"A genome must hold finite numbers; this file has {word}.")


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
