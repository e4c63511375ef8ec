"""Start a dense autoencoder in the frame of the training images' principal components.

The outermost linear layers then begin as a projection on components of unit variance and back; everything between
them, the genes among it, begins at random.  From random outer layers the same error takes several times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor, nn

SMALLEST_SD = 1e-2
"""ELF times pixels: weaker components are not blown up to unit variance."""
MOST_IMAGES = 6000
"""Of more, a random sample: training goes on from there anyway."""


def frame_layers(encoder: nn.Sequential, decoder: nn.Sequential) -> tuple[nn.Linear, nn.Linear] | tuple[()]:
    """The outermost linear layers of a dense autoencoder; nothing for any other."""
    from torch import nn

    into, out_of = encoder[1], decoder[-2]
    if isinstance(encoder[0], nn.Flatten) and isinstance(into, nn.Linear) and isinstance(out_of, nn.Linear):
        return into, out_of
    return ()


def start_from_components(encoder: nn.Sequential, decoder: nn.Sequential, inputs: Tensor, weights: Tensor, *, seed: int) -> None:
    """Set the outermost linear layers, in place; networks that do not begin and end with them stay as they are.

    inputs, weights: (n, channels, height, width); where a weight is small, the pixel is taken as the mean of the others.
    """
    import torch
    from sklearn.decomposition import PCA

    layers = frame_layers(encoder, decoder)
    if not layers:
        return
    into, out_of = layers
    chosen = torch.from_numpy(np.sort(np.random.default_rng(seed).permutation(len(inputs))[:MOST_IMAGES]))
    x, known = inputs[chosen].flatten(1).cpu().numpy(), weights[chosen].flatten(1).cpu().numpy() > 0.05
    mean = (x * known).sum(0) / np.maximum(known.sum(0), 1)
    filled = np.where(known, x, mean)
    n_components = min(into.out_features, len(filled) - 1)
    pca = PCA(n_components, svd_solver="randomized", random_state=seed).fit(filled - mean)
    sd = np.sqrt(pca.explained_variance_).clip(SMALLEST_SD)
    with torch.no_grad():
        project = torch.from_numpy(pca.components_ / sd[:, None]).to(into.weight)
        into.weight[:n_components] = project
        into.bias[:n_components] = -project @ torch.from_numpy(mean).to(project)
        out_of.weight[:, :n_components] = torch.from_numpy((pca.components_ * sd[:, None]).T).to(project)
        out_of.bias.copy_(torch.from_numpy(mean))
