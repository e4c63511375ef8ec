"""Grids of other programs are read as what they are, between their points and within their cell."""

import io
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bondgenome_core.electrons.cube import read_cube, write_cube
from bondgenome_core.electrons.elfcar import read_elfcar
from bondgenome_core.electrons.grids import MAX_POINTS, ElfGrid, RegularGrid, grid_around
from bondgenome_core.electrons.importers import read_electrons
from bondgenome_core.electrons.request import MOLECULE_REQUEST
from bondgenome_core.electrons.scf import run_scf
from bondgenome_core.elf.engine import ElfEngine
from bondgenome_core.errors import ElectronsError
from bondgenome_core.slices.sample import sample_slice
from bondgenome_core.structures.bonds import with_bonds
from bondgenome_core.structures.structure import Structure
from bondgenome_core.units import ANGSTROM_PER_BOHR

CORE_RADIUS = 0.6
BOX = 6.4


def engine_of(structure):
    return ElfEngine(run_scf(structure, MOLECULE_REQUEST), device="cpu")


@pytest.fixture(scope="module")
def nitrogen():
    """N2 in the middle of the box, on no grid point."""
    middle = 0.5 * BOX + 0.037
    return with_bonds(Structure([7, 7], [[middle, middle, middle - 0.55], [middle, middle, middle + 0.55]], name="nitrogen"))


@pytest.fixture(scope="module")
def nitrogen_engine(nitrogen):
    return engine_of(nitrogen)


@pytest.fixture(scope="module")
def oxygen():
    middle = 0.5 * BOX + 0.037
    positions = [[middle, middle, middle - 0.6], [middle, middle, middle + 0.6]]
    return with_bonds(Structure([8, 8], positions, multiplicity=3, name="oxygen"))


@pytest.fixture(scope="module")
def oxygen_engine(oxygen):
    return engine_of(oxygen)


def line_outside_cores(structure):
    a, b = structure.positions
    t = np.concatenate([np.arange(-1.5, -CORE_RADIUS, 0.05), np.arange(CORE_RADIUS, 1.5, 0.05)])
    ends = np.concatenate([a + np.array([0, 0, 1.0]) * t[t < 0, None], b + np.array([0, 0, 1.0]) * t[t > 0, None]])
    across = 0.5 * (a + b) + np.array([1.0, 0, 0]) * np.arange(0.3, 2.0, 0.05)[:, None]
    return np.concatenate([ends, across])


def per_spin_elf(fields):
    """(2, n) ELF of each spin by itself, as VASP defines it: D_s / D0_s with D0_s = 3/10 (6 pi^2)^(2/3) rho_s^(5/3)."""
    rho, tau, g2 = (x.double().numpy() for x in (fields.rho_spin, fields.tau_spin, fields.gradient_squared_spin))
    rho = np.maximum(rho, 1e-15)  # far outside nothing is left in float32
    uniform = 0.3 * (6 * np.pi**2) ** (2 / 3) * rho ** (5 / 3)
    return 1 / (1 + ((tau - g2 / (8 * rho) + 1e-5) / uniform) ** 2)


def elfcar_text(structure, blocks, shape):
    """The published layout: POSCAR header, blank line, grid, values with x fastest, five to a line."""
    counts = {s: structure.symbols.count(s) for s in dict.fromkeys(structure.symbols)}
    lines = [structure.name, "   1.00000000000000"]
    lines += ["".join(f" {x:11.6f}" for x in row) for row in structure.cell]
    lines += ["   " + "    ".join(counts), "     " + "     ".join(str(n) for n in counts.values()), "Direct"]
    lines += ["".join(f" {x:9.6f}" for x in row) for row in structure.positions @ np.linalg.inv(structure.cell)]
    lines.append("")
    for values in blocks:
        lines.append("".join(f"{n:5d}" for n in shape))
        flat = values.reshape(shape).ravel(order="F")
        lines += ["".join(f" {v:.11E}" for v in flat[k : k + 5]) for k in range(0, len(flat), 5)]
    return "\n".join(lines) + "\n"


def in_box(structure, shape):
    cell = np.diag([BOX] * 3)
    periodic = structure.with_(cell=cell, pbc=(True,) * 3, bonds=())
    return periodic, RegularGrid(np.zeros(3), cell / np.array(shape)[:, None], shape)


@pytest.fixture(scope="module")
def closed_shell_elfcar(nitrogen, nitrogen_engine):
    periodic, grid = in_box(nitrogen, (54, 60, 64))  # three different counts: a wrong order of axes is seen
    elf = nitrogen_engine.evaluate(grid.points()).elf.numpy()
    return elfcar_text(periodic, [elf], grid.shape)


