"""``python -m bondgenome_core.jobs.worker FOLDER``: run one job in a process of its own.

Everything the worker needs lies in the folder, everything it finds goes to the workspace the folder belongs
to.  Heavy packages are imported after the lock is taken, so that the job is known to live from the start.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from filelock import Timeout

from ..errors import BondGenomeError, JobError
from ..workspace.store import open_workspace
from .calculation import compute_frames, relax_structure
from .folder import JobFolder
from .progress import JobCancelled, JobProgress
from .status import CANCELLED, FAILED, FINISHED, NOT_CONVERGED, RUNNING, FrameResult

LOCK_SECONDS = 10.0
NICENESS = 10
"""The page that shows the progress must not wait for the calculation."""


def main(folder: JobFolder) -> int:
    """Run the job and write how it ended; returns the exit code of the process."""
    try:
        lock = folder.worker_lock().acquire(timeout=LOCK_SECONDS)
    except Timeout:
        return 1  # another worker has this job
    with lock:
        if folder.cancel_asked or folder.read_status()["state"] != RUNNING:
            return 1  # cancelled before it began
        folder.update_status(pid=os.getpid(), worker_ready=True)
        _run(folder)
    _start_next(folder)
    return 0


def _run(folder: JobFolder) -> None:
    progress = JobProgress(folder)
    progress.say(f"attempt {folder.read_status()['attempt']}, {folder.read_status()['threads']} threads")
    try:
        request = folder.read_request()
        run = relax_structure if request.kind == "relax" else compute_frames
        results = run(request, folder, progress, open_workspace(folder.path.parents[1]))
    except JobCancelled:
        _end(folder, progress, CANCELLED, "cancelled")
    except BondGenomeError as error:
        _end(folder, progress, FAILED, "stopped", str(error))
    except Exception as error:  # a fault of ours: kept whole in the log and named on the page
        traceback.print_exc()
        _end(
            folder, progress, FAILED, "stopped", f"The program failed ({type(error).__name__}: {error}); the log has the details."
        )
    else:
        _end(folder, progress, *_verdict(results))


def _verdict(results: list[FrameResult]) -> tuple[str, str, str | None]:
    """State, what to show, and one sentence for what went wrong, over all frames."""
    failed = [r for r in results if r.state == FAILED]
    unconverged = sum(r.state == NOT_CONVERGED for r in results)
    n = len(results)
    if failed:
        many = f"{len(failed)} of {n} frames failed; the first: " if n > 1 else ""
        return FAILED, "stopped", f"{many}{failed[0].error}"
    if unconverged:
        which = f"{unconverged} of {n} frames" if n > 1 else "The SCF"
        return NOT_CONVERGED, "not converged", f"{which} did not converge; resume for more cycles, or use damping or smearing."
    return FINISHED, "finished", None


def _end(folder: JobFolder, progress: JobProgress, state: str, now: str, error: str | None = None) -> None:
    progress.say(error or now)
    folder.live_checkpoint.unlink(missing_ok=True)
    folder.update_status(state=state, now=now, error=error, finished_at=time.time(), pid=None)


def _start_next(folder: JobFolder) -> None:
    """The queue goes on when nobody is looking at it."""
    from .queue import open_queue

    try:
        open_queue(folder.path.parents[1]).jobs()
    except JobError:
        traceback.print_exc()


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(main(JobFolder(Path(sys.argv[1]))))
