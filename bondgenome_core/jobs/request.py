"""What a job is asked to do: frozen, stored as JSON, identified by its own hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from ..electrons.request import ScfRequest, request_hash
from ..errors import JobError
from ..structures.structure import Structure
from ..units import EV_PER_HARTREE
from ..workspace.structure_json import canonical_json, parse_json, structure_from_json, structure_to_json

FORMAT = "bondgenome-job"
FORMAT_VERSION = 1
MAX_FRAMES = 500
"""Frames of one batch."""
KINDS = ("scf", "batch", "relax")


@dataclass(frozen=True)
class RelaxRequest:
    """A relaxation by tight binding; fmax in eV/Angstrom."""

    method: str = "GFN1-xTB"
    fmax: float = 0.05
    max_steps: int = 500

    @property
    def label(self) -> str:
        """One line for lists and figures."""
        return f"{self.method} relaxation to {self.fmax:g} eV/Å"


@dataclass(frozen=True, eq=False)
class JobRequest:
    """Structures and settings of one job.

    kind: 'scf' (one structure), 'batch' (frames of a trajectory, in their order) or 'relax' (one structure).
    settings: a ScfRequest, for 'relax' a RelaxRequest.  Raises JobError where they do not fit.
    """

    kind: str
    structures: tuple[Structure, ...]
    settings: ScfRequest | RelaxRequest

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise JobError(f"There is no kind of job called {self.kind!r}; use one of {', '.join(KINDS)}.")
        n = len(self.structures)
        if n == 0 or (self.kind != "batch" and n != 1):
            raise JobError(f"A job of kind {self.kind} needs {'frames' if self.kind == 'batch' else 'one structure'}; got {n}.")
        if n > MAX_FRAMES:
            raise JobError(
                f"The batch has {n} frames, more than the limit of {MAX_FRAMES}; send every {-(-n // MAX_FRAMES)}th one."
            )
        if isinstance(self.settings, RelaxRequest) != (self.kind == "relax"):
            raise JobError(f"The settings do not belong to a job of kind {self.kind}.")

    @property
    def job_id(self) -> str:
        """16 hex digits of the sha256 over geometry, charge, spin and settings; names and bonds do not count."""
        return hashlib.sha256(canonical_json([self.kind, asdict(self.settings), self.frame_hashes])).hexdigest()[:16]

    @property
    def frame_hashes(self) -> list[str]:
        """Of every frame the hash under which its wavefunction is found again."""
        settings = self.settings if isinstance(self.settings, ScfRequest) else ScfRequest()
        return [request_hash(s, settings) for s in self.structures]

    @property
    def n_steps(self) -> int:
        """Largest number of SCF cycles or relaxation steps of one frame."""
        return self.settings.max_cycle if isinstance(self.settings, ScfRequest) else self.settings.max_steps

    @property
    def tolerance_ev(self) -> float | None:
        """Energy change at which an SCF ends; None for a relaxation, which ends by its forces."""
        return self.settings.conv_tol * EV_PER_HARTREE if isinstance(self.settings, ScfRequest) else None

    @property
    def title(self) -> str:
        first = self.structures[0]
        frames = f", {len(self.structures)} frames" if self.kind == "batch" else ""
        return f"{first.name} {first.formula}{frames}"

    def to_json(self) -> bytes:
        structures = [json.loads(structure_to_json(s)) for s in self.structures]
        content = {"kind": self.kind, "settings": asdict(self.settings), "structures": structures}
        return canonical_json({"format": FORMAT, "version": FORMAT_VERSION} | content)


def request_from_json(data: bytes) -> JobRequest:
    """Raises JobError where the request is of a newer version or damaged."""
    h: dict[str, Any] = parse_json(data, "The job's request")
    if h.get("format") != FORMAT or h.get("version") != FORMAT_VERSION:
        raise JobError("The job was written by another version of the program; submit it again.")
    try:
        settings = RelaxRequest(**h["settings"]) if h["kind"] == "relax" else ScfRequest(**h["settings"])
        return JobRequest(h["kind"], tuple(structure_from_json(canonical_json(s)) for s in h["structures"]), settings)
    except (KeyError, TypeError) as error:
        raise JobError("The job's request lacks a part or has an unknown one; submit it again.") from error
