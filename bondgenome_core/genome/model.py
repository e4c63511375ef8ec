"""A shipped genome model: networks, card, training genomes, domain; encode, decode, and say what it accepts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..artefacts import ASSETS, read_card
from ..errors import ArtefactError, GenomeError
from ..slices.elf_slice import N_PIXELS, WINDOW, ElfSlice
from .code import Code
from .domain import Badge

if TYPE_CHECKING:
    import pandas as pd

    from .index_model import IndexModel
    from .piece import Piece

MODELS = ASSETS / "models"
WEIGHTS = "model.safetensors"
BONDS = "bonds.parquet"


@dataclass(frozen=True, eq=False)
class GenomeModel:
    """One model folder.  Genomes are (n, 8) float32 in canonical order; images (n, 64, 64) ELF.

    Each plane of a bond has its own code of 8 values; 'the genome of a bond' is the code of its gauge
    plane (azimuth 0).
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def card(self) -> dict[str, Any]:
        return read_card(self.folder)

    @property
    def hash(self) -> str:
        """sha256 of the weights: written on every genome, so that it is never decoded by another model."""
        return str(self.card["files"][WEIGHTS])

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self.card["accepts"]["kinds"])

    @cached_property
    def piece(self) -> Piece:
        """Networks, baselines and all, as stored."""
        from .piece import load_piece

        return load_piece(self.folder, WEIGHTS, self.card)

    @property
    def code(self) -> Code:
        return self.piece.code

    @property
    def indices(self) -> IndexModel | None:
        """What reads indices from genomes; None where the model was trained without them."""
        return self.piece.indices

    @property
    def training_genomes(self) -> np.ndarray:
        """(n, 8) genomes of the training images."""
        return self.code.training_genomes

    @cached_property
    def bonds(self) -> pd.DataFrame:
        """Every bond of the data set with its genome (g1 ... g8), properties and indices, one row per bond."""
        import pandas as pd

        try:
            return pd.read_parquet(self.folder / BONDS)
        except (OSError, ValueError) as error:
            raise ArtefactError(f"{self.name} has no readable table of bonds ({BONDS}); fetch the artefact again.") from error

    def refusal(self, kind: str, core_treatment: str, level: str) -> str | None:
        """Why a bond cannot be encoded, in one sentence, or None where it can."""
        a = self.card["accepts"]
        if kind not in a["kinds"]:
            return f"{self.name} was trained on {', '.join(a['kinds'])} bonds, not on {kind}."
        if core_treatment != a["core_treatment"]:
            return f"{self.name} reads ELF with {a['core_treatment']} cores; others are not comparable (here: {core_treatment})."
        if level != a["level"]:
            return f"{self.name} reads ELF at the level {a['level']}; this one is {level or 'of unknown level'}."
        return None

    def encode_images(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """(n, 8) genomes of ELF images (n, 64, 64) with masks."""
        return self.code.encode(images, masks)

    def encode(self, slices: Sequence[ElfSlice]) -> np.ndarray:
        """(n, 8) genomes of standard slices; raises GenomeError where one is not accepted."""
        for s in slices:
            if s.image.shape != (N_PIXELS, N_PIXELS) or not math.isclose(s.window, WINDOW, abs_tol=1e-6) or s.offset:
                raise GenomeError(
                    f"Only the standard {WINDOW} Angstrom, {N_PIXELS}x{N_PIXELS} slice through the bond can be encoded."
                )
            reason = self.refusal(s.kind, s.core_treatment, str(s.provenance.get("level", "")))
            if reason:
                raise GenomeError(reason)
            if s.provenance.get("converged") is False:
                raise GenomeError(
                    f"The calculation of {s.structure_name} did not converge; converge it before encoding its bonds."
                )
        return self.encode_images(np.stack([s.image for s in slices]), np.stack([s.mask for s in slices]))

    def decode(self, genomes: np.ndarray) -> np.ndarray:
        """(n, 64, 64) ELF images of genomes (n, 8)."""
        return self.code.decode(genomes)

    def badge(self, genome: np.ndarray) -> Badge:
        """How far a genome lies from the training bonds."""
        return self.code.badge(genome)


def list_models(root: Path = MODELS) -> tuple[GenomeModel, ...]:
    """All models under a folder, by name."""
    return tuple(GenomeModel(p.parent) for p in sorted(root.glob("*/card.json")))


def find_model(name: str, root: Path = MODELS) -> GenomeModel:
    """The model of a name; raises ArtefactError with the names there are."""
    models = {m.name: m for m in list_models(root)}
    if name not in models:
        raise ArtefactError(f"There is no model called {name[:80]!r}; there are {', '.join(models) or 'none'}.")
    return models[name]


def model_for(kind: str, core_treatment: str, level: str, root: Path = MODELS) -> GenomeModel:
    """The first model that accepts a bond; raises GenomeError saying which model is missing."""
    reasons = []
    for model in list_models(root):
        reason = model.refusal(kind, core_treatment, level)
        if reason is None:
            return model
        reasons.append((kind in model.kinds, reason))
    closest = next((r for same_kind, r in reasons if same_kind), None)
    raise GenomeError(
        closest
        or f"No shipped model reads {kind} bonds (cores: {core_treatment}); train one with 'dataset build' and 'train genome'."
    )
