"""Small molecules and their wavefunctions, computed once per run, and the shipped Au25(SH)18(-)."""

import numpy as np
import pytest

from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST
from bondgenome_core.electrons.scf import run_scf
from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.structures.bonds import with_bonds
from bondgenome_core.structures.structure import Structure

pytest.register_assert_rewrite("tests.laws")

TILT = np.deg2rad(95)


@pytest.fixture(scope="session")
def gold_complex():
    """[HS-Au-SH]-: S-Au 2.33, S-H 1.35 Angstrom, Au-S-H 95 degrees, hydrogen trans in the xz plane."""
    x, z = 1.35 * np.sin(TILT), 2.33 - 1.35 * np.cos(TILT)
    positions = [(0, 0, 0), (0, 0, 2.33), (0, 0, -2.33), (x, 0, z), (-x, 0, -z)]
    return with_bonds(Structure([79, 16, 16, 1, 1], positions, charge=-1, name="[HS-Au-SH]-"))


@pytest.fixture(scope="session")
def complex_svp(gold_complex):
    """The complex at PBE/def2-SVP with the 60-electron effective core potential."""
    return run_scf(gold_complex, MOLECULE_REQUEST)


@pytest.fixture(scope="session")
def complex_gth(gold_complex):
    """The complex at the level of the gold genome."""
    return run_scf(gold_complex, GOLD_REQUEST)


@pytest.fixture(scope="session")
def water():
    """Water, bent in the xy plane."""
    return with_bonds(Structure([8, 1, 1], [[0, 0, 0], [0.757, 0.587, 0], [-0.757, 0.587, 0]], name="water"))


@pytest.fixture(scope="session")
def water_svp(water):
    """Water at PBE/def2-SVP."""
    return run_scf(water)


@pytest.fixture(scope="session")
def helium_svp():
    """One doubly occupied orbital."""
    return run_scf(Structure([2], [[0, 0, 0]], name="helium"))


@pytest.fixture(scope="session")
def oxygen_tzvp():
    """Triplet O2, spin-polarised, in a basis with f functions."""
    structure = with_bonds(Structure([8, 8], [[0, 0, 0], [0, 0, 1.21]], multiplicity=3, name="oxygen"))
    return run_scf(structure, MOLECULE_REQUEST.with_(basis="def2-tzvp"))


@pytest.fixture(scope="session")
def au25():
    """The shipped wavefunction of Au25(SH)18(-)."""
    return load_shipped("au25_sh18_anion")
