"""``python -m bondgenome_core workspace ...``: how full the workspace is, and making room."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .cleanup import clean
from .store import open_workspace

workspace_verbs = typer.Typer(help="The workspace folder of this server: its size and its clean-up.", no_args_is_help=True)


@workspace_verbs.command("size")
def size(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """How many bytes the workspace holds, and its limit."""
    workspace = open_workspace()
    result = {"used_bytes": workspace.used_bytes(), "limit_bytes": workspace.limit_bytes}
    typer.echo(
        json.dumps(result) if as_json else f"{result['used_bytes'] / 2**30:.2f} of {result['limit_bytes'] / 2**30:.2f} GiB"
    )


@workspace_verbs.command("clean")
def clean_workspace(
    older_than_days: Annotated[float | None, typer.Option(help="Remove what was not used for so many days.")] = None,
    keep_gib: Annotated[float | None, typer.Option(help="Then remove the oldest until at most so much is left.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Remove old uploads, results and finished jobs; structures and people's own documents stay."""
    removed = clean(open_workspace(), older_than_days=older_than_days, keep_gib=keep_gib)
    text = (
        f"removed {removed.n_entries} entries, {removed.freed_bytes / 2**20:.1f} MiB; {removed.left_bytes / 2**20:.1f} MiB left"
    )
    typer.echo(json.dumps(removed._asdict()) if as_json else text)
