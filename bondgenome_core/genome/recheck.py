"""Slices of a model made again from its wavefunctions: what is shipped against what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..artefacts import ASSETS
from ..electrons.wavefunction import load_wavefunction
from ..errors import GenomeError
from ..slices.build import bond_of_row, build_slice_set
from ..slices.sample import Plane, sample_planes
from ..slices.slice_set import SliceSet
from .splits import heldout_frame_rows
from .targets import IDENTITY

if TYPE_CHECKING:
    from .model import GenomeModel

N_RECHECKED = 200
Say = Callable[[str], None]


def slice_recheck_max(model: GenomeModel, test: SliceSet, *, n: int = N_RECHECKED, seed: int = 0) -> float:
    """Largest difference of ELF between shipped slices and the same ones sampled now, over ``n`` drawn by the seed.

    Masks must agree in every pixel, or the difference is 1.  Rounding to 8 bits alone makes 0.002.
    """
    chosen = np.random.default_rng(seed).permutation(len(test))[:n]
    files = {_name(f): f for f in wavefunction_files(model)}
    largest = 0.0
    for name, rows in test.subset(np.sort(chosen)).table.groupby("wavefunction").indices.items():
        part = test.subset(np.sort(chosen)[rows])
        planes = [Plane(bond_of_row(row), float(row["azimuth_deg"])) for _, row in part.table.iterrows()]
        for s, image, mask in zip(
            sample_planes(load_wavefunction(files[str(name)]), planes), part.elf(), part.masks, strict=True
        ):
            same = bool((s.mask == mask).all())
            largest = max(largest, float(np.abs(s.image - image)[~mask].max()) if same else 1.0)
    return round(largest, 5)


def wavefunction_files(model: GenomeModel) -> list[Path]:
    """The wavefunctions a card names; raises GenomeError where some are not shipped here."""
    files = [ASSETS / f for f in model.card["data"]["wavefunctions"]]
    missing = [f for f in files if not f.is_file()]
    if missing:
        raise GenomeError(f"{len(missing)} wavefunctions of {model.name} are not shipped here, the first is {missing[0].name}.")
    return files


def resliced_test_slices(model: GenomeModel, shipped: SliceSet, *, cache: Path | None = None, say: Say | None = None) -> SliceSet:
    """The test slices as they follow from the wavefunctions now; raises GenomeError where they are of other bonds."""
    again = sliced_again(model, cache=cache, say=say)
    test = again.subset(heldout_frame_rows(again.table))
    if len(test) != len(shipped) or not (test.table[IDENTITY].astype(str) == shipped.table[IDENTITY].astype(str)).all(axis=None):
        raise GenomeError(f"The wavefunctions of {model.name} give other bonds than its test slices; fetch the artefact again.")
    return test


def sliced_again(model: GenomeModel, *, cache: Path | None = None, say: Say | None = None) -> SliceSet:
    """The whole data set of a model, sliced from its wavefunctions."""
    return build_slice_set(wavefunction_files(model), model.kinds, cache=cache, say=say)


def _name(file: Path) -> str:
    """What tables call a wavefunction: structure/trajectory/snapshot, or the structure alone."""
    return file.stem if file.parent.name == "wavefunctions" else "/".join([*file.parent.parts[-2:], file.stem])
