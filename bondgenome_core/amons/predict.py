"""From a molecule to its energy by amons: fragments, their references, what is learned as they grow, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..device import default_device
from ..errors import AmonError
from .fragment import DEFAULT_K
from .geometry import Amon
from .query import AmonSet, Query, amons_of
from .ranking import gains, ranked
from .references import (
    DEFAULT_REFERENCE,
    Progress,
    Reference,
    Store,
    find_reference,
    free_atom,
    reference_energies,
    shape_hash,
)  # fmt: skip
from .regression import Comparison, Estimate, compare, learn

if TYPE_CHECKING:
    import pandas as pd

ELSEWHERE = "elsewhere"
"""The reference level of molecules whose energies were not computed here."""
CONFIDENCE = 1.96
"""Standard deviations of a 95 % interval."""
FAR = 0.75
"""Largest distance of an atom to its nearest training atom that was seen in accurate predictions."""
UNSETTLED = 2.0
"""kcal/mol between the last two sizes of amons, above which the curve has not settled."""
WIDE = 3.0
"""kcal/mol: half width of the 95 % interval above which an energy is not worth much."""


@dataclass(frozen=True)
class Step:
    """What amons of at most k heavy atoms say; estimate: None where they do not settle the energies of elements."""

    k: int
    n_amons: int
    estimate: Estimate | None


@dataclass(frozen=True, eq=False)
class Prediction:
    """Energies in kcal/mol at the reference level.  energies: (n_amons,) of the amons; curve: as the amons grow; failed: SMILES
    of amons whose reference calculation failed."""

    query: Query
    amons: AmonSet
    energies: np.ndarray
    reference: str
    curve: tuple[Step, ...]
    comparison: Comparison
    failed: tuple[str, ...] = ()

    @property
    def estimate(self) -> Estimate:
        found = self.curve[-1].estimate
        if found is None:
            raise AmonError("The amons do not settle the energies of the elements; allow larger ones.")
        return found

    @property
    def is_computed(self) -> bool:
        """Whether the molecule is among its own amons, so that its energy was computed rather than predicted."""
        s, n = self.query.structure, len(self.query.graph)
        same = [a for a in self.amons.amons if a.n_heavy == n and len(a.numbers) == len(s)]
        return bool(same) and shape_hash(s.numbers, s.positions) in {shape_hash(a.numbers, a.positions) for a in same}

    @property
    def half_width(self) -> float | None:
        """Of the 95 % interval, kcal/mol; None where the amons are too few to state one."""
        std = self.estimate.std
        return None if std is None else CONFIDENCE * std

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the energy should not be trusted; empty where nothing speaks against it."""
        return tuple(w for w in (self._width(), self._distance(), self._settled(), *self._rings(), self._failed()) if w)

    def _width(self) -> str:
        if self.half_width is None:
            return "There are too few amons to state an uncertainty."
        return f"The 95 % interval is ± {self.half_width:.1f} kcal/mol." if self.half_width > WIDE else ""

    def _distance(self) -> str:
        far = np.flatnonzero(self.estimate.nearest > FAR)
        names = ", ".join(f"{self.query.structure.symbols[a]}{a}" for a in far[:6])
        return f"No training atom is like {names} (distance above {FAR})." if len(far) else ""

    def _settled(self) -> str:
        known = [s.estimate.energy for s in self.curve if s.estimate is not None]
        if len(known) < 2 or abs(known[-1] - known[-2]) <= UNSETTLED:
            return ""
        return f"The largest amons moved the energy by {abs(known[-1] - known[-2]):.1f} kcal/mol; larger ones may move it again."

    def _failed(self) -> str:
        if not self.failed:
            return ""
        names = ", ".join(self.failed[:3])
        return f"The reference calculation failed for {len(self.failed)} of the amons ({names}); they take no part."

    def _rings(self) -> tuple[str, ...]:
        """Fused conjugated rings are one unit; an amon that cuts through it is another molecule."""
        largest = max((len(s) for s in conjugated_systems(self.query)), default=0)
        if largest <= self.amons.k:
            return ()
        return (f"A system of fused conjugated rings has {largest} atoms, more than the largest amon ({self.amons.k}).",)


def conjugated_systems(query: Query) -> list[frozenset[int]]:
    """Sets of heavy atoms of conjugated rings that share a bond."""
    systems: list[frozenset[int]] = []
    for ring in (r.atoms for r in query.graph.rings if r.conjugated):
        joined = [s for s in systems if len(s & ring) >= 2]
        systems = [s for s in systems if s not in joined] + [ring.union(*joined)]
    return systems


def predict(query: Query, *, k: int = DEFAULT_K, reference: str = DEFAULT_REFERENCE, store: Store | None = None, threads: int = 2,
            relax: bool = False, progress: Progress | None = None,
            say: Callable[[str], None] | None = None) -> Prediction:  # fmt: skip
    """Energy of a query from its amons, static ones or relaxed; missing references are computed.

    Raises AmonError where the molecule has no amons or they do not settle its energy.
    """
    amons, level = amons_of(query, k, relax=relax), find_reference(reference)
    if say:
        say(f"{len(amons.amons)} amons, {len(amons.rejected)} fragments rejected")
    return learned(query, amons, *computed(query, amons, level, store or Store(), threads=threads, progress=progress), level.key)


