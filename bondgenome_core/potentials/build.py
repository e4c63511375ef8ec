"""Potentials by name."""

from __future__ import annotations

from typing import Any

from ..errors import PotentialError
from .contract import Potential
from .painn import PaiNN
from .schnet import SchNet

KINDS: dict[str, type[Potential]] = {"SchNet": SchNet, "PaiNN": PaiNN}


def build_potential(architecture: dict[str, Any], *, seed: int = 0) -> Potential:
    """A network with random weights; raises PotentialError for what is no architecture of this program."""
    import torch

    settings = dict(architecture)
    kind = settings.pop("kind", None)
    if kind not in KINDS:
        raise PotentialError(f"There is no potential called {kind!r}; there are {', '.join(KINDS)}.")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        try:
            return KINDS[kind](**settings)
        except TypeError as error:
            raise PotentialError(f"This is no architecture of {kind}: {error}.") from error
