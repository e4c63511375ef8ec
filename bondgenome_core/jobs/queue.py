"""The queue: submit, watch, cancel and resume jobs; whoever looks at it also starts the next one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import bondgenome_core

from ..device import KEEP_MEMORY
from ..electrons.request import ScfRequest, default_request
from ..errors import JobError
from ..structures.structure import Structure
from ..workspace.store import Workspace, open_workspace
from .folder import JobFolder
from .request import JobRequest, RelaxRequest
from .status import CANCELLED, FAILED, FINISHED, NOT_CONVERGED, QUEUED, RESUMABLE, RUNNING, FrameResult, Job, job_from_status

START_SECONDS = 30.0
"""A worker that has not taken its lock after this time has died at its start."""
STOP_SECONDS = 5.0
"""Time a worker gets to end when asked, before it is ended by force."""
_ID = re.compile(r"[0-9a-f]{16}")
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Workers started by this process, kept so that ended ones are reaped."""


def open_queue(root: Path | None = None) -> JobQueue:
    """The queue of a workspace folder (default: this server's); ``BONDGENOME_JOBS`` (default 1) run at a time."""
    return JobQueue(open_workspace(root), max_running=int(os.environ.get("BONDGENOME_JOBS", "1")))


@dataclass(frozen=True)
class JobQueue:
    """Jobs of one workspace.

    max_running: jobs that run at the same time.  threads: of each worker; by default the processor cores
    divided among the jobs (``BONDGENOME_JOB_THREADS`` overrides).
    """

    workspace: Workspace
    max_running: int = 1
    threads: int | None = None

    def submit_scf(self, structure: Structure, request: ScfRequest | None = None) -> str:
        """Queue one SCF; an identical earlier request is answered by its result at once.

        Raises ElectronsError where it is larger than the stated limits (see ``electrons.plan``).
        """
        return self._submit(JobRequest("scf", (structure,), request or default_request(structure)))

    def submit_batch(self, frames: Sequence[Structure], request: ScfRequest | None = None) -> str:
        """Queue an SCF for each frame of a trajectory, each started from the density of the one before."""
        return self._submit(JobRequest("batch", tuple(frames), request or default_request(frames[0] if frames else _nothing())))

    def submit_relax(self, structure: Structure, request: RelaxRequest | None = None) -> str:
        """Queue a relaxation by tight binding."""
        return self._submit(JobRequest("relax", (structure,), request or RelaxRequest()))

    def jobs(self) -> tuple[Job, ...]:
        """All jobs, the latest submitted first."""
        self._advance()
        return tuple(sorted(self._known(), key=lambda job: -job.queued_at))

    def job(self, job_id: str) -> Job:
        """One job; raises JobError where it does not exist."""
        self._advance()
        folder = self._folder(job_id)
        job = job_from_status(job_id, folder.read_status(), time.time())
        return self._with_position(job) if job.state == QUEUED else job

    def request(self, job_id: str) -> JobRequest:
        """Structures and settings the job was given."""
        return self._folder(job_id).read_request()

    def log(self, job_id: str, *, last_lines: int = 200) -> str:
        """The end of the job's log."""
        log = self._folder(job_id).log
        return "\n".join(log.read_text(errors="replace").splitlines()[-last_lines:]) if log.is_file() else ""

    def cancel(self, job_id: str) -> Job:
        """Stop a queued or running job; what it computed so far stays and it can be resumed."""
        folder = self._folder(job_id)
        with self._lock():
            state = folder.read_status()["state"]
            if state not in (QUEUED, RUNNING):
                raise JobError(f"The job {job_id} is {state}; only a queued or running job can be cancelled.")
            folder.ask_cancel()
            if state == RUNNING:
                _end_worker(folder)
            if folder.read_status()["state"] in (QUEUED, RUNNING):  # it may have finished meanwhile
                folder.update_status(state=CANCELLED, now="cancelled", finished_at=time.time(), pid=None)
        return self.job(job_id)

    def resume(self, job_id: str) -> Job:
        """Queue a failed, cancelled or unconverged job again; an SCF goes on from its checkpoint."""
        folder = self._folder(job_id)
        with self._lock():
            state = folder.read_status()["state"]
            if state not in RESUMABLE:
                raise JobError(f"The job {job_id} is {state}; only a failed, cancelled or unconverged job can be resumed.")
            self._requeue(folder)
        return self.job(job_id)

    def delete(self, job_id: str) -> None:
        """Remove the folder of a job that neither waits nor runs; stored results stay in the workspace."""
        folder = self._folder(job_id)
        with self._lock():
            if folder.read_status()["state"] in (QUEUED, RUNNING):
                raise JobError(f"The job {job_id} still waits or runs; cancel it first.")
            shutil.rmtree(folder.path)

    # -- inside -------------------------------------------------------------------------------------------

    def _submit(self, request: JobRequest) -> str:
        folder = JobFolder(self.workspace.jobs_folder / request.job_id)
        known = None if folder.exists else self._known_results(request)
        if not folder.exists and known is None:
            _refuse_too_large(request)  # before the lock: it may have to import PySCF
        with self._lock():
            if folder.exists:
                state = folder.read_status()["state"]
                # an unconverged result is an answer too; asking again must not hide it
                gone = state in (FINISHED, NOT_CONVERGED) and not self._results_are_here(folder)
                if state in (FAILED, CANCELLED) or gone:
                    self._requeue(folder)
            else:
                self.workspace.make_room(len(request.to_json()))
                folder.create(request)
                if known is not None:
                    now, note = time.time(), "found among earlier results"
                    folder.update_status(state=FINISHED, now=note, started_at=now, finished_at=now, results=known)
        self._advance()
        return request.job_id

    def _known_results(self, request: JobRequest) -> list[FrameResult] | None:
        """Results of all frames where each was computed before, else None."""
        if request.kind == "relax":
            return None
        found = [self.workspace.find_wavefunction(h) for h in request.frame_hashes]
        return [FrameResult(FINISHED, wavefunction=w) for w in found] if all(found) else None

    def _results_are_here(self, folder: JobFolder) -> bool:
        results = [FrameResult(*r) for r in folder.read_status()["results"]]
        return all(
            (r.wavefunction is None or self.workspace.has("wavefunctions", r.wavefunction))
            and (r.structure is None or self.workspace.has("structures", r.structure))
            for r in results
        )

    def _requeue(self, folder: JobFolder) -> None:
        folder.forget_cancel()
        folder.update_status(
            state=QUEUED, now="waiting to start", queued_at=time.time(), started_at=None, finished_at=None, error=None,
            steps=[], results=[], pid=None, worker_ready=False,
        )  # fmt: skip

    def _known(self) -> list[Job]:
        folders = [JobFolder(p) for p in self.workspace.jobs_folder.iterdir() if _ID.fullmatch(p.name)]
        now, known = time.time(), []
        for folder in folders:
            with contextlib.suppress(JobError):  # removed meanwhile by another process
                known.append(job_from_status(folder.id, folder.read_status(), now))
        return known

    def _with_position(self, job: Job) -> Job:
        before = sum(j.state == RUNNING or (j.state == QUEUED and j.queued_at < job.queued_at) for j in self._known())
        return replace(job, now=f"waiting for {before} job{'s' if before != 1 else ''} before it" if before else job.now)

    def _folder(self, job_id: str) -> JobFolder:
        if not _ID.fullmatch(job_id):
            raise JobError("The link names a job in a form that is not valid; copy the whole link again.")
        return JobFolder(self.workspace.jobs_folder / job_id)

    def _lock(self, timeout: float = 30.0) -> Any:
        return FileLock(self.workspace.jobs_folder / "queue.lock").acquire(timeout=timeout)

    def _advance(self) -> None:
        """Note dead workers and start waiting jobs; does nothing where another process is doing it."""
        for child in [c for c in _CHILDREN.values() if c.poll() is not None]:
            del _CHILDREN[child.pid]
        with contextlib.suppress(Timeout), self._lock(timeout=0.2):
            known = self._known()
            for job in known:
                if job.state == RUNNING:
                    _note_death(JobFolder(self.workspace.jobs_folder / job.id))
            running = sum(job.state == RUNNING for job in self._known())
            waiting = sorted((job for job in known if job.state == QUEUED), key=lambda job: job.queued_at)
            for job in waiting[: max(0, self.max_running - running)]:
                self._start(JobFolder(self.workspace.jobs_folder / job.id))

    def _start(self, folder: JobFolder) -> None:
        threads = self.threads or threads_per_job(self.max_running)
        folder.update_status(
            state=RUNNING, now="starting", started_at=time.time(), threads=threads, attempt=folder.read_status()["attempt"] + 1
        )
        environment = os.environ | KEEP_MEMORY | {
            name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
        }  # fmt: skip
        source = str(Path(bondgenome_core.__file__).parents[1])
        environment["PYTHONPATH"] = os.pathsep.join(p for p in (source, environment.get("PYTHONPATH")) if p)
        with folder.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "bondgenome_core.jobs.worker", str(folder.path.resolve())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True,  # the job outlives the app that started it
            )  # fmt: skip
        _CHILDREN[child.pid] = child


