"""Families: clusters of similar genomes, each with an exemplar and a name from its contents.

Agglomerative clustering with Ward's update on the distances of ``neighbours`` (for distances that are minima
over frames: the generalised Ward of Batagelj 1988, 10.1007/978-3-642-60044-1).  The tree is cut where the mean
silhouette is largest between the stated numbers of families.  The exemplar is the medoid: the member with
the smallest mean distance to the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from .neighbours import FrameSet, distance_matrix, nearest

FEWEST, MOST = 6, 16
"""Families: enough to tell motifs apart, few enough to label on one map."""
MOST_CLUSTERED = 3000
"""Bonds in the tree, whose memory grows with their square; beyond it a random sample is clustered and
every other bond joins the family of its nearest sampled bond."""
MAJORITY = 0.6
"""A species names a family from this share on."""


class Family(NamedTuple):
    """number: from 1, by kind and then by length.  exemplar: bond number.  mean_length: Angstrom.

    kinds, species: counts of members, the largest first.  stability: 0 to 1, see ``stability``; 0 until it is measured.
    """

    number: int
    exemplar: int
    size: int
    mean_length: float
    kinds: dict[str, int]
    species: dict[str, int]
    stability: float = 0.0

    @property
    def short(self) -> str:
        """``F3``"""
        return f"F{self.number}"

    @property
    def label(self) -> str:
        """``F3: Au-Au 2.85 Å, Au25S18``, with what most members are."""
        kind, n_kind = next(iter(self.kinds.items()))
        species, n_species = next(iter(self.species.items()))
        mostly = "" if n_kind == self.size else "mostly "
        where = species if n_species >= MAJORITY * self.size else f"{len(self.species)} species"
        return f"{self.short}: {mostly}{kind} {self.mean_length:.2f} Å, {where}"


class Partition(NamedTuple):
    """family: (n,) from 0.  exemplars: (n_families,) bond numbers.  silhouette: mean, -1 to 1."""

    family: np.ndarray
    exemplars: np.ndarray
    silhouette: float


def partition(frames: FrameSet, *, seed: int) -> Partition:
    """Divide n bonds into families; the sample drawn from many bonds follows from the seed."""
    n = frames.n_bonds
    sample = np.arange(n)
    if n > MOST_CLUSTERED:
        sample = np.sort(np.random.default_rng(seed).choice(n, MOST_CLUSTERED, replace=False))
    sampled = frames.subset(sample)
    distances = distance_matrix(sampled, sampled)
    labels, silhouette = _cut(distances)
    exemplars = np.array([sample[medoid(distances, labels == label)] for label in range(labels.max() + 1)])
    if len(sample) == n:
        return Partition(labels, exemplars, silhouette)
    family = labels[nearest(sampled, frames, 1).bonds[:, 0]]
    return Partition(family, exemplars, silhouette)


def _cut(distances: np.ndarray) -> tuple[np.ndarray, float]:
    """Labels from 0 and mean silhouette of the best cut of the tree."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    from sklearn.metrics import silhouette_score

    n = len(distances)
    most = max(2, min(MOST, n // 4))
    tree = linkage(squareform(distances, checks=False), "ward")
    best, best_score = np.zeros(n, dtype=int), -1.0
    for count in range(min(FEWEST, most), most + 1):
        labels = fcluster(tree, count, "maxclust") - 1
        n_found = len(np.unique(labels))
        if not 2 <= n_found < n:
            continue
        score = float(silhouette_score(distances, labels, metric="precomputed"))
        if score > best_score:
            best, best_score = labels, score
    return best, best_score


def cut_tree(distances: np.ndarray, n_families: int) -> np.ndarray:
    """(n,) labels from 0 of n bonds with (n, n) distances, cut into so many families, or fewer where the tree has ties."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    labels = fcluster(linkage(squareform(distances, checks=False), "ward"), n_families, "maxclust")
    return np.unique(labels, return_inverse=True)[1]


def medoid(distances: np.ndarray, members: np.ndarray) -> int:
    """Number of the member with the smallest mean distance to the others."""
    inside = np.nonzero(members)[0]
    return int(inside[distances[np.ix_(inside, inside)].mean(1).argmin()])


def describe_families(parts: Partition, bonds: pd.DataFrame) -> tuple[np.ndarray, tuple[Family, ...]]:
    """Families in order of kind and length, and each bond's place in that order, (n,) from 0."""
    drafts = []
    for label, exemplar in enumerate(parts.exemplars):
        own = bonds[parts.family == label]
        kinds, species = (own[c].value_counts().to_dict() for c in ("kind", "species"))
        drafts.append((next(iter(kinds)), float(own["length"].mean()), label, int(exemplar), len(own), kinds, species))
    order = sorted(drafts, key=lambda d: d[:3])
    families = tuple(Family(k, d[3], d[4], round(d[1], 4), d[5], d[6]) for k, d in enumerate(order, start=1))
    renumbered = np.empty(len(order), dtype=np.int64)
    renumbered[[d[2] for d in order]] = np.arange(len(order))
    return renumbered[parts.family], families
