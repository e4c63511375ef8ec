"""Time and memory of one energy-and-force step against the number of atoms: edges within the cut-off grow linearly."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

SIZES = (63, 126, 252, 501, 999, 2001)
"""Atoms of water in clusters of one density."""
REPEATS = 5


def step_scaling(
    kinds: Sequence[str], *, sizes: Sequence[int] = SIZES, say: Callable[[str], None] = print
) -> list[dict[str, Any]]:
    """One record per kind: n_atoms, seconds (neighbours, energy and forces; median) and memory_mib that one step adds, each
    size in a process of its own; exponents of time and memory in n_atoms over the larger half, 1 being linear."""
    out = []
    for kind in kinds:
        rows = []
        for n in sizes:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
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
    from ...potentials.graph import graph_of
    from ...structures.builders.water import water_cluster

    torch.set_num_threads(1)
    model = build_potential({"kind": kind, "n_features": 64, "n_layers": 3}).requires_grad_(False)
    model.value_and_forces(graph_of(water_cluster(2, seed=0), model.cutoff))  # libraries and their buffers first
    cluster, before = water_cluster(n_atoms // 3, seed=0), _peak_mib()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        model.value_and_forces(graph_of(cluster, model.cutoff))
        times.append(time.perf_counter() - began)
    return float(np.median(times)), _peak_mib() - before


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _exponent(sizes: Sequence[int], values: np.ndarray) -> float:
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(np.maximum(values[half:], 1e-9)), 1)[0])
