"""The generalised gamma rule: how an activated layer passes relevance on (after Schnake et al., 10.1109/TPAMI.2021.3115452).

w+ = w + gamma max(w, 0),  w- = w + gamma min(w, 0),  likewise the bias;  x+ = max(x, 0),  x- = min(x, 0)

y > 0:  z = x+ w+ + x- w- + b+          y < 0:  z = x+ w- + x- w+ + b-          y = act(x w + b)
output = z (y / z) with the quotient held fixed: the value stays y, the gradient is that of z.  |y| <= 1e-6 passes nothing.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from ..errors import PotentialError
from ..potentials.contract import Potential
from ..potentials.layers import Activated
from ..potentials.painn import PaiNN

TINY = 1e-6
DEFAULT_GAMMA = 0.1


class GammaLayer(nn.Module):
    """An activated layer under the gamma rule; gamma 0 is the plain proportional rule."""

    up: Tensor
    down: Tensor
    bias_up: Tensor
    bias_down: Tensor

    def __init__(self, layer: Activated, gamma: float):
        super().__init__()
        self.layer = layer
        w, b = layer.weight.detach(), layer.bias.detach()
        self.register_buffer("up", w + gamma * w.clamp(min=0))
        self.register_buffer("down", w + gamma * w.clamp(max=0))
        self.register_buffer("bias_up", b + gamma * b.clamp(min=0))
        self.register_buffer("bias_down", b + gamma * b.clamp(max=0))

    def forward(self, x: Tensor) -> Tensor:
        y = self.layer(x).detach()
        above, below = x.clamp(min=0), x.clamp(max=0)
        if_positive = above @ self.up.T + below @ self.down.T + self.bias_up
        if_negative = above @ self.down.T + below @ self.up.T + self.bias_down
        z = torch.where(y > 0, if_positive, if_negative)
        quotient = torch.where(z.detach() == 0, 0.0, y / z.detach())
        return torch.where(y.abs() <= TINY, 0.0, z * quotient)


def explainable(model: Potential, gamma: float = DEFAULT_GAMMA) -> Potential:
    """A copy of a potential with the same values, whose gradient with respect to the embeddings is relevance per feature.

    Activated layers on features follow the gamma rule (those on distances alone carry no relevance); the vectors of PaiNN
    are held fixed, so that relevance follows the scalars.  Raises PotentialError for a gamma below 0.
    """
    if not gamma >= 0:
        raise PotentialError(f"gamma must be 0 or more; got {gamma:g}.")
    copy = deepcopy(model).requires_grad_(False)
    for module in copy.modules():
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Sequential) and name != "filter":
                for k, layer in enumerate(child):
                    if isinstance(layer, Activated):
                        child[k] = GammaLayer(layer, gamma)
    if isinstance(copy, PaiNN):
        copy.vectors_detached = True
    return copy
