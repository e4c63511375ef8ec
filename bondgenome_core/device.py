"""Where tensors live and in which precision."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**33), "MALLOC_TRIM_THRESHOLD_": str(2**33), "MALLOC_TOP_PAD_": str(2**26)}
"""Environment of a process with large arrays, for glibc: keep freed memory instead of handing it back.  Page faults took a fifth
of an SCF's time, and most of a step of a network on 1,000 atoms."""


def default_device() -> torch.device:
    """CUDA where present, else the CPU; ``BONDGENOME_DEVICE`` overrides."""
    import torch

    wanted = os.environ.get("BONDGENOME_DEVICE")
    return torch.device(wanted or ("cuda" if torch.cuda.is_available() else "cpu"))


def points_per_tile(device: torch.device, n_points: int) -> int:
    """Points evaluated together: 8192 on a GPU; on a CPU 2048, or fewer (not below 512) where threads would be idle."""
    import torch

    if device.type != "cpu":
        return 8192
    return min(2048, max(512, -(-n_points // torch.get_num_threads())))


def describe_device() -> str:
    """One line for the About page and for benchmark records."""
    import platform

    import torch

    device = default_device()
    if device.type == "cuda":
        return f"GPU {torch.cuda.get_device_name(device)}, torch {torch.__version__}"
    return f"CPU {platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, torch {torch.__version__}"


@contextmanager
def one_thread() -> Iterator[None]:
    """Run many small calculations on one thread each: sharing them costs more than it saves, and on a busy machine threads
    that wait for one another can take a hundred times longer."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Processes started inside see these variables as well."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
