"""The five studies on the shipped potentials: which models and frames; kept as ``assets/studies/<study>.json`` for the page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...artefacts import ASSETS, file_sha256, source_commit, versions, write_text_atomically
from ...errors import ArtefactError, PotentialError
from ...potentials.data_sets import ALKANES, ASPIRIN, DODECAHEXAENE, DODECANE, POLYENES
from ...potentials.recipes import GOLD, LEVELS, PAIRS, kept_frames
from ...potentials.shipped import PotentialModel, list_potentials, seed_file
from ...potentials.trajectories import of_role
from ...structures.structure import Structure
from ..gamma import DEFAULT_GAMMA
from .body_study import body_study, triples_by_angle
from .decay_study import decay_study
from .pairs import hessian_sizes, pair_table, reference_blocks, structures_of
from .size_study import participation_table, size_study
from .strength_study import strength_study

STUDIES = ASSETS / "studies"
TITLES = {
    "strength": "Strength per pair of elements", "size": "Extensive and intensive", "decay": "Decay with distance",
    "bodies": "Many-body share", "stability": "Stability of dynamics",
    "scaling": "Time and memory of a step",
}  # fmt: skip
GAMMAS = (0.0, DEFAULT_GAMMA, 0.5)
DECAYING = (("chains", DODECANE, 5), ("chains", DODECAHEXAENE, 5), (GOLD, "au25_sh18_anion", 1), ("water", "water_8", 5))
"""Set, molecule, number of test frames: 14 Angstrom of carbon, the gold cluster, and a cluster held by hydrogen bonds."""
STRENGTHS = (("aspirin", ASPIRIN, 10), (GOLD, "au25_sh18_anion", 1), (GOLD, "au4_sh4", 3))
BODIES = (("ethanol", "ethanol", 10), ("aspirin", ASPIRIN, 2), (PAIRS, "ethanol", 10))
Say = Callable[[str], None]


def models_of(name: str) -> list[PotentialModel]:
    """Shipped potentials trained on a set."""
    return [m for m in list_potentials() if m.card["data"].get("name") == name]


def require_models(name: str) -> list[PotentialModel]:
    """As ``models_of``; raises ArtefactError where there is none."""
    found = models_of(name)
    if not found:
        raise ArtefactError(
            f"No potential trained on {name} is installed; run `train potential {name} --out "
            f"assets/potentials/potential-{name}-schnet-v1`."
        )
    return found


def test_structures(name: str, source: str, n: int) -> list[Structure]:
    """The first test frames of a molecule of a set; raises PotentialError where there are fewer."""
    frames = of_role(kept_frames(name), "test", source)
    if len(frames) < n:
        raise PotentialError(f"The set {name} has {len(frames)} test frames of {source}; {n} are needed.")
    return structures_of(frames[:n])


def strength_report(*, say: Say, keep: bool = False) -> list[dict[str, Any]]:
    """One record per model and molecule."""
    return [record | strength_study(pairs) for record, _, _, pairs in _tables(STRENGTHS, say, keep)]


def decay_report(*, say: Say, keep: bool = False) -> list[dict[str, Any]]:
    """One record per model and molecule, with a sample of pairs to draw.  keep: couplings of xTB that are new."""
    out = []
    for record, model, structures, pairs in _tables(DECAYING, say, keep):
        a = model.card["architecture"]
        others = [hessian_sizes(model, structures, member) for member in range(1, len(model.members))]
        found = decay_study(pairs, cutoff=a["cutoff"], n_layers=a["n_layers"], other_seeds=others)
        out.append(record | found | {"sample": _sample(pairs)})
    return out


def _tables(
    wanted: Sequence[tuple[str, str, int]], say: Say, keep: bool
) -> list[tuple[dict[str, Any], PotentialModel, list[Structure], pd.DataFrame]]:
    """(record, model, frames, pairs) for every model of each set; xTB's Hessians are made once per molecule."""
    out = []
    for name, source, n in wanted:
        models = models_of(name)
        if not models:
            continue
        structures = test_structures(name, source, n)
        references = reference_blocks(structures, models[0].method, say=say, keep=keep)
        for model in models:
            pairs = pair_table(model, structures, references, gamma=DEFAULT_GAMMA)
            out.append((_record(model, source), model, structures, pairs))
    return out


def _record(model: PotentialModel, source: str) -> dict[str, Any]:
    return {"model": model.name, "kind": model.card["architecture"]["kind"], "molecule": source, "method": model.method,
            "gamma": DEFAULT_GAMMA}  # fmt: skip


N_DRAWN = 600


