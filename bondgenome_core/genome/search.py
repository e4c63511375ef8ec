"""Which eight numbers say most about a bond: every candidate on the same quarter of the data, by experiment.

Each candidate is trained once for the held-out trajectories and once for each of three merged species folds.  All
errors are those of the slices at 0 and 90 degrees, 32 x 32, on counting pixels, whatever the candidate sees; a
candidate that codes a bond rather than an image has 8 numbers for both planes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..artefacts import write_text_atomically
from ..errors import GenomeError
from ..slices.slice_set import SliceSet
from .baselines import fit_length_means, fit_pca
from .candidates import CANDIDATES, Candidate
from .evaluate import rmse
from .images import loss_weights, network_input
from .index_loss import index_targets, turned
from .index_model import train_index_model
from .index_scores import r2_within_kinds
from .search_data import AZIMUTHS, SearchSet, fourier_components, plane_from_components
from .splits import counted_species, heldout_frame_rows, training_rows
from .targets import gauge_targets
from .train import Autoencoder, Batch, TrainingSettings, fit, random_frames, reverse

if TYPE_CHECKING:
    from torch import Tensor

N_FOLDS = 3
STANDARD = (0, 4)
"""Indices of the planes at 0 and 90 degrees among the eight."""


class Split(NamedTuple):
    """Bonds to train on and bonds to test on."""

    name: str
    train: np.ndarray
    test: np.ndarray


def run_search(data: SearchSet, out: Path, *, seed: int, epochs: int, candidates: Iterable[Candidate] = CANDIDATES,
               say: Callable[[str], None] = print) -> list[dict[str, Any]]:  # fmt: skip
    """Figures of every candidate; finished ones are kept in ``out`` (one JSON each) and not trained again."""
    out.mkdir(parents=True, exist_ok=True)
    results = []
    for candidate in candidates:
        path = out / f"{candidate.name.replace(' ', '_').replace(',', '')}.json"
        stamp = {"candidate": candidate.as_card(), "seed": seed, "epochs": epochs, "n_bonds": len(data.table)}
        known = json.loads(path.read_text()) if path.is_file() else {}
        if {k: known.get(k) for k in stamp} != stamp:
            known = stamp | run_candidate(candidate, data, seed=seed, epochs=epochs)
            write_text_atomically(path, json.dumps(known, indent=1) + "\n")
        say(f"{candidate.name}: frames {known['rmse_frames']:.4f}, species {known['rmse_species']:.4f}, {known['seconds']:.0f} s")
        results.append(known)
    return results


def run_candidate(candidate: Candidate, data: SearchSet, *, seed: int, epochs: int) -> dict[str, Any]:
    """Errors of one candidate beside PCA of the same width and bond length alone, over all splits."""
    began, found = time.perf_counter(), {}
    for split in splits(data.table):
        train, test = data.subset(split.train), data.subset(split.test)
        trained = train_candidate(candidate, train, seed=seed, epochs=epochs)
        own, pictures, known = reconstruct(candidate, trained, test), planes(test), planes(train)
        found[split.name] = {
            f"{method}{end}": rmse(image, pictures, full_window=bool(end))
            for method, image in (
                ("rmse", own), ("pca", fit_pca(known, n_components=candidate.n_genes).reconstruct(pictures)),
                ("length", fit_length_means(known).reconstruct(pictures)),
            ) for end in ("", "_full")
        }  # fmt: skip
        if split.name == "frames":
            read = read_indices(candidate, trained, train, test, seed=seed)
    merged = [figures for name, figures in found.items() if name != "frames"]
    out: dict[str, Any] = {f"{key}_frames": round(value, 5) for key, value in found["frames"].items()}
    out |= {f"{key}_species": round(float(np.mean([figures[key] for figures in merged])), 5) for key in merged[0]}
    return out | {"r2": read, "seconds": round(time.perf_counter() - began, 1)}


def read_indices(candidate: Candidate, trained: Autoencoder, train: SearchSet, test: SearchSet, *,
                 seed: int) -> dict[str, float | None]:  # fmt: skip
    """R2 of indices that one network reads from the values of unseen bonds, the worse kind's; empty without indices."""
    if train.indices is None:
        return {}
    genes, tables = zip(*(_gauge_genes(candidate, trained, data, data.indices) for data in (train, test)), strict=True)
    scale = genes[0].std(0) + 1e-9
    model = train_index_model(genes[0] / scale, tables[0], seed=seed, n_members=1)
    return r2_within_kinds(model.predict(genes[1] / scale).values, tables[1])


