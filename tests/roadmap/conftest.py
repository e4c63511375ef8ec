"""Bonds with known groups: genomes drawn around three centres, and a small model that was never trained."""

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.roadmap.atlas import build_atlas, save_atlas
from bondgenome_core.roadmap.neighbours import FrameSet
from bondgenome_core.slices.slice_set import COLUMNS, SliceSet

CENTRES = np.zeros((3, 8))
CENTRES[1, 0], CENTRES[2, :2] = 8.0, (4.0, 7.0)
PER_GROUP = 30


def blob_genomes(seed=0, centres=CENTRES, per_group=PER_GROUP):
    """(n, 8) genomes in groups of `per_group`, one standard deviation wide."""
    generator = np.random.default_rng(seed)
    return np.concatenate([c + generator.normal(size=(per_group, 8)) for c in centres])


def frames_with_mirrors(genomes, seed=1, share=0.5):
    """A FrameSet in which some bonds have a second frame, far from the displayed one."""
    generator = np.random.default_rng(seed)
    parts, owner = [], []
    for n, g in enumerate(genomes):
        own = [g, g + generator.normal(scale=4.0, size=8)] if generator.random() < share else [g]
        parts += own
        owner += [n] * len(own)
    return FrameSet(np.array(parts), np.array(owner))


@pytest.fixture(scope="session")
def single_frames():
    genomes = blob_genomes()
    return FrameSet(genomes, np.arange(len(genomes)))


@pytest.fixture(scope="session")
def slices():
    """60 bonds, two planes each: spots whose place and width follow the length; every third bond is ambiguous."""
    n = 60
    generator = np.random.default_rng(3)
    lengths = np.concatenate([generator.normal(2.35, 0.03, n // 2), generator.normal(2.9, 0.06, n // 2)])
    axis = (np.arange(64) - 31.5) * 0.1
    images, rows = [], []
    for k, length in enumerate(lengths):
        spot = np.exp(-((axis[None] - 0.4 * length) ** 2 + (axis[:, None] - 0.3) ** 2) / (0.2 + 0.1 * (length - 2)))
        ambiguous = k % 3 == 0
        kind = "S-Au" if k < n // 2 else "Au-Au"
        for azimuth in (0.0, 90.0):
            images.append(np.round(255 * np.clip(spot + 0.02 * generator.random((64, 64)), 0, 1)).astype(np.uint8))
            i, j, snapshot = k % 10, k % 10 + 1, f"{k // 10:03d}"
            rows.append((f"ring/600K-train-s1/{snapshot}", i, j, "0 0 0", kind, azimuth, length, i, j, 0.5, 0.1,
                         ambiguous and kind == "Au-Au", ambiguous, "Au4S4" if k % 2 else "Au6S6", "ring/600K-train-s1", snapshot,
                         600.0, "train"))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    info = {"core_treatment": "gth-pbe", "level": "test", "kinds": ["S-Au", "Au-Au"], "azimuths_deg": [0.0, 90.0]}
    return SliceSet(np.stack(images), np.zeros((2 * n, 64, 64), dtype=bool), table, info)


@pytest.fixture(scope="session")
def model_folder(slices, tmp_path_factory):
    """A model folder with random weights that reads those slices."""
    import torch
    from safetensors.numpy import save_file

    from bondgenome_core.artefacts import write_card
    from bondgenome_core.genome.bond_table import write_bonds
    from bondgenome_core.genome.network import build, weights_of
    from tests.genome.layers import CONVOLUTIONAL

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("models") / "genome-test-v0"
    folder.mkdir()
    encoder, decoder = (build(layers) for layers in CONVOLUTIONAL)
    # untrained weights answer in a narrow band; whitened genomes do not
    encoder[-1].weight.data *= 60
    save_file(weights_of(encoder, "encoder") | weights_of(decoder, "decoder"), folder / "model.safetensors")
    accepts = {k: slices.info[k] for k in ("kinds", "core_treatment", "level")}
    write_card(folder, {"accepts": accepts, "architecture": CONVOLUTIONAL.as_card()}, "")
    write_bonds(GenomeModel(folder), slices)
    return folder


@pytest.fixture(scope="session")
def atlas(model_folder, slices):
    """The atlas of that model, stored beside it."""
    model = GenomeModel(model_folder)
    made = build_atlas(model, slices, seed=0)
    save_atlas(made, model)
    return made
