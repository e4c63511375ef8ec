"""The map: UMAP in the plane from the neighbours of each bond, and the place of a new bond on the fixed map.

UMAP (McInnes, Healy & Melville, arXiv:1802.03426) draws the k-nearest-neighbour graph of ``neighbours``; it is
for the eye alone, distances are read in genome space.  A new bond is placed at the mean of its nearest
mapped bonds, each weighted by 1/d^2, all on the stored points: nothing is fitted again, nothing moves,
and a bond that is already mapped falls on its own point (docs/decisions/place-on-the-map.md).
"""

from __future__ import annotations

import warnings

import numpy as np

from ..errors import GenomeError
from .neighbours import FrameSet, Neighbours, distance_matrix

N_NEIGHBOURS = 15
MIN_DIST = 0.1
PLACED_BY = 5
"""Neighbours that place a new bond."""
FEWEST = 12
"""Bonds below which a map says nothing."""
BLOCK = 256


def fit_map(genomes: np.ndarray, neighbours: Neighbours, *, seed: int) -> np.ndarray:
    """(n, 2) points of n bonds from their genomes (n, 8) and nearest neighbours (n, k), centred, the long axis first.

    Raises GenomeError for fewer than 12 bonds.
    """
    if len(genomes) < FEWEST:
        raise GenomeError(f"A map needs at least {FEWEST} bonds; there are {len(genomes)}.")
    own = np.arange(len(genomes))[:, None]
    # UMAP counts a point as its own first neighbour
    indices = np.concatenate([own, neighbours.bonds[:, : N_NEIGHBOURS - 1]], axis=1)
    distances = np.concatenate([np.zeros(own.shape), neighbours.distances[:, : N_NEIGHBOURS - 1]], axis=1).astype(np.float32)
    reducer = umap_class()(
        n_neighbors=indices.shape[1], min_dist=MIN_DIST, init="pca", random_state=seed, n_jobs=1,
        precomputed_knn=(indices, distances),
    )  # fmt: skip
    with warnings.catch_warnings():
        # its own transform needs an index of its own; ``place`` does not
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]")
        points = np.asarray(reducer.fit_transform(genomes.astype(np.float32)), dtype=np.float64)
    return _turned(points)


def umap_class() -> type:
    """UMAP, imported when first needed: with its compiler it takes seconds."""
    with warnings.catch_warnings():
        # a part that is not used here misses TensorFlow
        warnings.simplefilter("ignore", ImportWarning)
        from umap import UMAP
    return UMAP


def _turned(points: np.ndarray) -> np.ndarray:
    """Centred, the direction of largest extent first, each axis with its heavier tail on the positive side."""
    centred = points - points.mean(0)
    turned: np.ndarray = centred @ np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    return np.asarray(turned * np.where((turned**3).sum(0) < 0, -1.0, 1.0), dtype=np.float32)


def place(points: np.ndarray, neighbours: Neighbours) -> np.ndarray:
    """(q, 2) places on the map (n, 2) of bonds whose nearest mapped bonds are known, (q, k)."""
    bonds, distances = neighbours.bonds[:, :PLACED_BY], neighbours.distances[:, :PLACED_BY]
    weights = 1 / np.maximum(distances, 1e-6) ** 2
    weights /= weights.sum(1, keepdims=True)
    placed: np.ndarray = (weights[:, :, None] * points[bonds]).sum(1)
    return placed


def placement_errors(points: np.ndarray, neighbours: Neighbours) -> np.ndarray:
    """(n,) how far each mapped bond would fall from its own point if it were new, in units of the map's width."""
    width = float(np.ptp(points, axis=0).max())
    errors: np.ndarray = np.linalg.norm(place(points, neighbours) - points, axis=1) / width
    return errors


def map_figures(frames: FrameSet, points: np.ndarray, *, k: int = N_NEIGHBOURS) -> dict[str, float]:
    """trustworthiness: how far neighbours on the map are neighbours in genome space; continuity: the reverse; 1 at best.

    T = 1 - 2 / (n k (2n - 3k - 1)) sum_i sum_{j in map neighbours of i} max(0, r(i, j) - k), r the rank of j among the
    neighbours of i in genome space (Venna & Kaski, 10.1007/3-540-44668-0_68): scikit-learn's definition, in blocks because
    its own function holds several n x n matrices at once.  Continuity exchanges the two spaces.
    """
    from scipy.spatial.distance import cdist

    n = len(points)
    k = min(k, (n - 1) // 2)
    unfaithful = torn = 0
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        distances = [distance_matrix(frames.subset(rows), frames), cdist(points[rows], points)]
        for d in distances:
            d[np.arange(len(rows)), rows] = -1  # a bond itself has rank 0
        in_genes, on_map = distances
        unfaithful += _excess_ranks(in_genes, on_map, k)
        torn += _excess_ranks(on_map, in_genes, k)
    scale = 2 / (n * k * (2 * n - 3 * k - 1))
    return {"trustworthiness": round(1 - scale * unfaithful, 4), "continuity": round(1 - scale * torn, 4)}


def _excess_ranks(ranked: np.ndarray, near: np.ndarray, k: int) -> int:
    """Sum over the k nearest in ``near`` of how far beyond k they rank in ``ranked``; both (rows, n) distances."""
    chosen = np.argpartition(near, k, axis=1)[:, : k + 1]
    order = np.take_along_axis(near, chosen, 1).argsort(1)[:, 1:]  # without the bond itself
    limits = np.take_along_axis(ranked, np.take_along_axis(chosen, order, 1), 1)
    ordered = np.sort(ranked, axis=1)
    ranks = np.stack([np.searchsorted(row, limit) for row, limit in zip(ordered, limits, strict=True)])
    return int(np.maximum(ranks - k, 0).sum())
