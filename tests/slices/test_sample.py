"""Slices: orientation, place, limits, and their laws."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bondgenome_core.electrons.scf import guess_from, run_scf
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.errors import SliceError
from bondgenome_core.slices.frame import bond_frame
from bondgenome_core.slices.sample import Plane, sample_planes, sample_slice
from bondgenome_core.structures.structure import Bond, Structure
from tests import laws


class DistanceField:
    """A source whose 'ELF' is a known function of the point, so that pixels tell where they are."""

    core_treatment = "none"
    provenance = {"source": "a function"}  # noqa: RUF012

    def __init__(self, structure, function):
        self.structure, self.function = structure, function

    def elf_at(self, points):
        return self.function(points)


@pytest.mark.unit
def test_sulfur_is_left_and_gold_is_right(complex_svp):
    s = sample_slice(complex_svp, complex_svp.structure.bonds[0])
    place = {a.symbol: a.z for a in s.atoms if a.index in (s.bond.i, s.bond.j)}
    assert place["S"] == pytest.approx(-0.5 * s.length)
    assert place["Au"] == pytest.approx(0.5 * s.length)
    row = np.abs(s.x_axis).argmin()
    # sulfur's valence shell, 0.7-0.9 Angstrom from it, against gold's core, where ELF has its minimum
    left, right = (s.image[row, np.abs(s.z_axis - z).argmin()] for z in (-0.5 * s.length - 0.8, 0.5 * s.length - 1.0))
    assert left > 0.7 > 0.4 > right


@pytest.mark.unit
@pytest.mark.parametrize(("azimuth", "offset"), [(0.0, 0.0), (90.0, 0.0), (37.0, 0.6)])
def test_every_pixel_shows_the_point_that_its_axes_name(gold_complex, azimuth, offset):
    """Columns run along z, rows along x, the offset along the plane's normal; corners enclose them all."""
    bond = gold_complex.bonds[0]
    f = bond_frame(gold_complex, bond)
    u = np.cos(np.radians(azimuth)) * f.x + np.sin(np.radians(azimuth)) * f.y
    normal = np.cross(f.z, u)
    images = []
    for axis in (f.z, u, normal):
        source = DistanceField(gold_complex, lambda p, axis=axis: (p - f.origin) @ axis)
        s = sample_slice(source, bond, azimuth_deg=azimuth, offset=offset)
        images.append(s.image)
    np.testing.assert_allclose(images[0], np.broadcast_to(s.z_axis, (64, 64)), atol=1e-6)
    np.testing.assert_allclose(images[1], np.broadcast_to(s.x_axis[:, None], (64, 64)), atol=1e-6)
    np.testing.assert_allclose(images[2], offset, atol=1e-6)
    corners = s.corners()
    np.testing.assert_allclose(corners.mean(0), f.origin + offset * normal, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(np.diff(corners, axis=0), axis=1), 6.4)
    np.testing.assert_allclose((corners - f.origin) @ u, [-3.2, 3.2, 3.2, -3.2], atol=1e-9)


@pytest.mark.unit
def test_standard_image_has_64_pixels_of_a_tenth_of_an_angstrom(complex_gth):
    s = sample_slice(complex_gth, complex_gth.structure.bonds[0])
    assert s.image.shape == s.mask.shape == (64, 64)
    assert s.image.dtype == np.float32
    np.testing.assert_allclose(np.diff(s.z_axis), 0.10)
    assert s.z_axis[0] == pytest.approx(-3.15)
    assert s.window == pytest.approx(6.4)


@pytest.mark.unit
def test_window_and_pixels_are_free_and_sample_the_same_field(complex_gth):
    bond = complex_gth.structure.bonds[0]
    wide, standard = sample_slice(complex_gth, bond, window=6.6, n_pixels=66), sample_slice(complex_gth, bond)
    np.testing.assert_allclose(wide.image[1:-1, 1:-1], standard.image, atol=1e-4)


@pytest.mark.unit
def test_mask_covers_the_cores_that_the_plane_cuts(complex_gth):
    s = sample_slice(complex_gth, complex_gth.structure.bonds[0])
    z, x = np.meshgrid(s.z_axis, s.x_axis)
    half = 0.5 * s.length
    # the far sulfur lies outside the window, the rim of its core inside
    cores = [np.hypot(z + half, x) < 0.6, np.hypot(z - half, x) < 1.0, np.hypot(z - 3 * half, x) < 0.6]
    assert (s.mask == np.any(cores, axis=0)).all()
    assert cores[2].any()
    assert 0.1 < s.mask.mean() < 0.2
    above = sample_slice(complex_gth, complex_gth.structure.bonds[0], offset=1.1)
    assert not above.mask.any()


@pytest.mark.unit
def test_slice_names_its_level_grid_and_request(complex_gth):
    p = sample_slice(complex_gth, complex_gth.structure.bonds[0]).provenance
    assert p["level"] == complex_gth.level
    assert p["request_sha256"] == complex_gth.provenance["request_sha256"]
    assert (p["pixels"], p["window_angstrom"]) == (64, pytest.approx(6.4))
    assert p["converged"] is True
    assert "1e-5" in p["elf"]


