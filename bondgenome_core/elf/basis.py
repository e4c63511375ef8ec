"""Gaussian shells arranged for evaluation in batches: atoms with equal shells are one group."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from ..electrons.wavefunction import Basis


@dataclass(frozen=True, eq=False)
class Block:
    """Shells of one angular momentum that share exponents on every atom of a group.

    contraction: (n_shells, n_prim).  first_row: (n_atoms, n_shells) index of each shell's first function.
    """

    l: int  # noqa: E741
    cartesian: bool
    contraction: np.ndarray
    first_row: np.ndarray


@dataclass(frozen=True, eq=False)
class Group:
    """Atoms that carry the same shells over the same exponents.

    atoms: (n_atoms,).  exponents: (n_prim,) bohr^-2.
    """

    atoms: np.ndarray
    exponents: np.ndarray
    blocks: tuple[Block, ...]

    def reach(self, block: Block, threshold: float) -> float:
        """Distance in bohr beyond which every |R(r)| r^l of a block stays below a threshold."""
        r = np.linspace(0.0, 40.0, 801)
        size = np.abs(block.contraction @ np.exp(-self.exponents[:, None] * r**2)).max(0) * r**block.l
        above = np.nonzero(size > threshold)[0]
        return float(r[min(above[-1] + 1, len(r) - 1)]) if len(above) else 0.0


def with_images(group: Group, atoms: np.ndarray) -> tuple[Group, np.ndarray]:
    """The group repeated on images, and which of them (n_images,) are its own.

    atoms: (n_images,) the atom each image is a copy of.  Every image refers to the functions of its atom, so that
    orbitals are summed over images (Gamma point: chi(r) = sum_T chi_0(r - T)).
    """
    member = np.full(max(int(atoms.max(initial=0)), int(group.atoms.max())) + 1, -1)
    member[group.atoms] = np.arange(len(group.atoms))
    own = np.flatnonzero(member[atoms] >= 0)
    kind = member[atoms[own]]
    blocks = tuple(replace(b, first_row=b.first_row[kind]) for b in group.blocks)
    return Group(np.arange(len(own)), group.exponents, blocks), own


def group_shells(basis: Basis) -> tuple[Group, ...]:
    """Arrange a basis for batched evaluation."""
    starts = np.concatenate([[0], np.cumsum(basis.n_prim)])
    rows = np.concatenate([[0], np.cumsum(basis.functions_per_shell)])
    # atom -> exponents -> (l, cartesian) -> [(coefficients, first row)]
    per_atom: dict[int, dict[tuple, dict[tuple, list]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for s in range(len(basis.atom)):
        part = slice(starts[s], starts[s + 1])
        form = (int(basis.l[s]), bool(basis.cartesian[s]))
        entry = (tuple(basis.coefficients[part]), int(rows[s]))
        per_atom[int(basis.atom[s])][tuple(basis.exponents[part])][form].append(entry)
    merged: dict[tuple, list[tuple[int, dict]]] = defaultdict(list)
    for atom, by_exponents in per_atom.items():
        for exponents, by_form in by_exponents.items():
            kind = tuple((form, tuple(c for c, _ in shells)) for form, shells in sorted(by_form.items()))
            merged[(exponents, kind)].append((atom, by_form))
    return tuple(_make_group(key, members) for key, members in merged.items())


def _make_group(key: tuple, members: list[tuple[int, dict]]) -> Group:
    exponents, kind = key
    blocks = []
    for (l, cartesian), contractions in kind:  # noqa: E741
        first = np.array([[row for _, row in by_form[l, cartesian]] for _, by_form in members])
        blocks.append(Block(l, cartesian, np.array(contractions), first))
    return Group(np.array([atom for atom, _ in members]), np.array(exponents), tuple(blocks))
