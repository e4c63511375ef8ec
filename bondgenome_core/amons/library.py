"""Many queries that share amons: what each needs, what is shared, and what sharing saves.

Amons of two queries are one where they are conformers that a single query would merge; its geometry then stands for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import AmonError, BondGenomeError
from .conformers import Conformers
from .geometry import Amon
from .predict import Prediction, learned
from .query import AmonSet, Query, amons_of, query_from_smiles
from .references import Progress, Reference, Store, reference_energies

if TYPE_CHECKING:
    import pandas as pd

MOST_QUERIES = 200


@dataclass(frozen=True, eq=False)
class Library:
    """queries with the amons that stand for theirs, in order; refused: (SMILES, reason) of those that have none; unique: each
    amon once; n_needed: amons of all queries, were each to compute its own."""

    queries: tuple[tuple[str, Query, AmonSet], ...]
    refused: tuple[tuple[str, str], ...]
    unique: tuple[Amon, ...]
    n_needed: int


def library_of(smiles: Sequence[str], k: int) -> Library:
    """Amons of many molecules; the same shape counts once.  Raises AmonError for no molecule, or more than 200."""
    wanted = list(dict.fromkeys(s.strip() for s in smiles if s.strip()))
    if not 1 <= len(wanted) <= MOST_QUERIES:
        raise AmonError(f"A library holds 1 to {MOST_QUERIES} molecules; got {len(wanted)}.")
    queries, refused, shared, n_needed = [], [], Conformers(), 0
    unique: dict[int, Amon] = {}
    for text in wanted:
        try:
            query = query_from_smiles(text)
            found = amons_of(query, k)
        except BondGenomeError as error:
            refused.append((text, str(error)))
            continue
        standing = {id(a): a for a in map(shared.like, found.amons)}
        unique |= standing
        n_needed += len(found.amons)
        queries.append((text, query, replace(found, amons=tuple(standing.values()))))
    ordered = tuple(sorted(unique.values(), key=lambda a: (a.n_heavy, a.smiles)))
    return Library(tuple(queries), tuple(refused), ordered, n_needed)


def cost(amons: Sequence[Amon], reference: Reference) -> float:
    """Rough seconds of one core for the reference energies."""
    return sum(reference.seconds(int(a.numbers.sum())) for a in amons)


def savings(library: Library, reference: Reference) -> dict[str, float]:
    """Seconds for the amons of every query by itself, and shared."""
    own = [a for _, _, found in library.queries for a in found.amons]
    return {"alone_s": cost(own, reference), "shared_s": cost(library.unique, reference)}


def shared_table(library: Library) -> pd.DataFrame:
    """One row per SMILES of an amon: heavy atoms, conformers, and in how many queries it is, the most shared first."""
    import pandas as pd

    used: dict[str, set[str]] = {}
    for text, _, found in library.queries:
        for amon in found.amons:
            used.setdefault(amon.smiles, set()).add(text)
    rows = {a.smiles: a.n_heavy for a in library.unique}
    table = pd.DataFrame({
        "smiles": list(rows), "n_heavy": list(rows.values()), "n_queries": [len(used[s]) for s in rows],
        "n_conformers": [sum(a.smiles == s for a in library.unique) for s in rows],
    })  # fmt: skip
    return table.sort_values(["n_queries", "n_heavy", "smiles"], ascending=[False, False, True], ignore_index=True)


def predict_library(library: Library, reference: Reference, store: Store, *, threads: int = 2, progress: Progress | None = None,
                    say: Callable[[str], None] | None = None) -> list[tuple[str, Prediction]]:  # fmt: skip
    """Predictions of all queries; every amon is computed once."""
    reference_energies(library.unique, reference, store, threads=threads, progress=progress)
    out = []
    for text, query, found in library.queries:
        energies = reference_energies(found.amons, reference, store, threads=threads)
        out.append((text, learned(query, found, energies, None, reference.key)))
        if say:
            say(text)
    return out


def prediction_table(predictions: Sequence[tuple[str, Prediction]]) -> pd.DataFrame:
    """One row per query: energy and half width in kcal/mol, amons, warnings."""
    import pandas as pd

    return pd.DataFrame({
        "smiles": [s for s, _ in predictions], "energy": [p.estimate.energy for _, p in predictions],
        "half_width": [p.half_width for _, p in predictions], "n_amons": [len(p.energies) for _, p in predictions],
        "warnings": [" ".join(p.warnings) for _, p in predictions],
    })  # fmt: skip
