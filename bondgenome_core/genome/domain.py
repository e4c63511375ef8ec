"""How far a genome lies from the bonds the model was trained on.

Two measures, both in ELF.  The distance: root of sum_k (slope_k dg_k)^2, slope_k the root mean square change of the image per
unit of gene k, as a mean over the 5 nearest training genomes.  The re-encoding error: RMSE between D(E(D(g))) and D(g) on the
full window, half that of the genome itself and half the mean over the 64 nearest reference genomes.  Each, and their geometric
mean, as a percentile of what the training bonds themselves show.  The verdict follows the geometric mean; how well it ranks the
errors on species never seen stands on the card (``ood_calibration``), how it was chosen in docs/decisions/domain-badge.md.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

NEIGHBOURS, AROUND = 5, 64
"""Training genomes that the distance, and reference genomes that the re-encoding error is a mean over."""
INSIDE, EDGE = 95.0, 99.0
"""Percentiles: up to the first 'inside', up to the second 'at the edge', beyond 'outside'."""


class Domain(NamedTuple):
    """What training genomes show themselves.

    slopes: (8,) ELF per unit of a gene.  references: (n, 8) some training genomes, evenly spaced; errors: (n,) their own
    re-encoding errors, ELF.  Percentiles: the 0th to 100th (101,) over the references.
    """

    slopes: np.ndarray
    references: np.ndarray
    errors: np.ndarray
    distance_percentiles: np.ndarray
    reencoding_percentiles: np.ndarray
    joint_percentiles: np.ndarray


class Badge(NamedTuple):
    """Both measures, ELF, and their percentiles among training bonds; percentile: that of their geometric mean."""

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


def reference_domain(training: np.ndarray, rows: slice, errors: np.ndarray, slopes: np.ndarray) -> Domain:
    """The domain of training genomes (n, 8).  rows: which are references; errors: their own re-encoding errors."""
    references = training[rows]
    distance = _nearest(references * slopes, training * slopes, NEIGHBOURS, own=True)[0].mean(1)
    error = _with_surroundings(errors, _nearest(references * slopes, references * slopes, AROUND, own=True)[1], errors)
    percentiles = (np.percentile(v, np.arange(101)) for v in (distance, error, _joint(distance, error)))
    return Domain(slopes, references, errors, *percentiles)


def badges(genomes: np.ndarray, errors: np.ndarray, training: np.ndarray, domain: Domain) -> list[Badge]:
    """Badges of genomes (n, 8) given their own re-encoding errors (n,)."""
    scaled = genomes * domain.slopes
    distance = _nearest(scaled, training * domain.slopes, NEIGHBOURS)[0].mean(1)
    error = _with_surroundings(errors, _nearest(scaled, domain.references * domain.slopes, AROUND)[1], domain.errors)
    columns = (
        distance, _percentile(distance, domain.distance_percentiles), error, _percentile(error, domain.reencoding_percentiles),
        _percentile(_joint(distance, error), domain.joint_percentiles),
    )  # fmt: skip
    return [Badge(*(float(v) for v in row)) for row in zip(*columns, strict=True)]


def _nearest(points: np.ndarray, known: np.ndarray, n: int, *, own: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Distances and places (n_points, n) of the nearest known ones; own: points are among them and do not count themselves."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=min(n + own, len(known))).fit(known).kneighbors(points)
    return found[0][:, int(own) :], found[1][:, int(own) :]


def _with_surroundings(errors: np.ndarray, places: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Half of what each shows itself, half of what those around it show."""
    return np.asarray((errors + known[places].mean(1)) / 2)


def _joint(distance: Any, error: Any) -> Any:
    return np.sqrt(distance * error)


def _percentile(value: Any, reference: np.ndarray) -> np.ndarray:
    """Where values stand among percentiles; 100 at and beyond the largest."""
    return np.asarray(np.interp(value, reference, np.arange(len(reference))))
