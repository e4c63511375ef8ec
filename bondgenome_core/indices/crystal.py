"""How a bond lies in an fcc-like surrounding: angles between its axis and the directions of a lattice fitted to its gold atoms.

The gold neighbours of the bond's gold atoms (listed Au-Au bonds, both ends together) are compared with the twelve <110>
directions of an fcc first shell: the rotation R that minimises the angles between each neighbour direction and its nearest
R<110> (from starts given by pairs of neighbours, then alternating assignment and Kabsch rotation, 10.1107/S0567739476001873).
The surroundings count as fcc-like where at least MIN_NEIGHBOURS directions are known and their root mean square
misfit is below MAX_MISFIT; elsewhere the angles are NaN.  An icosahedron, whose neighbours stand at 63.4 degrees, fails.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

from ..slices.frame import GOLD, BondFrame
from ..structures.structure import Structure

MIN_NEIGHBOURS = 8
"""Directions from both ends: fewer fit almost any lattice."""
MAX_MISFIT = 9.5
"""Degrees.  Measured: 3-4 in relaxed and 4-10 in Au20 at 600 K, 0 in a slab; 10-18 in the kernels of Au18, Au25 and Au38."""
N_REFINED, N_ROUNDS = 6, 8
NEAR_60, NEAR_90 = (40.0, 75.0), (75.0, 110.0)
"""Degrees: pairs of neighbours at such angles serve as starts."""


def _family(*h: int) -> np.ndarray:
    """Unit vectors of all directions equivalent to (h k l) in a cube."""
    every = {tuple(np.array(p) * s) for p in permutations(h) for s in product((1, -1), repeat=3)}
    return np.array(sorted(every), dtype=float) / np.linalg.norm(h)


FAMILIES = {name: _family(*map(int, name)) for name in ("110", "111", "100")}


def crystal_orientation(
    structure: Structure, f: BondFrame, directions: dict[int, list[tuple[int, np.ndarray]]]
) -> dict[str, float]:
    """crystal_misfit and the angles crystal_110, crystal_111, crystal_100 (degrees) of a bond; NaN where not fcc-like.

    directions: from ``surroundings.neighbour_directions``.  crystal_misfit is given wherever there are enough neighbours.
    """
    out = dict.fromkeys(("crystal_misfit", *(f"crystal_{name}" for name in FAMILIES)), float("nan"))
    ends = [k for k in dict.fromkeys((f.left, f.right)) if structure.numbers[k] == GOLD]
    vectors = [v for k in ends for other, v in directions.get(k, []) if structure.numbers[other] == GOLD]
    if len(vectors) < MIN_NEIGHBOURS:
        return out
    rotation, out["crystal_misfit"] = fit_fcc(np.array(vectors))
    if out["crystal_misfit"] < MAX_MISFIT:
        axis = rotation.T @ f.z
        out |= {f"crystal_{name}": _angle(float((family @ axis).max())) for name, family in FAMILIES.items()}
    return out


def fit_fcc(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Rotation R of the lattice and misfit (degrees, RMS) for unit vectors (n, 3): v is near R u, u in <110>."""
    starts = _starts(vectors)
    if not len(starts):
        return np.eye(3), float("inf")
    # the best few of all starts, judged before any refinement
    rotations = starts[np.argsort(_misfit(starts, vectors), kind="stable")[:N_REFINED]]
    for _ in range(N_ROUNDS):
        rotations = _kabsch(_assigned(rotations, vectors), vectors)
    misfit = _misfit(rotations, vectors)
    best = int(np.argmin(misfit))
    return rotations[best], float(misfit[best])


def _starts(vectors: np.ndarray) -> np.ndarray:
    """(m, 3, 3) rotations that bring <110> directions at 60 or 90 degrees onto pairs of neighbours at such angles."""
    cosine = vectors @ vectors.T
    found = []
    for (low, high), seconds in ((NEAR_60, ((1, 0, 1), (1, 0, -1))), (NEAR_90, ((1, -1, 0),))):
        i, j = np.nonzero((cosine < np.cos(np.radians(low))) & (cosine > np.cos(np.radians(high))))
        for second in seconds:
            lattice = _frame(np.array([[1.0, 1.0, 0.0]]), np.array([second], dtype=float))
            found.append(np.einsum("nik,mjk->nij", _frame(vectors[i], vectors[j]), lattice))
    return np.concatenate(found)


def _frame(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(n, 3, 3) right-handed unit columns: along u, across it towards v, and their normal."""
    u = u / np.linalg.norm(u, axis=1, keepdims=True)
    v = v - (u * v).sum(1, keepdims=True) * u
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    return np.stack([u, v, np.cross(u, v)], axis=2)


def _assigned(rotations: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """(m, n, 3) the <110> direction, unrotated, nearest to each vector under each rotation."""
    back = np.einsum("mji,nj->mni", rotations, vectors)
    return FAMILIES["110"][np.argmax(back @ FAMILIES["110"].T, axis=2)]


def _misfit(rotations: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    back = np.einsum("mji,nj->mni", rotations, vectors)
    cosine = (back @ FAMILIES["110"].T).max(2)
    return np.degrees(np.sqrt((np.arccos(np.clip(cosine, -1, 1)) ** 2).mean(1)))


def _kabsch(lattice: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """(m, 3, 3) proper rotations that bring lattice directions (m, n, 3) best onto vectors (n, 3)."""
    u, _, vt = np.linalg.svd(np.einsum("ni,mnj->mij", vectors, lattice))
    flip = np.ones((len(u), 3))
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    return (u * flip[:, None, :]) @ vt


def _angle(cosine: float) -> float:
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
