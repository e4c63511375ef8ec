"""Fit a potential: AdamW, warm-up and cosine, averaged weights.

loss = w_E mean((E - E_ref)^2) + mean(h(F - F_ref)), in (eV)^2 and (eV/Angstrom)^2; h is quadratic up to ``straight`` and a
straight line beyond (Huber), since what counts in the end is the mean absolute error.  The weights kept are an exponential
average over steps, taken at the epoch with the smallest error on the validation frames.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import PotentialError
from .contract import Potential
from .frames import FrameSet, Labels, batch_of_frames
from .graph import Edges, Graph


@dataclass(frozen=True)
class Schedule:
    """How a potential is fitted.

    warm_up: steps to the full learning rate.  value_weight: of the squared error of the value, 1 for one without forces.
    straight: eV/Angstrom, where the loss of a force component turns from a parabola to a line.
    """

    epochs: int = 100
    batch: int = 4
    learning_rate: float = 1e-3
    warm_up: int = 500
    weight_decay: float = 1e-6
    value_weight: float = 0.02
    straight: float = 0.05
    averaging: float = 0.998
    check_every: int = 10

    def as_card(self) -> dict[str, Any]:
        return asdict(self)


class Errors(NamedTuple):
    """Mean absolute errors: value in eV, force components in eV/Angstrom (NaN without forces)."""

    value_mae: float
    force_mae: float


def fit(model: Potential, train: FrameSet, validation: FrameSet, schedule: Schedule, *, seed: int,
        unfinished: Path | None = None, say: Callable[[str], None] | None = None) -> Errors:  # fmt: skip
    """Train ``model`` in place; returns its errors on the validation frames.  Every random step follows from the seed.

    unfinished: a file that keeps the state at every check, so that an interrupted training of the same model and frames goes on.
    Raises PotentialError where there are fewer training frames than one batch.
    """
    if len(train) < schedule.batch:
        raise PotentialError(f"{len(train)} training frames are too few; a batch alone has {schedule.batch}.")
    set_references(model, train)
    generator, edges = np.random.default_rng(seed), train.edges(model.cutoff)
    watched = validation.edges(model.cutoff)
    steps = len(train) // schedule.batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay, fused=True)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, _rate(schedule, schedule.epochs * steps))
    averaged, progress = deepcopy(model), Progress(0, None, None)
    if unfinished is not None and unfinished.is_file():
        progress = _resume(unfinished, model, averaged, optimiser, rate, generator)
    done, best, kept = progress
    for epoch in range(done + 1, schedule.epochs + 1):
        began, order = time.perf_counter(), generator.permutation(len(train))
        for step in range(steps):
            pick = order[step * schedule.batch : (step + 1) * schedule.batch]
            loss = _loss(model, *batch_of_frames(train, edges, pick), schedule)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimiser.step()
            rate.step()
            _average(averaged, model, min(schedule.averaging, 1 - 1 / (1 + (epoch - 1) * steps + step)))
        if epoch % schedule.check_every == 0 or epoch == schedule.epochs:
            errors = errors_of(averaged, validation, watched)
            if best is None or _rank(errors) < _rank(best):
                best, kept = errors, deepcopy(averaged.state_dict())
            if unfinished is not None:
                _save(unfinished, Progress(epoch, best, kept), model, averaged, optimiser, rate, generator)
            if say:
                found = f"value {errors.value_mae:.4f} eV, force {errors.force_mae:.4f} eV/A"
                say(f"epoch {epoch}/{schedule.epochs}: {found}, {time.perf_counter() - began:.1f} s")
    assert best is not None
    assert kept is not None
    model.load_state_dict(kept)
    model.elements = train.elements
    model.eval().requires_grad_(False)
    if unfinished is not None:
        unfinished.unlink(missing_ok=True)
    return best


class Progress(NamedTuple):
    """Epochs done; errors and weights of the best check so far."""

    epoch: int
    best: Errors | None
    kept: dict[str, Any] | None


def _rate(schedule: Schedule, n_steps: int) -> Callable[[int], float]:
    """Share of the learning rate at a step: a straight line up, half a cosine down."""

    def share(step: int) -> float:
        if step < schedule.warm_up:
            return (step + 1) / schedule.warm_up
        return 0.5 * (1 + float(np.cos(np.pi * (step - schedule.warm_up) / max(1, n_steps - schedule.warm_up))))

    return share


def _save(path: Path, progress: Progress, model: Potential, averaged: Potential, optimiser: Any, rate: Any,
          generator: np.random.Generator) -> None:  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "epoch": progress.epoch, "best": None if progress.best is None else tuple(progress.best), "kept": progress.kept,
        "model": model.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict(),
        "rate": rate.state_dict(), "generator": generator.bit_generator.state,
    }  # fmt: skip
    part = path.with_name(f"{path.name}.part")
    torch.save(state, part)
    os.replace(part, path)


def _resume(path: Path, model: Potential, averaged: Potential, optimiser: Any, rate: Any,
            generator: np.random.Generator) -> Progress:  # fmt: skip
    """Our own file of an interrupted training; weights and numbers alone are read from it."""
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    averaged.load_state_dict(state["averaged"])
    optimiser.load_state_dict(state["optimiser"])
    rate.load_state_dict(state["rate"])
    generator.bit_generator.state = state["generator"]
    return Progress(state["epoch"], None if state["best"] is None else Errors(*state["best"]), state["kept"])


def set_references(model: Potential, train: FrameSet) -> None:
    """Scale and reference of a model: energies of elements by least squares, or the mean of an intensive value.

    The scale is the root mean square force component, or the standard deviation of a value without forces.
    """
    values = np.array([f.value for f in train.frames])
    elements = train.elements
    if model.readout == "sum":
        counts = np.array([[np.count_nonzero(f.numbers == z) for z in elements] for f in train.frames], dtype=float)
        found = np.linalg.lstsq(counts, values, rcond=None)[0]
    else:
        found = np.full(len(elements), values.mean())
    references = torch.zeros_like(model.references)
    references[list(elements)] = torch.tensor(found, dtype=references.dtype)
    model.references.copy_(references)
    sd = train.force_sd
    model.scale.fill_(sd if np.isfinite(sd) else float(values.std()) or 1.0)


def errors_of(model: Potential, frames: FrameSet, edges: list[Edges] | None = None, *, batch: int = 32) -> Errors:
    """Mean absolute errors over frames."""
    edges = frames.edges(model.cutoff) if edges is None else edges
    values, forces = [], []
    for start in range(0, len(frames), batch):
        graph, labels = batch_of_frames(frames, edges, range(start, min(start + batch, len(frames))))
        value, force = model.value_and_forces(graph)
        values.append((value - labels.values).abs())
        forces.append((force - labels.forces).abs().flatten())
    return Errors(float(torch.cat(values).mean()), float(torch.cat(forces).mean()))


def _loss(model: Potential, graph: Graph, labels: Labels, schedule: Schedule) -> Tensor:
    if labels.forces.isnan().any():
        return ((model.value(graph) - labels.values) ** 2).mean()
    value, forces = model.value_and_forces(graph, training=True)
    # twice Huber's function: the square itself where it is small
    off = 2 * torch.nn.functional.huber_loss(forces, labels.forces, delta=schedule.straight)
    return schedule.value_weight * ((value - labels.values) ** 2).mean() + off


def _rank(errors: Errors) -> float:
    return errors.value_mae if np.isnan(errors.force_mae) else errors.force_mae


@torch.no_grad()
def _average(averaged: Potential, model: Potential, decay: float) -> None:
    for mean, now in zip(averaged.parameters(), model.parameters(), strict=True):
        mean.lerp_(now, 1 - decay)
