"""Build, relax and prove the gallery: ``python -m bondgenome_core.structures.build_gallery [NAME ...]``.

Structures already on disk are kept; delete a file to build it anew.  The card is written after each
structure, so an interrupted run goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StructureError
from .bonds import with_bonds
from .builders.recipes import RECIPES, Recipe
from .gallery_card import GALLERY, file_record, read_card, write_card
from .integrity import why_broken
from .motifs import count_motifs
from .relax import RelaxStep, energy_and_forces, relax
from .search import say, starts_by_energy
from .structure import Structure
from .write import write_structure

MAX_STEPS = 1500


def build_entry(recipe: Recipe, *, seed: int = 0) -> Structure:
    """Build and relax one species: the lowest of its starts that keeps the topology.

    Raises StructureError where none does.
    """
    failure = StructureError(f"{recipe.name} has no start.")
    for start in _starts(recipe, seed):
        try:
            return _relaxed_and_proved(recipe, start)
        except StructureError as error:
            say(str(error))
            failure = error
    raise failure


def _relaxed_and_proved(recipe: Recipe, start: Structure) -> Structure:
    relaxed = relax(start, fmax=recipe.force_limit, max_steps=MAX_STEPS, fixed=recipe.fixed, progress=_progress)
    relaxed = relaxed.with_(name=recipe.name)
    reason = why_broken(relaxed)
    if reason is not None:
        raise StructureError(f"{recipe.name} broke when relaxed: {reason}.")
    found = count_motifs(relaxed)
    if recipe.motifs is not None and found != recipe.motifs:
        raise StructureError(f"{recipe.name} relaxed to {found} instead of {recipe.motifs}.")
    return relaxed


def _starts(recipe: Recipe, seed: int) -> list[Structure]:
    if recipe.n_trials > 1:
        starts = [partial(recipe.build, trial) for trial in range(recipe.n_trials)]
        return starts_by_energy(starts, n_annealed=recipe.n_annealed, seed=seed)
    start = recipe.build(seed)
    shake = recipe.rattle * np.random.default_rng(seed).standard_normal(start.positions.shape)
    shake[list(recipe.fixed)] = 0.0
    start = start.with_(positions=start.positions + shake)
    if recipe.hold_contacts:
        held = relax(start, fmax=recipe.force_limit, max_steps=MAX_STEPS, keep_contacts=True, progress=_progress)
        return [held]
    return [start]


def _progress(step: RelaxStep) -> None:
    if step.step % 20 == 0:
        say(f"step {step.step}: {step.energy_ev:.4f} eV, largest force {step.largest_force:.3f} eV/Angstrom")


def describe(recipe: Recipe, structure: Structure, path: Path) -> dict[str, Any]:
    """The card's record of one gallery structure."""
    energy, forces = energy_and_forces(structure)
    motifs = count_motifs(structure)
    free = np.setdiff1d(np.arange(len(structure)), recipe.fixed)
    return {
        "name": recipe.name,
        "title": recipe.title,
        "group": recipe.group,
        "description": recipe.description,
        "formula": structure.formula,
        "n_atoms": len(structure),
        "charge": structure.charge,
        "multiplicity": structure.multiplicity,
        "built_from": structure.source,
        "method": "GFN1-xTB",
        "energy_ev": round(energy, 6),
        "largest_force_ev_per_angstrom": round(float(np.linalg.norm(forces[free], axis=1).max()), 4),
        "n_fixed_atoms": len(recipe.fixed),
        "motifs": {key: _plain(value) for key, value in asdict(motifs).items()},
        "motifs_in_words": str(motifs),
        "bond_lengths_angstrom": bond_ranges(structure),
        **file_record(path),
    }


def bond_ranges(structure: Structure) -> dict[str, dict[str, float]]:
    """Number, shortest, mean and longest bond in Angstrom by kind."""
    bonded = with_bonds(structure)
    lengths: dict[str, list[float]] = {}
    for bond in bonded.bonds:
        lengths.setdefault(bonded.kind(bond), []).append(bonded.length(bond))
    return {
        kind: {"count": len(v), "min": round(min(v), 3), "mean": round(float(np.mean(v)), 3), "max": round(max(v), 3)}
        for kind, v in sorted(lengths.items())
    }


def build_gallery(names: Iterable[str] = (), folder: Path = GALLERY) -> list[str]:
    """Build what is missing (all, or the names given); returns one line per structure that failed."""
    wanted, failed = set(names), []
    unknown = wanted - {recipe.name for recipe in RECIPES}
    if unknown:
        raise StructureError(f"There is no gallery structure called {', '.join(sorted(unknown))}.")
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        path = folder / f"{recipe.name}.xyz"
        if path.exists() or (wanted and recipe.name not in wanted):
            continue
        say(f"{recipe.name}: building")
        try:
            structure = build_entry(recipe)
        except StructureError as error:
            say(f"{recipe.name}: left out. {error}")
            failed.append(f"{recipe.name}: {error}")
            continue
        write_structure(structure, path)
        card = read_card(folder)
        card["structures"][recipe.name] = describe(recipe, structure, path)
        write_card(card, folder, [r.name for r in RECIPES])
        say(f"{recipe.name}: {card['structures'][recipe.name]['motifs_in_words']}")
    return failed


def _plain(value: Any) -> Any:
    return {str(k): v for k, v in sorted(value.items())} if isinstance(value, dict) else value


if __name__ == "__main__":
    sys.exit(1 if build_gallery(sys.argv[1:]) else 0)
