"""The comparison of the candidates as a page."""

from __future__ import annotations

from typing import Any

import pandas as pd

COLUMNS = ("rmse_frames", "pca_frames", "rmse_full_frames", "rmse_species", "pca_species", "rmse_full_species")
HEADS = ("frames", "PCA", "frames, full window", "species", "PCA", "species, full window")
READ = {"length": "R² length", "rho_bcp": "R² ρ", "mayer_order": "R² Mayer"}
"""Indices that stand for the others in the table."""


def search_page(results: list[dict[str, Any]], table: pd.DataFrame) -> str:
    """Markdown: what was compared on what, the table, error against width, the best."""
    first = results[0]
    plain = [r for r in results if r["candidate"]["n_genes"] == 8]
    best = min(plain, key=lambda r: r["rmse_frames"] + r["rmse_species"])
    lines = [
        "# The search for the eight values", "",
        f"{len(table)} bonds, a fixed quarter of each wavefunction's, of {table['species'].nunique()} species; 32 x 32 pixels of "
        f"0.2 Å; seed {first['seed']}, {first['epochs']} epochs. RMSE of ELF over counting pixels of the slices at 0° and 90°, "
        "in the 2.4 Å disc unless the column says otherwise. *Frames*: whole trajectories never trained on; *species*: three "
        "merged folds of species never trained on; *PCA*: as many components as the candidate has values; *R²*: of an index read "
        "from the values of held-out trajectories by one small network, the smaller of S-Au and Au-Au.", "",
        f"Bond length alone: {first['length_frames']:.4f} (frames), {first['length_species']:.4f} (species).", "",
        "## Eight values", "", *_table(plain), "",
        f"Smallest sum of both errors: **{best['candidate']['name']}**.", "",
        "'Azimuthal Fourier components' and 'azimuthal mean' code a bond, both planes with the same eight numbers; the others an "
        "image, each plane with its own.", "",
    ]  # fmt: skip
    widths = sorted((r for r in results if _is_width(r["candidate"])), key=lambda r: r["candidate"]["n_genes"])
    if len(widths) > 1:
        lines += ["## Error against the number of values", "", *_table(widths, first="n_genes"), "", _knee(widths), ""]
    lines += [
        "Made by `python -m bondgenome_core train search D --out S --page docs/model-search.md`; "
        f"all candidates took {sum(r['seconds'] for r in results) / 60:.0f} minutes.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _is_width(candidate: dict[str, Any]) -> bool:
    return bool(candidate["name"] == "dense" or candidate["name"].endswith(" values"))


def _table(results: list[dict[str, Any]], first: str = "name") -> list[str]:
    head = ["candidate" if first == "name" else "values", *HEADS, *READ.values()]
    rows = [
        [str(r["candidate"][first]), *(f"{r[key]:.4f}" for key in COLUMNS), *(_r2(r["r2"].get(name)) for name in READ)]
        for r in results
    ]
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _r2(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _knee(widths: list[dict[str, Any]]) -> str:
    """How much each doubling of the width saves."""
    errors = {r["candidate"]["n_genes"]: r["rmse_frames"] for r in widths}
    steps = [(k, 2 * k, errors[2 * k] / errors[k]) for k in errors if 2 * k in errors]
    said = ", ".join(f"{a} to {b} values: {ratio:.2f}" for a, b, ratio in steps)
    return f"Error on held-out trajectories after doubling the width, as a share of the error before: {said}."
