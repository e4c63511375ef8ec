"""Progress per SCF cycle and cancellation, for both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


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


SETTLED = 0.1
"""Norm of the orbital gradient below which a level shift has done its work and only slows."""


def hold_apart(mf: Any, shift_hartree: float) -> None:
    """Shift empty levels up until the orbitals have settled: for a cluster with a small gap that sloshes between states.

    The converged state is the same: the shift is gone by then.
    """
    told = mf.callback
    mf.level_shift = shift_hartree

    def callback(envs: dict[str, Any]) -> None:
        if float(envs["norm_gorb"]) < SETTLED:
            mf.level_shift = 0.0
        told(envs)

    mf.callback = callback
