"""Energy of a molecule from the energies of its amons: kernel ridge regression on what elements alone do not explain.

alpha = (K + lambda I)^-1 (E - C e),  E_q = C_q e + k_q alpha;  e: energies of elements by least squares on the amons.
Uncertainty: var = K_qq - k_q (K + lambda I)^-1 k_q, s^2 = (E - C e) alpha / n, std = sqrt(var s^2) (our definition).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..device import one_thread
from ..errors import AmonError
from .kernel import Atoms, Distances, atom_kernel, atoms_by_element, distances, molecule_kernel, widths
from .slatm import Spectra

LAMBDA = 1e-4
Molecule = tuple[np.ndarray, np.ndarray]
"""(numbers (n,), positions (n, 3) Angstrom)."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """In the unit of the training energies.  energy: of the query; baseline: by energies of elements alone; std: the stated
    uncertainty, None where the amons are too few to state one; atomic: (n_atoms,) contributions, which sum to the energy;
    nearest: (n_atoms,) distance of each atom to the most similar training atom; neighbours: whose it is, (amon, atom)."""

    energy: float
    baseline: float
    std: float | None
    atomic: np.ndarray
    nearest: np.ndarray
    neighbours: tuple[tuple[int, int], ...]
    n_training: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """A query and its training molecules with all distances between their atoms, from which any part may be learned.

    sizes: (n,) heavy atoms of each training molecule.
    """

    query: Molecule
    training: tuple[Molecule, ...]
    sizes: np.ndarray
    among: dict[int, Distances]
    to_query: dict[int, Distances]
    own: dict[int, Distances]


def compare(query: Molecule, training: Sequence[Molecule], *, device: torch.device | str = "cpu") -> Comparison:
    """Spectra and distances, once for a query; elements are those of all molecules together."""
    if not training:
        raise AmonError("There is nothing to learn from; compute the amons first.")
    elements = sorted({int(z) for numbers, _ in (query, *training) for z in numbers})
    spectra = Spectra(tuple(elements))
    with one_thread():
        amons = atoms_by_element(training, spectra, device=device)
        mine = atoms_by_element([query], spectra, device=device)
        sizes = np.array([int((np.asarray(z) > 1).sum()) for z, _ in training])
        return Comparison(query, tuple(training), sizes, distances(amons, amons), distances(mine, amons), distances(mine, mine))


def learn(found: Comparison, energies: np.ndarray, *, largest: int | None = None, strength: float = LAMBDA) -> Estimate | None:
    """The query's energy from training molecules of at most ``largest`` heavy atoms.

    energies: (n,).  None where the query's composition is no combination of theirs.
    """
    kept = np.flatnonzero(found.sizes <= (largest or found.sizes.max()))
    elements = sorted({int(z) for z in found.query[0]} | {int(z) for k in kept for z in found.training[k][0]})
    counts = np.array([_composition(found.training[k][0], elements) for k in kept], dtype=float)
    own_counts = _composition(found.query[0], elements)
    if len(kept) == 0 or not _settles(counts, own_counts):
        return None
    energy_of = np.linalg.lstsq(counts, energies[kept], rcond=None)[0]
    residual = energies[kept] - counts @ energy_of
    sigma = widths(found.among, found.to_query)
    n, pick = len(found.training), torch.tensor(kept)
    k = molecule_kernel(found.among, sigma, n, n)[pick][:, pick].cpu().numpy()
    kq = molecule_kernel(found.to_query, sigma, 1, n)[:, pick].cpu().numpy()[0]
    regular = k + strength * np.eye(len(kept))
    alpha = np.linalg.solve(regular, residual)
    baseline = float(own_counts @ energy_of)
    variance = float(molecule_kernel(found.own, sigma, 1, 1)) - kq @ np.linalg.solve(regular, kq)
    spread = float(residual @ alpha) / len(kept)
    enough = len(kept) > len(elements)
    std = float(np.sqrt(max(variance, 0.0) * max(spread, 0.0))) if enough else None
    atomic = _atomic(found, sigma, kept, alpha, dict(zip(elements, energy_of, strict=True)))
    nearest, neighbours = _nearest(found, kept)
    return Estimate(baseline + float(kq @ alpha), baseline, std, atomic, nearest, neighbours, len(kept))


def _settles(counts: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether a composition is a combination of those that are known: elements that always come together need no energy each."""
    return bool(np.linalg.matrix_rank(np.vstack([counts, wanted])) == np.linalg.matrix_rank(counts))


def _composition(numbers: np.ndarray, elements: Sequence[int]) -> np.ndarray:
    return np.array([np.count_nonzero(np.asarray(numbers) == z) for z in elements])


def _atomic(found: Comparison, sigma: dict[int, float], kept: np.ndarray, alpha: np.ndarray,
            energy_of: dict[int, float]) -> np.ndarray:  # fmt: skip
    """(n_atoms,) E_i = sum_B alpha_B sum_(j in B) k(i, j) + e_Z."""
    out = np.array([energy_of[int(z)] for z in found.query[0]])
    weights = np.zeros(len(found.training))
    weights[kept] = alpha
    for z, d in found.to_query.items():
        weight = torch.tensor(weights, dtype=d.values.dtype, device=d.values.device)[d.second.owner]
        out[d.first.index.cpu().numpy()] += (atom_kernel(d, sigma[z]) @ weight).cpu().numpy()
    return out


def _nearest(found: Comparison, kept: np.ndarray) -> tuple[np.ndarray, tuple[tuple[int, int], ...]]:
    n = len(found.query[0])
    nearest, neighbours = np.full(n, np.inf), [(-1, -1)] * n
    for d in found.to_query.values():
        usable = torch.isin(d.second.owner, torch.tensor(kept, device=d.second.owner.device))
        if not usable.any():
            continue
        second = _only(d.second, usable)
        least, place = d.values[:, usable].min(1)
        for atom, value, at in zip(d.first.index.tolist(), least.tolist(), place.tolist(), strict=True):
            nearest[atom], neighbours[atom] = value, (int(second.owner[at]), int(second.index[at]))
    return nearest, tuple(neighbours)


def _only(atoms: Atoms, mask: torch.Tensor) -> Atoms:
    return Atoms(atoms.owner[mask], atoms.index[mask], atoms.features[mask])
