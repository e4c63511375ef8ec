"""Slices as files: each format holds the image and says where it came from."""

import io
import json

import numpy as np
import pytest

from bondgenome_core.errors import SliceError
from bondgenome_core.slices.archive import slice_json, slice_npz
from bondgenome_core.slices.export import EXPORTS, export_slice
from bondgenome_core.slices.figures import describe_slice, difference_figure, profile_figure, slice_figure
from bondgenome_core.slices.sample import sample_slice
from bondgenome_core.units import ANGSTROM_PER_BOHR

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def turned(complex_gth):
    """A slice at an angle, moved off the bond."""
    return sample_slice(complex_gth, complex_gth.structure.bonds[0], azimuth_deg=30, offset=0.5, n_pixels=24)


def test_csv_names_every_pixel_and_its_provenance(turned):
    text = export_slice(turned, "csv").decode()
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert "PBE GPW gth-dzvp-molopt-sr" in comments[1]
    assert json.loads(comments[2][2:])["request_sha256"] == turned.provenance["request_sha256"]
    data = np.loadtxt(io.StringIO(text), delimiter=",", comments="#", skiprows=len(comments) + 1)
    assert data.shape == (24 * 24, 4)
    np.testing.assert_allclose(data[:, 2].reshape(24, 24), turned.image, atol=1e-6)
    np.testing.assert_allclose(data[0, :2], [turned.z_axis[0], turned.x_axis[0]], atol=1e-4)
    assert (data[:, 3].reshape(24, 24).astype(bool) == turned.mask).all()


def test_cube_lies_where_the_slice_lies_in_space(turned):
    """Read back by ASE: the image, and the plane's origin and axes."""
    from ase.io.cube import read_cube

    content = read_cube(io.StringIO(export_slice(turned, "cube").decode()))
    np.testing.assert_allclose(content["data"][:, :, 0], turned.image.T, atol=1e-5)
    f, u = turned.frame, turned.frame.plane_axis(30)
    first = f.origin + 0.5 * np.cross(f.z, u) + turned.z_axis[0] * f.z + turned.x_axis[0] * u
    np.testing.assert_allclose(content["origin"], first, atol=1e-5)
    step = np.array(content["spacing"])
    np.testing.assert_allclose(step[0] / np.linalg.norm(step[0]), f.z, atol=1e-4)
    np.testing.assert_allclose(step[1] / np.linalg.norm(step[1]), u, atol=1e-4)
    # the listed atoms are those near the plane, where they are
    for atom, position in zip(turned.atoms, content["atoms"].positions, strict=True):
        expected = f.origin + 0.5 * np.cross(f.z, u) + atom.z * f.z + atom.x * u + atom.height * np.cross(f.z, u)
        np.testing.assert_allclose(position, expected, atol=1e-5 / ANGSTROM_PER_BOHR)


def test_png_and_svg_carry_title_and_provenance(turned):
    from PIL import Image

    picture = Image.open(io.BytesIO(export_slice(turned, "png")))
    assert picture.width >= 1000
    assert "gth-dzvp-molopt-sr" in picture.info["Description"]
    svg = export_slice(turned, "svg").decode()
    assert svg.lstrip().startswith("<?xml")
    assert "gth-dzvp-molopt-sr" in svg
    assert export_slice(turned, "svg") == svg.encode()  # the same bytes each time


def test_archives_hold_arrays_and_header_without_pickle(turned):
    with np.load(io.BytesIO(slice_npz(turned)), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["elf"], turned.image)
        header = json.loads(str(archive["header"]))
    assert header["kind"] == "S-Au"
    content = json.loads(slice_json(turned))
    np.testing.assert_allclose(content["elf"], turned.image, atol=1e-6)
    assert header["frame"] == content["frame"]
    assert content["units"]["length"] == "Angstrom"


def test_an_unknown_format_or_colour_scale_is_refused(turned):
    with pytest.raises(SliceError, match="cannot be written as 'exe'"):
        export_slice(turned, "exe")
    with pytest.raises(SliceError, match="no colour scale 'pink'"):
        export_slice(turned, "png", colours="pink")
    assert set(EXPORTS) == {"png", "svg", "csv", "cube"}


@pytest.mark.parametrize("colours", ["perceptual", "rainbow", "diverging"])
def test_figure_has_a_fixed_scale_equal_axes_and_a_bold_contour_at_one_half(turned, colours):
    figure = slice_figure(turned, colours=colours)
    heat = figure.data[0]
    assert (heat.zmin, heat.zmax) == (0, 1)
    np.testing.assert_array_equal(heat.z, turned.image)
    assert figure.layout.yaxis.scaleanchor == "x"
    bold = [t for t in figure.data if t.type == "contour" and t.contours.start == t.contours.end == 0.5]
    assert len(bold) == 1
    assert bold[0].line.width > 2


def test_profile_and_difference_figures_show_what_they_are_given(turned):
    profile = profile_figure([turned, turned], labels=["one", "two"])
    assert {t.name for t in profile.data} >= {"one", "two"}
    difference = difference_figure(np.zeros_like(turned.image), turned, title="nothing")
    assert (difference.data[0].zmin, difference.data[0].zmax) == (-0.5, 0.5)


def test_text_alternative_names_bond_range_and_maximum(complex_gth):
    s = sample_slice(complex_gth, complex_gth.structure.bonds[0])
    text = describe_slice(s)
    for part in ("S1–Au0", "2.330 Å", "outside cores", "largest value is 0.8"):
        assert part in text
