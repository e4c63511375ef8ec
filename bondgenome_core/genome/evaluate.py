"""The held-out figures of a genome, exactly as section 'Error' of docs/theory/genome.md defines them.

RMSE = sqrt(sum of squared errors over all counting pixels of all test images / their number).
A pixel counts if it is outside cores and within 2.4 Angstrom of the midpoint; ``*_fullwindow`` drops the latter.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..artefacts import ASSETS, load_tensors
from ..errors import GenomeError
from ..slices.build import build_slice_set
from ..slices.slice_set import SliceSet
from .baselines import bond_length_reconstruction, pca_reconstruction
from .images import network_input
from .model import GenomeModel
from .network import load_weights
from .splits import counted_species, heldout_frame_rows, leave_species_out, n_bonds, training_rows

FOLDS = "folds.safetensors"


def rmse(reconstruction: np.ndarray, slices: SliceSet, *, full_window: bool = False) -> float:
    """Root mean square error over counting pixels."""
    counts = slices.counting(full_window=full_window)
    return float(np.sqrt(((reconstruction - slices.elf()) ** 2)[counts].mean()))


def evaluate(model: GenomeModel, slices: SliceSet, *, say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """All figures of a model from its data set and the stored weights of its folds."""
    table = slices.table
    species = counted_species(table, min_instances=int(model.card["data"]["min_instances"]))
    thermal = table[table["role"] != "relaxed"]
    counted = thermal[thermal["species"].isin(species)]
    out: dict[str, Any] = {
        "n_slices": len(counted), "n_bonds": n_bonds(counted), "n_species": len(species), "species": species,
        "n_slices_all": len(table), "ambiguous_share": round(float((table["x_ambiguous"] | table["z_ambiguous"]).mean()), 4),
    }  # fmt: skip
    if len(heldout_frame_rows(table)):
        out |= _heldout_frames(model, slices)
    by_species = {}
    for name in species:
        by_species[name] = _heldout_species(model, slices, name)
        if say:
            say(f"{name}: {by_species[name]}")
    for key in next(iter(by_species.values()), {}):
        out[key] = round(float(np.mean([figures[key] for figures in by_species.values()])), 5)
    out["by_species"] = by_species
    return out


def _heldout_frames(model: GenomeModel, slices: SliceSet) -> dict[str, float]:
    test = slices.subset(heldout_frame_rows(slices.table))
    train = slices.subset(training_rows(slices.table))
    own = model.decode(model.encode_images(test.elf(), test.masks))
    return _figures("heldout_frames", test, own, pca_reconstruction(train, test), bond_length_reconstruction(train, test))


def _heldout_species(model: GenomeModel, slices: SliceSet, species: str) -> dict[str, float]:
    train_rows, test_rows = leave_species_out(slices.table, species)
    train, test = slices.subset(train_rows), slices.subset(test_rows)
    own = fold_reconstruction(model, species, test)
    return _figures("heldout_species", test, own, pca_reconstruction(train, test), bond_length_reconstruction(train, test))


def fold_reconstruction(model: GenomeModel, species: str, test: SliceSet) -> np.ndarray:
    """Test images through the 8 values of the model that never saw their species."""
    import torch

    stored = load_tensors(model.folder, FOLDS)
    prefix = f"{species}/"
    tensors = {k.removeprefix(prefix): v for k, v in stored.items() if k.startswith(prefix)}
    if not tensors:
        raise GenomeError(f"{model.name} has no stored weights for the fold without {species}; train it with --fold {species}.")
    encoder, decoder = (load_weights(layers, tensors, part) for part, layers in model.architecture._asdict().items())
    with torch.no_grad():
        parts = [decoder(encoder(x)) for x in network_input(test.elf(), test.masks).split(256)]
    return torch.cat(parts)[:, 0].numpy()


def _figures(split: str, test: SliceSet, own: np.ndarray, pca: np.ndarray, length: np.ndarray) -> dict[str, float]:
    out = {}
    for full in (False, True):
        end = "_fullwindow" if full else ""
        out[f"rmse_{split}{end}"] = round(rmse(own, test, full_window=full), 5)
        out[f"pca8_rmse_{split}{end}"] = round(rmse(pca, test, full_window=full), 5)
        out[f"bondlength_rmse_{split}{end}"] = round(rmse(length, test, full_window=full), 5)
    return out


def shipped_slices(model: GenomeModel, *, cache: Path | None = None, say: Callable[[str], None] | None = None) -> SliceSet:
    """The model's data set, sliced again from the shipped wavefunctions its card names."""
    files = [ASSETS / f for f in model.card["data"]["wavefunctions"]]
    missing = [f for f in files if not f.is_file()]
    if missing:
        raise GenomeError(f"{len(missing)} wavefunctions of {model.name} are not shipped here, the first is {missing[0].name}.")
    return build_slice_set(files, model.kinds, cache=cache, say=say)
