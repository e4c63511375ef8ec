"""Density, its gradient, kinetic-energy density and ELF at any points, in torch, on CPU or GPU.

phi_i(r) = sum_mu C_mu,i chi_mu(r);  rho = sum n phi^2;  grad rho = 2 sum n phi grad phi;
tau = 1/2 sum n |grad phi|^2.  Points are split into compact tiles; a tile evaluates only the basis
functions that reach it (thresholds below; their effect on ELF is tested).  In a periodic structure chi is
the Gamma-point sum over lattice images, chi(r) = sum_T chi_0(r - T), over all T that reach the tile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..device import default_device, points_per_tile
from ..electrons.wavefunction import Wavefunction
from ..structures.periodic import images_near_box
from ..units import BOHR_PER_ANGSTROM
from .basis import Group, group_shells, with_images
from .functions import PlacedGroup, place_group, tile_functions
from .localization import elf_closed_shell, elf_spin_polarised

if TYPE_CHECKING:
    import torch
    from torch import Tensor

FUNCTION_THRESHOLD = {"float32": 5e-4, "float64": 1e-9}
"""A shell is skipped on a tile where its radial part stays below this (atomic units): ELF of Au25(SH)18(-) then
deviates by at most 3e-4, 7e-6 in the mean square."""


class DensityFields(NamedTuple):
    """At n_points, atomic units: rho, tau and elf (n_points,), elf between 0 and 1;
    rho_spin, tau_spin and gradient_squared_spin (n_spins, n_points), one spin when restricted."""

    rho: Tensor
    tau: Tensor
    elf: Tensor
    rho_spin: Tensor
    tau_spin: Tensor
    gradient_squared_spin: Tensor


class ElfEngine:
    """Evaluates one wavefunction at points; made once, used for many slices.

    dtype float32 agrees with float64 to 1e-3 in ELF (regularised); float64 to 1e-6 with PySCF.
    """

    def __init__(self, wavefunction: Wavefunction, device: torch.device | str | None = None, dtype: torch.dtype | None = None):
        import torch

        self.wavefunction = wavefunction
        self.device = torch.device(device) if device is not None else default_device()
        self.dtype = dtype or torch.float32
        self._threshold = FUNCTION_THRESHOLD["float64" if self.dtype == torch.float64 else "float32"]
        self._shells = group_shells(wavefunction.basis)
        centres = wavefunction.structure.positions * BOHR_PER_ANGSTROM
        # a periodic structure has its functions placed anew for every set of points, with the images that reach them
        self._home = () if any(wavefunction.structure.pbc) else self._place(self._shells, centres)
        scaled = [s.orbitals * np.sqrt(np.clip(s.occupations, 0, None)) for s in wavefunction.spins]
        self._orbitals = [torch.tensor(c, device=self.device, dtype=self.dtype) for c in scaled]

    def evaluate(self, points: np.ndarray, *, regularise: bool = True) -> DensityFields:
        """All fields at points (n_points, 3) in Angstrom."""
        import torch

        coords = np.asarray(points, dtype=np.float64).reshape(-1, 3) * BOHR_PER_ANGSTROM
        n_spins = len(self._orbitals)
        rho = torch.zeros(n_spins, len(coords), device=self.device, dtype=self.dtype)
        gradient_squared, tau = torch.zeros_like(rho), torch.zeros_like(rho)

        groups = self._home or self._images_of(coords)

        def work(tile: np.ndarray) -> None:
            index = torch.as_tensor(tile, device=self.device)
            for spin, values in enumerate(self._tile_fields(groups, coords[tile])):
                rho[spin, index], gradient_squared[spin, index], tau[spin, index] = values

        self._run(work, split_into_tiles(coords, points_per_tile(self.device, len(coords))))
        if n_spins == 1:
            elf = elf_closed_shell(rho[0], gradient_squared[0], tau[0], regularise=regularise)
        else:
            elf = elf_spin_polarised(rho, gradient_squared, tau, regularise=regularise)
        return DensityFields(rho.sum(0), tau.sum(0), elf, rho, tau, gradient_squared)

    def _run(self, work: Callable[[np.ndarray], None], tiles: list[np.ndarray]) -> None:
        """Tiles in parallel on the CPU, one thread each: a tile's tensors are too small to share."""
        import torch

        threads = torch.get_num_threads()
        if self.device.type != "cpu" or threads == 1 or len(tiles) == 1:
            for tile in tiles:
                work(tile)
            return
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            list(pool.map(work, tiles))

    def _place(self, shells: tuple[Group, ...], centres_bohr: np.ndarray) -> tuple[PlacedGroup, ...]:
        return tuple(place_group(g, centres_bohr, self._threshold, self.device, self.dtype) for g in shells)

    def _images_of(self, coords: np.ndarray) -> tuple[PlacedGroup, ...]:
        """All groups with every lattice image whose functions reach any of the points (n, 3) bohr."""
        reach = max(g.reach(b, self._threshold) for g in self._shells for b in g.blocks) / BOHR_PER_ANGSTROM
        low, high = (corner / BOHR_PER_ANGSTROM for corner in (coords.min(0), coords.max(0)))
        atoms, positions = images_near_box(self.wavefunction.structure, low, high, reach)
        placed: list[PlacedGroup] = []
        for shell in self._shells:
            group, own = with_images(shell, atoms)
            placed += self._place((group,), positions[own] * BOHR_PER_ANGSTROM)
        return tuple(placed)

    def _tile_fields(self, groups: tuple[PlacedGroup, ...], coords: np.ndarray) -> list[tuple[Tensor, Tensor, Tensor]]:
        """(rho, |grad rho|^2, tau) per spin on one tile; coords (n, 3) bohr."""
        import torch

        functions, rows = tile_functions(groups, coords)
        index = torch.as_tensor(rows, device=self.device)
        out = []
        for orbitals in self._orbitals:
            phi = multiply(orbitals[index].T.contiguous(), functions.view(len(rows), 4 * len(coords)))
            phi = phi.view(-1, 4, len(coords))
            # rows of sum_i phi_i (phi_i, d_x phi_i, d_y phi_i, d_z phi_i): rho and half its gradient
            products = (phi[:, :1] * phi).sum(0)
            slope = phi[:, 1:]
            out.append((products[0], 4 * (products[1:] ** 2).sum(0), 0.5 * (slope * slope).sum((0, 1))))
        return out


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """a @ b; in float32 on a CPU by oneDNN, twice as fast as torch's default library on processors not made by Intel."""
    import torch

    if a.dtype != torch.float32 or a.device.type != "cpu" or not torch.backends.mkldnn.is_available() or not b.numel():
        return a @ b
    # the operator that compiled models use; torch offers oneDNN for plain float32 matrices in no other way
    return torch.ops.mkldnn._linear_pointwise(a, b.T, None, "none", [], "")


def split_into_tiles(coords: np.ndarray, size: int) -> list[np.ndarray]:
    """Indices of compact groups of at most ``size`` points: the leaves of a k-d tree."""
    from scipy.spatial import cKDTree

    leaves, nodes = [], [cKDTree(coords, leafsize=size, compact_nodes=False).tree]
    while nodes:
        node = nodes.pop()
        if node.lesser is None:
            leaves.append(node.indices)
        else:
            nodes += [node.lesser, node.greater]
    return [leaf for leaf in leaves if len(leaf)]
