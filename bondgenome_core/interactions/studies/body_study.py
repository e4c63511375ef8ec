"""How many atoms the walks that carry relevance visit, and the relevance of bonded triples against their angle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...device import one_thread
from ...potentials.contract import Potential
from ...potentials.graph import graph_of
from ...structures.structure import Structure
from ..gamma import explainable
from ..relevance import set_relevances, shares_by_bodies, signed_by_bodies, walk_relevances


def body_study(model: Potential, structures: Sequence[Structure], *, gammas: Sequence[float]) -> dict[str, Any]:
    """Shares of sum |R| and sums of R (eV) by the number of distinct atoms, mean over frames, for each gamma; beyond_sd: spread
    over frames of the share of walks over three atoms and more."""
    out: dict[str, Any] = {}
    for gamma in gammas:
        copy, shares, signed = explainable(model, gamma), [], []
        with one_thread():
            for s in structures:
                walks = walk_relevances(copy, graph_of(s, model.cutoff, model.references.dtype))
                shares.append(shares_by_bodies(walks))
                signed.append(signed_by_bodies(walks))
        out[f"{gamma:g}"] = {
            "share": np.mean(shares, 0).tolist(), "beyond_sd": float(np.std([sum(s[2:]) for s in shares])),
            "signed": np.mean(signed, 0).tolist(),
        }  # fmt: skip
    return {"n_frames": len(structures), "by_gamma": out}


def triples_by_angle(model: Potential, structures: Sequence[Structure], *, gamma: float) -> list[dict[str, Any]]:
    """One record per bonded triple a-b-c and frame: kind ('H-C-H'), angle in degrees, relevance of walks over exactly these."""
    copy, rows = explainable(model, gamma), []
    for s in structures:
        with one_thread():
            sets, values = set_relevances(copy, graph_of(s, model.cutoff, model.references.dtype), 3)
        found = {frozenset(k): float(v) for k, v in zip(sets.tolist(), values, strict=True)}
        for a, b, c in bonded_triples(s):
            legs = s.positions[[a, c]] - s.positions[b]
            cosine = legs[0] @ legs[1] / np.prod(np.linalg.norm(legs, axis=1))
            ends = sorted((s.symbols[a], s.symbols[c]))
            angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
            rows.append({"kind": f"{ends[0]}-{s.symbols[b]}-{ends[1]}", "angle": angle, "relevance": found[frozenset((a, b, c))]})
    return rows


def bonded_triples(structure: Structure) -> list[tuple[int, int, int]]:
    """(end, middle, end) of every two bonds that share an atom."""
    near: dict[int, set[int]] = {}
    for b in structure.bonds:
        near.setdefault(b.i, set()).add(b.j)
        near.setdefault(b.j, set()).add(b.i)
    return [(a, b, c) for b, ends in near.items() for a in sorted(ends) for c in sorted(ends) if a < c]
