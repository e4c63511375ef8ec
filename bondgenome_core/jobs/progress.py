"""From the engines' callbacks to the job's status, log and checkpoint."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

from ..electrons.progress import ScfCycle
from ..errors import JobError
from ..units import EV_PER_HARTREE
from .folder import JobFolder
from .status import FrameResult, JobStep

if TYPE_CHECKING:  # the relaxation pulls in ase
    from ..structures.relax import RelaxStep


class JobCancelled(JobError):
    """Raised inside a callback when the job's cancel file has appeared."""


class JobProgress:
    """Callbacks of one worker; the only writer of the status while the worker lives."""

    def __init__(self, folder: JobFolder) -> None:
        self.folder = folder
        self.steps: list[JobStep] = []
        self.results: list[FrameResult] = []
        self.frame = 0
        self._before = time.perf_counter()

    def start_frame(self, frame: int, now: str) -> None:
        """A new structure: its steps are counted anew."""
        self.frame, self.steps = frame, []
        self._before = time.perf_counter()
        self._write(now)
        self._stop_if_cancelled()

    def finish_frame(self, result: FrameResult) -> None:
        self.results.append(result)
        self.say(f"frame {self.frame}: {result.state}{f' ({result.error})' if result.error else ''}")
        self._write(result.state)

    def scf_cycle(self, cycle: ScfCycle) -> None:
        """One SCF cycle is done: keep its density, show it, stop if asked to."""
        self._keep_checkpoint()
        energy, change = cycle.energy_hartree * EV_PER_HARTREE, cycle.change_hartree * EV_PER_HARTREE
        self._add_step(cycle.cycle, energy, change)
        self._write(f"SCF cycle {cycle.cycle} of at most {cycle.max_cycle}, energy change {change:.1e} eV")
        self._stop_if_cancelled()

    def relax_step(self, step: RelaxStep) -> None:
        """One relaxation step is done."""
        change = step.energy_ev - self.steps[-1].energy_ev if self.steps else 0.0
        self._add_step(step.step, step.energy_ev, change)
        self._write(f"relaxation step {step.step} of at most {step.max_steps}, largest force {step.largest_force:.3f} eV/Å")
        self._stop_if_cancelled()

    def say(self, line: str) -> None:
        """One line of the log, which is the worker's standard output."""
        print(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}", flush=True)

    def _add_step(self, number: int, energy_ev: float, change_ev: float) -> None:
        now = time.perf_counter()
        self.steps.append(JobStep(self.frame, number, energy_ev, change_ev, now - self._before))
        self._before = now
        self.say(f"frame {self.frame}  step {number}  {energy_ev:.6f} eV  {change_ev:+.2e} eV  {self.steps[-1].seconds:.1f} s")

    def _write(self, now: str) -> None:
        changes: dict[str, Any] = {"now": self._place(now), "steps": self.steps, "results": self.results}
        self.folder.update_status(**changes)

    def _place(self, now: str) -> str:
        n = self.folder.read_status()["n_frames"]
        return f"frame {self.frame + 1} of {n}: {now}" if n > 1 else now

    def _keep_checkpoint(self) -> None:
        live, target = self.folder.live_checkpoint, self.folder.checkpoint(self.frame)
        if live.is_file():
            part = target.with_suffix(".part")
            shutil.copyfile(live, part)
            part.replace(target)

    def _stop_if_cancelled(self) -> None:
        if self.folder.cancel_asked:
            raise JobCancelled("The job was cancelled; resume it to go on from its last step.")
