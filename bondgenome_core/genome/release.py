"""From a data set to a shipped model: the model, four more of other seeds, one for every species left out, figures, card.

Every one of them is a piece (``piece.py``) in a file of its own, so that an interrupted release goes on and several processes can
share one: each takes the pieces that no other holds, and the last writes the card.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..artefacts import ASSETS, file_sha256, source_commit, versions, write_card
from ..errors import GenomeError
from ..indices.build import CACHE_VERSION as INDICES_VERSION
from ..slices.build import CACHE_VERSION as SLICES_VERSION
from ..slices.packed import pack
from ..slices.slice_set import SliceSet
from .bond_table import write_bonds
from .card import card_prose
from .data_card import data_prose, left_out, read_entries, write_entries
from .dictionary import write_dictionary
from .evaluate import TEST_SLICES, evaluate, rmse
from .model import WEIGHTS, GenomeModel
from .network import DENSE, Architecture
from .piece import fold_file, make_piece, record_of, save_piece, seed_file
from .soap_baseline import soap_figures
from .splits import MIN_INSTANCES, counted_species, heldout_frame_rows, leave_species_out, training_rows, validation_split
from .targets import IDENTITY
from .train import TrainingSettings, train_autoencoder

Say = Callable[[str], None]
N_SEEDS = 5
FEWEST_IMAGES = 64
"""To train on: fewer say nothing that their principal components do not."""


@dataclass(frozen=True)
class Release:
    """What a model is trained on and for.

    files: the wavefunctions behind the slices, in the same order as they were sliced.  seed: of the model itself; the
    others that its genes are compared with have the following ones, ``n_seeds`` in all.
    min_instances: bonds a species needs to count in the leave-one-species-out figures.
    fold_share: of the epochs, for codes that never saw a species: most of a release is theirs, and their figures of unseen
    species are rather too large than too small for it.
    """

    purpose: str
    files: tuple[Path, ...]
    seed: int = 0
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    architecture: Architecture = DENSE
    min_instances: int = MIN_INSTANCES
    n_seeds: int = N_SEEDS
    fold_share: float = 0.5

    @property
    def fold_settings(self) -> TrainingSettings:
        """How a code that never saw a species is trained."""
        return replace(self.settings, epochs=max(1, round(self.fold_share * self.settings.epochs)))


class Task(NamedTuple):
    """One piece to train: its file beside the card, its seed, how, and the rows it sees and is watched on."""

    file: str
    seed: int
    settings: TrainingSettings
    train: np.ndarray
    watched: np.ndarray


def release_model(
    slices: SliceSet, indices: pd.DataFrame | None, out: Path, release: Release, *, say: Say = print
) -> dict[str, Any]:
    """Train all pieces, evaluate, and write the card; returns the held-out figures, none while other processes train pieces.

    indices: table of ``build_indices`` for the same bonds; without it the model reads none.
    Finished pieces are kept in ``out`` and not trained again while data, seed and settings are the same.
    Raises GenomeError where the training images are fewer than 64 or than one batch, or there is no test trajectory.
    """
    require_enough(slices, release)
    for task in tasks(slices, release):
        with sole(out / task.file) as mine:
            if mine:
                train_piece(task, slices, indices, out, release, say=say)
    missing = [t.file for t in tasks(slices, release) if not is_finished(t, slices, indices, out, release)]
    if missing:
        say(f"Other processes train {', '.join(missing)}; the last of them writes the card.")
        return {}
    part = out / f"{TEST_SLICES}.part"
    part.write_bytes(pack(slices.subset(heldout_frame_rows(slices.table))))
    os.replace(part, out / TEST_SLICES)
    card = _card(slices, out, release)
    write_card(out, card, "")
    model = GenomeModel(out)
    write_bonds(model, slices, indices)
    write_entries(out, release.files)
    write_dictionary(model)
    figures = evaluate(model, say=say) | ({} if indices is None else soap_figures(model.bonds, release.files, say=say))
    _write_figures(model, card | {"left_out": left_out(release.files)}, figures)
    return figures


def rewrite_card(model: GenomeModel, figures: dict[str, Any]) -> None:
    """Put figures that were computed anew on a model's card; all else on it stays."""
    known = {k: v for k, v in model.card.items() if k not in ("card_version", "name", "files", "figures")}
    _write_figures(model, known, model.card.get("figures", {}) | figures)


def _write_figures(model: GenomeModel, card: dict[str, Any], figures: dict[str, Any]) -> None:
    prose = card_prose(model.name, card, figures) + "\n" + data_prose(read_entries(model), model.bonds, card["left_out"])
    write_card(model.folder, card | {"figures": figures}, prose)


def require_enough(slices: SliceSet, release: Release) -> None:
    """Raises GenomeError where a model cannot be trained or tested on these slices."""
    n_training = len(training_rows(slices.table))
    fewest = min(FEWEST_IMAGES, release.settings.batch)
    if n_training < fewest:
        raise GenomeError(f"{n_training} training images are too few; a genome needs at least {fewest}.")
    if not len(heldout_frame_rows(slices.table)):
        raise GenomeError("There is no test trajectory among the slices; sample one with the role 'test'.")


