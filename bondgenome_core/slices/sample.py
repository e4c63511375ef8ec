"""Sample ELF on planes through bonds, from a wavefunction or from an imported grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ..electrons.wavefunction import Wavefunction
from ..elf.masks import core_mask
from ..errors import SliceError
from ..structures.periodic import lattice_images
from ..structures.structure import Bond, Structure
from .elf_slice import N_PIXELS, WINDOW, ElfSlice, PlaneAtom
from .frame import BondFrame, bond_frame

if TYPE_CHECKING:
    from ..elf.engine import ElfEngine

SMALLEST_WINDOW, LARGEST_WINDOW, MOST_PIXELS = 1.0, 20.0, 512
NEAR_PLANE = 1.5
"""Angstrom: atoms this close to the plane are drawn on the image."""


class Plane(NamedTuple):
    """One slice wanted: a bond, an azimuth (degrees), an offset (Angstrom), and the frame if not the gauge's own."""

    bond: Bond
    azimuth_deg: float = 0.0
    offset: float = 0.0
    frame: BondFrame | None = None


class ElfSource(Protocol):
    """Anything that knows ELF at points: an imported grid, for example."""

    @property
    def structure(self) -> Structure:
        """The atoms it belongs to."""

    @property
    def core_treatment(self) -> str:
        """How cores are treated; see ``Wavefunction``."""

    def elf_at(self, points: np.ndarray) -> np.ndarray:
        """ELF at points (n, 3) in Angstrom."""

    @property
    def provenance(self) -> dict:
        """Source, method, grid."""


def sample_slice(source: Wavefunction | ElfEngine | ElfSource, bond: Bond, *, azimuth_deg: float = 0.0, offset: float = 0.0,
                 window: float = WINDOW, n_pixels: int = N_PIXELS, frame: BondFrame | None = None) -> ElfSlice:  # fmt: skip
    """One slice; see ``sample_planes``."""
    return sample_planes(source, [Plane(bond, azimuth_deg, offset, frame)], window=window, n_pixels=n_pixels)[0]


def sample_planes(source: Wavefunction | ElfEngine | ElfSource, planes: Sequence[Plane], *,
                  window: float = WINDOW, n_pixels: int = N_PIXELS) -> list[ElfSlice]:  # fmt: skip
    """Slices of ELF (regularised) through bonds, all planes in one batch.

    Raises SliceError for a window outside 1-20 Angstrom or more than 512 pixels across.
    """
    if not SMALLEST_WINDOW <= window <= LARGEST_WINDOW:
        raise SliceError(f"A window of {window} Angstrom is outside {SMALLEST_WINDOW:g}-{LARGEST_WINDOW:g}; choose another.")
    if not 2 <= n_pixels <= MOST_PIXELS:
        raise SliceError(f"{n_pixels} pixels across is outside 2-{MOST_PIXELS}; choose another number.")
    if any(not np.isfinite([p.azimuth_deg, p.offset]).all() or abs(p.offset) > LARGEST_WINDOW for p in planes):
        raise SliceError(f"Azimuth and offset must be numbers, the offset within {LARGEST_WINDOW:g} Angstrom of the bond.")
    structure, evaluate, treatment, provenance = _open(source)
    axis = (np.arange(n_pixels) - 0.5 * (n_pixels - 1)) * (window / n_pixels)
    frames = [p.frame or bond_frame(structure, p.bond) for p in planes]
    points = [plane_points(f, p.azimuth_deg, p.offset, axis) for f, p in zip(frames, planes, strict=True)]
    values = evaluate(np.concatenate(points)).reshape(len(planes), n_pixels, n_pixels)
    return [
        _assemble(structure, plane, frame, axis, pts, image, treatment, provenance)
        for plane, frame, pts, image in zip(planes, frames, points, values, strict=True)
    ]


def plane_points(frame: BondFrame, azimuth_deg: float, offset: float, axis: np.ndarray) -> np.ndarray:
    """(n*n, 3) points in Angstrom, rows along x, columns along z."""
    u = frame.plane_axis(azimuth_deg)
    centre = frame.origin + offset * np.cross(frame.z, u)
    return (centre + axis[:, None, None] * u + axis[None, :, None] * frame.z).reshape(-1, 3)


class _Opened(NamedTuple):
    structure: Structure
    evaluate: Callable[[np.ndarray], np.ndarray]
    core_treatment: str
    provenance: dict


def _open(source: Wavefunction | ElfEngine | ElfSource) -> _Opened:
    from ..elf.engine import ElfEngine

    if isinstance(source, (Wavefunction, ElfEngine)):
        engine = source if isinstance(source, ElfEngine) else ElfEngine(source)
        w = engine.wavefunction

        def evaluate(points: np.ndarray) -> np.ndarray:
            return engine.evaluate(points).elf.cpu().numpy()

        spin = "closed-shell" if w.restricted else "spin-polarised, summed (Kohout-Savin)"
        note = {"level": w.level, "converged": w.converged, "elf": f"{spin}, 1e-5 added to D"} | w.provenance
        return _Opened(w.structure, evaluate, w.core_treatment, note)
    return _Opened(source.structure, source.elf_at, source.core_treatment, source.provenance)


def _assemble(structure: Structure, plane: Plane, frame: BondFrame, axis: np.ndarray, points: np.ndarray, image: np.ndarray,
              treatment: str, provenance: dict) -> ElfSlice:  # fmt: skip
    n = len(axis)
    reach = 0.75 * n * (axis[1] - axis[0]) + abs(plane.offset) + 2.0
    near = [
        (i, p)
        for shift in lattice_images(structure, frame.origin, reach)
        for i, p in enumerate(structure.positions + shift)
        if np.linalg.norm(p - frame.origin) < reach
    ]
    mask = core_mask(points, structure.numbers[[i for i, _ in near]], np.array([p for _, p in near]))
    outside = ~np.isfinite(image)  # an imported grid ends somewhere; what it does not know is masked
    mask |= outside.reshape(-1)
    u = frame.plane_axis(plane.azimuth_deg)
    atoms = _plane_atoms(structure, frame, u, plane.offset, near, 0.5 * n * (axis[1] - axis[0]))
    return ElfSlice(
        np.where(outside, 0.0, image).astype(np.float32), mask.reshape(n, n), axis, axis, plane.bond, structure.kind(plane.bond),
        frame.length, plane.azimuth_deg, plane.offset, frame, atoms, structure.name, treatment,
        provenance | {"structure": structure.name, "window_angstrom": float(n * (axis[1] - axis[0])), "pixels": n},
    )  # fmt: skip


def _plane_atoms(structure: Structure, frame: BondFrame, u: np.ndarray, offset: float, near: list[tuple[int, np.ndarray]],
                 half: float) -> tuple[PlaneAtom, ...]:  # fmt: skip
    symbols = structure.symbols
    normal = np.cross(frame.z, u)
    out = []
    for i, p in near:
        d = p - frame.origin
        atom = PlaneAtom(symbols[i], i, float(d @ frame.z), float(d @ u), float(d @ normal - offset))
        if abs(atom.height) < NEAR_PLANE and abs(atom.z) < half and abs(atom.x) < half:
            out.append(atom)
    return tuple(out)
