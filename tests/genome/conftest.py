"""A tiny slice set with real structure (smooth images from few parameters) and a quickly trained network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bondgenome_core.electrons.shipped import SHIPPED
from bondgenome_core.genome.index_model import INDICES
from bondgenome_core.slices.slice_set import COLUMNS, SliceSet


def make_slices(n: int = 96, *, seed: int = 0, species: tuple[str, ...] = ("Au2S3", "Au4S4")) -> SliceSet:
    """Gaussian blobs whose place follows the 'bond length': test data for the machinery, never for figures."""
    rng = np.random.default_rng(seed)
    axis = (np.arange(64) - 31.5) * 0.1
    lengths = rng.uniform(2.2, 2.8, n)
    widths = rng.uniform(0.6, 1.2, n)
    centre = (lengths - 2.5)[:, None, None]
    images = np.exp(-((axis[None, None] - centre) ** 2 + (axis[None, :, None]) ** 2) / widths[:, None, None] ** 2)
    masks = np.broadcast_to((axis[None] + 1.2) ** 2 + axis[:, None] ** 2 < 0.36, images.shape)
    rows = []
    for k in range(n):
        name = species[k % len(species)]
        role = "test" if k % 5 == 0 else "train"
        rows.append(
            (f"{name}/300K-{role}/{k // 8:03d}", k % 8, k % 8 + 1, "0 0 0", "S-Au", 90.0 * (k // 2 % 2), lengths[k], 0, 1, np.inf,
             1.0, False, k % 3 == 0, name, f"{name}/300K-{role}", f"{k // 8:03d}", 300.0, role)
        )  # fmt: skip
    info = {"core_treatment": "gth-pbe", "level": "test level", "kinds": ["S-Au"], "azimuths_deg": [0.0, 90.0]}
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return SliceSet(np.round(images * 255).astype(np.uint8), masks.copy(), table, info)


@pytest.fixture(scope="session")
def slices() -> SliceSet:
    return make_slices()


@pytest.fixture(scope="session")
def indices(slices) -> pd.DataFrame:
    """Indices that follow from the length, for every bond of the set."""
    table = slices.table[["wavefunction", "i", "j", "shift", "length", "kind", "role", "species"]].drop_duplicates()
    for k, name in enumerate(INDICES[1:]):
        table[name] = (k + 1) * (table["length"] - 2.2) ** 2
    return table.assign(bond_class="ring").reset_index(drop=True)


@pytest.fixture(scope="session")
def trained(slices):
    from bondgenome_core.genome.train import TrainingSettings, train_autoencoder

    return train_autoencoder(slices, seed=3, settings=TrainingSettings(epochs=4, batch=16))


@pytest.fixture(scope="session")
def model(slices, indices, tmp_path_factory):
    """A released model on the tiny set, folds and all."""
    from bondgenome_core.genome.model import GenomeModel
    from bondgenome_core.genome.release import Release, release_model
    from bondgenome_core.genome.train import TrainingSettings

    out = tmp_path_factory.mktemp("models") / "genome-test-v0"
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr("bondgenome_core.genome.index_model.FEWEST_STEPS", 50)
        settings = TrainingSettings(epochs=3, batch=16, straight_epochs=1)
        release = Release("A test.", (SHIPPED / "au4_sh4.safetensors",), 3, settings, min_instances=20, n_seeds=2)
        release_model(slices, indices, out, release, say=lambda text: None)
    return GenomeModel(out)