def _gauge_genes(candidate: Candidate, trained: Autoencoder, data: SearchSet,
                 indices: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:  # fmt: skip
    """(values of the gauge planes whose bonds have indices (n, n_genes), those indices)."""
    import torch

    with torch.no_grad():
        inputs = network_channels(candidate, data)[0]
        genes = torch.cat([trained.encoder(x) for x in inputs.split(256)]).numpy()
    seen = planes(data).table if candidate.channels.startswith("slice") else data.table
    rows, table = gauge_targets(seen, indices)
    return genes[rows], table


def splits(table: pd.DataFrame) -> Iterator[Split]:
    """Held-out trajectories, then the counted species dealt out to three folds by size.

    Raises GenomeError where there are fewer species than folds.
    """
    species = counted_species(table, min_instances=1)
    if len(species) < N_FOLDS:
        raise GenomeError(f"The search leaves species out in {N_FOLDS} folds; {len(species)} with 5 snapshots are too few.")
    yield Split("frames", training_rows(table), heldout_frame_rows(table))
    thermal, trained_on = (table["role"] != "relaxed").to_numpy(), (table["role"] != "test").to_numpy()
    for fold in range(N_FOLDS):
        own = table["species"].isin(species[fold::N_FOLDS]).to_numpy()
        yield Split(f"species {fold}", np.nonzero(~own & trained_on)[0], np.nonzero(own & thermal)[0])


def planes(data: SearchSet, which: Sequence[int] = STANDARD) -> SliceSet:
    """Some of the eight planes as images, bond by bond."""
    table = data.table.loc[data.table.index.repeat(len(which))].reset_index(drop=True)
    table["azimuth_deg"] = np.tile([AZIMUTHS[k] for k in which], len(data.table))
    images, masks = (a[:, list(which)].reshape(-1, *a.shape[2:]) for a in (data.images, data.masks))
    return SliceSet(np.round(images * 255).astype(np.uint8), masks, table, {})


def train_candidate(candidate: Candidate, data: SearchSet, *, seed: int, epochs: int) -> Autoencoder:
    """Fit a candidate to some bonds."""
    import torch

    settings = TrainingSettings(
        epochs=epochs, batch=64, learning_rate=2e-3, weight_decay=candidate.weight_decay, nested=candidate.nested,
        straight_epochs=candidate.straight_epochs,
        noise=candidate.noise, rim_weight=candidate.rim_weight, core_weight=candidate.core_weight,
        index_weight=candidate.index_weight,
    )  # fmt: skip
    which = range(0, len(AZIMUTHS), len(AZIMUTHS) // candidate.azimuths)
    inputs, hidden = network_channels(candidate, data, which)
    weights = loss_weights(hidden, rim=settings.rim_weight, core=settings.core_weight)
    whole = candidate.channels.startswith("slice")
    frames = planes(data, which)
    targets = torch.from_numpy(index_targets(frames.table if whole else data.table, data.indices))

    def draw(generator: np.random.Generator) -> Batch:
        if whole:
            rows, columns = random_frames(frames, generator, mirror_right_angle=True)
            return lambda pick: (
                reverse(inputs[pick], rows[pick], columns[pick]),
                reverse(weights[pick], rows[pick], columns[pick]),
                turned(targets[pick], columns[pick]),
            )
        signs, columns = _component_frames(data.table, generator, inputs.shape[1])
        none = np.zeros(len(columns), dtype=bool)
        return lambda pick: (
            reverse(inputs[pick] * signs[pick], none[pick], columns[pick]), reverse(weights[pick], none[pick], columns[pick]),
            turned(targets[pick], columns[pick]),
        )  # fmt: skip

    return fit(candidate.architecture, inputs, weights, draw, seed=seed, settings=settings)


def network_channels(candidate: Candidate, data: SearchSet, which: Sequence[int] = STANDARD) -> tuple[Tensor, Tensor]:
    """(n, channels, height, 32) inputs with cores set to 0, and what is masked in them; which: planes of an image code."""
    import torch

    components, hidden = fourier_components(data.images, data.masks)
    if candidate.channels in ("fourier", "invariant"):
        kept = slice(0, 5 if candidate.channels == "fourier" else 1)
        return torch.from_numpy(np.where(hidden, 0, components)[:, kept]), torch.from_numpy(hidden[:, kept])
    pictures = planes(data, which)
    inputs, masks = network_input(pictures.elf(), pictures.masks), torch.from_numpy(pictures.masks[:, None])
    if candidate.channels == "slice":
        return inputs, masks
    mean, shut = (
        np.repeat(np.concatenate([a[:, 0, ::-1], a[:, 0]], axis=1)[:, None], len(which), 0) for a in (components, hidden)
    )
    return torch.cat([inputs, torch.from_numpy(np.where(shut, 0, mean))], 1), torch.cat([masks, torch.from_numpy(shut)], 1)


def _component_frames(table: pd.DataFrame, generator: np.random.Generator, n_channels: int) -> tuple[Tensor, np.ndarray]:
    """Signs (n, channels, 1, 1) of the components and whether z is reversed, in random admissible frames.

    Reversing x turns the azimuth by 180 degrees; reversing z, or taking the mirror image, reverses its sense.
    """
    import torch

    coins = generator.random((3, len(table))) < 0.5
    x, z = (table[key].to_numpy(dtype=bool) & coin for key, coin in (("x_ambiguous", coins[0]), ("z_ambiguous", coins[1])))
    first, sine = np.where(x, -1, 1), np.where(z ^ coins[2], -1, 1)
    signs = np.stack([np.ones_like(first), first, first * sine, np.ones_like(first), sine], 1)[:, :n_channels, None, None]
    return torch.from_numpy(signs.astype(np.float32)), z


def reconstruct(candidate: Candidate, trained: Autoencoder, data: SearchSet) -> np.ndarray:
    """(2 n, 32, 32): both planes of every bond from its values."""
    import torch

    inputs, _ = network_channels(candidate, data)
    with torch.no_grad():
        found = torch.cat([trained.decoder(trained.encoder(x)) for x in inputs.split(256)]).numpy()
    if candidate.channels.startswith("slice"):
        return found[:, 0]
    full = np.zeros((len(found), 5, *found.shape[2:]), dtype=np.float32)
    full[:, : found.shape[1]] = found
    found = np.stack([plane_from_components(full, AZIMUTHS[k]) for k in STANDARD], 1)
    return found.reshape(-1, *found.shape[2:])
