"""From a data set to a shipped model: train, canonicalise, train every fold, evaluate, write the card."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..artefacts import ASSETS, source_commit, versions, write_card
from ..errors import GenomeError
from ..slices.slice_set import SliceSet
from .canonical import Canonical, canonicalise
from .card import card_prose
from .domain import reference_domain
from .evaluate import FOLDS, evaluate
from .images import network_input
from .model import WEIGHTS, GenomeModel
from .network import N_GENES, n_weights, weights_of
from .splits import MIN_INSTANCES, counted_species, leave_species_out, training_rows
from .train import Autoencoder, TrainingSettings, train_autoencoder

Say = Callable[[str], None]


@dataclass(frozen=True)
class Release:
    """What a model is trained on and for.

    files: the wavefunctions behind the slices, in the same order as they were sliced.
    min_instances: bonds a species needs to count in the leave-one-species-out figures.
    """

    purpose: str
    files: tuple[Path, ...]
    seed: int
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    min_instances: int = MIN_INSTANCES


def release_model(slices: SliceSet, out: Path, release: Release, *, say: Say = print) -> dict[str, Any]:
    """Train on all training rows and on each leave-one-species-out fold; returns the held-out figures.

    Finished folds are kept in ``out`` and not trained again while data, seed and settings are the same.
    Raises GenomeError where the training images do not fill one batch.
    """
    n_training = len(training_rows(slices.table))
    if n_training < release.settings.batch:
        raise GenomeError(f"{n_training} training images are too few; a genome needs at least {release.settings.batch}.")
    out.mkdir(parents=True, exist_ok=True)
    train_folds(slices, out, release, say=say)
    train = slices.subset(training_rows(slices.table))
    trained = train_autoencoder(train, seed=release.seed, settings=release.settings, say=say)
    canonical = _canonical(trained, train)
    _write_weights(trained, train, out)
    card = _card(slices, release, trained, canonical)
    write_card(out, card, "")
    model = GenomeModel(out)
    write_bonds(model, slices)
    figures = evaluate(model, slices, say=say)
    write_card(out, card | {"figures": figures}, card_prose(out.name, card, figures))
    return figures


def _card(slices: SliceSet, release: Release, trained: Autoencoder, canonical: Canonical) -> dict[str, Any]:
    inside = all(f.is_relative_to(ASSETS) for f in release.files)
    names = [str(f.relative_to(ASSETS)) if inside else f.name for f in release.files]
    return {
        "purpose": release.purpose, "accepts": {k: slices.info[k] for k in ("kinds", "core_treatment", "level")},
        "seed": release.seed, "training": release.settings.as_card(),
        "n_weights": n_weights(trained.encoder, trained.decoder),
        "code": "8 values per image, each plane of a bond its own; a bond's genome is that of its gauge plane",
        "eigenvalues": [round(float(v), 4) for v in canonical.eigenvalues],
        "degenerate_genes": [list(p) for p in canonical.degenerate],
        "versions": versions(), "source_commit": source_commit(), "licence": "MIT",
        "data": {"wavefunctions": names, "n_images": len(slices), "min_instances": release.min_instances},
        "references": ["10.1021/acs.jctc.4c00557 (the idea; their data, definition and model are not public)"],
    }  # fmt: skip


def train_folds(slices: SliceSet, out: Path, release: Release, *, say: Say = print, only: str | None = None) -> None:
    """Weights of every leave-one-species-out fold (float16), one finished fold at a time."""
    from safetensors.numpy import save

    path = out / FOLDS
    species = counted_species(slices.table, min_instances=release.min_instances)
    if only is not None and only not in species:
        raise GenomeError(f"{only} is not a counted species; choose one of {', '.join(species)}.")
    print_of = fingerprint(slices, release)
    stored = _stored_folds(path, print_of)
    for name in [only] if only else species:
        if any(k.startswith(f"{name}/") for k in stored) and only is None:
            continue
        rows, _ = leave_species_out(slices.table, name)
        trained = train_autoencoder(slices.subset(rows), seed=release.seed, settings=release.settings)
        say(f"fold without {name}: weighted RMSE {trained.losses[-1] ** 0.5:.4f} on training images")
        for part, network in (("encoder", trained.encoder), ("decoder", trained.decoder)):
            stored |= {f"{name}/{k}": v.astype(np.float16) for k, v in weights_of(network, part).items()}
        temporary = path.with_suffix(".part")
        temporary.write_bytes(save(stored, {"fingerprint": print_of}))
        os.replace(temporary, path)


def fingerprint(slices: SliceSet, release: Release) -> str:
    """sha256 over images, table, seed and settings: what a fold's weights follow from."""
    digest = hashlib.sha256(slices.images.tobytes())
    digest.update(slices.table.to_csv(index=False).encode())
    digest.update(f"{release.seed} {release.settings}".encode())
    return digest.hexdigest()


