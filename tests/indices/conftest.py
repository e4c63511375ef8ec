"""Tables of shipped wavefunctions, computed once per run."""

import pytest

from bondgenome_core.electrons.shipped import load_shipped
from bondgenome_core.indices.table import bond_indices


@pytest.fixture(scope="session")
def ring():
    """The shipped wavefunction of the ring Au4(SH)4."""
    return load_shipped("au4_sh4")


@pytest.fixture(scope="session")
def ring_table(ring):
    return bond_indices(ring)


@pytest.fixture(scope="session")
def au25_table(au25):
    return bond_indices(au25)
