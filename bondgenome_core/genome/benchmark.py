"""``bench decode``: genomes encoded and decoded per second in batches, and the time for one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..device import describe_device
from ..errors import GenomeError
from .code import BATCH
from .model import GenomeModel, list_models
from .nearest import NEAREST, nearest_codes
from .network import load_weights

BATCHES, SINGLES, REPEATS = 8, 100, 3


def bench_decode(model: GenomeModel | None = None) -> dict[str, Any]:
    """encode_per_s, decode_per_s (batches of 256) and decode_ms (median of one at a time), on CPU and, where present, GPU.

    Raises GenomeError where no model is shipped.
    """
    import torch

    models = (model,) if model else list_models()
    if not models:
        raise GenomeError("No genome model is shipped; train one with 'dataset build' and 'train genome'.")
    chosen = models[0]
    result: dict[str, Any] = {"model": chosen.name, "batch": BATCH, "threads": torch.get_num_threads()}
    result |= speeds(chosen, "cpu")
    if torch.cuda.is_available():
        result["gpu"] = speeds(chosen, "cuda")
    return result | {"device": describe_device(), "units": {"decode_ms": "ms", "encode_per_s": "1/s", "decode_per_s": "1/s"}}


def speeds(model: GenomeModel, device: str) -> dict[str, float]:
    """The three figures on one device; genomes are those of the training bonds."""
    import torch

    encoder, decoder = (
        load_weights(layers, model.code.tensors, part).to(device) for part, layers in model.code.architecture._asdict().items()
    )
    known = np.resize(model.training_genomes, (BATCHES * BATCH, model.training_genomes.shape[1]))
    genomes = torch.from_numpy(np.ascontiguousarray(known)).to(device).split(BATCH)
    with torch.no_grad():
        images = [decoder(g) for g in genomes]
        nothing = [torch.zeros_like(x, dtype=torch.bool) for x in images]

        def encode() -> None:
            for x, mask in zip(images, nothing, strict=True):
                first = encoder(x)
                if NEAREST in model.code.tensors:
                    nearest_codes(decoder, first, x, mask)

        encode_s = min(_seconds(encode, device) for _ in range(REPEATS))
        decode_s = min(_seconds(lambda: [decoder(g) for g in genomes], device) for _ in range(REPEATS))
        one = genomes[0][:1]
        single = np.median([_seconds(lambda: decoder(one), device) for _ in range(SINGLES)])
    n = BATCHES * BATCH
    return {
        "encode_per_s": round(n / encode_s, 1), "decode_per_s": round(n / decode_s, 1),
        "decode_ms": round(1e3 * float(single), 3),
    }  # fmt: skip


def _seconds(work: Callable[[], Any], device: str) -> float:
    import torch

    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began
