"""Time and memory of one energy-and-force step against the number of atoms: edges within the cut-off grow linearly."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ...device import KEEP_MEMORY, environment

SIZES = (63, 126, 252, 501, 999, 2001)
"""Atoms of water in clusters of one density."""
REPEATS = 5


def step_scaling(
    kinds: Sequence[str], *, sizes: Sequence[int] = SIZES, say: Callable[[str], None] = print
) -> list[dict[str, Any]]:
    """One record per kind: n_atoms, seconds (neighbours, energy and forces; median) and memory_mib that one step adds, each
    size in a process of its own, with memory kept as jobs keep it; exponents of time and memory in n_atoms over the larger half,
    1 being linear."""
    out = []
    for kind in kinds:
        rows = []
        for n in sizes:
            with environment(KEEP_MEMORY), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows.append(pool.submit(measure_step, kind, n).result())
            say(f"{kind}, {n} atoms: {rows[-1][0]:.4f} s, {rows[-1][1]:.0f} MiB")
        seconds, memory = (np.array(column) for column in zip(*rows, strict=True))
        out.append({
            "kind": kind, "n_atoms": list(sizes), "seconds": seconds.round(5).tolist(), "memory_mib": memory.round(1).tolist(),
            "time_exponent": _exponent(sizes, seconds), "memory_exponent": _exponent(sizes, memory),
        })  # fmt: skip
    return out


def measure_step(kind: str, n_atoms: int) -> tuple[float, float]:
    """(seconds, MiB) of one step of an untrained network of 64 features, 3 layers and 5 Angstrom on water."""
    import torch

    from ...potentials.build import build_potential
    from ...potentials.graph import batch_of
    from ...structures.builders.water import water_molecules

    torch.set_num_threads(1)
    model = build_potential({"kind": kind, "n_features": 64, "n_layers": 3}).requires_grad_(False)
    small, (numbers, positions) = water_molecules(2, seed=0), water_molecules(n_atoms // 3, seed=0)
    model.value_and_forces(batch_of([small[0]], [small[1]], model.cutoff))  # libraries and their buffers first
    before = _peak_mib()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        model.value_and_forces(batch_of([numbers], [positions], model.cutoff))
        times.append(time.perf_counter() - began)
    return float(np.median(times)), _peak_mib() - before


def _peak_mib() -> float:
    """Largest memory of this very program.  A new process inherits the peak of its parent from getrusage, but not from Linux' own
    record."""
    status = Path("/proc/self/status")
    if status.is_file():
        return float(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _exponent(sizes: Sequence[int], values: np.ndarray) -> float:
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(np.maximum(values[half:], 1e-9)), 1)[0])
