"""What is asked of an SCF engine: frozen, hashable, written on every result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

import numpy as np

from ..structures.structure import Structure

GOLD = 79


@dataclass(frozen=True)
class ScfRequest:
    """Level of theory and numerical settings.

    engine: 'gpw' (periodic, GTH) or 'molecular' (density-fitted, def2).  vacuum: Angstrom on each
    side of a cluster; a periodic structure brings its own cell.  cutoff_hartree, precision: GPW grid, lattice sums.
    conv_tol: hartree.  smearing_hartree: Fermi width, 0 for none; with it every orbital holds equally many electrons
    of either spin (no magnetisation) unless unrestricted.
    """

    engine: str = "gpw"
    functional: str = "pbe"
    basis: str = "gth-dzvp-molopt-sr"
    pseudopotential: str = "gth-pbe"
    cutoff_hartree: float = 60.0
    vacuum: float = 4.0
    precision: float = 1e-5
    conv_tol: float = 1e-5
    max_cycle: int = 60
    smearing_hartree: float = 0.0
    damping: float = 0.0
    unrestricted: bool = False
    max_memory_mb: int = 8000

    @property
    def label(self) -> str:
        """One line for figures and cards."""
        if self.engine == "gpw":
            return (
                f"{self.functional.upper()} GPW {self.basis}/{self.pseudopotential.upper()}, "
                f"{self.cutoff_hartree:g} Ha, {self.vacuum:g} Å vacuum"
            )
        return f"{self.functional.upper()} {self.basis} (density-fitted)"

    def separates_spins(self, structure: Structure) -> bool:
        """Whether orbitals differ by spin.

        Not in a metal with an odd number of electrons, which has no unpaired one: its Fermi level crosses a band.
        """
        return self.unrestricted or (structure.multiplicity > 1 and not self.smearing_hartree)

    def with_(self, **changes: object) -> ScfRequest:
        return replace(self, **changes)  # type: ignore[arg-type]


GOLD_REQUEST = ScfRequest()
"""The one setting of the gold genome; its convergence is on the model's card."""
SLAB_REQUEST = GOLD_REQUEST.with_(precision=1e-8, smearing_hartree=0.005)
"""Gold metal: lattice sums that converge and a Fermi surface; the same level (docs/decisions/metal-slab.md)."""
MOLECULE_REQUEST = ScfRequest(
    engine="molecular", basis="def2-svp", pseudopotential="def2-ecp", conv_tol=1e-9, cutoff_hartree=0.0, vacuum=0.0, precision=0.0
)


def default_request(structure: Structure) -> ScfRequest:
    """GPW for every structure with gold or a cell, for periodic gold as a metal; molecular def2-SVP for all others."""
    has_gold, has_cell = GOLD in structure.numbers, any(structure.pbc)
    if has_gold and has_cell:
        return SLAB_REQUEST
    return GOLD_REQUEST if has_gold or has_cell else MOLECULE_REQUEST


def request_hash(structure: Structure, request: ScfRequest) -> str:
    """sha256 over geometry (1e-6 Angstrom), charge, multiplicity, cell and settings: the cache key."""
    payload = {
        "numbers": structure.numbers.tolist(),
        "positions": np.round(structure.positions, 6).tolist(),
        "cell": np.round(structure.cell, 6).tolist(),
        "pbc": structure.pbc,
        "charge": structure.charge,
        "multiplicity": structure.multiplicity,
        "request": asdict(request),
    }
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
