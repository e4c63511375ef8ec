"""The model as JSON for the browser, where sliders decode without a round trip."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from .model import GenomeModel
from .network import Layer

HISTOGRAM_BINS = 32
FORMAT_VERSION = 1


def browser_payload(model: GenomeModel) -> dict[str, Any]:
    """Encoder and decoder layers with float32 weights (base64, little-endian), gene statistics, domain.

    Each layer is {kind, sizes} and its weights by their names in torch; convolution weights are (out, in, 3, 3), linear ones
    (out, in), row-major.  training: (n, 8) genomes for the distance badge.
    """
    genomes = model.training_genomes
    return {
        "format": "bondgenome-browser-model", "version": FORMAT_VERSION, "model": model.name, "hash": model.hash,
        **{part: _layers(layers, model._tensors, part) for part, layers in model.architecture._asdict().items()},
        "genes": gene_statistics(genomes),
        "training": {"n": len(genomes), "values": _pack(genomes)},
        "distance_percentiles": model.domain.distance_percentiles.tolist(),
        "reencoding_percentiles": model.domain.reencoding_percentiles.tolist(),
    }  # fmt: skip


def gene_statistics(genomes: np.ndarray) -> list[dict[str, Any]]:
    """Per gene: histogram of the training bonds over their range, and the 1-99 % band."""
    out = []
    for column in genomes.T:
        counts, edges = np.histogram(column, HISTOGRAM_BINS)
        low, high = np.percentile(column, [1, 99])
        out.append({
            "min": float(column.min()), "max": float(column.max()), "p1": float(low), "p99": float(high),
            "mean": float(column.mean()), "sd": float(column.std()), "counts": counts.tolist(), "edges": edges.tolist(),
        })  # fmt: skip
    return out


def _layers(layers: tuple[Layer, ...], tensors: dict[str, np.ndarray], prefix: str) -> list[dict[str, Any]]:
    out = []
    for k, layer in enumerate(layers):
        entry: dict[str, Any] = {"kind": layer.kind, "sizes": list(layer.sizes)}
        start = f"{prefix}.{k}."
        entry |= {name.removeprefix(start): _pack(array) for name, array in tensors.items() if name.startswith(start)}
        out.append(entry)
    return out


def _pack(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode("ascii")
