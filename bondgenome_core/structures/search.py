"""Find a local minimum of a wanted topology: quench, anneal and quench again under contact restraints.

A minimum in which no spring of the restraint is stretched is a minimum of GFN1-xTB itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from ..errors import StructureError
from .relax import energy_and_forces, failures_as_sentences, relax, tight_binding_atoms
from .restraint import ContactRestraint
from .structure import Structure

COARSE_FORCE = 0.1
"""eV/Angstrom."""
COARSE_STEPS = 120
ANNEAL_STEPS = 300
ANNEAL_FROM_K, ANNEAL_TO_K = 800.0, 100.0
TIMESTEP_FS, HYDROGEN_MASS_U, FRICTION_PER_FS = 2.0, 4.0, 0.02


def starts_by_energy(starts: Iterable[Callable[[], Structure]], *, n_annealed: int, seed: int) -> list[Structure]:
    """All starts after a restrained quench, and the ``n_annealed`` best also after annealing; lowest first.

    Energies are of GFN1-xTB with the springs.  Raises StructureError where no start survives.
    """
    found = [pair for start in starts if (pair := _quench(start)) is not None]
    if not found:
        raise StructureError("No start of the search could be relaxed; allow more trials.")
    for energy, structure in sorted(found, key=lambda pair: pair[0])[:n_annealed]:
        say(f"annealing from {energy:.3f} eV")
        cooled = _quench(partial(anneal, structure, seed=seed))
        if cooled is not None:
            found.append(cooled)
    return [structure for _, structure in sorted(found, key=lambda pair: pair[0])]


def _quench(make: Callable[[], Structure]) -> tuple[float, Structure] | None:
    try:
        start = make()
        relaxed = relax(start, fmax=COARSE_FORCE, max_steps=COARSE_STEPS, keep_contacts=True, require_convergence=False)
        springs = ContactRestraint(start).adjust_potential_energy(relaxed.atoms())
        energy = energy_and_forces(relaxed)[0] + springs
    except StructureError as error:
        say(f"start dropped: {error}")
        return None
    say(f"quenched to {energy:.3f} eV, springs {springs:.4f} eV")
    return energy, relaxed


def anneal(structure: Structure, *, seed: int) -> Structure:
    """Langevin dynamics cooled linearly under the contact restraint; the last geometry."""
    from ase import units
    from ase.md.langevin import Langevin
    from ase.md.velocitydistribution import thermalize_momenta

    rng = np.random.default_rng(seed)
    atoms = tight_binding_atoms(structure)
    masses = atoms.get_masses()
    masses[atoms.numbers == 1] = HYDROGEN_MASS_U
    atoms.set_masses(masses)
    atoms.set_constraint(ContactRestraint(structure))
    thermalize_momenta(atoms, ANNEAL_FROM_K, rng=rng)
    friction, step = FRICTION_PER_FS / units.fs, TIMESTEP_FS * units.fs
    dynamics = Langevin(atoms, step, temperature_K=ANNEAL_FROM_K, friction=friction, fixcm=False, rng=rng)
    block = 20
    with failures_as_sentences(structure, "GFN1-xTB"):
        for temperature in np.linspace(ANNEAL_FROM_K, ANNEAL_TO_K, ANNEAL_STEPS // block):
            dynamics.set_temperature(temperature_K=float(temperature))
            dynamics.run(block)
    return structure.with_(positions=atoms.positions)


def say(text: str) -> None:
    """A line of progress on standard error."""
    print(text, file=sys.stderr, flush=True)
