"""Relaxation by GFN1-xTB (Grimme, Bannwarth, Shushkov 2017, 10.1021/acs.jctc.7b00118) through tblite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import StructureError
from .restraint import ContactRestraint
from .structure import Structure

if TYPE_CHECKING:  # ase is imported when first needed
    from ase import Atoms

METHODS = ("GFN1-xTB", "GFN2-xTB")
HIGHEST_ELEMENT = 86
"""xTB has parameters up to radon."""


class RelaxStep(NamedTuple):
    """State after one step: energy in eV, largest force on an atom in eV/Angstrom."""

    step: int
    max_steps: int
    energy_ev: float
    largest_force: float


def tight_binding_atoms(structure: Structure, *, method: str = "GFN1-xTB") -> Atoms:
    """ASE atoms with a tblite calculator that knows charge and multiplicity.

    Raises StructureError for an unknown method or an element without parameters.
    """
    if method not in METHODS:
        raise StructureError(f"The method {method!r} is unknown; choose one of {', '.join(METHODS)}.")
    if structure.numbers.max() > HIGHEST_ELEMENT:
        raise StructureError(f"{method} has no parameters beyond radon (Z = 86); replace the heavier atoms.")
    from tblite.ase import TBLite

    atoms = structure.atoms()
    atoms.calc = TBLite(method=method, charge=structure.charge, multiplicity=structure.multiplicity, verbosity=0)
    return atoms


def energy_and_forces(structure: Structure, *, method: str = "GFN1-xTB") -> tuple[float, np.ndarray]:
    """Energy in eV and forces (n_atoms, 3) in eV/Angstrom; raises StructureError where xTB fails."""
    atoms = tight_binding_atoms(structure, method=method)
    with failures_as_sentences(structure, method):
        return float(atoms.get_potential_energy()), np.array(atoms.get_forces())


def relax(
    structure: Structure,
    *,
    method: str = "GFN1-xTB",
    fmax: float = 0.05,
    max_steps: int = 500,
    fixed: Sequence[int] = (),
    keep_contacts: bool = False,
    require_convergence: bool = True,
    progress: Callable[[RelaxStep], None] | None = None,
) -> Structure:
    """The structure at a local minimum: every force component set below ``fmax`` eV/Angstrom.

    L-BFGS with steps of at most 0.1 Angstrom; the cell stays fixed; bonds are dropped because they may
    have changed.  progress is called after each step; raise in it to cancel.
    Raises StructureError where xTB fails or ``max_steps`` do not suffice.
    """
    from ase.constraints import FixAtoms
    from ase.optimize import LBFGS

    atoms = tight_binding_atoms(structure, method=method)
    held = [ContactRestraint(structure)] if keep_contacts else []
    atoms.set_constraint([FixAtoms(indices=list(fixed)), *held])
    optimiser = LBFGS(atoms, logfile=None, maxstep=0.1)  # type: ignore[arg-type]

    def report() -> None:
        largest = float(np.linalg.norm(atoms.get_forces(), axis=1).max())
        progress(RelaxStep(optimiser.nsteps, max_steps, float(atoms.get_potential_energy()), largest))  # type: ignore[misc]

    if progress is not None:
        optimiser.attach(report)
    with failures_as_sentences(structure, method):
        converged = optimiser.run(fmax=fmax, steps=max_steps)
    if require_convergence and not converged:
        raise StructureError(
            f"{structure.name} did not relax to {fmax} eV/Angstrom in {max_steps} steps of {method}; "
            "allow more steps or start from a better geometry."
        )
    if not np.isfinite(atoms.positions).all():
        raise StructureError(f"{structure.name} flew apart in the relaxation; start from a better geometry.")
    return structure.with_(positions=atoms.positions, bonds=(), source=_with_method(structure.source, method))


class failures_as_sentences:
    """Turns a failed xTB calculation into a StructureError with one sentence."""

    def __init__(self, structure: Structure, method: str) -> None:
        self.structure, self.method = structure, method

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from ase.calculators.calculator import CalculatorError

        if isinstance(error, CalculatorError):
            raise StructureError(
                f"{self.method} failed for {self.structure.name} ({self.structure.formula}, multiplicity "
                f"{self.structure.multiplicity}); check for atoms too close together and the charge."
            ) from error


def _with_method(source: str, method: str) -> str:
    note = f"relaxed by {method}"
    if source.endswith(note):
        return source
    return f"{source}; {note}" if source else note
