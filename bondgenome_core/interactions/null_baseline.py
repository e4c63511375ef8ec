"""What explanations find in a molecule whose energy is a sum over pairs, by construction: beyond pairs it is their own doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ..potentials.frames import FrameSet
from ..potentials.pair_law import PairPotential
from ..structures.structure import Structure

if TYPE_CHECKING:
    from ..potentials.contract import Potential


def null_figures(model: Potential, structure: Structure, frames: FrameSet, *, gamma: float = 0.1,
                 n_walks: int | None = None) -> dict[str, float]:  # fmt: skip
    """Means over frames: rank correlation of each measure's size with the analytic pair value, and shares by bodies.

    lrp, fragment: against |pair energy|; hessian: against the norm of the analytic block.
    three_body_share, over the first n_walks frames (default: all):
    sum |R| over walks with exactly 3 atoms over that of walks with 2 or more.
    """
    from scipy.stats import spearmanr

    from ..device import one_thread
    from ..potentials.graph import graph_of
    from .couplings import block_norms, fragment_differences, hessian, in_double
    from .gamma import explainable
    from .relevance import pair_relevances, shares_by_bodies, walk_relevances

    law, copy, exact = PairPotential.of(structure), explainable(model, gamma), in_double(model)
    pairs = np.triu_indices(len(structure), 1)
    found: dict[str, list[float]] = {"lrp": [], "hessian": [], "fragment": [], "three_body_share": []}
    with one_thread():
        for number, frame in enumerate(frames.frames):
            here = structure.with_(positions=frame.positions)
            positions, graph = torch.tensor(frame.positions), graph_of(here, model.cutoff, model.references.dtype)
            energies = law.pair_energies(positions).abs().numpy()[pairs]
            blocks = block_norms(law.hessian(positions))[pairs]
            own = {
                "lrp": (pair_relevances(copy, graph).abs().numpy()[pairs], energies),
                "fragment": (np.abs(fragment_differences(model, frame.numbers, frame.positions))[pairs], energies),
                "hessian": (block_norms(hessian(exact, graph_of(here, model.cutoff, torch.float64)))[pairs], blocks),
            }
            for name, (measured, expected) in own.items():
                found[name].append(float(spearmanr(measured, expected).statistic))
            if n_walks is None or number < n_walks:
                share = shares_by_bodies(walk_relevances(copy, graph))
                found["three_body_share"].append(share[2] / sum(share[1:]))
    return {name: float(np.mean(values)) for name, values in found.items()}