@pytest.fixture(scope="module")
def two_spin_elfcar(oxygen, oxygen_engine):
    periodic, grid = in_box(oxygen, (54, 60, 64))
    return elfcar_text(periodic, per_spin_elf(oxygen_engine.evaluate(grid.points())), grid.shape)


# -- ELFCAR ----------------------------------------------------------------------------------------------------


@pytest.mark.reference
def test_a_closed_shell_elfcar_gives_the_elf_of_the_same_molecule_computed_here(closed_shell_elfcar, nitrogen, nitrogen_engine):
    grid = read_elfcar(closed_shell_elfcar.encode(), "ELFCAR")
    assert (grid.channel_names, grid.label, grid.core_treatment) == (("total",), "ELF", "vasp-paw")
    assert grid.structure.symbols == ["N", "N"]
    assert np.allclose(grid.structure.positions, nitrogen.positions, atol=1e-5)
    points = line_outside_cores(nitrogen)
    direct = nitrogen_engine.evaluate(points).elf.numpy()
    assert np.abs(grid.elf_at(points) - direct).max() < 0.03
    assert np.std(direct) > 0.1


@pytest.mark.reference
def test_a_two_spin_elfcar_keeps_both_spins_and_shows_spin_up_first(two_spin_elfcar, oxygen, oxygen_engine):
    grid = read_elfcar(two_spin_elfcar.encode(), "ELFCAR")
    assert grid.channel_names == ("spin up", "spin down")
    assert grid.label == "ELF, spin up"
    assert grid.provenance["spin_convention"] == "each spin by itself (VASP)"
    points = line_outside_cores(oxygen)
    up, down = per_spin_elf(oxygen_engine.evaluate(points))
    assert np.abs(grid.elf_at(points) - up).max() < 0.03
    assert np.abs(grid.with_channel("spin down").elf_at(points) - down).max() < 0.03
    # the blocks differ: a reader that takes the second block for the first, or for a total, fails above
    assert np.abs(up - down).max() > 0.2
    total = oxygen_engine.evaluate(points).elf.numpy()
    assert np.abs(grid.with_channel("spin down").elf_at(points) - total).max() > 0.1
    with pytest.raises(ElectronsError, match="no channel 'total'; choose one of spin up, spin down"):
        grid.with_channel("total")


@pytest.mark.law
def test_a_periodic_grid_repeats_with_its_cell(closed_shell_elfcar, nitrogen):
    grid = read_elfcar(closed_shell_elfcar.encode(), "ELFCAR")
    points = nitrogen.positions.mean(0) + np.random.default_rng(0).normal(scale=1.0, size=(50, 3))
    for shift in ([1, 0, 0], [0, -2, 0], [3, 1, -1]):
        assert np.allclose(grid.sample(points), grid.sample(points + BOX * np.array(shift)), atol=1e-9)
    assert not np.allclose(grid.sample(points), grid.sample(points + 0.5 * BOX), atol=1e-2)
    # across the face of the cell values go on without a step
    across = np.array([[BOX - 1e-6, 4.0, 4.0], [BOX + 1e-6, 4.0, 4.0]])
    assert np.ptp(grid.sample(across)) < 1e-4


@pytest.mark.unit
def test_an_elfcar_slices_like_a_wavefunction(closed_shell_elfcar, nitrogen, nitrogen_engine):
    grid = read_elfcar(closed_shell_elfcar.encode(), "ELFCAR")
    bond = nitrogen.find_bond(0, 1)
    imported, computed = sample_slice(grid, bond), sample_slice(nitrogen_engine, bond)
    outside = ~(imported.mask | computed.mask)
    assert np.sqrt(np.mean((imported.image - computed.image)[outside] ** 2)) < 0.01
    assert imported.provenance["source_file"] == "ELFCAR"


