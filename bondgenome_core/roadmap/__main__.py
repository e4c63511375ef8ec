"""Draw the map of a genome model: ``python -m bondgenome_core.roadmap MODEL [--slices FOLDER] [--seed N]``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import BondGenomeError
from ..genome.model import find_model
from ..genome.recheck import sliced_again
from ..slices.slice_set import load_slice_set
from .atlas import build_atlas, save_atlas


def main(
    model: Annotated[str, typer.Argument(help="Name of a model under assets/models.")],
    slices: Annotated[Path | None, typer.Option(help="Its data set; without it, sliced again from the wavefunctions.")] = None,
    seed: int = 0,
) -> None:
    """Project, cluster and connect all bonds of a model, and store the result beside its weights."""
    try:
        found = find_model(model)
        data = load_slice_set(slices) if slices else sliced_again(found, say=_log)
        atlas = build_atlas(found, data, seed=seed, say=_log)
        save_atlas(atlas, found)
    except BondGenomeError as error:
        _log(str(error))
        raise typer.Exit(2) from error
    _log(f"{found.name}: {len(atlas)} bonds, {len(atlas.families)} families, {len(atlas.roads)} roads, {atlas.figures}")


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
