"""State and progress of a job, as stored beside its request and as shown to the pages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import JobError

QUEUED, RUNNING, FINISHED = "queued", "running", "finished"
FAILED, CANCELLED, NOT_CONVERGED = "failed", "cancelled", "not converged"
STATES = (QUEUED, RUNNING, FINISHED, FAILED, CANCELLED, NOT_CONVERGED)
RESUMABLE = (FAILED, CANCELLED, NOT_CONVERGED)
TYPICAL_CYCLES = 10
"""SCF cycles of a closed-shell cluster from atomic densities; used until the run shows its own rate."""


NOISE_EV = 1e-13
"""Energy changes below this are rounding."""


class JobStep(NamedTuple):
    """One SCF cycle or relaxation step: energy and its change in eV, seconds it took."""

    frame: int
    step: int
    energy_ev: float
    change_ev: float
    seconds: float


class FrameResult(NamedTuple):
    """What became of one frame: its state, the ids of what was stored, or one sentence why not."""

    state: str
    wavefunction: str | None = None
    structure: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Job:
    """A job as the pages see it; times are seconds since the epoch.

    now: what is happening, in words.  frames_done of n_frames are finished.  seconds_left: an estimate, None
    where there is none yet.  steps: of the running or last frame.  results: one per frame that was tried.
    """

    id: str
    kind: str
    title: str
    level: str
    state: str
    now: str
    queued_at: float
    started_at: float | None
    finished_at: float | None
    seconds: float
    seconds_left: float | None
    frames_done: int
    n_frames: int
    steps: tuple[JobStep, ...]
    results: tuple[FrameResult, ...]
    error: str | None
    threads: int | None
    attempt: int

    @property
    def resumable(self) -> bool:
        return self.state in RESUMABLE

    @property
    def wavefunction(self) -> str:
        """Id of the one converged wavefunction; raises JobError, in one sentence, where there is none."""
        good = [r.wavefunction for r in self.results if r.state == FINISHED and r.wavefunction]
        if self.state == NOT_CONVERGED and not good:
            raise JobError(
                f"The SCF of {self.title} did not converge, so that it has no slices or genomes; resume it for more cycles, "
                "or submit it with damping or smearing."
            )
        if not good:
            raise JobError(f"The job {self.title} is {self.state} and has no wavefunction; wait for it or resume it.")
        return good[0]


def job_from_status(job_id: str, s: dict[str, Any], now: float) -> Job:
    """The stored status in the form the pages use."""
    steps = tuple(JobStep(*step) for step in s["steps"])
    results = tuple(FrameResult(*r) for r in s["results"])
    started, finished = s["started_at"], s["finished_at"]
    running = s["state"] == RUNNING
    return Job(
        id=job_id, kind=s["kind"], title=s["title"], level=s["level"], state=s["state"], now=s["now"], queued_at=s["queued_at"],
        started_at=started, finished_at=finished, seconds=max(0.0, (finished or now) - started) if started else 0.0,
        seconds_left=_seconds_left(s, steps) if running else None, frames_done=len(results), n_frames=s["n_frames"],
        steps=steps, results=results, error=s["error"], threads=s["threads"], attempt=s["attempt"],
    )  # fmt: skip


def cycles_left(changes: list[float], tolerance: float, max_cycle: int) -> int:
    """SCF cycles still needed when |energy change| goes on falling at its recent rate.

    A straight line through log10|change| of the last five cycles is followed down to the tolerance.
    """
    done, tolerance = len(changes), max(tolerance, NOISE_EV)
    sizes = [max(abs(c), NOISE_EV) for c in changes[-5:]]
    if done < 3 or min(sizes) < tolerance:
        return max(1, min(TYPICAL_CYCLES, max_cycle) - done)
    slope = float(np.polyfit(range(len(sizes)), np.log10(sizes), 1)[0])
    limit = max_cycle - done
    if slope > -0.05:
        return max(1, limit)
    return max(1, min(limit, math.ceil((math.log10(tolerance) - math.log10(sizes[-1])) / slope - 1e-6)))


def _seconds_left(s: dict[str, Any], steps: tuple[JobStep, ...]) -> float | None:
    if not steps or s["tolerance_ev"] is None:
        return None
    per_step = float(np.median([step.seconds for step in steps]))  # the first one sets up the calculation
    here = cycles_left([step.change_ev for step in steps], s["tolerance_ev"], s["max_steps"])
    later = (s["n_frames"] - len(s["results"]) - 1) * max(len(steps) + here, 1)
    return per_step * (here + max(later, 0))
