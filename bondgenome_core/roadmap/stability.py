"""Which families and roads come back when other bonds of the same kind are drawn?

Bonds are drawn with replacement, clustered into as many families and joined by a network as before.  A family is as
stable as its mean largest Jaccard similarity with a family found anew (Hennig 2007, 10.1016/j.csda.2006.11.025); a road is
supported by the share of draws in which a road joins the families that its two ends are found in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .families import MOST_CLUSTERED, cut_tree, medoid
from .neighbours import FrameSet, distance_matrix
from .roads import network

N_DRAWS = 20


class Stability(NamedTuple):
    """families: (n_families,) 0 to 1.  roads: share of draws by pair of families a < b; pairs never joined are left out."""

    families: np.ndarray
    roads: dict[tuple[int, int], float]


def bootstrap(frames: FrameSet, family: np.ndarray, *, seed: int, n_draws: int = N_DRAWS) -> Stability:
    """Stability of a division of n bonds into families (n,) from 0."""
    generator = np.random.default_rng(seed)
    n, n_families = len(family), int(family.max()) + 1
    sample = np.sort(generator.choice(n, min(n, MOST_CLUSTERED), replace=False))
    sampled = frames.subset(sample)
    distances, own = distance_matrix(sampled, sampled), family[sample]
    jaccard, joined = np.zeros(n_families), dict[tuple[int, int], int]()
    counted = np.zeros(n_families)
    for _ in range(n_draws):
        drawn = np.unique(generator.integers(0, len(sample), len(sample)))
        between = distances[np.ix_(drawn, drawn)]
        again = cut_tree(between, n_families)
        overlap = overlaps(own[drawn], again, n_families)
        present = np.bincount(own[drawn], minlength=n_families) > 0
        jaccard[present] += overlap.max(1)[present]
        counted += present
        for pair in _joined_pairs(between, again, overlap.argmax(0)):
            joined[pair] = joined.get(pair, 0) + 1
    return Stability(jaccard / np.maximum(counted, 1), {pair: count / n_draws for pair, count in joined.items()})


def overlaps(first: np.ndarray, second: np.ndarray, n_families: int) -> np.ndarray:
    """(n_families, n_again) Jaccard similarity of the members of every two families of two divisions of the same bonds."""
    a = first[:, None] == np.arange(n_families)
    b = second[:, None] == np.arange(second.max() + 1)
    both = (a[:, :, None] & b[:, None, :]).sum(0)
    either = a.sum(0)[:, None] + b.sum(0)[None] - both
    return np.asarray(both / np.maximum(either, 1))


def _joined_pairs(between: np.ndarray, again: np.ndarray, known_as: np.ndarray) -> set[tuple[int, int]]:
    """Pairs of the first families that the roads of a second division join."""
    medoids = np.array([medoid(between, again == k) for k in range(again.max() + 1)])
    ends = [(int(known_as[a]), int(known_as[b])) for a, b, _ in network(between[np.ix_(medoids, medoids)])]
    return {(min(e), max(e)) for e in ends if e[0] != e[1]}
