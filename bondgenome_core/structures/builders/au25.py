"""Au25(SR)18: an Au13 icosahedron under six Au2(SR)3 staples, from orbits of the point group Th.

Orbit seeds: averages over the crystal structure family of the 8-electron anion (Akola et al.,
10.1021/ja800594p); the charges -1, 0 and +1 share the topology.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from ...errors import StructureError
from ..structure import Structure
from .assemble import orbit, thiolate
from .ligands import thiolate_tag

GOLD_SEEDS = ((0.0, 0.0, 0.0), (1.423, 2.499, 0.0), (4.756, 1.798, 0.0))
"""Angstrom: centre, icosahedron, staple gold."""
SULFUR_SEEDS = ((6.231, 0.0, 0.0), (3.498, 3.761, 0.0))
"""Angstrom: S between two staple Au, S between staple and core."""
CHARGE_NAMES = {-1: "anion", 0: "neutral", 1: "cation"}


def pyritohedral_operations() -> list[np.ndarray]:
    """The 24 operations of Th: cyclic permutations of the axes with all changes of sign."""
    cycle = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    powers = [np.eye(3), cycle, cycle @ cycle]
    return [power @ np.diag(signs) for power in powers for signs in product((1.0, -1.0), repeat=3)]


def au25(charge: int = -1, ligand: str = "H") -> Structure:
    """Au25(SR)18 with charge -1, 0 or +1 (25 Au, 18 S, 36 S-Au contacts)."""
    if charge not in CHARGE_NAMES:
        raise StructureError(f"Au25(SR)18 is built with charge -1, 0 or +1; got {charge:+d}.")
    operations = pyritohedral_operations()
    gold = np.vstack([orbit(seed, operations) for seed in GOLD_SEEDS])
    sulfur = np.vstack([orbit(seed, operations) for seed in SULFUR_SEEDS])
    return thiolate(
        gold,
        sulfur,
        np.array([_side(s) for s in sulfur]),
        ligand=ligand,
        charge=charge,
        name=au25_name(charge, ligand),
        source="orbits of the point group Th",
    )


def au25_name(charge: int, ligand: str) -> str:
    """For example au25_sh18_anion."""
    return f"au25_{thiolate_tag(ligand, 18)}_{CHARGE_NAMES[charge]}"


def _side(sulfur: np.ndarray) -> np.ndarray:
    """Side of the ligand: S6 symmetry (threefold axis with inversion), the two ends of a staple trans."""
    for axis in range(3):
        a, b, c = axis, (axis + 1) % 3, (axis + 2) % 3
        if abs(sulfur[c]) < 1e-6 and abs(sulfur[a]) > 1e-6:
            leading = sulfur[b] if abs(sulfur[b]) > 1e-6 else sulfur[a]
            return np.sign(leading) * np.eye(3)[c]
    raise AssertionError("every S of Au25 lies in a mirror plane")
