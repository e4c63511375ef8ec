"""All indices and descriptors of the bonds of one wavefunction as a table: what a genome is regressed to and explained by.

Columns (labels and units also in ``quantities``; left and right are the ends of the bond frame, z runs from left to right):

i, j, shift, kind, left, right, z_ambiguous    which bond, and its frame as in slice tables ('shift' as text, '0 0 0')
length                        Angstrom
mayer_order, wiberg_order     Mayer order in the basis, Wiberg order in intrinsic atomic orbitals (``populations``)
rho_bcp, laplacian_bcp        electrons/bohr^3, electrons/bohr^5, at the bond critical point, or else (bcp_found False) at
                              the least density on the bond line outside cores; valence density under pseudopotentials
bcp_found                     whether there is a (3,-1) point of this bond (``critical_points``)
bcp_position, bcp_offset      Angstrom, along z from the midpoint and from the line; ellipticity_bcp: l1/l2 - 1 (NaN where none)
elf_max, elf_max_position     largest ELF on the line between the atoms outside cores; Angstrom along z from the midpoint
polarization                  elf_max_position / length, -0.5 at left, 0.5 at right
elf_max_at_edge               whether the largest ELF lies where a core mask begins (most Au-Au bonds), see ``bond_line``
elf_middle, elf_centroid      ELF at the midpoint; mean place of ELF on the unmasked line over length, a continuous polarization
charge_left, charge_right     net charges in e (``populations``); charge_difference = right - left
bond_class                    core, staple, ring, chain, bare, slab or two of them (``bond_class``)
s_share_*, d_share_*          share of s and of d (l >= 2) orbitals of that end in the Wiberg order; the rest is p
intruders_*, intruder_*       other atoms in the windows and in the disc (``surroundings``)
angle_max_*, angle_mean_*     degrees to the other bonds of that end
crystal_*                     degrees; misfit of, and angles to <110>, <111>, <100> of, the local fcc lattice (``crystal``)
motion_*                      Angstrom; displacement from the relaxed structure (``motion``)
mode_soft, mode_stiff         Angstrom; stretch in normal modes below and above 150 cm^-1; mode_wavenumber: cm^-1, their mean
                              (``modes``); only where modes are given, which is cheap for small species alone

NaN stands where a quantity does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..electrons.wavefunction import Wavefunction
from ..slices.frame import BondFrame, bond_frame
from ..structures.structure import Bond, Structure
from .bond_class import bond_class, gold_classes
from .bond_line import scan_bond_lines
from .critical_points import find_bond_critical_points
from .crystal import crystal_orientation
from .density import Density
from .modes import COLUMNS as MODE_COLUMNS
from .modes import Modes
from .motion import COLUMNS as MOTION_COLUMNS
from .motion import motion_of, relaxed_structure
from .populations import Populations, analyse_populations
from .surroundings import alignment, intrusion, neighbour_directions

if TYPE_CHECKING:
    import pandas as pd

SMALLEST_ORDER = 1e-4
"""Wiberg orders below this have no shares."""


def bond_indices(
    w: Wavefunction,
    bonds: Sequence[Bond] | None = None,
    *,
    frames: Sequence[BondFrame] | None = None,
    relaxed: Structure | None = None,
    modes: Modes | None = None,
) -> pd.DataFrame:
    """One row per bond (default: all listed bonds of the structure), columns as above; no rows where there are no bonds.

    frames: one per bond where not the gauge's own, for example another admissible one.  relaxed: where motion is counted
    from; default the gallery structure that the wavefunction's trajectory names.  modes: normal modes of that structure.
    Raises ElectronsError where populations cannot be had, SliceError for a bond without length.
    """
    import pandas as pd

    structure = w.structure
    bonds = list(structure.bonds if bonds is None else bonds)
    if not bonds:
        return pd.DataFrame()
    frames = [bond_frame(structure, b) for b in bonds] if frames is None else list(frames)
    parts = [
        _identity(structure, bonds, frames),
        _density_columns(w, frames),
        _population_columns(analyse_populations(w), frames),
        pd.DataFrame(_geometry_rows(structure, bonds, frames)),
        pd.DataFrame(_motion_rows(structure, bonds, frames, relaxed or relaxed_structure(w), modes)),
    ]
    return pd.concat(parts, axis=1)


def _identity(structure: Structure, bonds: list[Bond], frames: list[BondFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({
        "i": [b.i for b in bonds], "j": [b.j for b in bonds], "shift": [" ".join(map(str, b.shift)) for b in bonds],
        "kind": [structure.kind(b) for b in bonds], "left": [f.left for f in frames], "right": [f.right for f in frames],
        "z_ambiguous": [f.z_ambiguous for f in frames], "length": [f.length for f in frames],
    })  # fmt: skip


def _density_columns(w: Wavefunction, frames: list[BondFrame]) -> pd.DataFrame:
    """Everything read from density and ELF on and near the bond line."""
    import pandas as pd
    import torch

    from ..elf.engine import ElfEngine

    # only a GPU by CUDA and the CPU know double precision
    engine = ElfEngine(w, "cuda" if torch.cuda.is_available() else "cpu", torch.float64)
    lines = scan_bond_lines(engine, frames)
    origin, z = np.array([f.origin for f in frames]), np.array([f.z for f in frames])
    length = np.array([f.length for f in frames])
    density = Density(w)
    half = 0.5 * length[:, None] * z
    points = find_bond_critical_points(density, origin - half, origin + half)
    fallback = density(np.where(np.isfinite(lines.rho_min_z), lines.rho_min_z, 0.0)[:, None] * z + origin)
    known = np.isfinite(lines.rho_min_z)
    relative = points.position - origin
    along = (relative * z).sum(1)
    offset = np.linalg.norm(relative - along[:, None] * z, axis=1)
    return pd.DataFrame({
        "rho_bcp": np.where(points.found, points.rho, np.where(known, fallback.rho, np.nan)),
        "laplacian_bcp": np.where(points.found, points.laplacian, np.where(known, fallback.laplacian, np.nan)),
        "bcp_found": points.found,
        "bcp_position": np.where(points.found, along, lines.rho_min_z),
        "bcp_offset": np.where(points.found, offset, 0.0),
        "ellipticity_bcp": np.where(points.found, points.ellipticity, np.nan),
        "elf_max": lines.elf_max, "elf_max_position": lines.elf_max_z, "polarization": lines.elf_max_z / length,
        "elf_max_at_edge": lines.at_edge, "elf_middle": lines.middle, "elf_centroid": lines.centroid,
    })  # fmt: skip


def _population_columns(p: Populations, frames: list[BondFrame]) -> pd.DataFrame:
    import pandas as pd

    left, right = np.array([f.left for f in frames]), np.array([f.right for f in frames])
    # an atom bonded to its own image: the diagonal holds its own electrons too, no order can be had
    apart = left != right
    order = np.where(apart, p.wiberg[left, right], np.nan)
    pair = p.shares[left, :, right, :]
    total = np.where(order > SMALLEST_ORDER, order, np.nan)
    of_left, of_right = pair.sum(2) / total[:, None], pair.sum(1) / total[:, None]
    return pd.DataFrame({
        "mayer_order": np.where(apart, p.mayer[left, right], np.nan), "wiberg_order": order,
        "charge_left": p.charges[left], "charge_right": p.charges[right], "charge_difference": p.charges[right] - p.charges[left],
        "s_share_left": of_left[:, 0], "d_share_left": of_left[:, 2],
        "s_share_right": of_right[:, 0], "d_share_right": of_right[:, 2],
    })  # fmt: skip


def _geometry_rows(structure: Structure, bonds: list[Bond], frames: list[BondFrame]) -> list[dict[str, Any]]:
    directions, classes = neighbour_directions(structure), gold_classes(structure)
    return [
        {"bond_class": bond_class(structure, b, classes)}
        | intrusion(structure, f)
        | alignment(b, f, directions)
        | crystal_orientation(structure, f, directions)
        for b, f in zip(bonds, frames, strict=True)
    ]


def _motion_rows(
    structure: Structure, bonds: list[Bond], frames: list[BondFrame], relaxed: Structure | None, modes: Modes | None
) -> list[dict[str, float]]:
    motion = motion_of(structure, relaxed) if relaxed is not None else None
    unknown = dict.fromkeys((*MOTION_COLUMNS, *MODE_COLUMNS), float("nan"))
    if motion is None:
        return [unknown] * len(bonds)
    return [
        unknown | motion.of(b, f.left, f.right) | (modes.of(motion, b, f.left, f.right) if modes else {})
        for b, f in zip(bonds, frames, strict=True)
    ]
