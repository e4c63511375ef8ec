"""Trained potentials as artefacts: ``potential-<set>-<kind>-v<n>``, the same network trained from several seeds, and a card.

The spread of the seeds is the uncertainty that every explanation states.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..artefacts import ASSETS, load_tensors, read_card, source_commit, versions, write_card
from ..device import one_thread
from ..errors import ArtefactError, PotentialError
from ..structures.relax import METHODS
from .build import build_potential
from .contract import Potential
from .frames import FrameSet
from .training import Schedule, errors_of, fit
from .trajectories import of_role, spread

POTENTIALS = ASSETS / "potentials"
N_SEEDS = 3


def seed_file(seed: int) -> str:
    """Where the weights of a seed are kept."""
    return f"seed-{seed}.safetensors"


@dataclass(frozen=True, eq=False)
class PotentialModel:
    """A shipped potential; weights are read when first needed, their hashes checked."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def card(self) -> dict[str, Any]:
        return read_card(self.folder)

    @property
    def method(self) -> str:
        """Level of theory of its labels."""
        return str(self.card["method"])

    @property
    def elements(self) -> tuple[int, ...]:
        return tuple(self.card["elements"])

    @property
    def has_forces(self) -> bool:
        """Whether it is a potential of some xTB, whose forces can be checked on any frame; not so for orbital energies and the
        analytic pairs of the null baseline."""
        return self.method in METHODS and "force_mae" in self.card["figures"]

    def closeness(self, numbers: Sequence[int]) -> tuple[int, int]:
        """The smaller, the nearer.  0 where it was trained on molecules of this composition, 1 where on many others, 2 where on
        one other; then how many elements that are not asked for the nearest of them has."""
        from ase.formula import Formula

        own, elements = composition(numbers), set(Formula(composition(numbers)).count())
        known = self.card["compositions"]
        further = min(len(set(Formula(k).count()) - elements) for k in known)
        return (0 if own in known else 1 if len(known) > 1 else 2), further

    @cached_property
    def members(self) -> tuple[Potential, ...]:
        """The same network of every seed, the first one being the model itself."""
        return tuple(self._load(seed) for seed in self.card["seeds"])

    @property
    def potential(self) -> Potential:
        return self.members[0]

    def _load(self, seed: int) -> Potential:
        import torch

        model = build_potential(self.card["architecture"])
        tensors = load_tensors(self.folder, seed_file(seed))
        try:
            model.load_state_dict({name: torch.from_numpy(np.asarray(a, dtype=np.float32)) for name, a in tensors.items()})
        except RuntimeError as error:
            raise ArtefactError(
                f"{self.name}: the weights of seed {seed} do not fit the card; fetch the artefact again."
            ) from error
        model.elements = self.elements
        return model.eval().requires_grad_(False)


def composition(numbers: Sequence[int]) -> str:
    """Hill formula, whatever the charge.

    >>> composition([8, 1, 6, 1, 1, 1])
    'CH4O'
    """
    from ase.symbols import Symbols

    return str(Symbols(list(numbers)).get_chemical_formula(mode="hill"))


def list_potentials() -> list[PotentialModel]:
    """All shipped potentials, by name."""
    return [PotentialModel(folder) for folder in sorted(POTENTIALS.glob("*")) if (folder / "card.json").is_file()]


def find_potential(name: str) -> PotentialModel:
    """One by its name; raises ArtefactError with the names there are."""
    known = {m.name: m for m in list_potentials()}
    if name not in known:
        raise ArtefactError(f"There is no potential called {name!r}; there are {', '.join(known) or 'none'}.")
    return known[name]


def potentials_for(numbers: Iterable[int]) -> list[PotentialModel]:
    """Those of xTB energies that know all elements, best first: trained on these very atoms, then on many molecules (first
    those of these elements alone), then on another one.  numbers: of all atoms.  Raises PotentialError where none does."""
    from ase.data import chemical_symbols

    atoms = [int(z) for z in numbers]
    wanted = set(atoms)
    usable = [m for m in list_potentials() if m.has_forces]
    found = [m for m in usable if wanted <= set(m.elements)]
    if not found:
        sets = sorted({", ".join(chemical_symbols[z] for z in m.elements) for m in usable})
        said = ", ".join(chemical_symbols[z] for z in sorted(wanted))
        raise PotentialError(
            f"No shipped potential knows {said} together; there are models of {'; of '.join(sets) or 'nothing'}."
        )
    return sorted(found, key=lambda m: (m.closeness(atoms), len(m.elements), m.name))


