"""The card of a genome model for people."""

from __future__ import annotations

from typing import Any

METHODS = ("rmse", "pca8_rmse", "bondlength_rmse")
CONVERGENCE = "- Convergence of ELF with basis, pseudopotential, cut-off, box and SCF tolerance: docs/convergence.md."
AIM = 0.95
"""Held-out error on species never seen, at most this share of both baselines."""


def card_prose(name: str, card: dict[str, Any], figures: dict[str, Any]) -> str:
    """Markdown: what the model accepts, its data, its held-out figures beside the baselines, the aim."""
    a, f = card["accepts"], figures
    degenerate = ", ".join(f"{i + 1} and {j + 1}" for i, j in card["degenerate_genes"]) or "none"
    lines = [
        f"# {name}", "", card["purpose"], "",
        f"- Accepts: {', '.join(a['kinds'])} bonds, {a['core_treatment']} cores, level {a['level']}.",
        f"- Counted data: {f['n_slices']} images of {f['n_bonds']} bonds from {f['n_species']} species "
        f"({', '.join(f['species'])}; each at least {card['data']['min_instances']} bonds from 5 snapshots).",
        f"- All data: {f['n_slices_all']} images, relaxed structures and smaller species included.",
        f"- Weights: {card['n_weights']}; seed {card['seed']}; training {card['training']}.",
        f"- Code: {card['code']}.",
        f"- Ambiguous frames: {f['ambiguous_share']:.1%} of the images.",
        *([CONVERGENCE] if a["core_treatment"] == "gth-pbe" else []),
        f"- Eigenvalues of the canonical metric: {card['eigenvalues']}; degenerate neighbours: {degenerate}.", "",
    ]  # fmt: skip
    return "\n".join(lines + _tables(f) + [_aim(f), ""])


def _tables(f: dict[str, Any]) -> list[str]:
    lines = ["RMSE of ELF (0-1) over counting pixels; 8 values per image for the genome and for PCA-8.", "",
             "| split | window | genome | PCA-8 | bond length only |", "|---|---|---|---|---|"]  # fmt: skip
    for split, label in (("heldout_species", "species never seen"), ("heldout_frames", "independent trajectories")):
        for end, window in (("", "2.4 Å disc"), ("_fullwindow", "full 6.4 Å")):
            if f"rmse_{split}{end}" in f:
                lines.append(_row([label, window], [f[f"{m}_{split}{end}"] for m in METHODS]))
    if f["by_species"]:
        lines += ["", "| species left out | genome | PCA-8 | bond length only |", "|---|---|---|---|"]
        lines += [_row([s], [row[f"{m}_heldout_species"] for m in METHODS]) for s, row in f["by_species"].items()]
    return [*lines, ""]


def _row(labels: list[str], values: list[float]) -> str:
    return "| " + " | ".join(labels + [f"{v:.4f}" for v in values]) + " |"


def _aim(f: dict[str, Any]) -> str:
    if "rmse_heldout_species" not in f:
        return "No species has enough data to be left out, so there is no figure for species never seen."
    better = min(f["pca8_rmse_heldout_species"], f["bondlength_rmse_heldout_species"])
    ratio = f["rmse_heldout_species"] / better
    verdict = "reached" if ratio <= AIM else "missed"
    return f"Aim, at most {AIM} times both baselines on species never seen: {verdict} ({ratio:.3f} times the better one)."
