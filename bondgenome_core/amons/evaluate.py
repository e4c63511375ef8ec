"""The figures of amons, recomputed: what ``evaluate amons`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import AmonError, BondGenomeError
from .benchmark import bench_spectra
from .families import BIOMOLECULES, CAFFEINE, FAMILIES, LIVE
from .fragment import fragments_of
from .heavy_graph import heavy_graph
from .query import amons_of, query_from_smiles
from .references import DEFAULT_REFERENCE, Store, find_reference
from .silicon import silicon_study
from .tried import FAMILY_NAMES, SILICON, at_size, coverage, load_study, mae, tried, write_study

Say = Callable[[str], None]
COUNTED = {
    "toluene": ("Cc1ccccc1", 6), "phenol": ("Oc1ccccc1", 6), "phenylacetaldehyde": (LIVE["phenylacetaldehyde"], 7),
    "2-(2-furyl)propan-2-ol": (LIVE["2-(2-furyl)propan-2-ol"], 7),
}  # fmt: skip
FILTERED = {"vitamin C": 39, "cocaine": 102, "testosterone": 92}
"""Amons (SMILES) of the authors' reference implementation after its filters in space, k = 7."""


def evaluate_amons(families: Sequence[str] = FAMILY_NAMES, *, update: bool = False, store: Path | None = None, threads: int = 2,
                   say: Say = print) -> dict[str, Any]:  # fmt: skip
    """All figures by name, in kcal/mol against GFN2-xTB, and every record.

    families: those tried anew; records of the others are read as they were kept.  update: keep the new ones, each when it is
    done.  Raises AmonError for an unknown family, ArtefactError where a record is not there.
    """
    if unknown := set(families) - set(FAMILY_NAMES):
        raise AmonError(f"There is no family called {min(unknown)!r}; there are {', '.join(FAMILY_NAMES)}.")
    kept, spectra = Store(store), spectra_figures()
    others = {family: load_study(family)["records"] for family in FAMILY_NAMES if family not in families}
    records = {}
    for family in families:
        records[family] = family_records(family, kept, threads=threads, say=say)
        if update:
            write_study(family, records[family])
    everything = others | records
    return spectra | count_figures() | error_figures(everything, kept) | {"tried_anew": list(records), "records": everything}


def family_records(family: str, store: Store, *, threads: int = 2, say: Say = print) -> list[dict[str, Any]]:
    """One record per molecule of a family."""
    if family != SILICON:
        return tried(FAMILIES[family](), store=store, threads=threads, say=say)
    say("bulk silicon")
    return [silicon_study(find_reference(DEFAULT_REFERENCE), store)]


def spectra_figures() -> dict[str, Any]:
    """Our spectra against qmllib's."""
    found = bench_spectra()
    return {"slatm_vs_qmllib_max_error": found["max_error"], "slatm_speedup": found["speedup"]}


def count_figures() -> dict[str, Any]:
    """Amons by graph alone, and after the filters in space beside those of the reference."""
    from rdkit import Chem

    counts = {name: len(fragments_of(heavy_graph(Chem.MolFromSmiles(s)), k).smiles) for name, (s, k) in COUNTED.items()}
    filtered = {
        name: {"ours": len({a.smiles for a in amons_of(query_from_smiles(BIOMOLECULES[name])).amons}), "reference": n}
        for name, n in FILTERED.items()
    }
    return {"enumeration_counts": counts, "filtered_counts": filtered}


def error_figures(records: dict[str, list[dict[str, Any]]], store: Store) -> dict[str, Any]:
    """Errors of the families, what is warned of, and how often the interval holds the truth."""
    bio, caffeine = records["biomolecules"], next(r for r in records["biomolecules"] if r["name"] == "caffeine")
    per_live = {name: mae(r for r in records["live set"] if r["name"].startswith(f"{name},")) for name in LIVE}
    at_seven = [at_size(r, 7) for r in bio]
    steps = [at_size(r, 7) or r for name in ("biomolecules", "organic", "live set") for r in records[name]]
    covered, width = coverage(steps)
    return {
        "live_set_abs_error": per_live, "live_set_median": float(np.median(list(per_live.values()))),
        "caffeine": {"k7": abs((at_size(caffeine, 7) or caffeine)["error"]), "k9": abs(caffeine["error"]),
                     "k7_warned": is_warned(CAFFEINE, 7, store)},
        "organic100_mae": mae(records["organic"]), "biomolecules_mae": mae(bio),
        "biomolecules_mae_k7": float(np.mean([abs(s["error"]) if s else 10.0 for s in at_seven])),
        "biomolecules_k7": {
            r["name"]: {"error": s["error"] if s else None, "warned": is_warned(BIOMOLECULES[r["name"]], 7, store)}
            for r, s in zip(bio, at_seven, strict=True)
        },
        "water_mae": mae(records["water"]), "base_pairs": {r["name"]: abs(r["error"]) for r in records["base pairs"]},
        "polymers_mae": mae(records["polymers"]), "boron_nitride_mae": mae(records["boron nitride"]),
        "silicon_per_atom": abs(records[SILICON][0]["error"]), "coverage95": covered, "interval_halfwidth_median": width,
    }  # fmt: skip


def is_warned(smiles: str, k: int, store: Store) -> bool:
    """Whether anything speaks against the prediction of a molecule with amons of at most k heavy atoms."""
    from .predict import predict

    try:
        return bool(predict(query_from_smiles(smiles), k=k, store=store).warnings)
    except BondGenomeError:
        return True  # no energy at all is the strongest warning
