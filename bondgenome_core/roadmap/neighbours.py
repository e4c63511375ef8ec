"""Distance between bonds, and the bonds nearest to one.

Genomes are whitened, so their Euclidean distance counts standard deviations.  A bond whose frame is
ambiguous has one genome per admissible frame, and no frame is better than another: the distance of two
bonds is the minimum over their frames,  d(A, B) = min_{a in A, b in B} |g_a - g_b|  (our definition).
It is symmetric and never above the distance of the displayed frames; for ambiguous bonds the triangle
inequality need not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import GenomeError
from ..genome.images import admissible_flips, flips_of_frame, frame_choices

if TYPE_CHECKING:
    from ..genome.model import GenomeModel
    from ..slices.elf_slice import ElfSlice
    from ..slices.slice_set import SliceSet

MOST_FRAMES = 4
"""Admissible frames of one bond: either sign of x, either direction of z."""


class FrameSet(NamedTuple):
    """Genomes of all admissible frames of n bonds.

    genomes: (m, 8), m >= n; the frames of one bond lie together, the displayed one first.
    owner: (m,) number of the bond each belongs to, rising from 0 to n - 1.
    """

    genomes: np.ndarray
    owner: np.ndarray

    @property
    def n_bonds(self) -> int:
        return int(self.owner[-1]) + 1 if len(self.owner) else 0

    @property
    def starts(self) -> np.ndarray:
        """(n,) place of each bond's displayed frame."""
        return np.searchsorted(self.owner, np.arange(self.n_bonds))

    @property
    def displayed(self) -> np.ndarray:
        """(n, 8) genomes of the displayed frames."""
        return self.genomes[self.starts]

    def of(self, bond: int) -> np.ndarray:
        """(1, 2 or 4, 8) genomes of one bond."""
        return self.genomes[np.searchsorted(self.owner, bond) : np.searchsorted(self.owner, bond, side="right")]

    def subset(self, bonds: np.ndarray) -> FrameSet:
        """The frames of some bonds, numbered anew in the order given."""
        parts = [self.of(int(b)) for b in bonds]
        return FrameSet(np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(p) for p in parts]))


class Neighbours(NamedTuple):
    """Bonds in order of rising distance: numbers and distances, (k,) each, or (n, k) for n bonds."""

    bonds: np.ndarray
    distances: np.ndarray


def frames_of_slices(model: GenomeModel, slices: SliceSet) -> FrameSet:
    """Genomes of all admissible frames of the images of a set: reversing an axis reverses the image."""
    may_x, may_z = frame_choices(slices)
    azimuth = slices.table["azimuth_deg"].to_numpy()
    return _encode_frames(model, slices.elf(), slices.masks, azimuth, may_x, may_z)


def frames_of_new(model: GenomeModel, slices: list[ElfSlice]) -> FrameSet:
    """The same for slices just sampled; raises GenomeError where the model does not accept one."""
    model.encode(slices)
    images, masks = np.stack([s.image for s in slices]), np.stack([s.mask for s in slices])
    azimuth = np.array([s.azimuth_deg for s in slices])
    may_x, may_z = (np.array([getattr(s.frame, f) for s in slices]) for f in ("x_ambiguous", "z_ambiguous"))
    return _encode_frames(model, images, masks, azimuth, may_x, may_z)


def _encode_frames(model: GenomeModel, images: np.ndarray, masks: np.ndarray, azimuth: np.ndarray,
                   may_x: np.ndarray, may_z: np.ndarray) -> FrameSet:  # fmt: skip
    genomes, owner = [], []
    for x, z in admissible_flips(True, True):
        rows = np.nonzero((may_x | (not x)) & (may_z | (not z)))[0]
        if len(rows):
            flips = flips_of_frame(azimuth[rows], np.full(len(rows), x), np.full(len(rows), z))
            genomes.append(model.encode_images(reversed_images(images[rows], *flips), reversed_images(masks[rows], *flips)))
            owner.append(rows)
    if not owner:
        raise GenomeError("There is no bond to encode; choose a structure with bonds that the model reads.")
    all_owners = np.concatenate(owner)
    order = np.argsort(all_owners, kind="stable")
    return FrameSet(np.concatenate(genomes)[order], all_owners[order])


def reversed_images(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Images (n, h, w), some with the order of their rows or columns reversed."""
    images = np.where(rows[:, None, None], images[:, ::-1], images)
    return np.where(columns[:, None, None], images[:, :, ::-1], images)


def bond_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Distance of two bonds given the genomes of their frames, (p, 8) and (q, 8)."""
    return float(np.linalg.norm(a[:, None] - b[None], axis=-1).min())


def distance_matrix(a: FrameSet, b: FrameSet) -> np.ndarray:
    """(n_a, n_b) distances between the bonds of two sets."""
    from scipy.spatial.distance import cdist

    between = np.minimum.reduceat(cdist(a.genomes, b.genomes), a.starts, axis=0)
    return np.minimum.reduceat(between, b.starts, axis=1)


def nearest(frames: FrameSet, queries: FrameSet, k: int, *, same: bool = False) -> Neighbours:
    """The k bonds of a set nearest to each query, (n_queries, k); fewer columns where the set is smaller.

    same: queries are the set itself, and a bond is not its own neighbour.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(k, frames.n_bonds - same)
    # each bond may fill several places with its own frames, the query itself too
    reach = min(MOST_FRAMES * (k + same), len(frames.genomes))
    found_d, found_i = NearestNeighbors(n_neighbors=reach).fit(frames.genomes).kneighbors(queries.genomes)
    bonds, distances = np.empty((queries.n_bonds, k), dtype=np.int64), np.empty((queries.n_bonds, k))
    ends = np.append(queries.starts, len(queries.genomes))
    for query in range(queries.n_bonds):
        own = slice(ends[query], ends[query + 1])
        order = np.argsort(found_d[own].ravel(), kind="stable")
        owners = frames.owner[found_i[own].ravel()[order]]
        if same:
            keep = owners != query
            order, owners = order[keep], owners[keep]
        first = np.sort(np.unique(owners, return_index=True)[1])[:k]
        bonds[query], distances[query] = owners[first], found_d[own].ravel()[order][first]
    return Neighbours(bonds, distances)
