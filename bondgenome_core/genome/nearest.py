"""The eight values whose image is nearest to a given one: what the encoder says, bettered by a step of Gauss and Newton.

An encoder is one network for all images and misses the best code of most of them by a little; the decoder knows better.  With J
the derivative of the decoded image x(g) and W the weights of the pixels (1 near the bond, less at the rim, 0 in cores):

    (J^T W J + mu) dg = J^T W (image - x(g)),  mu = 0.4 times the mean diagonal element of J^T W J

mu keeps what the encoder says where the image hardly depends on it: there stand the indices that the encoder learned to keep,
and a step without it costs them (docs/decisions/nearest-code.md).  Every second pixel in either direction counts; an image whose
error does not fall keeps what the encoder said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import GenomeError
from .images import loss_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

NEAREST = "nearest"
"""Among the tensors of a code: damping and rim weight of its step.  Older codes have none and are what the encoder says."""
STRIDE, DAMPING, BATCH = 2, 0.4, 64
RIM_WEIGHT = 0.1
"""Of a pixel beyond 2.4 Angstrom: less than in training, since a genome is to say how the bond is rather than its rim."""


def nearest_codes(decoder: nn.Sequential, codes: Tensor, inputs: Tensor, masks: Tensor, *, damping: float = DAMPING,
                  rim_weight: float = RIM_WEIGHT) -> Tensor:  # fmt: skip
    """(n, n_genes) bettered codes.  inputs: (n, 1, 64, 64) as the encoder sees them; masks: the same shape, cores.

    damping: mu over the mean diagonal element.  Raises GenomeError for a decoder of other layers than ``network.DENSE``.
    """
    import torch

    if not len(codes):
        return codes
    with torch.no_grad():
        pixels = torch.arange(inputs[0].numel(), device=codes.device).view(1, *inputs.shape[1:])
        dense, weights = folded(decoder, _seen(pixels)[0]), _seen(loss_weights(masks, rim=rim_weight, core=0.0))
        parts = zip(*(t.split(BATCH) for t in (codes, _seen(inputs), weights)), strict=True)
        steps = [_step(dense, *part, damping=damping) for part in parts]
    return torch.cat(steps)


def _step(dense: Folded, codes: Tensor, targets: Tensor, weights: Tensor, *, damping: float) -> Tensor:
    import torch

    image, slopes = dense.with_slopes(codes)
    weighted, missing = slopes * weights[:, None], targets - image
    normal = weighted @ slopes.transpose(1, 2)
    mu = damping * normal.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    damped = normal + mu * torch.eye(codes.shape[1], device=codes.device)
    change = torch.linalg.solve(damped, weighted @ missing[..., None]).squeeze(-1)
    left = targets - dense.image(codes + change)
    better = (weights * left**2).sum(1) < (weights * missing**2).sum(1)
    return torch.where(better[:, None], codes + change, codes)


class Affine(NamedTuple):
    """codes @ of_codes + sum of bent[j] @ of_bent[j] + constant, where bent[j] is what residual layer j adds before its last
    matrix."""

    of_codes: Tensor
    of_bent: tuple[Tensor, ...]
    constant: Tensor

    def then(self, layer: nn.Linear) -> Affine:
        turn = layer.weight.T
        return Affine(self.of_codes @ turn, tuple(b @ turn for b in self.of_bent), self.constant @ turn + layer.bias)

    def __call__(self, codes: Tensor, bent: list[Tensor]) -> Tensor:
        out = codes @ self.of_codes + self.constant
        for b, turn in zip(bent, self.of_bent, strict=True):
            out = out + b @ turn
        return out

    def slopes(self, turns: list[Tensor]) -> Tensor:
        """(n, n_genes, size) from those of what is bent."""
        first = self.of_codes[None]
        for turn, b in zip(turns, self.of_bent, strict=True):
            first = first + turn @ b
        return first


class Folded(NamedTuple):
    """A decoder whose linear maps are multiplied out: slopes of two residual layers pass one full matrix instead of four.

    before: what each residual layer bends.  frame: the components of the image; pixels: from them to the pixels seen.
    """

    before: tuple[Affine, ...]
    frame: Affine
    pixels: Affine

    def image(self, codes: Tensor) -> Tensor:
        """(n, n_seen) pixels."""
        from torch.nn.functional import silu

        bent: list[Tensor] = []
        for affine in self.before:
            bent.append(silu(affine(codes, bent)))
        return self.pixels(self.frame(codes, bent), [])

    def with_slopes(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (n, n_seen) and their derivatives (n, n_genes, n_seen)."""
        bent: list[Tensor] = []
        turns: list[Tensor] = []
        for affine in self.before:
            inner = affine(codes, bent)
            gate = inner.sigmoid()
            slope = gate * (1 + inner * (1 - gate))
            turns.append(affine.slopes(turns) * slope[:, None])
            bent.append(inner * gate)
        slopes = self.frame.slopes(turns)
        return self.pixels(self.frame(codes, bent), []), slopes @ self.pixels.of_codes


def folded(decoder: nn.Sequential, seen: Tensor) -> Folded:
    """A decoder for the pixels seen, (n_seen,) places; limits of ELF left aside, where nothing has a slope.

    Raises GenomeError for layers that are neither linear nor residual.
    """
    from torch import nn

    layers: list[Any] = [layer for layer in decoder if not isinstance(layer, nn.Hardtanh | nn.Unflatten)]
    if not all(isinstance(layer, nn.Linear) or hasattr(layer, "outer") for layer in layers):
        raise GenomeError("Nearest codes are for decoders of linear and residual layers; this one has others.")
    before, now = [], Affine(layers[0].weight.T, (), layers[0].bias)
    for layer in layers[1:-1]:
        if isinstance(layer, nn.Linear):
            now = now.then(layer)
        else:
            before.append(now.then(layer.inner))
            now = Affine(now.of_codes, (*now.of_bent, layer.outer.weight.T), now.constant + layer.outer.bias)
    last = layers[-1]
    return Folded(tuple(before), now, Affine(last.weight[seen].T.contiguous(), (), last.bias[seen]))


def _seen(images: Tensor) -> Tensor:
    """(n, n_seen) every second pixel in either direction."""
    return images[..., ::STRIDE, ::STRIDE].flatten(1)
