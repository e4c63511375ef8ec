"""A code of eight values: two networks, and the bonds they were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..errors import GenomeError
from ..slices.slice_set import disc
from .domain import Badge, Domain, badges, reference_domain
from .images import network_input
from .nearest import NEAREST, nearest_codes
from .network import N_GENES, Architecture, load_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH = 32
"""Images that go through a network together: more leave the cache of a core and take twice as long each."""

REFERENCES = 2048
"""Training genomes whose own distances and re-encoding errors are the measure for others: enough for a percentile."""
FOR_SLOPES, STEP = 128, 0.05
"""Training genomes around which slopes are averaged; step of the differences."""


@dataclass(frozen=True, eq=False)
class Code:
    """Genomes are (n, 8) float32; images (n, 64, 64) ELF.  tensors: weights and training genomes, by name."""

    architecture: Architecture
    tensors: dict[str, np.ndarray]

    @cached_property
    def encoder(self) -> nn.Sequential:
        return load_weights(self.architecture.encoder, self.tensors, "encoder")

    @cached_property
    def decoder(self) -> nn.Sequential:
        return load_weights(self.architecture.decoder, self.tensors, "decoder")

    @cached_property
    def training_genomes(self) -> np.ndarray:
        """(n, 8) float32 genomes of the training images."""
        return self.tensors["training_genomes"].astype(np.float32)

    @cached_property
    def domain(self) -> Domain:
        """What training genomes show themselves, from at most 2,048 of them, evenly spaced."""
        known = self.training_genomes
        rows = slice(None, None, -(-len(known) // REFERENCES))
        slopes = self._slopes(known[:: -(-len(known) // FOR_SLOPES)])
        return reference_domain(known, rows, self.reencoding_errors(known[rows]), slopes)

    def encode(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """(n, 8) genomes of ELF images (n, 64, 64) with masks: by the encoder, bettered where the code says how (``NEAREST``)."""
        import torch

        inputs = network_input(images, masks)
        first = self._encode(inputs)
        if NEAREST not in self.tensors:
            return first
        damping, rim_weight = self.tensors[NEAREST].tolist()
        hidden = torch.from_numpy(masks[:, None])
        codes = nearest_codes(self.decoder, torch.from_numpy(first), inputs, hidden, damping=damping, rim_weight=rim_weight)
        return codes.numpy()

    def decode(self, genomes: np.ndarray) -> np.ndarray:
        """(n, 64, 64) ELF images of genomes (n, 8)."""
        import torch

        values = np.stack([check_genome(g) for g in np.atleast_2d(genomes)])
        with torch.no_grad():
            return torch.cat([self.decoder(x) for x in torch.from_numpy(values).split(BATCH)])[:, 0].numpy()

    def reencoding_errors(self, genomes: np.ndarray) -> np.ndarray:
        """(n,) RMSE, ELF, between the images of genomes and of what the encoder alone says of these images."""
        import torch

        images = self.decode(genomes)
        again = self.decode(self._encode(torch.from_numpy(images)[:, None]))
        return np.asarray(np.sqrt(((again - images) ** 2).mean((1, 2))))

    def badge(self, genome: np.ndarray) -> Badge:
        """How far a genome lies from the training bonds."""
        return self.badges(check_genome(genome)[None])[0]

    def badges(self, genomes: np.ndarray) -> list[Badge]:
        """Badges of many genomes (n, 8)."""
        return badges(genomes, self.reencoding_errors(genomes), self.training_genomes, self.domain)

    def badge_percentiles(self, genomes: np.ndarray) -> np.ndarray:
        """(n,) percentiles of the badges of many genomes."""
        return np.array([b.percentile for b in self.badges(genomes)])

    def _slopes(self, genomes: np.ndarray) -> np.ndarray:
        """(8,) root mean square change of the image within 2.4 Angstrom per unit of each gene, around some genomes."""
        steps = STEP * np.eye(N_GENES, dtype=np.float32)
        changes = [(self.decode(genomes + s) - self.decode(genomes - s))[:, disc()] / (2 * STEP) for s in steps]
        return np.sqrt([np.mean(c**2) for c in changes])

    def _encode(self, inputs: Tensor) -> np.ndarray:
        import torch

        with torch.no_grad():
            return torch.cat([self.encoder(x) for x in inputs.split(BATCH)]).numpy()


def check_genome(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """(8,) float32; raises GenomeError for another number of values or values that are not finite numbers."""
    try:
        with np.errstate(over="ignore"):  # beyond float32 is refused below
            array = np.asarray(values, dtype=np.float32).reshape(-1)
    except (TypeError, ValueError) as error:
        raise GenomeError("A genome is 8 numbers separated by commas; something in it is not a number.") from error
    if len(array) != N_GENES:
        raise GenomeError(f"A genome has exactly {N_GENES} values; {len(array)} were given.")
    if not np.isfinite(array).all():
        raise GenomeError("A genome must hold finite numbers; one of its values is NaN or infinite.")
    return array
