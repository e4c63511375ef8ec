"""How far a genome lies from the bonds the model was trained on.

Two measures, the mean distance to the 5 nearest training genomes and the re-encoding error |E(D(g)) - g|, and their
geometric mean: each as a percentile of what the training bonds themselves show.  The verdict follows the geometric mean;
how well it ranks the errors on species never seen stands on the card (``ood_calibration``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

NEIGHBOURS = 5
INSIDE, EDGE = 95.0, 99.0
"""Percentiles: up to the first 'inside', up to the second 'at the edge', beyond 'outside'."""


class Domain(NamedTuple):
    """Reference distributions, each the 0th to 100th percentile (101,) over training genomes."""

    distance_percentiles: np.ndarray
    reencoding_percentiles: np.ndarray
    joint_percentiles: np.ndarray


class Badge(NamedTuple):
    """Both measures and their percentiles among training bonds; percentile: that of their geometric mean."""

    distance: float
    distance_percentile: float
    reencoding_error: float
    reencoding_percentile: float
    percentile: float

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


def reference_domain(training: np.ndarray, reencoded: np.ndarray, rows: slice) -> Domain:
    """Percentiles of the measures over some rows of the training genomes (n, 8), and the re-encodings of these rows."""
    own = training[rows]
    distance = neighbour_distances(own, training, own=True)
    error = np.linalg.norm(reencoded - own, axis=1)
    return Domain(*(np.percentile(v, np.arange(101)) for v in (distance, error, _joint(distance, error))))


def badge(genome: np.ndarray, reencoded: np.ndarray, training: np.ndarray, domain: Domain) -> Badge:
    """The badge of one genome (8,) given its re-encoding (8,)."""
    distance = float(neighbour_distances(genome[None], training)[0])
    error = float(np.linalg.norm(reencoded - genome))
    percentiles = (
        float(_percentile(v, reference)) for v, reference in zip((distance, error, _joint(distance, error)), domain, strict=True)
    )
    return Badge(distance, next(percentiles), error, next(percentiles), next(percentiles))


def badge_percentiles(genomes: np.ndarray, reencoded: np.ndarray, training: np.ndarray, domain: Domain) -> np.ndarray:
    """(n,) percentiles of the badges of genomes (n, 8) given their re-encodings (n, 8)."""
    joint = _joint(neighbour_distances(genomes, training), np.linalg.norm(reencoded - genomes, axis=1))
    return _percentile(joint, domain.joint_percentiles)


def _joint(distance: Any, error: Any) -> Any:
    return np.sqrt(distance * error)


def _percentile(value: Any, reference: np.ndarray) -> np.ndarray:
    """Where values stand among percentiles; 100 at and beyond the largest."""
    return np.asarray(np.interp(value, reference, np.arange(len(reference))))