def _stored_folds(path: Path, print_of: str) -> dict[str, np.ndarray]:
    from safetensors import safe_open

    if not path.is_file():
        return {}
    with safe_open(path, framework="numpy") as f:
        if (f.metadata() or {}).get("fingerprint") != print_of:
            return {}
        return {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118 - safe_open is no mapping


def _canonical(trained: Autoencoder, train: SliceSet) -> Canonical:
    inputs = network_input(train.elf(), train.masks)
    return canonicalise(trained.encoder, trained.decoder, inputs, train.counting(), train.table["length"].to_numpy())


def _write_weights(trained: Autoencoder, train: SliceSet, out: Path) -> None:
    import torch
    from safetensors.numpy import save

    inputs = network_input(train.elf(), train.masks)
    with torch.no_grad():
        genomes = torch.cat([trained.encoder(x) for x in inputs.split(256)])
        again = torch.cat([trained.encoder(trained.decoder(z)) for z in genomes.split(256)])
    domain = reference_domain(genomes.numpy(), again.numpy())
    tensors = weights_of(trained.encoder, "encoder") | weights_of(trained.decoder, "decoder")
    tensors |= {
        "training_genomes": genomes.numpy().astype(np.float32),
        "distance_percentiles": domain.distance_percentiles.astype(np.float64),
        "reencoding_percentiles": domain.reencoding_percentiles.astype(np.float64),
    }
    part = out / f"{WEIGHTS}.part"
    part.write_bytes(save(tensors))
    os.replace(part, out / WEIGHTS)


def write_bonds(model: GenomeModel, slices: SliceSet) -> None:
    """bonds.csv: every bond's gauge-plane genome with its properties."""
    rows = np.nonzero(np.isclose(slices.table["azimuth_deg"], 0))[0]
    part = slices.subset(rows)
    genomes = model.encode_images(part.elf(), part.masks)
    decoded = model.decode(genomes)
    table = part.table.drop(columns=["azimuth_deg"]).copy()
    for gene in range(N_GENES):
        table[f"g{gene + 1}"] = np.round(genomes[:, gene], 5)
    counts = part.counting()
    elf = part.elf()
    table["rmse"] = [round(float(np.sqrt(((d - e)[c] ** 2).mean())), 5) for d, e, c in zip(decoded, elf, counts, strict=True)]
    table["mean_elf"] = [round(float(e[c].mean()), 5) for e, c in zip(elf, counts, strict=True)]
    line = pd.DataFrame([_line_maximum(e, m, d) for e, m, d in zip(elf, part.masks, table["length"], strict=True)])
    table["elf_max"], table["elf_max_position"] = line[0].to_numpy(), line[1].to_numpy()
    temporary = model.folder / "bonds.csv.part"
    table.to_csv(temporary, index=False)
    os.replace(temporary, model.folder / "bonds.csv")


def _line_maximum(image: np.ndarray, mask: np.ndarray, length: float) -> tuple[float, float]:
    """Largest ELF on the bond line outside cores and its place (Angstrom from the midpoint); NaN if all is masked."""
    from ..slices.elf_slice import N_PIXELS, WINDOW

    z = (np.arange(N_PIXELS) - 0.5 * (N_PIXELS - 1)) * (WINDOW / N_PIXELS)
    middle = slice(N_PIXELS // 2 - 1, N_PIXELS // 2 + 1)
    values, hidden = image[middle].mean(0), mask[middle].any(0)
    allowed = ~hidden & (np.abs(z) < 0.5 * length)
    if not allowed.any():
        return float("nan"), float("nan")
    k = int(np.argmax(np.where(allowed, values, -1)))
    return round(float(values[k]), 5), round(float(z[k]), 3)