@pytest.mark.unit
def test_planes_in_one_batch_equal_planes_one_by_one(complex_gth):
    bonds = complex_gth.structure.bonds[:2]
    planes = [Plane(b, a, o) for b in bonds for a in (0.0, 90.0) for o in (0.0, 0.5)]
    engine = ElfEngine(complex_gth, "cpu", torch.float64)
    for together, p in zip(sample_planes(engine, planes), planes, strict=True):
        alone = sample_slice(engine, p.bond, azimuth_deg=p.azimuth_deg, offset=p.offset)
        np.testing.assert_allclose(together.image, alone.image, atol=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"window": 0.5}, "window"), ({"window": 21.0}, "window"), ({"window": float("nan")}, "window"),
        ({"n_pixels": 1}, "pixels"), ({"n_pixels": 513}, "pixels"),
        ({"azimuth_deg": float("nan")}, "Azimuth"), ({"offset": 25.0}, "offset"), ({"offset": float("inf")}, "offset"),
    ],
)  # fmt: skip
def test_a_slice_that_makes_no_sense_is_refused(complex_gth, options, what):
    with pytest.raises(SliceError, match=what):
        sample_slice(complex_gth, complex_gth.structure.bonds[0], **options)


@pytest.mark.unit
def test_slice_far_outside_the_molecule_is_empty_and_not_an_error(water_svp):
    s = sample_slice(water_svp, water_svp.structure.bonds[0], offset=18.0)
    assert s.image.max() < 1e-3
    assert s.atoms == ()


@pytest.mark.unit
def test_periodic_slice_shows_atoms_of_neighbouring_cells():
    structure = Structure([16, 79], [[0.4, 3, 3], [6.0, 3, 3]], cell=8 * np.eye(3), pbc=(True,) * 3, multiplicity=2)
    s = sample_slice(DistanceField(structure, lambda p: np.zeros(len(p))), Bond(0, 1, (-1, 0, 0)))
    assert sorted((a.symbol, round(a.z, 6)) for a in s.atoms) == [("Au", 1.2), ("S", -1.2)]
    assert s.mask.any()


# --- laws ---


def image_in_own_frame(w):
    return sample_slice(w, w.structure.bonds[0], azimuth_deg=30.0).image


def image_in_the_laboratory(w):
    """Broken: x is a direction of the laboratory."""
    bond = w.structure.bonds[0]
    f = bond_frame(w.structure, bond)
    x = np.cross(f.z, [0.36, 0.48, 0.8])
    x /= np.linalg.norm(x)
    return sample_slice(w, bond, azimuth_deg=30.0, frame=replace(f, x=x, y=np.cross(f.z, x))).image


@pytest.fixture(scope="module")
def turned_water(water, turn):
    """An SCF of its own for the rotated and moved molecule."""
    return run_scf(water.with_(positions=water.positions @ turn.T + [3.0, -1.0, 2.0]))


@pytest.mark.law
def test_rotating_molecule_and_plane_together_changes_nothing(water_svp, turned_water):
    # the integration grid of the SCF is not invariant under rotation; the orbitals differ by its error
    laws.assert_motion_changes_nothing(image_in_own_frame, water_svp, turned_water, tolerance=5e-4)


@pytest.mark.law
def test_a_plane_fixed_in_the_laboratory_does_not_follow(water_svp, turned_water):
    with pytest.raises(AssertionError):
        laws.assert_motion_changes_nothing(image_in_the_laboratory, water_svp, turned_water, tolerance=5e-4)


@pytest.mark.law
def test_half_a_turn_of_the_azimuth_mirrors_the_image(complex_gth):
    bond = complex_gth.structure.bonds[0]
    front, back = (sample_slice(complex_gth, bond, azimuth_deg=a).image for a in (20.0, 200.0))
    np.testing.assert_allclose(back, front[::-1], atol=2e-3)
    assert abs(back - front).max() > 0.1  # the mirror matters: the molecule has a side


@pytest.mark.law
def test_image_is_continuous_under_a_new_scf(complex_svp, displaced):
    """Every atom moved by 0.01 Angstrom and the electrons relaxed again: the image follows smoothly."""
    bond = complex_svp.structure.bonds[0]
    moved = run_scf(displaced(complex_svp.structure, 0.01, seed=2), guess=guess_from(complex_svp),
                    request=None if complex_svp.method["engine"] == "gpw" else molecular_request(complex_svp))  # fmt: skip
    assert rms_change(complex_svp, moved, bond) < 0.02


def molecular_request(w):
    from dataclasses import fields

    from bondgenome_core.electrons.request import ScfRequest

    return ScfRequest(**{f.name: w.method[f.name] for f in fields(ScfRequest)})


def carried_along(w, displaced, seed):
    """Atoms moved by 0.01 Angstrom with their orbital coefficients kept: to first order what an SCF would give."""
    return replace(w, structure=displaced(w.structure, 0.01, seed=seed))


def rms_change(first, second, bond, frames=(None, None)):
    a, b = (sample_slice(w, bond, frame=f) for w, f in zip((first, second), frames, strict=True))
    counts = ~(a.mask | b.mask)
    return float(np.sqrt(((a.image - b.image)[counts] ** 2).mean()))


@pytest.mark.law
def test_image_of_au25_is_continuous_above_the_thresholds(au25, displaced):
    moved = carried_along(au25, displaced, seed=4)
    bonds = [b for b in au25.structure.bonds if au25.structure.kind(b) in ("S-Au", "Au-Au")]
    clear = [b for b in bonds if not (bond_frame(au25.structure, b).ambiguous or bond_frame(moved.structure, b).ambiguous)]
    changes = [rms_change(au25, moved, b) for b in clear[:: len(clear) // 8]]
    assert max(changes) < 0.03
    # negative control: an ambiguous bond drawn the other way round is another image, unless its frame is followed
    turned = next(b for b in bonds if bond_frame(au25.structure, b).ambiguous)
    f = bond_frame(moved.structure, turned)
    here = bond_frame(au25.structure, turned)
    followed, reversed_ = f.closest_to(here), f.closest_to(here.flipped(x=here.x_ambiguous, z=here.z_ambiguous))
    assert rms_change(au25, moved, turned, (here, followed)) < 0.03 < rms_change(au25, moved, turned, (here, reversed_))
