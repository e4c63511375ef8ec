"""Progress per SCF cycle and cancellation, for both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import ElectronsError


class ScfCycle(NamedTuple):
    """State after one SCF cycle; energies in hartree."""

    cycle: int
    max_cycle: int
    energy_hartree: float
    change_hartree: float


Progress = Callable[[ScfCycle], None]
"""Called after each cycle; raise JobError in it to cancel."""


def silent(cycle: ScfCycle) -> None:
    """No progress wanted."""


def attach_progress(mf: Any, progress: Progress, max_cycle: int, checkpoint: str | None) -> None:
    """Report every cycle of a PySCF mean field and keep its checkpoint file.

    After a first cycle from the checkpoint's density an interrupted run goes on where it was.
    """
    if getattr(mf, "_chkfile", None) is not None:
        mf._chkfile.close()  # PySCF's own temporary checkpoint, which nobody would read
    mf.chkfile = checkpoint

    def callback(envs: dict[str, Any]) -> None:
        energy = float(envs["e_tot"])
        progress(ScfCycle(int(envs["cycle"]) + 1, max_cycle, energy, energy - float(envs["last_hf_e"])))

    mf.callback = callback


LOST = 5.0
"""Hartree above the lowest energy of the cycles so far, from which no SCF of a cluster was seen to return."""


def stopping_when_lost(progress: Progress = silent) -> Progress:
    """Raises ElectronsError where an SCF runs away, which would otherwise use up all its cycles."""
    lowest = float("inf")

    def watch(cycle: ScfCycle) -> None:
        nonlocal lowest
        progress(cycle)
        lowest = min(lowest, cycle.energy_hartree)
        if cycle.energy_hartree > lowest + LOST:
            raise ElectronsError(
                f"The SCF ran away: its energy rose by {cycle.energy_hartree - lowest:.3g} hartree; ask for a tighter precision."
            )

    return watch