def _sample(pairs: pd.DataFrame) -> dict[str, list[Any]]:
    told = pairs[~pairs["noise"]]
    drawn = told.sample(min(N_DRAWN, len(told)), random_state=0).sort_values("distance")
    columns = ["kind", "distance", "lrp", "endpoint", "hessian", "xtb"]
    return {c: [float(f"{v:.4g}") if isinstance(v, float) else v for v in drawn[c].tolist()] for c in columns}


def size_report(*, say: Say, keep: bool = False, n_frames: int = 5) -> list[dict[str, Any]]:
    """One record per kind of network: participation against the length of the chain, for each read-out."""
    families = dict.fromkeys(ALKANES, "alkane") | dict.fromkeys(POLYENES, "polyene")
    structures = [s for source in families for s in test_structures("chains", source, n_frames)]
    out = []
    for kind in sorted({m.card["architecture"]["kind"] for m in models_of("chains")}):
        models = {
            f"{'energy' if name == 'chains' else 'orbital level'}, {m.card['architecture']['readout']}": m
            for name in ("chains", LEVELS)
            for m in models_of(name)
            if m.card["architecture"]["kind"] == kind
        }
        tables = {}
        for title, model in models.items():
            tables[title] = participation_table(model, structures, families, gamma=DEFAULT_GAMMA)
            say(f"size: {model.name}")
        errors = {title: m.card["figures"]["value_mae"][0] / m.card["figures"]["value_sd"] for title, m in models.items()}
        out.append({"kind": kind, "models": {t: m.name for t, m in models.items()}, "value_error_share": errors,
                    "gamma": DEFAULT_GAMMA, "families": size_study(tables)})  # fmt: skip
    return out


def body_report(*, say: Say, keep: bool = False) -> list[dict[str, Any]]:
    """One record per model: shares by bodies for several gammas, triples against their angle; the null baseline among them."""
    out = []
    for name, source, n in BODIES:
        for model in models_of(name):
            structures = test_structures(name, source, n)
            found = body_study(model.potential, structures, gammas=GAMMAS)
            triples = [] if name == "aspirin" else triples_by_angle(model.potential, structures, gamma=DEFAULT_GAMMA)
            out.append(_record(model, source) | found | {"null": name == PAIRS, "triples": triples})
            say(f"bodies: {model.name}")
    return out


REPORTS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "strength": strength_report, "size": size_report, "decay": decay_report, "bodies": body_report,
}  # fmt: skip


def write_report(study: str, results: Sequence[dict[str, Any]], folder: Path | None = None) -> None:
    """Keep the results of a study with the hashes of the weights they follow from."""
    named = {name for r in results for name in ([r["model"]] if "model" in r else r.get("models", {}).values())}
    weights = {m.name: weights_hash(m) for m in list_potentials() if m.name in named}
    found = _finite(json.loads(json.dumps(list(results), default=_plain)))
    record = {"study": study, "title": TITLES[study], "weights": weights, "results": found, "sha256": _hash_of(found),
              "versions": versions(), "source_commit": source_commit()}  # fmt: skip
    folder = folder or STUDIES
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomically(folder / f"{study}.json", json.dumps(record, allow_nan=False) + "\n")


def load_report(study: str, folder: Path | None = None) -> dict[str, Any]:
    """A kept study; raises ArtefactError where there is none, where it was changed, or where it follows from other weights than
    those shipped."""
    try:
        record: dict[str, Any] = json.loads(((folder or STUDIES) / f"{study}.json").read_text(encoding="utf-8"))
        weights, unchanged = dict(record["weights"]), record["sha256"] == _hash_of(record["results"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"The study {study!r} was not computed yet; run `evaluate interactions --update`.") from error
    if not unchanged:
        raise ArtefactError(
            f"The study {study!r} does not match its hash; fetch it again or run `evaluate interactions --update`."
        )
    now = {m.name: weights_hash(m) for m in list_potentials() if m.name in weights}
    if now != weights or _changed_members(record["results"], (folder or STUDIES) / study):
        raise ArtefactError(f"The study {study!r} is of other weights than those shipped; run `evaluate interactions --update`.")
    return record


def _changed_members(rows: list[dict[str, Any]], folder: Path) -> list[str]:
    """Potentials trained for a study alone whose stored weights are others than those of its table."""
    stated = {r["name"]: r["settings"].get("weights") for r in rows if "settings" in r}
    files = {name: folder / f"{name}.safetensors" for name in stated}
    return [name for name, file in files.items() if file.is_file() and file_sha256(file) != stated[name]]


def _hash_of(results: list[Any]) -> str:
    return hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()


def weights_hash(model: PotentialModel) -> str:
    """sha256 of the weights of the first seed, the one that is explained."""
    return file_sha256(model.folder / seed_file(model.card["seeds"][0]))


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is no number")


def _finite(value: Any) -> Any:
    """The same with None for what is not a finite number, which JSON does not know."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
