"""How fast explanations are: pairs of aspirin, and pairs of ethanol against one masked pass per walk.

Speed does not depend on weights; they are random here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ..device import one_thread
from ..potentials.build import KINDS, build_potential
from ..potentials.data_sets import ASPIRIN
from ..potentials.graph import Graph, graph_of
from ..structures.gallery import load_gallery_structure
from ..structures.smiles import structure_from_smiles
from .gamma import explainable
from .relevance import pair_relevances, walks_one_by_one
from .studies.checks import sum_over_pairs

REPEATS = 5
LAYERS, FEATURES = 3, 64


def bench_explain(*, walks_of: str = "ethanol", n_layers: int = LAYERS) -> dict[str, Any]:
    """aspirin_pairs_s {schnet, painn}: all pairs, median.  speedup_vs_walks: the same pairs from single walks, both in this run;
    max_deviation: between the two, relative to the sum of absolute relevances."""
    aspirin, small = structure_from_smiles(ASPIRIN), load_gallery_structure(walks_of)
    out: dict[str, Any] = {"aspirin_pairs_s": {}, "aspirin_pairs_one_thread_s": {}}
    for kind in KINDS:
        model = explainable(build_potential({"kind": kind, "n_layers": n_layers, "n_features": FEATURES}))
        graph = graph_of(aspirin, model.cutoff)
        out["aspirin_pairs_s"][kind.lower()] = _median(lambda m=model, g=graph: pair_relevances(m, g))  # type: ignore[misc]
        with one_thread():
            out["aspirin_pairs_one_thread_s"][kind.lower()] = _median(lambda m=model, g=graph: pair_relevances(m, g))  # type: ignore[misc]
    model = explainable(build_potential({"kind": "SchNet", "n_layers": n_layers, "n_features": FEATURES}).double())
    return out | _against_walks(model, graph_of(small, model.cutoff, torch.float64))


def _against_walks(model: Any, graph: Graph) -> dict[str, float]:
    with one_thread():
        pairs, fast = pair_relevances(model, graph), _median(lambda: pair_relevances(model, graph))
        began = time.perf_counter()
        walks = walks_one_by_one(model, graph)
        slow = time.perf_counter() - began
    deviation = (sum_over_pairs(walks) - pairs).abs().max() / walks.abs().sum()
    return {
        "n_walks": walks.numel(), "walks_s": round(slow, 2), "pairs_s": round(fast, 5), "speedup_vs_walks": round(slow / fast, 1),
        "max_deviation": float(deviation),
    }  # fmt: skip


def _median(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return round(float(np.median(times)), 5)
