"""Before a calculation: how large it is, how long it will take, and whether it is refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ElectronsError
from ..structures.structure import Structure
from .cost import Size, load_cost
from .gpw import make_cell
from .molecular import make_mole
from .request import ScfRequest, default_request

MAX_FUNCTIONS = 4000
"""Basis functions; beyond, every matrix step of a cycle takes minutes on the machines this is meant for."""
MAX_MINUTES = 240.0
MEMORY_SHARE = 0.8
"""Share of the machine's memory that one calculation may take."""
THREAD_GAIN = 0.8
"""Every further core counts as so much of the first."""

METAL_CYCLES, METAL_CYCLE_FACTOR = 22, 5.0
"""An SCF with Fermi smearing: cycles, and seconds of a cycle over the fit, whose runs are clusters with loose lattice
sums (measured on the 4x4x3 slab with SCH3: 36 s of a busy core against 6.7)."""

GRID_POINTS_PER_ATOM = 20_000
"""Before pruning, at the grid level of the molecular engine, averaged over elements."""


@dataclass(frozen=True)
class ScfPlan:
    """Size and expected cost of an SCF.

    minutes and memory_gib come from a fit to measured runs (``machine`` says on what); an SCF that converges
    badly takes longer.  refusal: one sentence where the calculation is too large, else None.
    """

    size: Size
    cycles: int
    minutes: float
    memory_gib: float
    threads: int
    extrapolated: bool
    machine: str
    refusal: str | None

    @property
    def sentence(self) -> str:
        """What a page says before the calculation."""
        cores = "one core" if self.threads == 1 else f"{self.threads} cores"
        beyond = "; larger than any run the estimate rests on" if self.extrapolated else ""
        return (
            f"{self.size.n_ao} basis functions, about {_duration(self.minutes)} on {cores} "
            f"({self.cycles} SCF cycles) and {self.memory_gib:.1f} GiB of memory{beyond}."
        )


def plan_scf(structure: Structure, request: ScfRequest | None = None, *, threads: int = 1,
             memory_limit_gib: float | None = None) -> ScfPlan:  # fmt: skip
    """Size, time and memory of an SCF, without running it.

    threads: cores it will run on.  memory_limit_gib: default 80 % of this machine's memory; the molecular
    engine is also held to its request's own limit.
    Raises ElectronsError where the calculation cannot be set up at all.
    """
    request = request or default_request(structure)
    fits, machine = load_cost()
    if request.engine not in fits:
        raise ElectronsError(f"There is no engine called {request.engine}; use 'gpw' or 'molecular'.")
    fit, size = fits[request.engine], scf_size(structure, request)
    metal = request.smearing_hartree > 0
    cycles = min(METAL_CYCLES if metal else fit.cycles, request.max_cycle)
    # one more for the cycle that confirms convergence
    seconds = fit.estimate("setup_s", size) + (cycles + 1) * fit.estimate("cycle_s", size)
    seconds *= METAL_CYCLE_FACTOR if metal else 1.0
    minutes = seconds / 60 / (1 + THREAD_GAIN * (threads - 1))
    memory = fit.estimate("memory_gib", size)
    limit = memory_limit_gib if memory_limit_gib is not None else MEMORY_SHARE * machine_memory_gib()
    if request.engine == "molecular":  # beyond, PySCF keeps the density-fitting tensor on disk and each cycle reads it
        limit = min(limit, request.max_memory_mb / 1024)
    return ScfPlan(
        size, cycles, minutes, memory, threads, size.n_ao > fit.largest_n_ao,
        f"{machine['processor']}, PySCF {machine['pyscf']}, {machine['date']}", _refusal(structure, size, minutes, memory, limit),
    )  # fmt: skip


def require_feasible(structure: Structure, request: ScfRequest | None = None, *, threads: int = 1) -> ScfPlan:
    """The plan, or ElectronsError with its refusal."""
    plan = plan_scf(structure, request, threads=threads)
    if plan.refusal:
        raise ElectronsError(plan.refusal)
    return plan


def scf_size(structure: Structure, request: ScfRequest) -> Size:
    """Basis functions, grid points, auxiliary functions and spin channels of an SCF."""
    n_spins = 2 if request.separates_spins(structure) else 1
    if request.engine == "gpw":
        cell = make_cell(structure, request)
        return Size(int(cell.nao), int(np.prod(cell.mesh)), 0, n_spins)
    from pyscf import dft
    from pyscf.df.addons import make_auxmol

    mol = make_mole(structure, request)
    fitting = (dft.RKS if n_spins == 1 else dft.UKS)(mol, xc=request.functional).density_fit().with_df
    n_aux = int(make_auxmol(mol, fitting.auxbasis).nao)
    return Size(int(mol.nao), GRID_POINTS_PER_ATOM * len(structure), n_aux, n_spins)


def machine_memory_gib() -> float:
    """Memory of this machine, or of the container the program runs in."""
    memory = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, float(text))
    return memory / 2**30


def _refusal(structure: Structure, size: Size, minutes: float, memory: float, memory_limit: float) -> str | None:
    advice = "take a smaller fragment or a smaller basis"
    if size.n_ao > MAX_FUNCTIONS:
        return f"{structure.name} needs {size.n_ao} basis functions, more than the limit of {MAX_FUNCTIONS}; {advice}."
    if memory > memory_limit:
        return (
            f"{structure.name} needs about {memory:.1f} GiB of memory ({size.n_ao} basis functions), more than the "
            f"{memory_limit:.1f} GiB a calculation may take here; {advice}, or use the GPW engine."
        )
    if minutes > MAX_MINUTES:
        return (
            f"{structure.name} would take about {_duration(minutes)}, more than the limit of {_duration(MAX_MINUTES)}; {advice}."
        )
    return None


def _duration(minutes: float) -> str:
    if minutes < 1:
        return f"{max(1, round(60 * minutes))} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
