"""How far a genome lies from the bonds the model was trained on.

Two measures, each as a percentile of what the training bonds themselves show: the mean distance to
the 5 nearest training genomes, and the re-encoding error |E(D(g)) - g|.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NEIGHBOURS = 5
INSIDE, EDGE = 95.0, 99.0
"""Percentiles: up to the first 'inside', up to the second 'at the edge', beyond 'outside'."""


class Domain(NamedTuple):
    """Reference distributions, each the 0th to 100th percentile (101,) over training genomes."""

    distance_percentiles: np.ndarray
    reencoding_percentiles: np.ndarray


class Badge(NamedTuple):
    """Percentiles among training bonds, and the verdict of the worse of the two."""

    distance: float
    distance_percentile: float
    reencoding_error: float
    reencoding_percentile: float

    @property
    def percentile(self) -> float:
        return max(self.distance_percentile, self.reencoding_percentile)

    @property
    def verdict(self) -> str:
        return verdict_of(self.percentile)


def verdict_of(percentile: float) -> str:
    """inside, edge or outside."""
    if percentile <= INSIDE:
        return "inside"
    return "edge" if percentile <= EDGE else "outside"


def neighbour_distances(genomes: np.ndarray, training: np.ndarray, *, own: bool = False) -> np.ndarray:
    """(n,) mean Euclidean distance to the 5 nearest training genomes (others, where own)."""
    from sklearn.neighbors import NearestNeighbors

    tree = NearestNeighbors(n_neighbors=NEIGHBOURS + own).fit(training)
    return tree.kneighbors(genomes)[0][:, int(own) :].mean(1)


def reference_domain(training: np.ndarray, reencoded: np.ndarray) -> Domain:
    """Percentiles of both measures over the training genomes (n, 8) and their re-encodings (n, 8)."""
    grid = np.arange(101)
    distance = np.percentile(neighbour_distances(training, training, own=True), grid)
    return Domain(distance, np.percentile(np.linalg.norm(reencoded - training, axis=1), grid))


def badge(genome: np.ndarray, reencoded: np.ndarray, training: np.ndarray, domain: Domain) -> Badge:
    """The badge of one genome (8,) given its re-encoding (8,)."""
    distance = float(neighbour_distances(genome[None], training)[0])
    error = float(np.linalg.norm(reencoded - genome))
    return Badge(
        distance, _percentile(distance, domain.distance_percentiles), error, _percentile(error, domain.reencoding_percentiles)
    )


def badge_percentiles(genomes: np.ndarray, reencoded: np.ndarray, training: np.ndarray, domain: Domain) -> np.ndarray:
    """(n,) percentiles of the badges of genomes (n, 8) given their re-encodings (n, 8)."""
    grid = np.arange(len(domain.distance_percentiles))
    distance = np.interp(neighbour_distances(genomes, training), domain.distance_percentiles, grid)
    error = np.interp(np.linalg.norm(reencoded - genomes, axis=1), domain.reencoding_percentiles, grid)
    return np.maximum(distance, error)


def _percentile(value: float, reference: np.ndarray) -> float:
    """Where a value stands among percentiles; 100 at and beyond the largest."""
    return float(np.interp(value, reference, np.arange(len(reference))))