def tasks(slices: SliceSet, release: Release) -> Iterator[Task]:
    """The model itself first, then the other seeds, then a fold for every counted species."""
    for seed in range(release.seed, release.seed + release.n_seeds):
        file = WEIGHTS if seed == release.seed else seed_file(seed)
        yield Task(file, seed, release.settings, *validation_split(slices.table, seed))
    for species in counted_species(slices.table, min_instances=release.min_instances):
        yield Task(fold_file(species), release.seed, release.fold_settings, *leave_species_out(slices.table, species))


def task_named(slices: SliceSet, release: Release, *, fold: str | None = None, seed: int | None = None) -> Task:
    """The task of one fold or of one seed; raises GenomeError where there is none such."""
    known = {task.file: task for task in tasks(slices, release)}
    wanted = fold_file(fold) if fold else WEIGHTS if seed == release.seed else seed_file(int(seed or 0))
    if wanted not in known:
        species = counted_species(slices.table, min_instances=release.min_instances)
        last = release.seed + release.n_seeds - 1
        raise GenomeError(f"There are folds for {', '.join(species) or 'no species'} and seeds {release.seed} to {last}.")
    return known[wanted]


def retrain(slices: SliceSet, indices: pd.DataFrame | None, out: Path, release: Release, *,
            fold: str | None = None, seed: int | None = None) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Train one fold or one seed again, whatever is stored; returns its file and its figures.

    Where it differs from the one the card was written for, the card's hash says so: the model is not read until all is
    released again.
    """
    require_enough(slices, release)
    task = task_named(slices, release, fold=fold, seed=seed)
    train_piece(task, slices, indices, out, release, again=True, say=lambda _: None)
    return task.file, record_of(out / task.file)["figures"]


def train_piece(task: Task, slices: SliceSet, indices: pd.DataFrame | None, out: Path, release: Release, *,
                say: Say = print, again: bool = False) -> None:  # fmt: skip
    """Train one piece and store it, unless it is there already and ``again`` is not asked for."""
    if is_finished(task, slices, indices, out, release) and not again:
        return
    train = slices.subset(task.train)
    trained = train_autoencoder(train, indices, seed=task.seed, settings=task.settings, architecture=release.architecture)
    piece, canonical = make_piece(trained, train, indices, seed=task.seed)
    watched = slices.subset(task.watched)
    figures = {
        "rmse_training": round(rmse(piece.code.decode(piece.code.training_genomes), train), 5),
        "rmse_validation": round(rmse(piece.reconstruct(watched), watched), 5) if len(watched) else None,
        "eigenvalues": [round(float(v), 4) for v in canonical.eigenvalues], "degenerate": canonical.degenerate,
    }  # fmt: skip
    record = {"fingerprint": fingerprint(slices, indices, task, release), "seed": task.seed, "figures": figures}
    save_piece(piece, out / task.file, record)
    say(f"{task.file}: RMSE {figures['rmse_training']} on training images, {figures['rmse_validation']} on watched ones")


@contextmanager
def sole(path: Path) -> Iterator[bool]:
    """Whether no other process works at a file; none does while this one is inside.  A process that dies lets go."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f"{path.name}.unfinished"), blocking=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def is_finished(task: Task, slices: SliceSet, indices: pd.DataFrame | None, out: Path, release: Release) -> bool:
    """Whether a piece is stored that follows from the same data, seed and settings."""
    return bool(record_of(out / task.file).get("fingerprint") == fingerprint(slices, indices, task, release))


def fingerprint(slices: SliceSet, indices: pd.DataFrame | None, task: Task, release: Release) -> str:
    """sha256 over the wavefunctions, the bonds and planes cut from them, rows, seed, layers and settings: what a piece's weights
    follow from.  Not over pixels: another processor rounds some of them the other way, and pieces may come from several machines.
    """
    digest = hashlib.sha256("".join(file_sha256(f) for f in release.files).encode())
    digest.update(slices.table[[*IDENTITY, "azimuth_deg", "role"]].to_csv(index=False).encode())
    digest.update(f"{SLICES_VERSION} {None if indices is None else INDICES_VERSION}".encode())
    digest.update(np.ascontiguousarray(task.train).tobytes())
    digest.update(f"{task.seed} {task.settings} {release.architecture.as_card()}".encode())
    return digest.hexdigest()


def _card(slices: SliceSet, out: Path, release: Release) -> dict[str, Any]:
    inside = all(f.is_relative_to(ASSETS) for f in release.files)
    names = [str(f.relative_to(ASSETS)) if inside else f.name for f in release.files]
    records = {task.file: record_of(out / task.file)["figures"] for task in tasks(slices, release)}
    architecture = release.architecture.bounded()
    return {
        "purpose": release.purpose, "accepts": {k: slices.info[k] for k in ("kinds", "core_treatment", "level")},
        "architecture": architecture.as_card(), "seed": release.seed, "training": release.settings.as_card(),
        "fold_epochs": release.fold_settings.epochs,
        "seeds": list(range(release.seed, release.seed + release.n_seeds)), "n_weights": architecture.n_weights,
        "pieces": records,
        "code": "8 values per image, each plane of a bond its own; a bond's genome is that of its gauge plane",
        "eigenvalues": records[WEIGHTS]["eigenvalues"], "degenerate_genes": records[WEIGHTS]["degenerate"],
        "versions": versions(), "source_commit": source_commit(), "licence": "MIT",
        "data": {"wavefunctions": names, "n_images": len(slices), "min_instances": release.min_instances},
        "references": ["10.1021/acs.jctc.4c00557 (the idea; their data, definition and model are not public)"],
    }  # fmt: skip