@dataclass(frozen=True)
class Plan:
    """What to train on what.  method: level of the labels; purpose: one sentence for the card."""

    architecture: dict[str, Any]
    schedule: Schedule
    method: str
    purpose: str
    n_seeds: int = N_SEEDS


def release_potential(frames: FrameSet, out: Path, plan: Plan, *, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Train every seed that is not there yet, measure all on the test frames, write the card; returns the figures."""
    train, validation, test = (of_role(frames, role) for role in ("train", "validation", "test"))
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"n_train": len(train), "n_validation": len(validation), "n_test": len(test), **spread(test)}
    found = []
    for seed in range(plan.n_seeds):
        model = trained(train, validation, out / seed_file(seed), plan.architecture, plan.schedule, seed, say)
        with one_thread():
            found.append(errors_of(model, test))
        say(f"seed {seed}: value {found[-1].value_mae:.4f} eV, force {found[-1].force_mae:.4f} eV/A on test frames")
    figures["value_mae"] = [round(e.value_mae, 5) for e in found]
    if np.isfinite(found[0].force_mae):
        figures["force_mae"] = [round(e.force_mae, 5) for e in found]
        figures["force_mae_share"] = round(found[0].force_mae / figures["force_sd"], 4)
    else:
        del figures["force_sd"]
    card = {
        "purpose": plan.purpose, "method": plan.method, "elements": list(train.elements),
        "architecture": build_potential(plan.architecture).architecture,
        "compositions": sorted({composition(f.numbers.tolist()) for f in train.frames}),
        "training": plan.schedule.as_card(), "seeds": list(range(plan.n_seeds)), "data": frames.record, "figures": figures,
        "versions": versions(), "source_commit": source_commit(), "licence": "MIT",
        "references": ["10.1063/1.5019779" if plan.architecture["kind"] == "SchNet" else "10.48550/arXiv.2102.03150"],
    }  # fmt: skip
    write_card(out, card, card_prose(out.name, card))
    return figures


def trained(train: FrameSet, validation: FrameSet, path: Path, architecture: dict[str, Any], schedule: Schedule, seed: int,
            say: Callable[[str], None]) -> Potential:  # fmt: skip
    """A network of this architecture fitted to these very frames: read from ``path`` where it is there, else made and kept."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save

    fingerprint = f"{architecture} {schedule} {train.sha256} {validation.sha256} {seed}"
    model = build_potential(architecture, seed=seed)
    if path.is_file():
        with safe_open(path, framework="pt") as stored:
            if (stored.metadata() or {}).get("fingerprint") == fingerprint:
                model.load_state_dict({name: stored.get_tensor(name) for name in list(stored.keys())})
                model.elements = train.elements
                return model.eval().requires_grad_(False)
    # one file for each fingerprint: another schedule does not go on from this one's state
    unfinished = path.with_name(f"{path.stem}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}.unfinished")
    with one_thread():
        fit(model, train, validation, schedule, seed=seed, unfinished=unfinished, say=say)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with torch.no_grad():
        part.write_bytes(save({k: v.contiguous() for k, v in model.state_dict().items()}, {"fingerprint": fingerprint}))
    os.replace(part, path)
    return model


def card_prose(name: str, card: dict[str, Any]) -> str:
    """The card for people."""
    from ase.data import chemical_symbols

    f, a = card["figures"], card["architecture"]
    elements = ", ".join(chemical_symbols[z] for z in card["elements"])
    return "\n".join([
        f"# {name}", "", card["purpose"], "",
        f"{a['kind']}, {a['n_layers']} layers of {a['n_features']} features, cut-off {a['cutoff']:g} Å, read-out {a['readout']}; "
        f"elements {elements}; "
        f"labels {card['method']}; trained on {f['n_train']} frames, watched on {f['n_validation']}.", "",
        f"On {f['n_test']} test frames with seeds of their own, seeds {', '.join(map(str, card['seeds']))} of the network: "
        f"{_force_errors(f)}error of the value {', '.join(f'{1000 * e:.1f}' for e in f['value_mae'])} meV, whose s.d. within "
        f"a trajectory is {1000 * f['value_sd']:.0f} meV.", "",
        "Not for elements, charges or bonding that the frames do not have; not for temperatures far above 500 K.", "",
    ])  # fmt: skip


def _force_errors(f: dict[str, Any]) -> str:
    if "force_mae" not in f:
        return ""
    errors = ", ".join(f"{e:.4f}" for e in f["force_mae"])
    return (
        f"force error (mean absolute component) {errors} eV/Å, {100 * f['force_mae_share']:.1f} % of the s.d. of the forces, "
        f"{f['force_sd']:.3f} eV/Å; "
    )
