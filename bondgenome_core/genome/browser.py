"""The model as JSON for the browser, where sliders decode without a round trip."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ..indices.bond_class import CLASSES
from ..quantities import QUANTITIES
from .domain import Domain
from .index_model import INDICES, LAYERS
from .model import GenomeModel
from .network import N_GENES, Layer
from .piece import SCALE

HISTOGRAM_BINS = 32
FORMAT_VERSION = 5
HALF, BYTES, THEN = "half:", "bytes:", "|"


def browser_payload(model: GenomeModel) -> dict[str, Any]:
    """Encoder and decoder layers with their weights (base64, little-endian), gene statistics, domain, what reads indices.

    Each layer is {kind, sizes} and its weights by their names in torch; convolution weights are (out, in, 3, 3), linear ones
    (out, in), row-major; ``half:`` stands before 16-bit numbers, ``bytes:`` before 8-bit ones, whose scale for each row follows
    after ``|``; others have 32.  training: (n, 8) genomes for the distance badge.
    """
    genomes, tensors = model.training_genomes, model.piece.tensors
    return {
        "format": "bondgenome-browser-model", "version": FORMAT_VERSION, "model": model.name, "hash": model.hash,
        **{part: _layers(layers, tensors, part) for part, layers in model.code.architecture._asdict().items()},
        "genes": [s | {"reproducibility": r} for s, r in zip(gene_statistics(genomes), _reproducibility(model), strict=True)],
        "training": {"n": len(genomes), "values": _pack(tensors["training_genomes"])},
        "indices": _indices(model), "stated_errors": model.card.get("figures", {}).get("stated_errors"),
        "domain": _domain(model.code.domain),
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


def _domain(domain: Domain) -> dict[str, Any]:
    """Percentiles as numbers, what is measured against packed."""
    packed = {name: _pack(getattr(domain, name)) for name in ("slopes", "references", "errors")}
    return {name: reference.tolist() for name, reference in domain._asdict().items() if name not in packed} | packed


def _layers(layers: tuple[Layer, ...], tensors: dict[str, np.ndarray], prefix: str) -> list[dict[str, Any]]:
    out = []
    for k, layer in enumerate(layers):
        entry: dict[str, Any] = {"kind": layer.kind, "sizes": list(layer.sizes)}
        start = f"{prefix}.{k}."
        own = {name: array for name, array in tensors.items() if name.startswith(start) and not name.endswith(SCALE)}
        entry |= {name.removeprefix(start): _pack(array, tensors.get(f"{name}{SCALE}")) for name, array in own.items()}
        out.append(entry)
    return out


def _indices(model: GenomeModel) -> dict[str, Any] | None:
    """The ensemble, and how each index is named; None where the model reads none."""
    if model.indices is None:
        return None
    r2 = model.card.get("figures", {}).get("r2", {})
    named = [QUANTITIES[name] for name in INDICES]
    return {
        "members": [_layers(LAYERS, model.piece.tensors, f"index_{m}") for m in range(len(model.indices.members))],
        "mean": model.indices.mean.tolist(), "sd": model.indices.sd.tolist(), "names": list(INDICES), "classes": list(CLASSES),
        "labels": [
            {"label": q.label, "unit": q.unit, "description": q.description, "r2": r2.get(name)}
            for name, q in zip(INDICES, named, strict=True)
        ],
    }  # fmt: skip


def _reproducibility(model: GenomeModel) -> list[float | None]:
    return list(model.card.get("figures", {}).get("gene_reproducibility", [None] * N_GENES))


def _pack(array: np.ndarray, scale: np.ndarray | None = None) -> str:
    if scale is not None:
        return f"{BYTES}{_base64(array, 'i1')}{THEN}{_base64(scale, '<f4')}"
    return HALF + _base64(array, "<f2") if array.dtype == np.float16 else _base64(array, "<f4")


def _base64(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")
