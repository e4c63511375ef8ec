"""Which potential is trained on which set, and how: what ``train potential`` does and the shipped ones were made with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import PotentialError
from .data_sets import SETS
from .frames import FrameSet
from .gold_frames import METHOD as GOLD_METHOD
from .gold_frames import gold_frames
from .shipped import Plan
from .training import Schedule
from .trajectories import FRAMES, make_set

GOLD = "gold"
PURPOSES = {
    GOLD: "Gold clusters, thiolate-protected and bare: Au, S, C, H.",
    "organic": "Organic molecules of C, H, N, O and S.",
}


def set_names() -> list[str]:
    """Every set of frames this program can make."""
    return [*SETS, GOLD]


def frames_of_set(name: str, folder: Path = FRAMES, *, say: Callable[[str], None] = print) -> FrameSet:
    """Frames of a set, made where they are not there; raises PotentialError for an unknown name."""
    if name == GOLD:
        path = folder / f"{GOLD}.safetensors"
        return gold_frames(path, say=say)
    if name not in SETS:
        raise PotentialError(f"There is no set called {name!r}; there are {', '.join(set_names())}.")
    return make_set(name, SETS[name], folder, say=say)


def plan_for(name: str, kind: str, *, cutoff: float = 5.0, epochs: int | None = None, n_seeds: int = 3) -> Plan:
    """Architecture and schedule of a potential on a set."""
    schedule = Schedule(epochs=epochs or (150 if name == GOLD else 200), batch=4 if name == GOLD else 8)
    architecture = {"kind": kind, "cutoff": cutoff, "n_features": 64, "n_layers": 3}
    purpose = PURPOSES.get(name, f"Dynamics of {name} at 500 K.")
    return Plan(architecture, schedule, GOLD_METHOD if name == GOLD else "GFN2-xTB", purpose, n_seeds)
