"""``bench``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import BondGenomeError
from .output import AsJson, answer, log


def bench(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="elf: slices against PySCF; decode: genomes per second; explain: pairs against walks; amons: spectra, aspirin.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Measure a speed on this machine."""
    if name not in BENCHES:
        raise BondGenomeError(f"There is no benchmark called {name!r}; use {' or '.join(BENCHES)}.")
    result = BENCHES[name]()
    answer(result, "\n".join(f"{k}: {v}" for k, v in result.items()), as_json=as_json)


def _elf() -> dict[str, Any]:
    from ..slices.benchmark import bench_elf

    return bench_elf(say=log)


def _decode() -> dict[str, Any]:
    from ..genome.benchmark import bench_decode

    return bench_decode()


def _explain() -> dict[str, Any]:
    from ..interactions.benchmark import bench_explain

    return bench_explain()


def _amons() -> dict[str, Any]:
    from ..amons.benchmark import bench_amons

    return bench_amons()


BENCHES = {"elf": _elf, "decode": _decode, "explain": _explain, "amons": _amons}
