"""What the step to the nearest code gains and costs: errors of images and of indices for several dampings and rim weights.

``python benchmarks/nearest_code.py D M``: a data set of ``dataset build`` and ``dataset indices``, and the weights of a model
trained on it.  Bonds of trajectories that the model was watched on, never those of its test; indices are read by ensembles
trained anew on every fourth bond.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SETTINGS = (None, (0.01, 0.2), (0.1, 0.2), (0.4, 0.2), (0.4, 0.1))
"""(damping, rim weight) of the step; None: no step."""
READ = ("length", "mayer_order", "rho_bcp", "laplacian_bcp")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    given = parser.parse_args()

    from safetensors.numpy import load_file

    from bondgenome_core.cli.dataset_verbs import indices_of
    from bondgenome_core.genome.evaluate import rmse
    from bondgenome_core.genome.index_model import train_index_model
    from bondgenome_core.genome.index_scores import r2_within_kinds
    from bondgenome_core.genome.nearest import NEAREST
    from bondgenome_core.genome.network import DENSE
    from bondgenome_core.genome.piece import Piece, expanded
    from bondgenome_core.genome.splits import validation_split
    from bondgenome_core.genome.targets import gauge_targets
    from bondgenome_core.slices.slice_set import load_slice_set

    slices, indices = load_slice_set(given.data), indices_of(given.data)
    train, watched = (slices.subset(rows) for rows in validation_split(slices.table, 0))
    train = train.subset(np.flatnonzero((train.table["azimuth_deg"] == 0).to_numpy())[::4])
    piece = Piece(DENSE.bounded(), load_file(given.weights), tuple(slices.info["kinds"]))
    known, gauge = gauge_targets(train.table, indices), gauge_targets(watched.table, indices)
    print(f"{len(watched)} images of trajectories watched, indices learned from {len(known[0])} bonds")
    for how in SETTINGS:
        tensors = {k: v for k, v in expanded(piece.tensors).items() if k != NEAREST}
        code = replace(piece.code, tensors=tensors if how is None else tensors | {NEAREST: np.array(how)})
        genomes, seen = (code.encode(part.elf(), part.masks) for part in (train, watched))
        images = code.decode(seen)
        read = train_index_model(genomes[known[0]], known[1], seed=0).predict(seen[gauge[0]]).values
        r2 = r2_within_kinds(read, gauge[1])
        figures = [f"{rmse(images, watched):.4f}", f"{rmse(images, watched, full_window=True):.4f}"]
        print(how or "the encoder alone", *figures, *(f"{name} {r2[name]:.3f}" for name in READ), flush=True)


if __name__ == "__main__":
    main()
