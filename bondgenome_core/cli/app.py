"""The verbs put together, and what becomes of errors."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from ..errors import BondGenomeError
from ..workspace.verbs import workspace_verbs
from .amon_verbs import amons, predict
from .bench_verbs import bench
from .dataset_verbs import dataset
from .genome_verbs import decode, encode, evaluate, train
from .output import log
from .potential_verbs import explain
from .slice_verbs import slice_bond
from .structure_verbs import bonds, scf

BAD_INPUT, INTERRUPTED = 2, 130

verbs = typer.Typer(
    name="bondgenome_core", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Electron localization of chemical bonds: bonds, wavefunctions, slices, genomes.",
)  # fmt: skip
verbs.command("bonds")(bonds)
verbs.command("scf")(scf)
verbs.command("slice")(slice_bond)
verbs.command("encode")(encode)
verbs.command("decode")(decode)
verbs.command("explain")(explain)
verbs.command("amons")(amons)
verbs.command("predict")(predict)
verbs.command("bench")(bench)
verbs.add_typer(dataset, name="dataset")
verbs.add_typer(train, name="train")
verbs.add_typer(evaluate, name="evaluate")
verbs.add_typer(workspace_verbs, name="workspace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code.  Bad input becomes one line on stderr and exit code 2."""
    try:
        return verbs(args=arguments, prog_name="python -m bondgenome_core", standalone_mode=False) or 0
    except typer.Abort:
        log("stopped")
        return INTERRUPTED
    except (BondGenomeError, typer.TyperException) as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        log(" ".join(message.split()))
        return BAD_INPUT
