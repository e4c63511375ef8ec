"""Amons tried on a family: what they predict, what is true, how far the interval reaches, as the amons grow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..artefacts import ASSETS, source_commit, versions, write_text_atomically
from ..errors import ArtefactError, BondGenomeError
from .families import FAMILIES, Member
from .predict import CONFIDENCE, predict
from .references import DEFAULT_REFERENCE, Store, find_reference

if TYPE_CHECKING:
    import pandas as pd

STUDIES = ASSETS / "amons" / "studies"
SILICON = "silicon"
FAMILY_NAMES = (*FAMILIES, SILICON)
"""All seven and the live set; silicon is a study without members that are molecules."""
FAILED = 10.0
"""kcal/mol that a query counts which could not be predicted at all."""


def tried(members: Iterable[Member], *, store: Store, reference: str = DEFAULT_REFERENCE, threads: int = 2,
          say: Callable[[str], None]) -> list[dict[str, Any]]:  # fmt: skip
    """One record per member; none is dropped: a failure is recorded with its reason and counts 10 kcal/mol."""
    out = []
    for m in members:
        try:
            record = _record(m, store, reference, threads)
        except BondGenomeError as error:
            record = {"error": FAILED, "failure": str(error), "half_width": None, "warnings": [], "curve": [], "n_amons": 0}
        out.append({"family": m.family, "name": m.name, "k": m.k} | record)
        say(f"{m.family}, {m.name}: {out[-1]['error']:+.2f} kcal/mol from {out[-1]['n_amons']} amons")
    return out


def _record(m: Member, store: Store, reference: str, threads: int) -> dict[str, Any]:
    query = m.make()
    found = predict(query, k=m.k, reference=reference, store=store, threads=threads)
    true = find_reference(reference).energy(query.structure)
    curve = [
        {"k": s.k, "n_amons": s.n_amons, "error": s.estimate.energy - true, "baseline_error": s.estimate.baseline - true,
         "half_width": None if s.estimate.std is None else CONFIDENCE * s.estimate.std}
        for s in found.curve if s.estimate is not None
    ]  # fmt: skip
    return {
        "error": found.estimate.energy - true, "half_width": found.half_width, "warnings": list(found.warnings), "curve": curve,
        "n_amons": len(found.energies), "n_heavy": len(query.graph), "is_computed": found.is_computed, "failure": "",
    }  # fmt: skip


def mae(records: Iterable[dict[str, Any]]) -> float:
    """Mean absolute error in kcal/mol, failures counted."""
    return float(np.mean([abs(r["error"]) for r in records]))


def at_size(record: dict[str, Any], k: int) -> dict[str, Any] | None:
    """Of a record's curve, the largest amons of at most k heavy atoms."""
    known = [step for step in record["curve"] if step["k"] <= k]
    return known[-1] if known else None


def coverage(steps: Iterable[dict[str, Any]]) -> tuple[float, float]:
    """(share of queries whose error lies within its 95 % interval, median half width in kcal/mol); no interval is no cover."""
    pairs = [(abs(s["error"]), s["half_width"]) for s in steps]
    widths = [w for _, w in pairs if w is not None]
    return float(np.mean([w is not None and e <= w for e, w in pairs])), float(np.median(widths))


def family_table(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """One row per query, the largest error first: name, error and half width (kcal/mol), amons, doubts or the failure."""
    import pandas as pd

    rows = [(r["name"], r["error"], r["half_width"], r["n_amons"], r["failure"] or " ".join(r["warnings"])) for r in records]
    table = pd.DataFrame(rows, columns=["name", "error", "half_width", "n_amons", "doubts"])
    return table.sort_values("error", key=abs, ascending=False, ignore_index=True)


def write_study(
    family: str, records: list[dict[str, Any]], reference: str = DEFAULT_REFERENCE, folder: Path | None = None
) -> None:
    """Keep a family's records for the page."""
    path = _file(family, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"family": family, "reference": find_reference(reference).title, "records": records, "versions": versions(),
              "source_commit": source_commit()}  # fmt: skip
    write_text_atomically(path, json.dumps(record) + "\n")


def computed_families(folder: Path | None = None) -> list[str]:
    """Families with kept records, in their usual order."""
    return [name for name in FAMILY_NAMES if _file(name, folder).is_file()]


def _file(family: str, folder: Path | None) -> Path:
    return (folder or STUDIES) / f"{family.replace(' ', '-')}.json"


def load_study(family: str, folder: Path | None = None) -> dict[str, Any]:
    """A kept family; raises ArtefactError where there is none."""
    try:
        found: dict[str, Any] = json.loads(_file(family, folder).read_text(encoding="utf-8"))
        _ = found["records"], found["reference"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"The family {family!r} was not computed yet; run `evaluate amons --update`.") from error
    return found
