"""Time and memory of an SCF from its size, fitted to runs that were measured.

Time and memory are sums of a few terms with coefficients that cannot be negative, fitted so that relative
deviations are least (Lawson and Hanson, 10.1137/1.9781611971217):

    setup   = a0 + a1 n_ao^2 + a2 n_grid + a3 n_ao^2 n_aux
    cycle   = b0 + b1 n_ao^2 + b2 n_grid + b3 n_ao^3
    memory  = c0 + c1 n_ao^2 + c2 n_grid + 4 bytes n_ao^2 n_aux

The last term of the memory is not fitted: it is the density-fitting tensor, half of n_ao^2 n_aux doubles.

n_grid: points of the plane-wave mesh, or of the integration grid of a molecule.  n_aux: functions of the
density-fitting basis (0 for GPW).  Seconds are of one processor core.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

COST_FILE = Path(__file__).resolve().parents[2] / "assets" / "scf_cost.json"
FORMAT_VERSION = 1
QUANTITIES = ("setup_s", "cycle_s", "memory_gib")


class Size(NamedTuple):
    """What cost depends on: basis functions, grid points, auxiliary functions, spin channels."""

    n_ao: int
    n_grid: int
    n_aux: int
    n_spins: int


@dataclass(frozen=True)
class CostRun:
    """One measured run: seconds of one core, peak memory in GiB."""

    name: str
    engine: str
    size: Size
    setup_s: float
    cycle_s: float
    memory_gib: float
    cycles: int
    converged: bool


@dataclass(frozen=True)
class CostFit:
    """Coefficients of one engine, the most cycles it took, and the largest relative deviation of the fit."""

    setup_s: tuple[float, ...]
    cycle_s: tuple[float, ...]
    memory_gib: tuple[float, ...]
    cycles: int
    largest_deviation: dict[str, float]
    largest_n_ao: int

    def estimate(self, quantity: str, size: Size) -> float:
        """'setup_s', 'cycle_s' (seconds of one core) or 'memory_gib'."""
        return float(_terms(quantity, size) @ np.array(getattr(self, quantity))) + _known_part(quantity, size)


def fit_cost(runs: Sequence[CostRun]) -> CostFit:
    """Fit the terms of the module's formulas to runs of one engine."""
    from scipy.optimize import nnls

    found: dict[str, tuple[float, ...]] = {}
    deviation = {}
    for quantity in QUANTITIES:
        terms = np.array([_terms(quantity, r.size) for r in runs])
        measured = np.array([getattr(r, quantity) for r in runs])
        known = np.array([_known_part(quantity, r.size) for r in runs])
        scale = terms.max(0) + (terms.max(0) == 0)
        coefficients, _ = nnls(terms / scale / measured[:, None], 1 - known / measured)
        found[quantity] = tuple(float(c) for c in coefficients / scale)
        deviation[quantity] = round(float(np.abs((terms @ (coefficients / scale) + known) / measured - 1).max()), 3)
    cycles = max((r.cycles for r in runs if r.converged), default=0)
    return CostFit(found["setup_s"], found["cycle_s"], found["memory_gib"], cycles, deviation, max(r.size.n_ao for r in runs))


def _terms(quantity: str, size: Size) -> np.ndarray:
    n_ao, n_grid, n_aux, n_spins = (float(x) for x in size)
    spin = n_spins if quantity == "cycle_s" else 1.0
    last = {"setup_s": n_ao**2 * n_aux, "cycle_s": n_ao**3, "memory_gib": 0.0}[quantity]
    return np.array([1.0, spin * n_ao**2, spin * n_grid, spin * last])


def _known_part(quantity: str, size: Size) -> float:
    return 4 * size.n_ao**2 * size.n_aux / 2**30 if quantity == "memory_gib" else 0.0


def cost_record(runs: Iterable[CostRun], machine: dict[str, Any]) -> dict[str, Any]:
    """Runs, fits and the machine as plain JSON values."""
    runs = list(runs)
    engines = sorted({r.engine for r in runs})
    return {
        "format": "bondgenome-scf-cost", "version": FORMAT_VERSION, "machine": machine,
        "fits": {e: asdict(fit_cost([r for r in runs if r.engine == e])) for e in engines},
        "runs": [asdict(r) | {"size": r.size._asdict()} for r in runs],
    }  # fmt: skip


@cache
def load_cost() -> tuple[dict[str, CostFit], dict[str, Any]]:
    """(fits by engine, machine) as shipped."""
    record = json.loads(COST_FILE.read_text())
    fits = {}
    for engine, f in record["fits"].items():
        coefficients = {q: tuple(f[q]) for q in QUANTITIES}
        fits[engine] = CostFit(**coefficients, cycles=f["cycles"], largest_deviation=f["largest_deviation"],
                               largest_n_ao=f["largest_n_ao"])  # fmt: skip
    return fits, record["machine"]
