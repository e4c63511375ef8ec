"""The wavefunctions that come with the program: found by gallery name or by the request they answer."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import ArtefactError
from .wavefunction import Wavefunction, load_wavefunction

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "wavefunctions"
SNAPSHOTS = SHIPPED.with_name("snapshots")


def shipped_names(folder: Path = SHIPPED) -> tuple[str, ...]:
    """Gallery names with a wavefunction, in alphabetical order."""
    return tuple(sorted(p.stem for p in folder.glob("*.safetensors")))


def load_shipped(name: str, folder: Path = SHIPPED) -> Wavefunction:
    """Raises ArtefactError where no wavefunction is shipped under this name."""
    if name not in shipped_names(folder):
        raise ArtefactError(f"No wavefunction is shipped for {name[:80]!r}; compute it, or choose a gallery entry that has one.")
    return load_wavefunction(folder / f"{name}.safetensors")


def snapshot_names(folder: Path = SNAPSHOTS) -> tuple[str, ...]:
    """Names of thermal snapshots with a wavefunction: ``structure/trajectory/number``, as data sets name them."""
    return tuple(sorted(str(p.relative_to(folder).with_suffix("").as_posix()) for p in folder.rglob("*.safetensors")))


def load_snapshot(name: str, folder: Path = SNAPSHOTS) -> Wavefunction:
    """Raises ArtefactError where no such snapshot is shipped."""
    if name not in snapshot_names(folder):
        raise ArtefactError(f"The wavefunction of snapshot {name[:80]!r} is not shipped; choose a bond of another structure.")
    return load_wavefunction(folder / f"{name}.safetensors")


def shipped_requests(folder: Path = SHIPPED) -> dict[str, str]:
    """sha256 of the request -> gallery name, read from the headers alone."""
    from safetensors import safe_open

    found = {}
    for name in shipped_names(folder):
        with safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("header", "{}"))
        if header.get("convergence", {}).get("converged"):
            found[header["provenance"]["request_sha256"]] = name
    return found
