"""Do models that deviate from physics make unstable dynamics?  Potentials of ethanol that differ in kind, cut-off, training
size and seed: how long each holds the molecule together, beside its test error and its deviation from xTB's couplings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...artefacts import file_sha256, write_text_atomically
from ...potentials.build import KINDS
from ...potentials.contract import Potential
from ...potentials.frames import FrameSet
from ...potentials.recipes import FASTER
from ...potentials.shipped import trained
from ...potentials.training import Schedule, errors_of
from ...potentials.trajectories import of_role
from ...structures.structure import Structure
from ...units import KCAL_PER_MOL_PER_EV
from ..couplings import block_norms, hessian, in_double
from ..decay import N_BOOTSTRAP, above_noise, deviation
from ..stability import bonded_ranges, forces_of, survive
from ..table import distances_of

CUTOFFS, TEMPERATURES = (3.0, 5.0, 8.0), (300.0, 500.0)
N_REPLICAS = 4
"""At each temperature."""
SIZES = ((1000, 0), (1000, 1), (200, 0))
"""Training frames and seed: either differs alone."""
SCHEDULE, FULL = Schedule(epochs=40), 1000
"""Of so many training frames; fewer are passed over as much more often, so that all members take the same number of steps."""
N_COMPARED = 10
"""Test frames whose couplings are compared with xTB's."""
EXPLAINING = ("force_mae", "deviation", "cutoff")
"""What survival is ranked against."""
LIMITS = {"SchNet": 1.6, "PaiNN": 1.0}
"""kcal/mol/Angstrom: twice the aim for the force error; a worse model is no member of the study."""


class Member(NamedTuple):
    """One potential of the study.  cutoff: Angstrom."""

    kind: str
    cutoff: float
    n_train: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.cutoff:g}A-{self.n_train}-s{self.seed}"

    @property
    def architecture(self) -> dict[str, Any]:
        return {"kind": self.kind, "cutoff": self.cutoff, "n_features": 64, "n_layers": 3}

    def schedule(self, full: Schedule) -> Schedule:
        """As many steps as ``full`` takes on the full training set."""
        rate = FASTER if self.kind == "SchNet" else 1.0
        epochs = max(1, round(full.epochs * FULL / max(self.n_train, full.batch)))
        return replace(full, epochs=epochs, learning_rate=rate * full.learning_rate)


MEMBERS = tuple(Member(kind, cutoff, n, seed) for kind in KINDS for cutoff in CUTOFFS for n, seed in SIZES)


def stability_study(frames: FrameSet, start: Structure, references: Sequence[np.ndarray], folder: Path, *,
                    members: Sequence[Member] = MEMBERS, schedule: Schedule | None = None, most_ps: float = 10.0,
                    say: Callable[[str], None] = print) -> list[dict[str, Any]]:  # fmt: skip
    """One record per member, each written to ``folder`` when finished; those of the same weights and settings are kept.

    start: the relaxed molecule with bonds.  references: norms of xTB's Hessian blocks on the first test frames.
    """
    rows = []
    for member in members:
        path, own = folder / f"{member.name}.json", member.schedule(schedule or SCHEDULE)
        weights = path.with_suffix(".safetensors")
        train = of_role(frames, "train")[: member.n_train]
        model = trained(train, of_role(frames, "validation"), weights, member.architecture, own, member.seed, say)
        settings = {"frames": frames.sha256, "schedule": own.as_card(), "most_ps": most_ps, "n_compared": len(references),
                    "weights": file_sha256(weights)}  # fmt: skip
        row = json.loads(path.read_text()) if path.is_file() else {}
        if row.get("settings") != settings:
            row = {"name": member.name, **member._asdict(), "settings": settings, **_measured(model, frames, references),
                   **_survived(model, frames, start, most_ps, member.seed)}  # fmt: skip
            write_text_atomically(path, json.dumps(row, indent=1) + "\n")
        say(f"{member.name}: force {row['force_mae']:.2f} kcal/mol/A, deviation {row['deviation']:.2f}, "
            + ", ".join(f"{t:g} K {row[f'md_{t:g}']['n_survivors']} survive" for t in TEMPERATURES))  # fmt: skip
        rows.append(row)
    return rows


