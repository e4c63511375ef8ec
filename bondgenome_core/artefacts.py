"""Artefacts: weights and data with a card, a hash and provenance; loaded safely or not at all.

An artefact is a folder ``<what>-<data>-v<int>`` with ``card.json`` (machine), ``card.md`` (people) and
safetensors files whose sha256 stand on the card.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from .errors import ArtefactError

ASSETS = Path(__file__).resolve().parent.parent / "assets"
CARD_VERSION = 1


def file_sha256(path: Path) -> str:
    """Hash of a file, read in pieces."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def write_text_atomically(path: Path, text: str) -> None:
    """Replace a text file whole: a crash leaves the old one."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def write_card(folder: Path, card: dict[str, Any], prose: str) -> None:
    """Write both cards, with the sha256 of every safetensors file in and under the folder."""
    files = {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*.safetensors"))}
    full = {"card_version": CARD_VERSION, "name": folder.name, "files": files, **card}
    write_text_atomically(folder / "card.json", json.dumps(full, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    write_text_atomically(folder / "card.md", prose)


def read_card(folder: Path) -> dict[str, Any]:
    """The card of an artefact; raises ArtefactError where it is missing, malformed or too new."""
    path = folder / "card.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        version = int(card["card_version"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"{folder.name} has no readable card; it is not an artefact of this program.") from error
    if version > CARD_VERSION:
        raise ArtefactError(f"{folder.name} was written by a newer version; update the program to read it.")
    return card


def load_tensors(folder: Path, name: str) -> dict[str, Any]:
    """numpy arrays of one safetensors file of an artefact, after checking its hash.

    Raises ArtefactError where the file is missing, changed or not safetensors.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path, expected = folder / name, read_card(folder).get("files", {}).get(name)
    if not path.is_file() or expected is None:
        raise ArtefactError(f"{folder.name} lacks its file {name}; fetch the artefact again.")
    if file_sha256(path) != expected:
        raise ArtefactError(f"{folder.name}/{name} does not match the hash on its card; fetch the artefact again.")
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ArtefactError(f"{folder.name}/{name} is not a readable safetensors file.") from error


def source_commit() -> str:
    """Commit of the checkout, or 'unknown' outside one."""
    root = Path(__file__).resolve().parent
    done = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def versions() -> dict[str, str]:
    """Versions of the program and of the libraries that shape results."""
    from importlib.metadata import version

    from . import __version__

    names = ("torch", "pyscf", "numpy", "scikit-learn", "ase", "tblite", "umap-learn", "streamlit")
    return {"bondgenome": __version__} | {n: version(n) for n in names}
