"""One job's folder: request.json, status.json, log.txt, checkpoints, and the lock its worker holds.

Only one process writes the status at a time: the worker while it lives (it holds ``worker.lock``, which the
system frees when it dies, however it dies), the queue before and after.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import JobError
from ..workspace.store import write_atomically
from .request import JobRequest, request_from_json
from .status import QUEUED


@dataclass(frozen=True)
class JobFolder:
    """Paths and files of one job; reading raises JobError where the job does not exist."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    @property
    def exists(self) -> bool:
        return (self.path / "status.json").is_file()

    def checkpoint(self, frame: int) -> Path:
        """Density of the last finished SCF cycle of a frame."""
        return self.path / f"checkpoint-{frame:04d}.h5"

    @property
    def live_checkpoint(self) -> Path:
        """The file PySCF writes to; copied to the checkpoint after each cycle, so that a crash spoils none."""
        return self.path / "live.h5"

    def create(self, request: JobRequest) -> None:
        """Write request and first status; the status comes last and makes the job exist."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path / "request.json", request.to_json())
        self.write_status({
            "kind": request.kind, "title": request.title, "level": request.settings.label, "n_frames": len(request.structures),
            "tolerance_ev": request.tolerance_ev, "max_steps": request.n_steps,
            "state": QUEUED, "now": "waiting to start", "queued_at": time.time(), "started_at": None, "finished_at": None,
            "steps": [], "results": [], "error": None, "pid": None, "worker_ready": False, "threads": None, "attempt": 0,
        })  # fmt: skip

    def read_request(self) -> JobRequest:
        return request_from_json(self._read("request.json"))

    def read_status(self) -> dict[str, Any]:
        return dict(json.loads(self._read("status.json")))

    def write_status(self, status: dict[str, Any]) -> None:
        write_atomically(self.path / "status.json", json.dumps(status).encode())

    def update_status(self, **changes: Any) -> dict[str, Any]:
        status = self.read_status() | changes
        self.write_status(status)
        return status

    @property
    def cancel_asked(self) -> bool:
        return (self.path / "cancel").exists()

    def ask_cancel(self) -> None:
        (self.path / "cancel").touch()

    def forget_cancel(self) -> None:
        (self.path / "cancel").unlink(missing_ok=True)

    def worker_lock(self) -> FileLock:
        return FileLock(self.path / "worker.lock")

    @property
    def worker_lives(self) -> bool:
        """Whether a process holds the worker's lock."""
        try:
            with self.worker_lock().acquire(timeout=0):
                return False
        except Timeout:
            return True

    def _read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError as error:
            raise JobError(f"There is no job {self.id} on this server; it may have been removed by the clean-up.") from error