def _measured(model: Potential, frames: FrameSet, references: Sequence[np.ndarray]) -> dict[str, float]:
    import torch

    from ...potentials.graph import graph_of

    test = of_role(frames, "test")
    errors, exact = errors_of(model, test), in_double(model)
    distances, ours, theirs = [], [], []
    for frame, reference in zip(test.frames, references, strict=False):
        s, told = frame.structure, above_noise(reference)
        pairs = tuple(x[told[np.triu_indices(len(told), 1)]] for x in np.triu_indices(len(told), 1))
        distances.append(distances_of(s)[pairs])
        ours.append(block_norms(hessian(exact, graph_of(s, model.cutoff, torch.float64)))[pairs])
        theirs.append(reference[pairs])
    return {
        "force_mae": errors.force_mae * KCAL_PER_MOL_PER_EV, "value_mae": errors.value_mae * KCAL_PER_MOL_PER_EV,
        "deviation": deviation(*(np.concatenate(x) for x in (distances, ours, theirs))),
    }  # fmt: skip


def _survived(model: Potential, frames: FrameSet, start: Structure, most_ps: float, seed: int) -> dict[str, Any]:
    """'md_<temperature>' -> times, median, survivors and causes; all replicas of all temperatures go in one batch."""
    of_replicas = np.repeat(TEMPERATURES, N_REPLICAS)
    found = survive(
        forces_of(model, start.numbers), start.positions, _masses(start), bonded_ranges(start, frames),
        temperatures_k=of_replicas.tolist(), seed=seed, most_ps=most_ps,
    )  # fmt: skip
    out = {}
    for temperature in TEMPERATURES:
        own = np.flatnonzero(of_replicas == temperature)
        times, causes = found.times[own], [found.causes[k] for k in own]
        out[f"md_{temperature:g}"] = {
            "times_ps": times.tolist(), "median_ps": float(np.median(times)), "n_survivors": causes.count(""), "causes": causes,
        }  # fmt: skip
    return out


def _masses(structure: Structure) -> np.ndarray:
    from ase.data import atomic_masses

    return np.asarray(atomic_masses[structure.numbers])


def is_member(row: Mapping[str, Any]) -> bool:
    """Whether a potential is accurate enough to take part."""
    return bool(row["force_mae"] <= LIMITS[row["kind"]])


def stability_summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Members within the limit of force error, survivors, survivors by cut-off, and rank correlations of the mean time survived
    with error, deviation and cut-off.

    A correlation is None where all members survive alike: nothing is to be ranked then.
    """
    kept = [r for r in rows if is_member(r)]
    out: dict[str, Any] = {"n_models": len(kept), "left_out": [r["name"] for r in rows if r not in kept]}
    for temperature in TEMPERATURES:
        runs = [r[f"md_{temperature:g}"] for r in kept]
        mean = [float(np.mean(m["times_ps"])) for m in runs]
        out[f"{temperature:g}"] = {
            "median_ps": [m["median_ps"] for m in runs], "n_replicas": sum(len(m["causes"]) for m in runs),
            "n_survivors": sum(m["n_survivors"] for m in runs), "survivors_by_cutoff": _by_cutoff(kept, runs),
            "rank": {name: _rank(mean, [r[name] for r in kept]) for name in EXPLAINING},
        }  # fmt: skip
    return out


def _by_cutoff(rows: Sequence[dict[str, Any]], runs: Sequence[dict[str, Any]]) -> dict[str, str]:
    """'<Angstrom>' -> '<survivors> of <replicas>'."""
    found: dict[float, list[int]] = {}
    for row, run in zip(rows, runs, strict=True):
        both = found.setdefault(row["cutoff"], [0, 0])
        both[0] += run["n_survivors"]
        both[1] += len(run["causes"])
    return {f"{cutoff:g}": f"{survivors} of {replicas}" for cutoff, (survivors, replicas) in sorted(found.items())}


def _rank(first: Sequence[float], second: Sequence[float]) -> dict[str, float] | None:
    """Spearman's coefficient with its 95 % interval by drawing models anew, seed 0."""
    from scipy.stats import spearmanr

    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    rng, both, drawn = np.random.default_rng(0), np.array([first, second]), []
    for _ in range(N_BOOTSTRAP):
        some = both[:, rng.integers(0, len(first), len(first))]
        if np.ptp(some[0]) and np.ptp(some[1]):
            drawn.append(spearmanr(*some).statistic)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"rho": float(spearmanr(first, second).statistic), "low": float(low), "high": float(high)}
