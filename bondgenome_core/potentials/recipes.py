"""Which potential is trained on which set, and how: what ``train potential`` does and the shipped ones were made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..device import one_thread
from ..errors import ArtefactError, PotentialError
from ..structures.gallery import load_gallery_structure
from .data_sets import SETS
from .frames import FrameSet, load_frames, save_frames, with_orbital_energies
from .gold_frames import METHOD as GOLD_METHOD
from .gold_frames import gold_frames
from .pair_law import null_frames
from .shipped import Plan
from .training import Schedule
from .trajectories import FRAMES, make_set

GOLD, LEVELS, PAIRS, METHOD = "gold", "levels", "pairs", "GFN2-xTB"
PURPOSES = {
    GOLD: "Gold clusters, thiolate-protected and bare: Au, S, C, H.",
    "organic": "Organic molecules of C, H, N, O and S.",
    "chains": "Alkanes and polyenes of up to 12 carbon atoms.",
    "water": "A cluster of eight water molecules at 300 K.",
    LEVELS: "The highest occupied orbital of alkanes and polyenes of up to 12 carbon atoms: an intensive property.",
    PAIRS: "The null baseline: a molecule whose energy is a sum over pairs, by construction.",
}
SCHEDULES = {
    GOLD: Schedule(epochs=150, batch=2),
    "organic": Schedule(epochs=40),
    LEVELS: Schedule(batch=8, value_weight=1.0),
    PAIRS: Schedule(batch=16, value_weight=1.0),
}
"""Where the default of 100 epochs at 4 frames a step does not serve: small and large sets, other values."""
FASTER = 2.0
"""Learning rate of SchNet over that of PaiNN."""


def set_names() -> list[str]:
    """Every set of frames this program can make."""
    return [*SETS, GOLD, LEVELS, PAIRS]


def kept_frames(name: str, folder: Path = FRAMES) -> FrameSet:
    """Frames of a set as they are kept; raises ArtefactError where they are not.  Analytic pairs are made at once."""
    if name == PAIRS:
        return frames_of_set(name, folder)
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        raise ArtefactError(f"The frames of {name} are not there; make them with `dataset frames {name} --out {folder.name}`.")
    return load_frames(path)


def frames_of_set(name: str, folder: Path = FRAMES, *, say: Callable[[str], None] = print) -> FrameSet:
    """Frames of a set, made where they are not there; raises PotentialError for an unknown name."""
    if name == GOLD:
        return gold_frames(folder / f"{GOLD}.safetensors", say=say)
    if name == LEVELS:
        return _levels(folder, say)
    if name == PAIRS:
        return null_frames(load_gallery_structure("ethanol"), seed=0)
    if name not in SETS:
        raise PotentialError(f"There is no set called {name!r}; there are {', '.join(set_names())}.")
    return make_set(name, SETS[name], folder, say=say)


def _levels(folder: Path, say: Callable[[str], None]) -> FrameSet:
    """Orbital energies of the chains, kept with the hash of the frames they are of."""
    chains, path = frames_of_set("chains", folder, say=say), folder / f"{LEVELS}.safetensors"
    record: dict[str, Any] = {"name": LEVELS, "method": METHOD, "value": "energy of the highest occupied orbital, eV",
                              "geometries": chains.sha256}  # fmt: skip
    if path.is_file() and (known := load_frames(path)).record == record:
        return known
    with one_thread():
        found = with_orbital_energies(chains, METHOD, record)
    save_frames(found, path)
    return found


def plan_for(name: str, kind: str, *, cutoff: float = 5.0, readout: str = "sum", epochs: int | None = None,
             n_seeds: int = 3) -> Plan:  # fmt: skip
    """Architecture and schedule of a potential on a set.  readout: 'sum' for energies; 'mean' or 'max' for orbital levels."""
    if name == LEVELS and readout == "sum":
        raise PotentialError("Orbital levels do not grow with the molecule; give --readout mean or --readout max.")
    schedule = SCHEDULES.get(name, Schedule())
    if epochs:
        schedule = replace(schedule, epochs=epochs)
    if kind == "SchNet":
        schedule = replace(schedule, learning_rate=FASTER * schedule.learning_rate)
    architecture = {"kind": kind, "cutoff": cutoff, "n_features": 64, "n_layers": 3, "readout": readout}
    purpose = PURPOSES.get(name, f"Dynamics of {name} at 500 K.")
    method = {GOLD: GOLD_METHOD, PAIRS: "analytic pairs"}.get(name, METHOD)
    return Plan(architecture, schedule, method, purpose, n_seeds)
