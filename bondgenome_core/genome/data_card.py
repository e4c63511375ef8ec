"""The card of a model's data: every wavefunction with its convergence, every species with its counts, and what was left out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..electrons.campaign import EXCLUDED, STATE
from ..electrons.wavefunction import load_wavefunction
from ..errors import ArtefactError
from ..slices.build import species_of

if TYPE_CHECKING:
    from .model import GenomeModel

ENTRIES = "entries.parquet"
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)


def write_entries(folder: Path, files: Iterable[Path]) -> None:
    """entries.parquet: one row per wavefunction behind a model."""
    table = pd.DataFrame([entry(f) for f in files])
    part = folder / f"{ENTRIES}.part"
    table.to_parquet(part, index=False)
    os.replace(part, folder / ENTRIES)


def entry(file: Path) -> dict[str, Any]:
    """What a data card says of one wavefunction; energies in hartree, the gap in eV."""
    w = load_wavefunction(file)
    run, told = w.provenance.get("trajectory") or {}, w.convergence
    return {
        "wavefunction": w.structure.name, "species": species_of(w.structure), "formula": w.structure.formula,
        "charge": w.structure.charge, "multiplicity": w.structure.multiplicity, "role": run.get("role", "relaxed"),
        "temperature_k": float(run.get("temperature_k", 0.0)), "seed": run.get("seed", -1), "level": w.level,
        "converged": w.converged, "cycles": int(told.get("cycles", -1)),
        "energy_change": float(told.get("last_change_hartree", float("nan"))), "gap_ev": float(told.get("gap_ev", float("nan"))),
    }  # fmt: skip


def read_entries(model: GenomeModel) -> pd.DataFrame:
    """The rows of ``write_entries``; raises ArtefactError where they are not there."""
    try:
        return pd.read_parquet(model.folder / ENTRIES)
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{model.name} has no readable list of its wavefunctions ({ENTRIES}); fetch it again.") from error


def species_table(entries: pd.DataFrame, bonds: pd.DataFrame) -> pd.DataFrame:
    """One row per species: charges, temperatures, snapshots, bonds of each kind, and bonds of test trajectories."""
    kinds = sorted(bonds["kind"].unique())
    rows = []
    for species, own in entries.groupby("species"):
        mine = bonds[bonds["species"] == species]
        thermal = own[own["role"] != "relaxed"]
        rows.append({
            "species": species, "formulas": ", ".join(sorted(own["formula"].unique())),
            "charges": ", ".join(f"{q:+d}" if q else "0" for q in sorted(own["charge"].unique())),
            "temperatures_k": ", ".join(f"{t:.0f}" for t in sorted(thermal["temperature_k"].unique())),
            "snapshots": len(thermal), "relaxed": len(own) - len(thermal),
            **{kind: int((mine["kind"] == kind).sum()) for kind in kinds}, "test_bonds": int((mine["role"] == "test").sum()),
        })  # fmt: skip
    return pd.DataFrame(rows).sort_values("snapshots", ascending=False, ignore_index=True)


def distributions(bonds: pd.DataFrame) -> pd.DataFrame:
    """Quantiles of bond length and gauge quality (Angstrom) within each kind."""
    rows = []
    for kind, own in bonds.groupby("kind"):
        for column in ("length", "gauge_quality"):
            values = own[column].quantile(list(QUANTILES)).round(3)
            rows.append({"kind": kind, "quantity": column, "bonds": len(own)} | {f"{q:.0%}": v for q, v in values.items()})
    return pd.DataFrame(rows)


def left_out(files: Iterable[Path]) -> list[tuple[str, str]]:
    """(snapshot, reason) of every computed geometry of the same structures that did not enter the data."""
    found = []
    structures = {f.parent.parent for f in files if (f.parent / STATE).is_file()}
    for path in sorted(p for folder in structures for p in folder.glob(f"*/{EXCLUDED}")):
        where = "/".join(path.parent.parts[-2:])
        found += [(f"{where}/{name}", str(reason)) for name, reason in sorted(json.loads(path.read_text()).items())]
    return found


def data_prose(entries: pd.DataFrame, bonds: pd.DataFrame, excluded: list[tuple[str, str]]) -> str:
    """The data card as Markdown."""
    worst = entries["energy_change"].abs().max()
    lines = [
        "## Data", "",
        f"{len(entries)} wavefunctions, {entries['level'].unique()[0]}; snapshots of GFN1-xTB Langevin dynamics at least 100 fs "
        f"apart. SCF converged in {int(entries['converged'].sum())} of {len(entries)} ({entries['cycles'].median():.0f} cycles "
        f"in the median, last energy change at most {worst:.1e} hartree); gaps {entries['gap_ev'].min():.2f} to "
        f"{entries['gap_ev'].max():.2f} eV. Of each: `{ENTRIES}`.", "", *_markdown(species_table(entries, bonds)), "",
        "Lengths and gauge quality in Å:", "", *_markdown(distributions(bonds)), "",
        f"Left out: {len(excluded)} computed geometries." + (" Reasons:" if excluded else ""), "",
        *(f"- {name}: {reason}" for name, reason in excluded), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _markdown(table: pd.DataFrame) -> list[str]:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.astype(str).to_numpy().tolist()]
    return [f"| {' | '.join(cells)} |" for cells in rows]
