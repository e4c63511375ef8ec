"""Canonical latents: what 'gene k' means must not depend on the accidents of training.

After whitening, rotate to the eigenvectors of M = mean over the training set of J^T J, J the decoder's
Jacobian on counting pixels; order by falling eigenvalue; sign by positive correlation with bond length,
or with mean ELF where |r| < 0.1 (our definition).  The map is folded into encoder and decoder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor, nn

LENGTH_CORRELATION = 0.1
DEGENERATE = 0.10
"""Neighbouring eigenvalues within 10 % are called degenerate."""


class Canonical(NamedTuple):
    """eigenvalues: (8,) of M, falling.  degenerate: pairs (k, k+1) whose order is not meaningful."""

    eigenvalues: np.ndarray
    degenerate: tuple[tuple[int, int], ...]


def canonicalise(encoder: nn.Sequential, decoder: nn.Sequential, inputs: Tensor, counting: np.ndarray,
                 lengths: np.ndarray, *, batch: int = 64) -> Canonical:  # fmt: skip
    """Fold the canonical map into both networks, in place.

    inputs: (n, 1, 64, 64).  counting: (n, 64, 64) bool.  lengths: (n,) Angstrom.
    """
    import torch

    z = torch.cat([encoder(x) for x in inputs.split(batch)]).double().numpy()
    mean, covariance = z.mean(0), np.cov(z.T)
    values, vectors = np.linalg.eigh(covariance)
    to_white = (vectors / np.sqrt(values)).T
    fold_affine(encoder, decoder, to_white, mean)
    metric = mean_jacobian_metric(decoder, torch.from_numpy((z - mean) @ to_white.T).float(), counting, batch=batch)
    eigenvalues, axes = np.linalg.eigh(metric)
    eigenvalues, rotation = eigenvalues[::-1], axes[:, ::-1].T
    white = (z - mean) @ to_white.T @ rotation.T
    elf = inputs[:, 0].numpy()
    brightness = (elf * counting).sum((1, 2)) / counting.sum((1, 2))
    rotation = rotation * gene_signs(white, lengths, brightness)[:, None]
    fold_affine(encoder, decoder, rotation, np.zeros(len(rotation)))
    close = tuple((k, k + 1) for k in range(len(eigenvalues) - 1) if eigenvalues[k + 1] > (1 - DEGENERATE) * eigenvalues[k])
    return Canonical(eigenvalues.copy(), close)


def mean_jacobian_metric(decoder: nn.Sequential, latents: Tensor, counting: np.ndarray, *, batch: int = 64) -> np.ndarray:
    """(8, 8) mean of J^T J over latents, J restricted to counting pixels."""
    import torch
    from torch.func import jvp, vmap

    n_genes = latents.shape[1]
    total = np.zeros((n_genes, n_genes))
    for start in range(0, len(latents), batch):
        part = latents[start : start + batch]
        counts = torch.from_numpy(counting[start : start + batch]).float()
        directions = torch.eye(n_genes)[:, None].expand(n_genes, len(part), n_genes)

        def along(direction: Tensor, part: Tensor = part) -> Tensor:
            return jvp(decoder, (part,), (direction,))[1][:, 0]  # type: ignore[no-any-return]

        j = (vmap(along)(directions) * counts).flatten(2)
        total += torch.einsum("anp,bnp->ab", j, j).double().numpy()
    return total / len(latents)


def gene_signs(latents: np.ndarray, lengths: np.ndarray, brightness: np.ndarray) -> np.ndarray:
    """(8,) of +1 or -1 from the correlation with bond length, or with mean ELF where that is weak."""
    signs = np.ones(latents.shape[1])
    for gene in range(latents.shape[1]):
        r = np.corrcoef(latents[:, gene], lengths)[0, 1]
        if abs(r) < LENGTH_CORRELATION:
            r = np.corrcoef(latents[:, gene], brightness)[0, 1]
        signs[gene] = -1.0 if r < 0 else 1.0
    return signs


def fold_affine(encoder: nn.Sequential, decoder: nn.Sequential, matrix: np.ndarray, shift: np.ndarray) -> None:
    """Replace latents z by matrix (z - shift) in both networks without changing what they compute."""
    import torch

    last, first = encoder[-1], decoder[0]
    assert isinstance(last, torch.nn.Linear)
    assert isinstance(first, torch.nn.Linear)
    inverse = np.linalg.inv(matrix)
    with torch.no_grad():
        w, b = last.weight.double().numpy(), last.bias.double().numpy()
        last.weight.copy_(torch.from_numpy(matrix @ w))
        last.bias.copy_(torch.from_numpy(matrix @ (b - shift)))
        w, b = first.weight.double().numpy(), first.bias.double().numpy()
        first.bias.copy_(torch.from_numpy(b + w @ shift))
        first.weight.copy_(torch.from_numpy(w @ inverse))
