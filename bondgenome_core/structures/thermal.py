"""Thermal snapshots: Langevin dynamics in the canonical ensemble on the GFN1-xTB surface.

m dv = F dt - m gamma v dt + sqrt(2 m gamma k T) dW, integrated as in Vanden-Eijnden and Ciccotti
(10.1016/j.cplett.2006.07.086).  Hydrogen may be given a larger mass so that steps of 2 fs are stable:
positional averages of classical statistics do not depend on the masses.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import StructureError
from .integrity import pieces, why_broken
from .relax import failures_as_sentences, tight_binding_atoms
from .structure import Structure

if TYPE_CHECKING:
    from ase import Atoms

STATE_FORMAT = 1


@dataclass
class ThermalState:
    """Where a trajectory stands; updated in place just before each snapshot is yielded.

    positions: (n_atoms, 3) Angstrom.  momenta: (n_atoms, 3) in ASE units.  rng: state of the PCG64 generator.
    settings: temperature, steps, masses and seed that the trajectory was started with.
    """

    n_done: int = 0
    positions: np.ndarray | None = None
    momenta: np.ndarray | None = None
    rng: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write as JSON, the old file being kept until the new one is complete."""
        if self.positions is None or self.momenta is None:
            raise StructureError("The trajectory has no state to save before its first snapshot.")
        record = {
            "format": STATE_FORMAT,
            "n_done": self.n_done,
            "positions": self.positions.tolist(),
            "momenta": self.momenta.tolist(),
            "rng": self.rng,
            "settings": self.settings,
        }
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(record))
        os.replace(part, path)

    @classmethod
    def load(cls, path: Path) -> ThermalState:
        """Read what ``save`` wrote; raises StructureError for anything else."""
        try:
            record = json.loads(path.read_text())
            if record["format"] != STATE_FORMAT:
                raise StructureError(f"The trajectory state {path.name} has format {record['format']}; this version reads 1.")
            arrays = [np.array(record[key], dtype=np.float64).reshape(-1, 3) for key in ("positions", "momenta")]
            return cls(int(record["n_done"]), arrays[0], arrays[1], record["rng"], record["settings"])
        except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, StructureError):
                raise
            raise StructureError(f"{path.name} is not a trajectory state; delete it to start anew.") from error


def thermal_snapshots(
    structure: Structure,
    *,
    temperature_k: float,
    n_snapshots: int,
    interval_fs: float = 100.0,
    timestep_fs: float = 2.0,
    hydrogen_mass_u: float = 4.0,
    equilibrate_fs: float = 500.0,
    friction_per_fs: float = 0.02,
    seed: int,
    state: ThermalState | None = None,
    method: str = "GFN1-xTB",
    fixed: Sequence[int] = (),
) -> Iterator[Structure]:
    """Yield snapshots ``interval_fs`` apart, after ``equilibrate_fs``, each as soon as it exists.

    fixed: atoms that keep their place, as the lowest layer of a slab, which stands for the metal below it.

    Pass a ``ThermalState`` and save it after each snapshot to be able to go on later: a loaded state
    yields the snapshots not yet made (``n_snapshots`` counts all).  The centre of mass of a cluster is kept in
    place; a periodic structure stays where its fixed atoms are, or drifts.
    Raises StructureError where xTB fails, where the cluster breaks (see ``integrity``) or where the
    state belongs to other settings.
    """
    settings = {
        "formula": _composition(structure),
        "temperature_k": temperature_k,
        "interval_fs": interval_fs,
        "timestep_fs": timestep_fs,
        "hydrogen_mass_u": hydrogen_mass_u,
        "equilibrate_fs": equilibrate_fs,
        "friction_per_fs": friction_per_fs,
        "seed": seed,
        "method": method,
    }
    if len(fixed):  # states of trajectories that move every atom lack the entry
        settings["fixed"] = [int(i) for i in fixed]
    if not (temperature_k > 0 and timestep_fs > 0 and interval_fs >= timestep_fs and n_snapshots >= 0):
        raise StructureError("Thermal snapshots need a temperature, a time step and an interval above zero.")
    state = ThermalState() if state is None else state
    if state.settings and state.settings != settings:
        raise StructureError("The saved trajectory was made with other settings; use the same ones or start anew.")
    atoms = _moving_atoms(structure, method, hydrogen_mass_u, fixed)
    rng = np.random.default_rng(seed)
    n_pieces = int(pieces(structure).max()) + 1
    waiting = equilibrate_fs if state.positions is None else 0.0
    _start(atoms, state, rng, temperature_k)
    dynamics = _langevin(atoms, rng, temperature_k, timestep_fs, friction_per_fs)
    while state.n_done < n_snapshots:
        with failures_as_sentences(structure, method):
            dynamics.run(round((waiting + interval_fs) / timestep_fs))
        waiting = 0.0
        state.n_done += 1
        state.positions, state.momenta = atoms.get_positions(), atoms.get_momenta()
        state.rng, state.settings = dict(rng.bit_generator.state), settings
        yield _checked_snapshot(structure, atoms, state, n_pieces)


