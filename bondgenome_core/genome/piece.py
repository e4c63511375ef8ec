"""One trained code with what it is compared with: the model itself, one of another seed, or one that never saw a species.

All are kept alike, in one safetensors file: weights of the code (large matrices with 8 bits, others in half precision),
genomes of the training images, PCA-8 and bond-length means of the same images, and the networks that read indices.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..artefacts import load_tensors
from ..slices.slice_set import SliceSet
from .baselines import KEYS, LengthMeans, Pca, fit_length_means, fit_pca
from .canonical import Canonical, canonicalise
from .code import Code
from .images import network_input
from .index_model import IndexModel, train_index_model
from .nearest import DAMPING, NEAREST, RIM_WEIGHT
from .network import Architecture, weights_of
from .targets import gauge_targets
from .train import Autoencoder

PIECES, RECORD = "pieces", "record"
LARGE, SCALE = 2**14, "/scale"
"""Weights of a matrix from which it is kept with 8 bits each; what its scales are called."""


def seed_file(seed: int) -> str:
    """Where a model folder keeps the code of another seed."""
    return f"{PIECES}/seed-{seed}.safetensors"


def fold_file(species: str) -> str:
    """Where a model folder keeps the code that never saw a species."""
    return f"{PIECES}/without-{species}.safetensors"


@dataclass(frozen=True, eq=False)
class Piece:
    """tensors: everything by name.  kinds: what the numbers of bond kinds in them mean."""

    architecture: Architecture
    tensors: dict[str, np.ndarray]
    kinds: tuple[str, ...]

    @cached_property
    def code(self) -> Code:
        return Code(self.architecture, expanded(self.tensors))

    @cached_property
    def indices(self) -> IndexModel | None:
        return IndexModel.from_tensors(self.code.tensors)

    @property
    def pca(self) -> Pca:
        return Pca(self.tensors["pca_mean"], self.tensors["pca_components"])

    @property
    def length_means(self) -> LengthMeans:
        kind, azimuth, length = self.tensors["length_groups"].T
        groups = pd.DataFrame({"kind": [self.kinds[int(k)] for k in kind], "azimuth_deg": azimuth, "length": length})
        return LengthMeans(groups, self.tensors["length_means"])

    def reconstruct(self, test: SliceSet) -> np.ndarray:
        """(n, 64, 64) test images through the eight values."""
        return self.code.decode(self.code.encode(test.elf(), test.masks))


def make_piece(trained: Autoencoder, train: SliceSet, indices: pd.DataFrame | None, *, seed: int) -> tuple[Piece, Canonical]:
    """Canonicalise a trained autoencoder and fit all that goes with it to the same images.

    indices: table of ``build_indices``, or None; bonds it lacks do not count.
    """
    inputs = network_input(train.elf(), train.masks)
    canonical = canonicalise(trained.encoder, trained.decoder, inputs, train.counting(), train.table["length"].to_numpy())
    architecture, kinds = trained.architecture.bounded(), tuple(train.info["kinds"])
    tensors = shortened(weights_of(trained.encoder, "encoder") | weights_of(trained.decoder, "decoder"))
    tensors[NEAREST] = np.array([DAMPING, RIM_WEIGHT], dtype=np.float32)
    tensors |= {"training_genomes": _genomes(architecture, expanded(tensors), train)} | _baselines(train, kinds)
    if indices is not None:
        known = tensors["training_genomes"].astype(np.float32)
        rows, targets = gauge_targets(train.table, indices)
        if len(rows):
            tensors |= shortened(train_index_model(known[rows], targets, seed=seed).tensors())
    return Piece(architecture, tensors, kinds), canonical


def shortened(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights, which are called ``network.layer.weight``, in half precision, large matrices as integers of 8 bits and a scale
    for each row; means and scales as they are."""
    out = {}
    for name, array in tensors.items():
        if "." not in name:
            out[name] = array
        elif array.ndim == 2 and array.size >= LARGE:
            scale = np.maximum(np.abs(array).max(1, keepdims=True), 1e-30).astype(np.float32) / 127
            out[name], out[f"{name}{SCALE}"] = np.round(array / scale).astype(np.int8), scale
        else:
            out[name] = array.astype(np.float16)
    return out


def expanded(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights kept with 8 bits as numbers of single precision, all others as they are kept."""
    scales = {name.removesuffix(SCALE): array for name, array in tensors.items() if name.endswith(SCALE)}
    kept = {name: array for name, array in tensors.items() if not name.endswith(SCALE)}
    return kept | {name: kept[name] * scale for name, scale in scales.items()}


def _genomes(architecture: Architecture, weights: dict[str, np.ndarray], train: SliceSet) -> np.ndarray:
    return Code(architecture, weights).encode(train.elf(), train.masks).astype(np.float16)


def _baselines(train: SliceSet, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    pca, lengths = fit_pca(train), fit_length_means(train)
    kind, azimuth = (lengths.groups[k] for k in KEYS)
    groups = np.column_stack([kind.map(kinds.index), azimuth, lengths.groups["length"]]).astype(np.float32)
    return {"pca_mean": pca.mean, "pca_components": pca.components, "length_groups": groups, "length_means": lengths.means}


def save_piece(piece: Piece, path: Path, record: dict[str, Any]) -> None:
    """Write a piece; record: what it follows from, kept in the header."""
    from safetensors.numpy import save

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    # one entry: several would be written in a random order, and the same piece would have another hash
    part.write_bytes(save({k: np.ascontiguousarray(v) for k, v in piece.tensors.items()}, {RECORD: json.dumps(record)}))
    os.replace(part, path)


def record_of(path: Path) -> dict[str, Any]:
    """The record of a stored piece; empty where there is none that can be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as f:
            return dict(json.loads((f.metadata() or {})[RECORD]))
    except (OSError, KeyError, ValueError, SafetensorError):
        return {}


def load_piece(folder: Path, name: str, card: dict[str, Any]) -> Piece:
    """One piece of a model folder, its hash checked; raises ArtefactError where it is missing or changed."""
    return Piece(Architecture.from_card(card), load_tensors(folder, name), tuple(card["accepts"]["kinds"]))