def threads_per_job(max_running: int) -> int:
    """Threads of one worker: the cores this process may use, divided among the jobs (``BONDGENOME_JOB_THREADS`` overrides)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return int(os.environ.get("BONDGENOME_JOB_THREADS", max(1, cores // max_running)))


def _refuse_too_large(request: JobRequest) -> None:
    """Raises ElectronsError for an SCF above the stated limits of size, memory or time."""
    if isinstance(request.settings, ScfRequest):
        from ..electrons.plan import require_feasible  # PySCF is imported when the first SCF is submitted

        require_feasible(max(request.structures, key=len), request.settings)


def _note_death(folder: JobFolder) -> None:
    """Mark a running job whose worker is gone as failed; its checkpoint lets it be resumed."""
    if folder.worker_lives:
        return
    status = folder.read_status()  # read after the lock was seen free: a worker writes its end before freeing it
    starting = not status["worker_ready"] and time.time() - status["started_at"] < START_SECONDS
    if status["state"] == RUNNING and not starting:
        reached = f" after step {len(status['steps'])}" if status["steps"] else ""
        folder.update_status(
            state=FAILED, now="stopped", finished_at=time.time(), pid=None,
            error=f"The worker process died{reached} (ended from outside or out of memory); resume it to go on from there.",
        )  # fmt: skip


def _end_worker(folder: JobFolder) -> None:
    """Ask the worker to end, then force it; its process id is only trusted while it holds its lock."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.time() + STOP_SECONDS
        pid = folder.read_status()["pid"]
        if pid and folder.worker_lives:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop)
        while folder.worker_lives and time.time() < deadline:
            time.sleep(0.05)


def _nothing() -> Structure:
    raise JobError("A batch needs at least one frame.")
