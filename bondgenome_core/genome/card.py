"""The card of a genome model for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

METHODS = ("rmse", "pca8_rmse", "bondlength_rmse")
CONVERGENCE = "- Convergence of ELF with basis, pseudopotential, cut-off, box and SCF tolerance: docs/convergence.md."
MEASURED = {"length": 0.98, "mayer_order": 0.95, "rho_bcp": 0.95, "polarization": 0.9}
"""R2 that is aimed at, within each kind of bond."""

_SEEDS = (
    "A code that bends has no unique form: other seeds reach the same error by other codes. A smaller encoder that bends later "
    "is found again (R² 0.95 on a quarter of the bonds) and leaves a tenth more error; the image was preferred "
    "(docs/decisions/the-code.md)."
)
LIMITS = {
    "subspace_reproducibility": _SEEDS,
    "gene_reproducibility, the least of eight": _SEEDS,
    "r2 of polarization": "Between two gold atoms ELF is largest at both edges of the cores, and which edge is larger by a hair "
    "decides the sign: a value of two sides, not a continuous one (docs/theory/indices.md). `elf_centroid` says it continuously.",
    "r2 of mayer_order": "One plane of ELF does not show all of it: a larger weight of the indices in training raises it by "
    "a few hundredths and costs several per cent of the image's error (docs/model-search.md).",
}
"""What limits an aim that is missed, and what was tried."""


def card_prose(name: str, card: dict[str, Any], figures: dict[str, Any]) -> str:
    """Markdown: what the model accepts, its data, its held-out figures beside the baselines, the aims."""
    a, f = card["accepts"], figures
    degenerate = ", ".join(f"{i + 1} and {j + 1}" for i, j in card["degenerate_genes"]) or "none"
    lines = [
        f"# {name}", "", card["purpose"], "",
        f"- Accepts: {', '.join(a['kinds'])} bonds, {a['core_treatment']} cores, level {a['level']}.",
        f"- Counted data: {f['n_slices']} images of {f['n_bonds']} bonds from {f['n_species']} species "
        f"({', '.join(f['species'])}; each at least {card['data']['min_instances']} bonds from 5 snapshots).",
        f"- All data: {f['n_slices_all']} images, relaxed structures and smaller species included.",
        f"- Weights: {card['n_weights']}, large matrices with 8 bits; seeds {card['seeds']}; training {card['training']}.",
        *_shorter(card),
        f"- Code: {card['code']}.",
        f"- Ambiguous frames: {f['ambiguous_share']:.1%} of the bonds.",
        *([CONVERGENCE] if a["core_treatment"] == "gth-pbe" else []),
        f"- Eigenvalues of the canonical metric: {card['eigenvalues']}; degenerate neighbours: {degenerate}.", "",
    ]  # fmt: skip
    return "\n".join([*lines, *_errors(f), *_genes(f), *_indices(f), *_aims(f, a["kinds"])])


def _shorter(card: dict[str, Any]) -> list[str]:
    epochs, whole = card.get("fold_epochs"), card["training"]["epochs"]
    if epochs in (None, whole):
        return []
    return [f"- Codes that never saw a species: {epochs} epochs instead of {whole}; their errors are rather too large for it."]


def _errors(f: dict[str, Any]) -> list[str]:
    lines = ["## Errors", "",
             "RMSE of ELF (0-1) over counting pixels of trajectories never trained on; 8 values per image for the genome and "
             "for PCA-8. 'Species never seen': the mean over the species below, each by a code that saw none of it.", "",
             "| split | window | genome | PCA-8 | bond length only |", "|---|---|---|---|---|"]  # fmt: skip
    for split, label in (("heldout_species", "species never seen"), ("heldout_frames", "independent trajectories")):
        for end, window in (("", "2.4 Å disc"), ("_fullwindow", "full 6.4 Å")):
            if f"rmse_{split}{end}" in f:
                lines.append(_row([label, window], [f[f"{m}_{split}{end}"] for m in METHODS]))
    if f["species"]:
        lines += ["", "| species left out | genome | PCA-8 | bond length only |", "|---|---|---|---|"]
        lines += [_row([s], [f[f"{m}_by_species"][s] for m in METHODS]) for s in f["species"]]
    return [*lines, ""]


def _genes(f: dict[str, Any]) -> list[str]:
    if "gene_reproducibility" not in f:
        return []
    head = " | ".join(str(k + 1) for k in range(len(f["gene_reproducibility"])))
    return ["## Do other seeds find the same genes?", "",
            "Mean |Pearson r| over pairs of seeds on trajectories never trained on; the whole code predicted linearly from "
            f"another: R² {f['subspace_reproducibility']:.3f}.", "", f"| gene | {head} |",
            "|---" * (len(f["gene_reproducibility"]) + 1) + "|", _row(["r"], f["gene_reproducibility"], 2), ""]  # fmt: skip


def _indices(f: dict[str, Any]) -> list[str]:
    if "r2" not in f:
        return []
    lines = ["## Indices read from the eight values", "",
             "R², the smallest over kinds of bonds; *length and kind only*, *SOAP* of the geometry: boosted trees. "
             f"Error as a share of theirs, mean over all indices but length: {f['index_gain']:.3f}.", "",
             "| index | independent trajectories | species never seen | length and kind only | SOAP |",
             "|---|---|---|---|---|"]  # fmt: skip
    others = (f.get("r2_species", {}), f["r2_lengthkind_only"], f.get("r2_soap", {}))
    return [*lines, *(_row([name], [r2, *(o.get(name) for o in others)], 3) for name, r2 in f["r2"].items()), ""]


def _row(labels: list[str], values: list[float | None], digits: int = 4) -> str:
    return "| " + " | ".join(labels + ["-" if v is None else f"{v:.{digits}f}" for v in values]) + " |"


def aims(f: dict[str, Any], kinds: Sequence[str]) -> list[tuple[str, float, float, bool]]:
    """(what, measured, aimed at, reached) of every aim that these figures speak of; aims were set for models of gold alone."""
    if "S-Au" not in kinds:
        return []
    found: list[tuple[str, float, float, bool]] = [("images of bonds that count", f["n_slices"], 53056, f["n_slices"] >= 53056),
             ("species", f["n_species"], 12, f["n_species"] >= 12)]  # fmt: skip
    for split, most, window, share in (("heldout_frames", 0.025, "", 0.5), ("heldout_frames", 0.05, "_fullwindow", 0.55),
                                       ("heldout_species", 0.05, "", 0.7)):  # fmt: skip
        key = f"rmse_{split}{window}"
        if key in f:
            ratio = f[key] / f[f"pca8_{key}"]
            found += [(key, f[key], most, f[key] <= most), (f"{key} / PCA-8", round(ratio, 4), share, ratio <= share)]
    for key, least in (("subspace_reproducibility", 0.95), ("ood_calibration", 0.7), ("trustworthiness", 0.95)):
        if key in f:
            found.append((key, f[key], least, f[key] >= least))
    if "gene_reproducibility" in f:
        worst = min(f["gene_reproducibility"])
        found.append(("gene_reproducibility, the least of eight", worst, 0.9, worst >= 0.9))
    if "r2" in f:
        measured = [(k, f["r2"][k], least) for k, least in MEASURED.items() if f["r2"][k] is not None]
        found += [(f"r2 of {k}", r2, least, r2 >= least) for k, r2, least in measured]
        found.append(("index_gain", f["index_gain"], 0.6, f["index_gain"] <= 0.6))
    return found


def limits(f: dict[str, Any], kinds: Sequence[str]) -> list[str]:
    """What stands in the way of every missed aim that is understood, each sentence once."""
    return list(dict.fromkeys(LIMITS[what] for what, _, _, ok in aims(f, kinds) if not ok and what in LIMITS))


def _aims(f: dict[str, Any], kinds: Sequence[str]) -> list[str]:
    rows = [f"| {what} | {value} | {aim} | {'reached' if ok else '**missed**'} |" for what, value, aim, ok in aims(f, kinds)]
    if not rows:
        return []
    return ["## Aims", "", "| | measured | aim | |", "|---|---|---|---|", *rows, "", *(f"- {x}" for x in limits(f, kinds)), ""]
