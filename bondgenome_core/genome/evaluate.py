"""The held-out figures of a genome, exactly as docs/theory/genome.md defines them, from what is shipped with it.

RMSE = sqrt(sum of squared errors over all counting pixels of all test images / their number).
A pixel counts if it is outside cores and within 2.4 Angstrom of the midpoint; ``*_fullwindow`` drops the latter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..artefacts import load_tensors
from ..slices.packed import unpack
from ..slices.slice_set import SliceSet
from .calibration import calibration_figures
from .index_scores import index_figures, r2_within_kinds
from .piece import Piece, fold_file, load_piece, seed_file
from .reproducibility import reproducibility
from .splits import counted_species
from .targets import gauge_targets

if TYPE_CHECKING:
    import pandas as pd

    from .model import GenomeModel

TEST_SLICES = "test_slices.safetensors"


def rmse(reconstruction: np.ndarray, slices: SliceSet, *, full_window: bool = False) -> float:
    """Root mean square error over counting pixels."""
    counts = slices.counting(full_window=full_window)
    return float(np.sqrt(((reconstruction - slices.elf()) ** 2)[counts].mean()))


def image_errors(reconstruction: np.ndarray, slices: SliceSet) -> np.ndarray:
    """(n,) root mean square error of each image over its counting pixels."""
    counts = slices.counting()
    squared = ((reconstruction - slices.elf()) ** 2 * counts).sum((1, 2))
    return np.asarray(np.sqrt(squared / np.maximum(counts.sum((1, 2)), 1)))


def shipped_test_slices(model: GenomeModel) -> SliceSet:
    """The slices of the test trajectories, 8 bits a pixel, their hash checked."""
    return unpack(load_tensors(model.folder, TEST_SLICES))


def evaluate(model: GenomeModel, *, test: SliceSet | None = None, say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """All figures of a model from its pieces, its test slices (or others of the same bonds) and its table of bonds."""
    tell = say or (lambda _: None)
    test, bonds = test or shipped_test_slices(model), model.bonds
    species = counted_species(bonds, min_instances=int(model.card["data"]["min_instances"]))
    main = model.piece
    out = counts(bonds, species) | errors("heldout_frames", main, test)
    tell(f"independent trajectories: {out['rmse_heldout_frames']}")
    out |= _reproducibility(model, main, test)
    folds = {s: load_piece(model.folder, fold_file(s), model.card) for s in species}
    own = {s: test.subset(np.nonzero((test.table["species"] == s).to_numpy())[0]) for s in species}
    by_species = {}
    for name in species:
        by_species[name] = errors("heldout_species", folds[name], own[name])
        tell(f"{name}: {by_species[name]}")
    for key in next(iter(by_species.values()), {}):
        out[key] = round(float(np.mean([figures[key] for figures in by_species.values()])), 5)
        if not key.endswith("_fullwindow"):
            out[key.replace("heldout_species", "by_species")] = {s: figures[key] for s, figures in by_species.items()}
    if main.indices is not None:
        out |= _indices(main, folds, own, test, bonds)
    return out | (calibration_figures(folds, own) if species else {})


def counts(bonds: pd.DataFrame, species: list[str]) -> dict[str, Any]:
    """How many bonds and images count: thermal ones of counted species, both planes."""
    counted = bonds[(bonds["role"] != "relaxed") & bonds["species"].isin(species)]
    return {
        "n_slices": 2 * len(counted), "n_bonds": len(counted), "n_species": len(species), "species": species,
        "n_slices_all": 2 * len(bonds),
        "ambiguous_share": round(float((bonds["x_ambiguous"] | bonds["z_ambiguous"]).mean()), 4),
    }  # fmt: skip


def errors(split: str, piece: Piece, test: SliceSet) -> dict[str, float]:
    """Errors of the eight values and of both baselines on the same images."""
    methods = {
        "rmse": piece.reconstruct(test), "pca8_rmse": piece.pca.reconstruct(test),
        "bondlength_rmse": piece.length_means.reconstruct(test),
    }  # fmt: skip
    return {
        f"{method}_{split}{end}": round(rmse(images, test, full_window=bool(end)), 5)
        for end in ("", "_fullwindow") for method, images in methods.items()
    }  # fmt: skip


def _reproducibility(model: GenomeModel, main: Piece, test: SliceSet) -> dict[str, Any]:
    others = [load_piece(model.folder, seed_file(s), model.card) for s in model.card["seeds"][1:]]
    if not others:
        return {}
    found = reproducibility([p.code.encode(test.elf(), test.masks) for p in (main, *others)])
    return {
        "gene_reproducibility": [round(float(r), 4) for r in found.genes],
        "subspace_reproducibility": round(found.subspace, 4),
    }  # fmt: skip


def _indices(
    main: Piece, folds: dict[str, Piece], own: dict[str, SliceSet], test: SliceSet, bonds: pd.DataFrame
) -> dict[str, Any]:
    import pandas as pd

    predicted, targets = predict_indices(main, test, bonds)
    out = index_figures(predicted, bonds[bonds["role"] != "test"], targets)
    if folds:
        unseen = [predict_indices(folds[s], own[s], bonds) for s in folds]
        pooled = pd.concat([t for _, t in unseen], ignore_index=True)
        out["r2_species"] = r2_within_kinds(np.concatenate([p for p, _ in unseen]), pooled)
    return out


def predict_indices(piece: Piece, slices: SliceSet, bonds: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """(indices read from the gauge planes' genomes (n, 8), the measured ones of the same bonds)."""
    assert piece.indices is not None
    rows, targets = gauge_targets(slices.table, bonds)
    part = slices.subset(rows)
    return piece.indices.predict(piece.code.encode(part.elf(), part.masks)).values, targets
