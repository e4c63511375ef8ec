"""The card beside the gallery structures: card.json for programs, card.md for people."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..errors import ArtefactError

GALLERY = Path(__file__).resolve().parents[2] / "assets" / "structures"
CARD_FORMAT = 1

PURPOSE = (
    "Structures to look at and to start calculations from. Each was built by rules (symmetry orbits, bond lengths and "
    "angles, motifs) in bondgenome_core/structures/builders and relaxed by GFN1-xTB with this project's own code; the "
    "counts of core, staples and rings on the S-Au bond graph prove the topology. They are local minima of a tight-binding "
    "method, not crystal structures and not DFT geometries."
)
REFERENCES = (
    "GFN1-xTB: 10.1021/acs.jctc.7b00118",
    "Au25 topology: 10.1021/ja800594p",
    "Au20 pyramid: 10.1126/science.1079879",
)


def read_card(folder: Path = GALLERY) -> dict[str, Any]:
    """The card, or an empty one; raises ArtefactError where the file is damaged or of another format."""
    path = folder / "card.json"
    if not path.exists():
        return {"format": CARD_FORMAT, "purpose": PURPOSE, "references": list(REFERENCES), "structures": {}}
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactError("The gallery card is damaged; restore assets/structures/card.json.") from error
    if not isinstance(card, dict) or card.get("format") != CARD_FORMAT or not isinstance(card.get("structures"), dict):
        raise ArtefactError("The gallery card has an unknown format; use the version of the program that wrote it.")
    return card


def write_card(card: dict[str, Any], folder: Path, order: Sequence[str]) -> None:
    """Write card.json and card.md, structures in the order of the recipes."""
    found = card["structures"]
    ordered = {name: found[name] for name in order if name in found}
    versions = {package: version(package) for package in ("ase", "tblite", "rdkit", "numpy")}
    full = {**card, "purpose": PURPOSE, "references": list(REFERENCES), "versions": versions, "structures": ordered}
    _replace(folder / "card.json", json.dumps(full, indent=1) + "\n")
    _replace(folder / "card.md", _as_markdown(full))


def file_record(path: Path) -> dict[str, str]:
    """File name and sha256."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _as_markdown(card: dict[str, Any]) -> str:
    lines = ["# Gallery structures", "", card["purpose"], ""]
    lines += ["| name | formula | motifs | S-Au, Angstrom | energy, eV | largest force, eV/Angstrom |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, entry in card["structures"].items():
        s_au = entry["bond_lengths_angstrom"].get("S-Au")
        span = f"{s_au['min']:.2f}-{s_au['max']:.2f} ({s_au['count']})" if s_au else ""
        motifs = entry["motifs_in_words"] if "Au" in entry["formula"] else ""
        force = entry["largest_force_ev_per_angstrom"]
        lines.append(f"| {name} | {entry['formula']} | {motifs} | {span} | {entry['energy_ev']:.4f} | {force} |")
    versions = ", ".join(f"{k} {v}" for k, v in card["versions"].items())
    lines += ["", f"Software: {versions}.", "", "References: " + "; ".join(card["references"]) + ".", ""]
    return "\n".join(lines)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
