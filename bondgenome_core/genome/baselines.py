"""What a genome has to beat, on the same images and pixels: PCA-8, and bond length alone."""

from __future__ import annotations

import numpy as np

from ..slices.slice_set import SliceSet

N_COMPONENTS = 8
N_QUANTILES = 20


def pca_reconstruction(train: SliceSet, test: SliceSet, *, n_components: int = N_COMPONENTS, seed: int = 0) -> np.ndarray:
    """(n_test, size, size): 8 principal components of the training images; masked pixels take the training mean."""
    from sklearn.decomposition import PCA

    open_count = (~train.masks).sum(0)
    mean = (train.elf() * ~train.masks).sum(0) / np.maximum(open_count, 1)

    def filled(s: SliceSet) -> np.ndarray:
        return np.where(s.masks, mean, s.elf()).reshape(len(s), -1)

    pca = PCA(n_components, svd_solver="randomized", random_state=seed).fit(filled(train))
    return pca.inverse_transform(pca.transform(filled(test))).reshape(len(test), *mean.shape)


def bond_length_reconstruction(train: SliceSet, test: SliceSet) -> np.ndarray:
    """(n_test, 64, 64): mean training image per kind and plane, interpolated over 20 length quantiles.

    A kind or plane that the training set lacks takes the mean of all training images.
    """
    out = np.empty((len(test), *test.images.shape[1:]), dtype=np.float32)
    keys = ["kind", "azimuth_deg"]
    known = train.table.groupby(keys).indices
    overall = _masked_mean(train.elf(), train.masks)
    for key, index in test.table.groupby(keys).indices.items():
        if key not in known:
            out[index] = overall
            continue
        out[index] = _interpolated(train, known[key], test.table["length"].to_numpy()[index])
    return out


def _interpolated(train: SliceSet, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    own = train.table["length"].to_numpy()[index]
    order = np.argsort(own, kind="stable")
    groups = [g for g in np.array_split(order, min(N_QUANTILES, len(order))) if len(g)]
    centres = np.array([own[g].mean() for g in groups])
    means = np.stack([_masked_mean(train.elf(index[g]), train.masks[index[g]]) for g in groups])
    place = np.interp(lengths, centres, np.arange(len(centres)))
    low = np.clip(np.floor(place).astype(int), 0, len(centres) - 1)
    high = np.minimum(low + 1, len(centres) - 1)
    share = (place - low)[:, None, None]
    return (1 - share) * means[low] + share * means[high]


def _masked_mean(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Mean over images of the open pixels; where every image is masked, the mean of all."""
    count = (~masks).sum(0)
    return np.where(count > 0, (images * ~masks).sum(0) / np.maximum(count, 1), images.mean(0))