@pytest.mark.unit
def test_elfcars_of_other_layouts_are_refused_in_one_sentence(closed_shell_elfcar, two_spin_elfcar):
    block = two_spin_elfcar.split("\n\n", 1)[1]
    bad = {
        "non-collinear": (two_spin_elfcar + block, "4 blocks of values"),
        "cut off": (closed_shell_elfcar[: len(closed_shell_elfcar) // 2], "cut off"),
        "second block cut off": (two_spin_elfcar[:-5000], "it is cut off, or it is a CHGCAR"),
        "cut off in the header": (closed_shell_elfcar[:60], "POSCAR header|grid points should follow"),
        "no grid": (closed_shell_elfcar.replace("   54   60   64", "   54   60"), "grid points should follow"),
        "billion": (closed_shell_elfcar.replace("   54   60   64", " 1000 1000 1000"), "1,000,000,000 in all"),
        "text": (closed_shell_elfcar.replace("E-01", "what", 1), "no number among its values"),
        "not ELF": (closed_shell_elfcar.replace("E-01", "E+02"), "ELF lies between 0 and 1"),
        "old": (closed_shell_elfcar.replace("   N\n", ""), "POSCAR header"),
    }
    for text, match in bad.values():
        with pytest.raises(ElectronsError, match=match) as caught:
            read_elfcar(text.encode(), "ELFCAR")
        assert "\n" not in str(caught.value)


# -- cube ------------------------------------------------------------------------------------------------------


@pytest.mark.reference
def test_a_density_cube_of_pyscf_gives_the_density_of_the_same_molecule_computed_here(tmp_path, nitrogen, nitrogen_engine):
    from pyscf import dft, gto
    from pyscf.tools import cubegen

    atoms = [(int(z), tuple(p)) for z, p in zip(nitrogen.numbers, nitrogen.positions, strict=True)]
    mol = gto.M(atom=atoms, basis="def2-svp", verbose=0)
    mf = dft.RKS(mol, xc="pbe").density_fit().run()
    path = tmp_path / "n2.cube"
    cubegen.density(mol, str(path), mf.make_rdm1(), resolution=0.2, margin=6.0)
    grid = read_cube(path.read_bytes(), "n2.cube")
    assert (grid.quantity, grid.label) == ("density", "electron density")
    assert np.allclose(grid.structure.positions, nitrogen.positions, atol=1e-5)
    points = line_outside_cores(nitrogen)
    rho = nitrogen_engine.evaluate(points).rho.numpy()
    assert np.abs(grid.sample(points) / rho - 1).max() < 0.03
    with pytest.raises(ElectronsError, match="no ELF, so that it has no ELF slices"):
        grid.elf_at(points)


@pytest.mark.reference
def test_an_elf_cube_written_by_pyscf_gives_elf_along_the_bond(tmp_path, nitrogen, nitrogen_engine):
    from pyscf import dft, gto
    from pyscf.dft import numint
    from pyscf.tools.cubegen import Cube

    mol = gto.M(
        atom=[(int(z), tuple(p)) for z, p in zip(nitrogen.numbers, nitrogen.positions, strict=True)], basis="def2-svp", verbose=0
    )
    mf = dft.RKS(mol, xc="pbe").density_fit().run()
    cube = Cube(mol, nx=50, ny=54, nz=60, margin=4.0)
    ao = numint.eval_ao(mol, cube.get_coords(), deriv=1)
    rho = numint.eval_rho(mol, ao, mf.make_rdm1(), xctype="MGGA", with_lapl=False)
    d = rho[-1] - (rho[1:4] ** 2).sum(0) / (8 * rho[0]) + 1e-5
    elf = 1 / (1 + (d / (0.3 * (3 * np.pi**2) ** (2 / 3) * rho[0] ** (5 / 3))) ** 2)
    path = tmp_path / "elf.cube"
    cube.write(elf.reshape(50, 54, 60), str(path), comment="Electron localization function")
    grid = read_electrons(path.read_bytes(), "elf.cube")
    assert grid.quantity == "elf"
    points = line_outside_cores(nitrogen)
    assert np.abs(grid.elf_at(points) - nitrogen_engine.evaluate(points).elf.numpy()).max() < 0.03


@pytest.mark.reference
@pytest.mark.parametrize("name", ["cubegen_h2o_5points.cube", "cubegen_nh3_7points.cube", "cubegen_ch4_6points.cube"])
def test_cubes_of_gaussian_equal_what_qc_iodata_reads(name):
    import iodata

    path = Path(iodata.__file__).parent / "test" / "data" / name
    theirs, ours = iodata.load_one(str(path)), read_cube(path.read_bytes(), name)
    assert np.allclose(ours.values, theirs.cube.data, rtol=1e-6)
    assert np.allclose(ours.grid.origin, theirs.cube.origin * ANGSTROM_PER_BOHR, atol=1e-7)
    assert np.allclose(ours.grid.steps, theirs.cube.axes * ANGSTROM_PER_BOHR, atol=1e-7)
    assert np.allclose(ours.structure.positions, theirs.atcoords * ANGSTROM_PER_BOHR, atol=1e-7)
    assert ours.quantity == "density"


@pytest.fixture(scope="module")
def elf_grid(nitrogen, nitrogen_engine):
    grid = grid_around(nitrogen, spacing=0.2, margin=2.0)
    elf = nitrogen_engine.evaluate(grid.points()).elf.numpy().reshape(1, *grid.shape)
    return ElfGrid(grid, elf, nitrogen, source={"level": "PBE def2-svp"}, core_treatment="all-electron")


@pytest.mark.unit
def test_a_written_cube_comes_back_and_names_its_source(elf_grid):
    text = write_cube(elf_grid)
    comments = text.splitlines()[:2]
    assert comments[0].startswith("ELF of nitrogen (N2), bondgenome")
    assert "PBE def2-svp" in comments[1]
    assert "cores: all-electron" in comments[1]
    again = read_cube(text.encode(), "elf.cube")
    assert np.allclose(again.values, elf_grid.values, atol=1e-5)
    assert np.allclose(again.grid.steps, elf_grid.grid.steps, atol=1e-6)
    assert again.quantity == "elf"


@pytest.mark.reference
def test_a_written_cube_is_read_alike_by_ase_and_qc_iodata(elf_grid, tmp_path):
    import iodata
    from ase.io.cube import read_cube as ase_read_cube

    text = write_cube(elf_grid)
    (tmp_path / "elf.cube").write_text(text)
    by_ase, by_iodata = ase_read_cube(io.StringIO(text)), iodata.load_one(str(tmp_path / "elf.cube"))
    assert np.allclose(by_ase["data"], elf_grid.values, atol=1e-5)
    assert np.allclose(by_iodata.cube.data, elf_grid.values, atol=1e-5)
    assert np.allclose(by_ase["origin"], elf_grid.grid.origin, atol=1e-5)
    assert np.allclose(by_ase["atoms"].positions, elf_grid.structure.positions, atol=1e-5)


@pytest.mark.unit
def test_negative_counts_mean_angstrom(elf_grid):
    lines = write_cube(elf_grid).splitlines()
    for k in range(2, 6 + 2):
        first, *rest = lines[k].split()
        charge, numbers = ([rest[0]], rest[1:]) if k > 5 else ([], rest)
        scaled = [f"{float(x) * ANGSTROM_PER_BOHR:.6f}" for x in numbers]
        lines[k] = " ".join([f"-{first}" if 3 <= k <= 5 else first, *charge, *scaled])
    in_angstrom = read_cube("\n".join(lines).encode(), "elf.cube")
    assert np.allclose(in_angstrom.grid.steps, elf_grid.grid.steps, atol=1e-5)
    assert np.allclose(in_angstrom.structure.positions, elf_grid.structure.positions, atol=1e-5)


@pytest.mark.unit
def test_an_orbital_cube_keeps_its_orbitals_and_offers_no_slice(tmp_path, nitrogen):
    """Negative number of atoms, then the list of orbitals, their values point by point."""
    from ase.io.cube import write_cube as ase_write_cube

    values = np.random.default_rng(0).normal(size=(2, 4, 5, 6))
    atoms = nitrogen.atoms()
    atoms.cell = [BOX] * 3
    with (tmp_path / "mo.cube").open("w") as out:
        ase_write_cube(out, atoms, data=values[0], comment="two orbitals")
    head = (tmp_path / "mo.cube").read_text().splitlines()[:8]
    head[2] = head[2].replace("    2", "   -2", 1)
    interleaved = values.transpose(1, 2, 3, 0).ravel()
    text = "\n".join([*head, "    2   14   15", *(f"{v:.8E}" for v in interleaved)])
    grid = read_cube(text.encode(), "mo.cube")
    assert (grid.quantity, grid.channel_names) == ("orbital", ("orbital 14", "orbital 15"))
    assert np.allclose(grid.channels, values, atol=1e-6)
    with pytest.raises(ElectronsError, match="no ELF"):
        grid.elf_at(np.zeros((1, 3)))


@pytest.mark.unit
def test_outside_its_box_a_grid_knows_nothing_and_a_slice_masks_it(elf_grid):
    inside, outside = elf_grid.structure.positions[:1], elf_grid.structure.positions[:1] + [0, 0, -50.0]
    assert np.isfinite(elf_grid.elf_at(inside)).all()
    assert np.isnan(elf_grid.elf_at(outside)).all()
    wide = sample_slice(elf_grid, elf_grid.structure.bonds[0], window=12.0)
    assert np.isfinite(wide.image).all()
    assert wide.mask[0, 0]


@pytest.mark.unit
def test_a_cube_of_a_billion_points_is_refused_before_anything_is_allocated():
    import tracemalloc

    header = "ELF\n\n    1    0.0    0.0    0.0\n" + " 1000    0.1    0.0    0.0\n" * 3 + "    1    1.0    0.0    0.0    0.0\n"
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(ElectronsError, match=r"huge.cube cannot be read: .* \(1,000,000,000 in all\)"):
        read_cube((header + "0.5 " * 100).encode(), "huge.cube")
    assert time.perf_counter() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
    tracemalloc.stop()
    assert MAX_POINTS < 1e9


@pytest.mark.unit
def test_damaged_cubes_are_refused_in_one_sentence(elf_grid):
    good = write_cube(elf_grid)
    lines = good.splitlines()
    n = elf_grid.grid.shape

    def with_line(k, text):
        return "\n".join([*lines[:k], text, *lines[k + 1 :]])

    bad = {
        "empty": ("", "is empty"),
        "pickle": ("\x80\x04pickle", "no cube file|pickle"),
        "cut off in the header": ("\n".join(lines[:5]), "ends within its header"),
        "cut off in the values": (good[: len(good) // 2], "cut off"),
        "too many values": (good + " 0.5 0.5\n", "its header announces"),
        "no number": (good[:-20] + "*************\n", "no number among its values"),
        "not a number": (good[:-14] + "          NaN\n", "not numbers"),
        "half an atom": (with_line(2, "  2.5 0 0 0"), "number of atoms"),
        "words": (with_line(3, "a lot of points"), "should hold 4 numbers"),
        "mixed signs": (with_line(3, f"-{n[0]} 0.3 0 0"), "of one sign"),
        "flat": (with_line(4, lines[3].replace(str(n[0]), str(n[1]), 1)), "span a volume|announces"),
        "million atoms": (with_line(2, " 1000000 0 0 0"), "announces 1000000 atoms"),
        "many values per point": (with_line(2, " 2 0 0 0 100000"), "100000 values per point"),
        "ghost": (with_line(6, lines[6].replace("    7", "    0", 1)), "ghost atoms"),
    }
    for text, match in bad.values():
        with pytest.raises(ElectronsError, match=match) as caught:
            read_cube(text.encode("latin-1"), "x.cube")
        assert "\n" not in str(caught.value)


@pytest.mark.unit
def test_what_is_no_elf_is_not_taken_for_it(elf_grid):
    density = replace(elf_grid, channels=elf_grid.channels * 5, quantity="density")
    text = write_cube(density).replace("electron density", "something")
    with pytest.raises(ElectronsError, match="does not say what it holds"):
        read_cube(text.encode(), "x.cube")
    assert read_cube(text.encode(), "x.cube", quantity="density").quantity == "density"
    with pytest.raises(ElectronsError, match="ELF lies between 0 and 1"):
        read_cube(text.encode(), "x.cube", quantity="elf")


# -- grids to be made ------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_a_display_grid_holds_the_molecule_and_stays_within_its_points(nitrogen):
    grid = grid_around(nitrogen, spacing=0.05, margin=4.0)
    assert grid.n_points <= 80**3
    points = grid.points()
    assert (points.min(0) <= nitrogen.positions.min(0) - 3.9).all()
    assert (points.max(0) >= nitrogen.positions.max(0) + 3.9).all()
    cell = nitrogen.with_(cell=np.diag([8.0, 8.0, 8.0]), pbc=(True,) * 3)
    assert np.allclose(grid_around(cell, spacing=0.2).steps * 40, np.diag([8.0] * 3))
    with pytest.raises(ElectronsError, match=r"spacing of 0\.01-2"):
        grid_around(nitrogen, spacing=0.0)


@pytest.mark.law
def test_interpolation_reproduces_grid_points_and_smooth_functions():
    grid = RegularGrid(np.array([-1.0, -2.0, 0.5]), np.array([[0.1, 0.02, 0], [0, 0.11, 0.01], [0.03, 0, 0.12]]), (30, 28, 26))
    structure = Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]])

    def smooth(p):
        return 0.5 + 0.4 * np.sin(p[:, 0]) * np.cos(1.3 * p[:, 1]) * np.sin(0.7 * p[:, 2] + 0.3)

    values = ElfGrid(grid, smooth(grid.points()).reshape(1, *grid.shape), structure)
    assert np.abs(values.sample(grid.points()) - values.values.ravel()).max() < 1e-6
    inner = grid.origin + np.random.default_rng(1).uniform(9, 17, size=(200, 3)) @ grid.steps
    assert np.abs(values.sample(inner) - smooth(inner)).max() < 1e-5
    swapped = replace(values, channels=values.channels.transpose(0, 2, 1, 3)[:, :28, :28], grid=replace(grid, shape=(28, 28, 26)))
    assert np.abs(swapped.sample(inner) - smooth(inner))[np.isfinite(swapped.sample(inner))].max() > 0.01
