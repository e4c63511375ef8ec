"""From eight values to what a chemist measures: an ensemble of small networks, genome -> indices with uncertainty.

Targets: bond length, Mayer order, rho and its Laplacian at the bond critical point, largest ELF on the bond line and its
place, polarization, charge difference across the bond, and the class (core, staple, ring, ...).  The spread of the
ensemble is the uncertainty.  'Simple MLP' and 'realistic indices' after 10.1021/acs.jctc.4c00557, whose own are not public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..indices.bond_class import CLASSES
from .network import N_GENES, Layer, build, load_weights, weights_of

if TYPE_CHECKING:
    from torch import Tensor, nn

INDICES = (
    "length", "mayer_order", "rho_bcp", "laplacian_bcp", "elf_max", "elf_max_position", "polarization", "charge_difference",
)  # fmt: skip
OTHER = CLASSES.index("other")
TURNED = ("elf_max_position", "polarization", "charge_difference")
"""Change sign when the axis of a bond is reversed."""
N_MEMBERS, WIDTH = 5, 64
EPOCHS, FEWEST_STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 120, 2000, 256, 4e-3, 1e-3
CLASS_WEIGHT = 0.1


def layers_reading(n_genes: int) -> tuple[Layer, ...]:
    """Of one member."""
    return (
        Layer("linear", (n_genes, WIDTH)), Layer("silu"), Layer("linear", (WIDTH, WIDTH)), Layer("silu"),
        Layer("linear", (WIDTH, len(INDICES) + len(CLASSES))),
    )  # fmt: skip


LAYERS = layers_reading(N_GENES)
"""The browser runs the same."""


class Prediction(NamedTuple):
    """values, sd: (n, 8) in the units of INDICES, mean and standard deviation over the ensemble.

    classes: (n, n_classes) probabilities of CLASSES.
    """

    values: np.ndarray
    sd: np.ndarray
    classes: np.ndarray


class IndexModel(NamedTuple):
    """members: networks genome -> (8 standardised indices, logits of CLASSES).  mean, sd: (8,)."""

    members: tuple[nn.Sequential, ...]
    mean: np.ndarray
    sd: np.ndarray

    def predict(self, genomes: np.ndarray) -> Prediction:
        """Indices of genomes (n, 8)."""
        import torch

        with torch.no_grad():
            out = torch.stack([member(torch.from_numpy(np.float32(genomes))) for member in self.members])
            classes = out[..., len(INDICES) :].softmax(-1).mean(0).numpy()
        values = out[..., : len(INDICES)].numpy() * self.sd + self.mean
        return Prediction(values.mean(0), values.std(0), classes)

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights and scales by name."""
        members = [weights_of(member, f"index_{m}") for m, member in enumerate(self.members)]
        return {"index_mean": self.mean, "index_sd": self.sd} | {k: v for weights in members for k, v in weights.items()}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> IndexModel | None:
        """What ``tensors`` wrote, found among others; None where it is not there."""
        if "index_mean" not in tensors:
            return None
        n_members = len({name.partition(".")[0] for name in tensors if name.startswith("index_") and "." in name})
        members = tuple(load_weights(LAYERS, tensors, f"index_{m}") for m in range(n_members))
        return cls(members, tensors["index_mean"], tensors["index_sd"])


def train_index_model(genomes: np.ndarray, table: pd.DataFrame, *, seed: int, n_members: int = N_MEMBERS) -> IndexModel:
    """Fit the ensemble; members differ in initial weights, batch order and the bootstrap sample they see.

    genomes: (n, n_genes).  table: n rows with the columns INDICES and bond_class; a missing index does not count in the loss.
    """
    import torch

    target = table[list(INDICES)].to_numpy(dtype=np.float64)
    mean, sd = np.nanmean(target, 0), np.nanstd(target, 0)
    known = np.isfinite(target)
    scaled = torch.from_numpy(np.where(known, (target - mean) / sd, 0).astype(np.float32))
    labels = torch.from_numpy(
        np.array([CLASSES.index(c) if c in CLASSES else OTHER for c in table["bond_class"]], dtype=np.int64)
    )
    inputs, weights = torch.from_numpy(np.array(genomes, dtype=np.float32)), torch.from_numpy(known.astype(np.float32))
    members = _train_members(inputs, scaled, weights, labels, seeds=[seed * 1000 + m for m in range(n_members)])
    return IndexModel(members, mean, sd)


def _train_members(inputs: Tensor, target: Tensor, weights: Tensor, labels: Tensor, *,
                   seeds: list[int]) -> tuple[nn.Sequential, ...]:  # fmt: skip
    """Networks that know nothing of one another, trained side by side: one large product is quicker than many small ones."""
    import torch
    from torch.func import functional_call, stack_module_state, vmap
    from torch.nn.functional import cross_entropy

    networks = [_fresh(inputs.shape[1], seed) for seed in seeds]
    parameters, _ = stack_module_state(networks)  # type: ignore[arg-type]
    forward = vmap(lambda p, x: functional_call(networks[0], p, (x,)))
    generators = [np.random.default_rng(seed) for seed in seeds]
    samples = [g.integers(0, len(inputs), len(inputs)) for g in generators]
    steps = max(1, len(inputs) // BATCH)
    epochs = max(EPOCHS, -(-FEWEST_STEPS // steps))
    optimiser = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps + 1)
    for _ in range(epochs):
        order = np.stack([g.permutation(sample) for g, sample in zip(generators, samples, strict=True)])
        for step in range(steps):
            pick = torch.from_numpy(order[:, step * BATCH : (step + 1) * BATCH])
            out, w = forward(parameters, inputs[pick]), weights[pick]
            error = (w * (out[..., : len(INDICES)] - target[pick]) ** 2).sum((1, 2)) / w.sum((1, 2))
            misread = cross_entropy(out[..., len(INDICES) :].transpose(1, 2), labels[pick], reduction="none").mean(1)
            loss = (error + CLASS_WEIGHT * misread).sum()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    for m, network in enumerate(networks):
        network.load_state_dict({name: stacked[m].detach() for name, stacked in parameters.items()})
    return tuple(network.eval().requires_grad_(False) for network in networks)


def _fresh(n_genes: int, seed: int) -> nn.Sequential:
    import torch

    torch.manual_seed(seed)
    return build(layers_reading(n_genes))
