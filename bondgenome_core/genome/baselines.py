"""What a genome has to beat, on the same images and pixels: PCA-8, and bond length alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ..slices.slice_set import SliceSet

N_COMPONENTS = 8
N_QUANTILES = 20


class Pca(NamedTuple):
    """mean: (h, w); components: (n, h, w), float16 as they are stored."""

    mean: np.ndarray
    components: np.ndarray

    def reconstruct(self, test: SliceSet) -> np.ndarray:
        """(n_test, h, w) images through the components; masked pixels take the training mean."""
        mean, axes = self.mean.astype(np.float32).ravel(), self.components.astype(np.float32).reshape(len(self.components), -1)
        scores = (np.where(test.masks, self.mean.astype(np.float32), test.elf()).reshape(len(test), -1) - mean) @ axes.T
        return (scores @ axes + mean).reshape(test.images.shape)


class LengthMeans(NamedTuple):
    """groups: kind, azimuth and mean length (Angstrom) of each group of training images; means: (n_groups + 1, h, w) uint8,
    ELF times 255, the last over all images."""

    groups: pd.DataFrame
    means: np.ndarray

    def reconstruct(self, test: SliceSet) -> np.ndarray:
        """(n_test, h, w): mean training image per kind and plane, interpolated over groups of length.

        A kind or plane that the training set lacks takes the mean of all training images.
        """
        out = np.empty(test.images.shape, dtype=np.float32)
        known = self.groups.groupby(KEYS).indices
        means = self.means.astype(np.float32) / 255
        for key, index in test.table.groupby(KEYS).indices.items():
            if key in known:
                rows = known[key]
                out[index] = _interpolate(
                    means[rows], self.groups["length"].to_numpy()[rows], test.table["length"].to_numpy()[index]
                )
            else:
                out[index] = means[-1]
        return out


KEYS = ["kind", "azimuth_deg"]


def fit_pca(train: SliceSet, *, n_components: int = N_COMPONENTS, seed: int = 0) -> Pca:
    """Principal components of training images; masked pixels are imputed by the mean of the open ones."""
    from sklearn.decomposition import PCA

    mean = ((train.elf() * ~train.masks).sum(0) / np.maximum((~train.masks).sum(0), 1)).astype(np.float16).astype(np.float32)
    filled = np.where(train.masks, mean, train.elf()).reshape(len(train), -1)
    pca = PCA(n_components, svd_solver="randomized", random_state=seed).fit(filled)
    return Pca(pca.mean_.reshape(mean.shape).astype(np.float16), pca.components_.reshape(-1, *mean.shape).astype(np.float16))


def fit_length_means(train: SliceSet) -> LengthMeans:
    """Mean training images over 20 quantiles of bond length, per kind and plane."""
    groups, means = [], []
    for (kind, azimuth), index in train.table.groupby(KEYS).indices.items():
        lengths = train.table["length"].to_numpy()[index]
        order = np.argsort(lengths, kind="stable")
        for part in np.array_split(order, min(N_QUANTILES, len(order))):
            groups.append((kind, azimuth, round(float(lengths[part].mean()), 5)))
            means.append(_masked_mean(train.elf(index[part]), train.masks[index[part]]))
    means.append(_masked_mean(train.elf(), train.masks))
    table = pd.DataFrame(groups, columns=[*KEYS, "length"])
    return LengthMeans(table, np.round(np.clip(means, 0, 1) * 255).astype(np.uint8))


def _interpolate(means: np.ndarray, centres: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    place = np.interp(lengths, centres, np.arange(len(centres)))
    low = np.clip(np.floor(place).astype(int), 0, len(centres) - 1)
    high = np.minimum(low + 1, len(centres) - 1)
    share = (place - low)[:, None, None]
    return (1 - share) * means[low] + share * means[high]


def _masked_mean(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Mean over images of the open pixels; where every image is masked, the mean of all."""
    count = (~masks).sum(0)
    return np.where(count > 0, (images * ~masks).sum(0) / np.maximum(count, 1), images.mean(0))