def computed(query: Query, amons: AmonSet, level: Reference, store: Store, *, threads: int = 2,
             progress: Progress | None = None) -> tuple[np.ndarray, Comparison]:  # fmt: skip
    """Reference energies (n_amons,) in kcal/mol, missing ones computed in the order of their gain for the query per cost; and
    the comparison of all amons with it."""
    comparison = _compared(query, amons)
    order, _ = _missing(comparison, amons, level, store)
    return reference_energies(amons.amons, level, store, threads=threads, order=order, progress=progress), comparison


def missing_table(query: Query, amons: AmonSet, level: Reference, store: Store) -> pd.DataFrame:
    """One row per amon that is not in the store, in the order in which they are computed.

    smiles, n_heavy; gain: by how much the variance of the query falls when it is known beside those that are (kernel units);
    seconds: its rough cost on one core.
    """
    import pandas as pd

    comparison = _compared(query, amons)
    order, seconds = _missing(comparison, amons, level, store)
    gain = gains(comparison, _known(amons, level, store))
    rows = [(amons.amons[k].smiles, amons.amons[k].n_heavy, float(gain[k]), seconds[k]) for k in order]
    return pd.DataFrame(rows, columns=["smiles", "n_heavy", "gain", "seconds"])


def _known(amons: AmonSet, level: Reference, store: Store) -> np.ndarray:
    return np.array([store.get(level, a) is not None for a in amons.amons])


def _missing(comparison: Comparison, amons: AmonSet, level: Reference, store: Store) -> tuple[list[int], list[float]]:
    """Amons that are not in the store, the best first, and the seconds of all."""
    seconds = [level.seconds(int(a.numbers.sum())) for a in amons.amons]
    return ranked(comparison, _known(amons, level, store), seconds), seconds


def _compared(query: Query, amons: AmonSet) -> Comparison:
    s = query.structure
    training = [(a.numbers, a.positions) for a in amons.amons]
    comparison = compare((s.numbers, s.positions), training, device=default_device())
    return replace(comparison, sizes=np.array([a.n_heavy for a in amons.amons]))


def learned_from(query: Query, amons: Sequence[Amon], energies: np.ndarray) -> Prediction:
    """The prediction from molecules computed elsewhere, of whatever size; energies: (n,) kcal/mol."""
    largest = max((a.n_heavy for a in amons), default=0)
    return learned(query, AmonSet(tuple(amons), (), largest), energies, None, ELSEWHERE)


def learned(query: Query, amons: AmonSet, energies: np.ndarray, comparison: Comparison | None, reference: str) -> Prediction:
    """The prediction that follows from amons whose energies (n_amons,) in kcal/mol are known; those of NaN take no part.

    comparison: of all amons with the query, where it was made before.
    """
    there = np.isfinite(energies)
    failed = tuple(a.smiles for a, ok in zip(amons.amons, there, strict=True) if not ok)
    if failed or comparison is None:
        amons = replace(amons, amons=tuple(a for a, ok in zip(amons.amons, there, strict=True) if ok))
        comparison, energies = _compared(query, amons), energies[there]
    sizes = comparison.sizes
    steps = range(1, int(sizes.max()) + 1)
    curve = tuple(Step(n, int((sizes <= n).sum()), learn(comparison, energies, largest=n)) for n in steps)
    found = Prediction(query, amons, energies, reference, curve, comparison, failed)
    _ = found.estimate  # raises where nothing was settled
    return found


def store_at(folder: Path) -> Store:
    """The store of amon energies in a workspace."""
    return Store(folder / "amons.db")


def relative_to_element(found: Prediction) -> np.ndarray:
    """(n_atoms,) energy of each atom against the mean of its element in the molecule, over the largest such difference."""
    numbers, energies = found.query.structure.numbers, found.estimate.atomic
    out = np.array([e - energies[numbers == z].mean() for z, e in zip(numbers, energies, strict=True)])
    return out / max(float(np.abs(out).max()), 1e-9)  # type: ignore[no-any-return]


def binding_energies(found: Prediction) -> tuple[np.ndarray, float]:
    """(n_atoms,) kcal/mol: E_i - E_free(Z_i) at the reference level; and how far they are from summing to E - sum E_free(Z_i).

    Energies computed elsewhere have no free atoms to compare with: theirs are total energies of atoms.
    """
    numbers, e = found.query.structure.numbers, found.estimate
    if found.reference == ELSEWHERE:
        return e.atomic, float(e.atomic.sum() - e.energy)
    free = np.array([free_atom(found.reference, int(z)) for z in numbers])
    bound = e.atomic - free
    return bound, float(bound.sum() - (e.energy - free.sum()))


def atom_table(found: Prediction) -> pd.DataFrame:
    """One row per atom: its name, energy against the free atom (kcal/mol), the nearest training atom and its distance."""
    import pandas as pd

    e, symbols, amons = found.estimate, found.query.structure.symbols, found.amons.amons
    return pd.DataFrame({
        "atom": [f"{s}{k}" for k, s in enumerate(symbols)], "energy": binding_energies(found)[0], "distance": e.nearest,
        "amon": [amons[owner].smiles for owner, _ in e.neighbours], "amon_atom": [atom for _, atom in e.neighbours],
    })  # fmt: skip
