"""The eight values whose image is nearest to a given one: what the encoder says, bettered by a step of Gauss and Newton.

An encoder is one network for all images and misses the best code of most of them by a little; the decoder knows better.  With J
the derivative of the decoded image x(g) and W the weights of the pixels (1 near the bond, less at the rim, 0 in cores):

    (J^T W J + mu) dg = J^T W (image - x(g)),  mu = 0.4 times the mean diagonal element of J^T W J

mu keeps what the encoder says where the image hardly depends on it: there stand the indices that the encoder learned to keep,
and a step without it costs them (docs/decisions/nearest-code.md).  Every second pixel in either direction counts; an image whose
error does not fall keeps what the encoder said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .images import loss_weights

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

NEAREST = "nearest"
"""Among the tensors of a code: damping and rim weight of its step.  Older codes have none and are what the encoder says."""
STRIDE, DAMPING, BATCH = 2, 0.4, 64
RIM_WEIGHT = 0.1
"""Of a pixel beyond 2.4 Angstrom: less than in training, since a genome is to say how the bond is rather than its rim."""


def nearest_codes(decoder: nn.Sequential, codes: Tensor, inputs: Tensor, masks: Tensor, *, damping: float = DAMPING,
                  rim_weight: float = RIM_WEIGHT) -> Tensor:  # fmt: skip
    """(n, n_genes) bettered codes.  inputs: (n, 1, 64, 64) as the encoder sees them; masks: the same shape, cores.

    damping: mu over the mean diagonal element.
    """
    import torch

    bends, frame, seen = _parts(decoder, inputs.shape[1:], codes.device)
    weights = loss_weights(masks, rim=rim_weight, core=0.0).flatten(1)[:, seen]
    targets = inputs.flatten(1)[:, seen]
    with torch.no_grad():
        parts = zip(*(t.split(BATCH) for t in (codes, targets, weights)), strict=True)
        steps = [_step(bends, frame, *part, damping=damping) for part in parts]
    return torch.cat(steps) if steps else codes


def _step(bends: nn.Module, frame: nn.Linear, codes: Tensor, targets: Tensor, weights: Tensor, *, damping: float) -> Tensor:
    import torch
    from torch.func import jvp, vmap

    n, n_genes = codes.shape
    directions = torch.eye(n_genes, device=codes.device)[:, None].expand(n_genes, n, n_genes)
    turns = vmap(lambda v: jvp(bends, (codes,), (v,))[1])(directions)
    slopes = turns.transpose(0, 1) @ frame.weight.T  # (n, n_genes, n_seen)
    weighted, missing = slopes * weights[:, None], targets - frame(bends(codes))
    normal = weighted @ slopes.transpose(1, 2)
    damped = normal + damping * normal.diagonal(dim1=1, dim2=2).mean(1)[:, None, None] * torch.eye(n_genes, device=codes.device)
    change = torch.linalg.solve(damped, weighted @ missing[..., None])[..., 0]
    left = targets - frame(bends(codes + change))
    better = (weights * left**2).sum(1) < (weights * missing**2).sum(1)
    return torch.where(better[:, None], codes + change, codes)


def _parts(decoder: nn.Sequential, shape: tuple[int, ...], device: torch.device) -> tuple[nn.Module, nn.Linear, Tensor]:
    """(what bends, the linear layer after it for the pixels seen, which pixels those are); limits of ELF left aside, where
    nothing has a slope."""
    import torch
    from torch import nn

    layers = [layer for layer in decoder if not isinstance(layer, nn.Hardtanh)]
    grid = torch.zeros(shape, dtype=torch.bool)
    grid[..., ::STRIDE, ::STRIDE] = True
    seen = grid.flatten()
    if isinstance(layers[-2], nn.Linear):
        whole, bends = layers[-2], nn.Sequential(*layers[:-2])
        weight, bias = whole.weight[seen], whole.bias[seen]
    else:  # the image itself stands for the frame
        bends = nn.Sequential(*layers, nn.Flatten())
        weight, bias = torch.eye(len(seen))[seen], torch.zeros(int(seen.sum()))
    frame = nn.Linear(weight.shape[1], weight.shape[0])
    frame.load_state_dict({"weight": weight, "bias": bias})
    return bends, frame.requires_grad_(False).to(device), seen.to(device)
