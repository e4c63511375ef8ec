"""Two atoms of hydrogen, with a wavefunction small enough to write by hand."""

from dataclasses import asdict

import numpy as np
import pytest

from bondgenome_core.electrons.request import MOLECULE_REQUEST, request_hash
from bondgenome_core.electrons.wavefunction import Basis, SpinChannel, Wavefunction
from bondgenome_core.structures.structure import Bond, Structure


@pytest.fixture
def hydrogen():
    return Structure([1, 1], [[0, 0, 0], [0, 0, 0.74]], bonds=(Bond(0, 1),), name="hydrogen", source="by hand")


@pytest.fixture
def hydrogen_wavefunction():
    def make(structure, *, converged=True):
        basis = Basis(
            np.array([0, 1]), np.array([0, 0]), np.array([1, 1]), np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.zeros(2, bool)
        )
        provenance = {"request_sha256": request_hash(structure, MOLECULE_REQUEST)}
        method = asdict(MOLECULE_REQUEST) | {"label": "test"}
        return Wavefunction(
            structure, basis, (SpinChannel(np.array([[0.5], [0.5]]), np.array([2.0])),), np.zeros(2, int), "all-electron",
            method, {"converged": converged}, provenance,
        )  # fmt: skip

    return make