def _moving_atoms(structure: Structure, method: str, hydrogen_mass_u: float, fixed: Sequence[int]) -> Atoms:
    from ase.constraints import FixAtoms

    if len(fixed) and not (min(fixed) >= 0 and max(fixed) < len(structure) and len(set(fixed)) < len(structure)):
        raise StructureError(f"{structure.name} has {len(structure)} atoms; fix some of them, not others and not all.")
    atoms = tight_binding_atoms(structure, method=method)
    masses = atoms.get_masses()
    masses[atoms.numbers == 1] = hydrogen_mass_u
    atoms.set_masses(masses)
    if len(fixed):
        atoms.set_constraint(FixAtoms(indices=list(fixed)))
    return atoms


def _composition(structure: Structure) -> str:
    from ase.formula import Formula

    charge = f" ({structure.charge:+d})" if structure.charge else ""
    return Formula.from_list(structure.symbols).format("hill") + charge


def _start(atoms: Atoms, state: ThermalState, rng: np.random.Generator, temperature_k: float) -> None:
    from ase.md.velocitydistribution import thermalize_momenta

    if state.positions is None or state.momenta is None:
        thermalize_momenta(atoms, temperature_k, rng=rng)
        return
    if state.positions.shape != atoms.positions.shape:
        raise StructureError(f"The saved trajectory has {len(state.positions)} atoms but the structure has {len(atoms)}.")
    atoms.set_positions(state.positions)
    atoms.set_momenta(state.momenta)
    rng.bit_generator.state = state.rng


def _langevin(atoms: Atoms, rng: np.random.Generator, temperature_k: float, timestep_fs: float, friction_per_fs: float) -> Any:
    from ase import units
    from ase.md.langevin import Langevin

    # fixcm=False: ASE's own centre-of-mass correction does not sample the canonical ensemble
    friction = friction_per_fs / units.fs
    return Langevin(atoms, timestep_fs * units.fs, temperature_K=temperature_k, friction=friction, fixcm=False, rng=rng)


def _checked_snapshot(structure: Structure, atoms: Atoms, state: ThermalState, n_pieces: int) -> Structure:
    t, n = state.settings["temperature_k"], state.n_done
    source = f"snapshot {n} of a Langevin trajectory of {structure.name} at {t:g} K, seed {state.settings['seed']}"
    moved = atoms.positions - structure.positions
    drift = np.zeros(3) if any(structure.pbc) else np.average(moved, axis=0, weights=atoms.get_masses())
    snapshot = structure.with_(positions=atoms.positions - drift, bonds=(), source=source)
    reason = why_broken(snapshot, n_pieces=n_pieces)
    if reason is not None:
        raise StructureError(f"{structure.name} broke at {t:g} K in snapshot {n}: {reason}; lower the temperature.")
    return snapshot
