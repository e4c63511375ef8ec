"""Many calculations, one finished piece at a time: structures -> thermal snapshots -> DFT -> wavefunctions.

A plan lists trajectories; each snapshot's wavefunction is written as soon as it is converged, with the
state of its trajectory, so that the whole may be stopped at any moment and go on later.  Nothing is
computed twice.  Snapshots that break or do not converge are recorded with the reason and left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import BondGenomeError, ElectronsError, StructureError
from ..names import safe_name
from ..structures.bonds import with_bonds
from ..structures.structure import Structure
from ..structures.thermal import ThermalState, thermal_snapshots
from .guess import guess_at
from .progress import stopping_when_lost
from .request import ScfRequest, default_request
from .scf import run_scf
from .shipped import load_shipped, shipped_names
from .wavefunction import Wavefunction, load_wavefunction, save_wavefunction

EXCLUDED, STATE = "excluded.json", "state.json"
TIGHT = 1e-7
"""Precision of the second attempt.  A compact core such as that of Au38 has small overlap eigenvalues, which amplify what
lattice sums good to 1e-5 leave out: a diffuse combination of 6d functions falls among the occupied levels, and the SCF runs
away."""


@dataclass(frozen=True)
class Trajectory:
    """One Langevin trajectory of a gallery structure.

    role: 'train' or 'test'; a test trajectory has a seed of its own and is never trained on.
    charge, multiplicity: of the electrons, and of the motion too unless ``vertical``, where the atoms move
    with the structure's own charge (a charge state that GFN1-xTB does not hold together).
    n_fixed: so many of the first atoms keep their place; builders put the lowest layer of a slab first.
    """

    structure: str
    temperature_k: float
    seed: int
    n_snapshots: int
    role: str = "train"
    charge: int | None = None
    multiplicity: int | None = None
    interval_fs: float = 100.0
    equilibrate_fs: float = 200.0
    timestep_fs: float = 2.0
    hydrogen_mass_u: float = 4.0
    vertical: bool = False
    n_fixed: int = 0

    def __post_init__(self) -> None:
        whole = (self.seed, self.n_snapshots, self.n_fixed, self.charge or 0, self.multiplicity or 1)
        real = (self.temperature_k, self.interval_fs, self.equilibrate_fs, self.timestep_fs, self.hydrogen_mass_u)
        numbers = all(isinstance(n, int) for n in whole) and all(isinstance(x, (int, float)) for x in real)
        if not (numbers and isinstance(self.structure, str) and self.role in ("train", "test")):
            raise ElectronsError("A trajectory needs a structure, numbers, and the role 'train' or 'test'; correct the plan.")

    @property
    def folder(self) -> str:
        """Folder name, unique within a plan; a structure given as a path counts by its file name."""
        charge = "" if self.charge is None else f"_q{self.charge:+d}"
        return f"{safe_name(Path(self.structure).stem)}{charge}/{self.temperature_k:g}K-{self.role}-s{self.seed}"


def load_plan(path: Path) -> tuple[Trajectory, ...]:
    """Trajectories of a plan file (JSON list of objects); raises ElectronsError where it is malformed."""
    try:
        return tuple(Trajectory(**entry) for entry in json.loads(path.read_text()))
    except (json.JSONDecodeError, TypeError, UnicodeDecodeError) as error:
        raise ElectronsError(f"{path.name} is not a plan: it must be a JSON list of trajectories ({error}).") from error


def run_plan(plan: Iterable[Trajectory], out: Path, load: Callable[[str], Structure], *,
             request: ScfRequest | None = None, say: Callable[[str], None] = print) -> None:  # fmt: skip
    """Bring every trajectory of a plan to its number of snapshots, skipping what is there."""
    for trajectory in plan:
        try:
            run_trajectory(trajectory, out / trajectory.folder, load(trajectory.structure), request=request, say=say)
        except StructureError as error:
            record_exclusion(out / trajectory.folder, "trajectory", str(error))
            say(f"{trajectory.folder}: stopped: {error}")


def run_trajectory(trajectory: Trajectory, folder: Path, start: Structure, *,
                   request: ScfRequest | None = None, say: Callable[[str], None] = print) -> None:  # fmt: skip
    """Snapshots of one trajectory, each computed and saved before the next is made."""
    if (folder / EXCLUDED).is_file() and "trajectory" in json.loads((folder / EXCLUDED).read_text()):
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not trajectory.vertical:
        start = _charged(start, trajectory)
    state_file = folder / STATE
    state = ThermalState.load(state_file) if state_file.is_file() else ThermalState()
    previous = _relaxed(trajectory, _charged(start, trajectory))
    snapshots = thermal_snapshots(
        start, temperature_k=trajectory.temperature_k, n_snapshots=trajectory.n_snapshots, interval_fs=trajectory.interval_fs,
        equilibrate_fs=trajectory.equilibrate_fs, timestep_fs=trajectory.timestep_fs,
        hydrogen_mass_u=trajectory.hydrogen_mass_u, seed=trajectory.seed, state=state,
        fixed=range(trajectory.n_fixed),
    )  # fmt: skip
    for snapshot in snapshots:
        number = state.n_done
        previous = _compute(_charged(snapshot, trajectory), folder, number, trajectory, request, previous, say)
        # the state goes last: after a crash the snapshot is made again, never skipped
        state.save(state_file)


def _charged(structure: Structure, trajectory: Trajectory) -> Structure:
    charge = structure.charge if trajectory.charge is None else trajectory.charge
    multiplicity = structure.multiplicity if trajectory.multiplicity is None else trajectory.multiplicity
    return structure.with_(charge=charge, multiplicity=multiplicity)


def _relaxed(trajectory: Trajectory, start: Structure) -> Wavefunction | None:
    """The shipped wavefunction of the relaxed structure: a better beginning than atoms, from which Au38 may oscillate."""
    if trajectory.structure not in shipped_names():
        return None
    w = load_shipped(trajectory.structure)
    same = (w.structure.charge, w.structure.multiplicity) == (start.charge, start.multiplicity)
    return w if same else None


def _compute(snapshot: Structure, folder: Path, number: int, trajectory: Trajectory, request: ScfRequest | None,
             previous: Wavefunction | None, say: Callable[[str], None]) -> Wavefunction | None:  # fmt: skip
    target = folder / f"{number:03d}.safetensors"
    if target.is_file():
        return load_wavefunction(target)
    structure = with_bonds(snapshot).with_(name=f"{trajectory.folder}/{number:03d}")
    request = request or default_request(structure)
    try:
        w = _in_two_attempts(structure, request, previous)
    except BondGenomeError as error:
        record_exclusion(folder, f"{number:03d}", str(error))
        return None
    if not w.converged:
        record_exclusion(folder, f"{number:03d}", f"SCF not converged after {w.convergence['cycles']} cycles")
        say(f"{structure.name}: not converged, left out")
        return None
    note = {"trajectory": asdict(trajectory)}
    save_wavefunction(_with_note(w, note), target)
    c = w.convergence
    lowest = c.get("lowest_overlap_eigenvalue")
    sound = "" if lowest is None else f", lowest overlap eigenvalue {lowest:.1e}"
    say(f"{structure.name}: {c['cycles']} cycles, {c['seconds']} s, gap {c['gap_ev']} eV, {len(structure.bonds)} bonds{sound}")
    return w


def _in_two_attempts(structure: Structure, request: ScfRequest, previous: Wavefunction | None) -> Wavefunction:
    guess = guess_at(previous, structure, request) if previous else None
    try:
        w = run_scf(structure, request, guess=guess, progress=stopping_when_lost())
        if w.converged or request.engine != "gpw":
            return w
    except ElectronsError:
        if request.engine != "gpw":
            raise
    # a poor first density may rise by some hartree and return; only the first attempt is stopped for it
    return run_scf(structure, request.with_(precision=min(TIGHT, request.precision)), guess=guess)


def _with_note(w: Wavefunction, note: dict) -> Wavefunction:
    from dataclasses import replace

    return replace(w, provenance=w.provenance | note)


def record_exclusion(folder: Path, key: str, reason: str) -> None:
    """Note why a piece was left out, beside the pieces that were kept."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / EXCLUDED
    record = json.loads(path.read_text()) if path.is_file() else {}
    record[key] = reason
    part = path.with_suffix(".part")
    part.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    os.replace(part, path)


def compute_gallery(names: Iterable[str], out: Path, load: Callable[[str], Structure], *,
                    request: ScfRequest | None = None, say: Callable[[str], None] = print) -> None:  # fmt: skip
    """Wavefunctions of relaxed gallery structures that are not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        target = out / f"{name}.safetensors"
        if target.is_file():
            continue
        structure = with_bonds(load(name)).with_(name=name)
        w = run_scf(structure, request)
        if not w.converged:
            record_exclusion(out, name, f"SCF not converged after {w.convergence['cycles']} cycles")
            say(f"{name}: not converged, left out")
            continue
        save_wavefunction(w, target)
        say(f"{name}: {w.convergence['cycles']} cycles, {w.convergence['seconds']} s, gap {w.convergence['gap_ev']} eV")
