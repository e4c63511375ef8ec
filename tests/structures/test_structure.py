"""Structure refuses what cannot exist."""

import numpy as np
import pytest

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.structure import MAX_ATOMS, Bond, Structure

pytestmark = pytest.mark.unit
WATER = ([8, 1, 1], [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])


def test_formula_is_in_hills_order():
    assert Structure(*WATER).formula == "H2O"
    assert Structure([6, 1, 79], np.diag([1.0, 2, 3]), charge=-1, multiplicity=2).formula == "CHAu (-1)"
    assert Structure([79, 1, 16], np.diag([1.0, 2, 3])).formula == "AuHS"


def test_arrays_cannot_be_changed():
    structure = Structure(*WATER)
    with pytest.raises(ValueError, match="read-only"):
        structure.positions[0, 0] = 1.0


def test_input_arrays_are_copied():
    positions = np.array(WATER[1])
    structure = Structure(WATER[0], positions)
    positions[:] = 0
    assert structure.positions[1, 0] == 0.76


@pytest.mark.parametrize(
    ("numbers", "positions", "kwargs", "says"),
    [
        ([], np.zeros((0, 3)), {}, "no atoms"),
        ([1, 1], [[0, 0, 0]], {}, "2 elements but 1 positions"),
        ([8, 1, 1], [[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], {}, "not numbers"),
        ([8, 1, 1], [[0, 0, np.inf], [1, 0, 0], [0, 1, 0]], {}, "not numbers"),
        ([1, 1], [[0, 0, 0], [0, 0, 1e12]], {}, "beyond 10000 Angstrom"),
        ([119, 1], [[0, 0, 0], [0, 0, 2]], {}, "unknown element"),
        ([0, 1], [[0, 0, 0], [0, 0, 2]], {}, "unknown element"),
        ([1, 1], [[0, 0, 0], [0, 0, 0.1]], {}, "0.10 Angstrom apart"),
        ([1], [[0, 0, 0]], {"charge": 1}, "leaves no electrons"),
        (*WATER, {"multiplicity": 2}, "choose an odd multiplicity"),
        (*WATER, {"charge": 1}, "choose an even multiplicity"),
        (*WATER, {"multiplicity": 0}, "impossible"),
        (*WATER, {"multiplicity": 13}, "impossible"),
        (*WATER, {"bonds": (Bond(0, 3),)}, "atoms that do not exist"),
        (*WATER, {"pbc": (True, True, True)}, "too small or flat"),
        ([2, 2], [[0.1, 0, 0], [9.9, 0, 0]], {"pbc": (True,) * 3, "cell": 10 * np.eye(3)}, "0.20 Angstrom apart"),
    ],
)
def test_impossible_structures_are_refused_with_a_sentence(numbers, positions, kwargs, says):
    with pytest.raises(StructureError, match=says) as caught:
        Structure(numbers, positions, **kwargs)
    assert str(caught.value).endswith(".")


def test_more_than_the_maximum_of_atoms_is_refused():
    n = MAX_ATOMS + 2
    with pytest.raises(StructureError, match=f"more than the limit of {MAX_ATOMS}"):
        Structure(np.full(n, 2), np.arange(3 * n).reshape(n, 3) * 2.0)


def test_one_atom_is_allowed_and_has_no_bonds():
    from bondgenome_core.structures.bonds import with_bonds

    assert with_bonds(Structure([2], [[0, 0, 0]])).bonds == ()
