"""``train potential`` and ``explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .genome_verbs import evaluate, train
from .output import AsJson, answer, log, table
from .sources import open_molecule


@train.command("potential")
def train_potential(
    name: Annotated[str, typer.Argument(metavar="SET", help="A set of frames; made first where it is not there.")],
    out: Annotated[Path, typer.Option(metavar="M", help="Folder of the model.")],
    kind: Annotated[str, typer.Option(help="SchNet or PaiNN.")] = "SchNet",
    cutoff: Annotated[float, typer.Option(help="Angstrom.")] = 5.0,
    readout: Annotated[str, typer.Option(help="sum, mean or max; the last two for an intensive property.")] = "sum",
    epochs: Annotated[int | None, typer.Option(help="Passes over the frames.")] = None,
    seeds: Annotated[int, typer.Option(help="How many networks; their spread is the stated uncertainty.")] = 3,
    frames: Annotated[Path | None, typer.Option(metavar="D", help="Folder of the sets; default: the shipped ones.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a potential from several seeds and write its card; finished seeds are kept."""
    from ..potentials.recipes import frames_of_set, plan_for
    from ..potentials.shipped import release_potential
    from ..potentials.trajectories import FRAMES

    chosen = frames_of_set(name, frames or FRAMES, say=log)
    plan = plan_for(name, kind, cutoff=cutoff, readout=readout, epochs=epochs, n_seeds=seeds)
    figures = release_potential(chosen, out, plan, say=log)
    answer({"out": str(out)} | figures, "\n".join(f"{k}: {v}" for k, v in figures.items()), as_json=as_json)


def explain(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A structure file, a gallery name or SMILES.")],
    model: Annotated[
        str | None, typer.Option(metavar="M", help="A potential's name; default: the one trained on what is nearest.")
    ] = None,
    measure: Annotated[str, typer.Option(help="lrp, endpoint, hessian, gradient or fragment.")] = "lrp",
    gamma: Annotated[float, typer.Option(help="Of the relevance rule.")] = 0.1,
    as_json: AsJson = False,
) -> None:
    """Say which atoms a potential finds interacting, how wrong it is on this very frame, and what leaks."""
    from ..interactions.explanation import MEASURES, reliability
    from ..interactions.explanation import explain as explain_frame
    from ..interactions.table import distances_of
    from ..potentials.shipped import find_potential, potentials_for

    structure = open_molecule(file)
    chosen = find_potential(model) if model else potentials_for(structure.numbers)[0]
    found, trust = explain_frame(chosen, structure, measure, gamma=gamma), reliability(chosen, structure)
    result: dict[str, Any] = {
        "structure": structure.name, "model": chosen.name, "method": chosen.method, "measure": measure, "gamma": found.gamma,
        "unit": MEASURES[measure].unit, "symbols": structure.symbols, "matrix": found.matrix.tolist(),
        "prediction_ev": found.prediction, "leak_ev": found.leak, "force_mae": trust.force_mae, "force_error_share": trust.share,
        "seed_spread": trust.seed_spread, "unreliable": trust.unreliable, "units": {"force_mae": "eV/Angstrom"},
    }  # fmt: skip
    n, apart = len(structure), distances_of(structure)
    pairs = sorted(((i, j) for i in range(n) for j in range(i + 1, n)), key=lambda p: -abs(found.matrix[p]))[:20]
    rows = [[f"{structure.symbols[a]}{a}" for a in p] + [f"{apart[p]:.2f}", f"{found.matrix[p]:+.4g}"] for p in pairs]
    trusted = "UNRELIABLE: " if trust.unreliable else ""
    text = f"{trusted}force error {trust.force_mae:.3f} eV/Å, {100 * trust.share:.0f} % of the s.d., against {chosen.method}; "
    text += f"{len(chosen.members)} seeds disagree by {trust.seed_spread:.3f} eV/Å"
    text += "\n" if found.leak is None else f"; leak {found.leak:+.4f} of {found.prediction:.3f} eV\n"
    answer(result, text + table(rows, ["i", "j", "Å", MEASURES[measure].unit]), as_json=as_json)


@evaluate.command("interactions")
def evaluate_interactions(
    stability: Annotated[bool, typer.Option(help="Train and run the models of the stability study anew; takes hours.")] = False,
    update: Annotated[bool, typer.Option(help="Keep the studies for the page.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute the figures of interactions from the shipped potentials."""
    from ..interactions import evaluate as figures_of

    figures = figures_of.evaluate_interactions(stability=stability, update=update, say=log)
    answer(figures, "\n".join(f"{k}: {v}" for k, v in figures.items()), as_json=as_json)
