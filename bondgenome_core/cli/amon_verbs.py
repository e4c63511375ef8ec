"""``amons`` and ``predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .genome_verbs import evaluate
from .output import AsJson, answer, log, table
from .sources import is_file_or_gallery, open_structure

if TYPE_CHECKING:
    from ..amons.query import Query

Molecule = Annotated[str, typer.Argument(metavar="SMILES|FILE", help="SMILES, a structure file, or a gallery name.")]
Largest = Annotated[int, typer.Option("--k", help="Heavy atoms of the largest amon, 1 to 9.")]
Relaxed = Annotated[bool, typer.Option("--relaxed", help="Bring every amon to an MMFF94 minimum of its own.")]


def amons(molecule: Molecule, k: Largest = 7, relaxed: Relaxed = False, as_json: AsJson = False) -> None:
    """List the fragments that carry a molecule's energy, and why others do not."""
    from collections import Counter

    from ..amons.query import amons_of, reason_in_words

    query = open_query(molecule)
    found = amons_of(query, k, relax=relaxed)
    reasons = Counter(r.reason for r in found.rejected)
    result: dict[str, Any] = {
        "molecule": molecule, "k": k, "n_amons": len(found.amons), "n_smiles": len({a.smiles for a in found.amons}),
        "amons": [{"smiles": a.smiles, "n_heavy": a.n_heavy, "atoms": a.origin[a.origin >= 0].tolist()} for a in found.amons],
        "n_rejected": dict(reasons),
        "rejected": [
            {"atoms": [query.graph.index[a] for a in r.atoms], "reason": reason_in_words(r.reason)} for r in found.rejected
        ],
    }  # fmt: skip
    rows = [[a.n_heavy, a.smiles, len(a.numbers)] for a in found.amons]
    text = table(rows, ["heavy", "SMILES", "atoms"])
    said = "\n".join(f"{n} {reason_in_words(reason)}" for reason, n in reasons.most_common())
    answer(result, f"{text}\n\n{len(found.amons)} amons; fragments left out:\n{said}", as_json=as_json)


def predict(
    molecule: Molecule,
    reference: Annotated[str, typer.Option(help="gfn2, gfn1 or b3lyp.")] = "gfn2",
    k: Largest = 7,
    relaxed: Relaxed = False,
    training: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="xyz files and a CSV (file, energy_hartree) instead of amons made here.")
    ] = None,
    store: Annotated[Path | None, typer.Option(metavar="DB", help="Where energies of amons are kept.")] = None,
    as_json: AsJson = False,
) -> None:
    """A molecule's energy from its amons, with its uncertainty and what speaks against it."""
    from ..amons.predict import binding_energies, learned_from
    from ..amons.predict import predict as predict_energy
    from ..amons.references import Store, find_reference
    from ..amons.training_folder import read_training_folder

    query = open_query(molecule)
    if training:
        found = learned_from(query, *read_training_folder(training))
        level = "the level of the training folder"
    else:
        level = find_reference(reference).title
        found = predict_energy(query, k=k, reference=reference, relax=relaxed, store=Store(store), say=log)
    e, (atomic, apart) = found.estimate, binding_energies(found)
    result: dict[str, Any] = {
        "molecule": molecule, "reference": level, "n_amons": len(found.energies), "energy_kcal_per_mol": e.energy,
        "half_width_95": found.half_width, "is_computed": found.is_computed, "baseline_kcal_per_mol": e.baseline,
        "atomic_kcal_per_mol": atomic.tolist(), "atomic_sum_error": apart,
        "nearest": e.nearest.tolist(), "warnings": list(found.warnings),
        "curve": [{"k": s.k, "n_amons": s.n_amons, "energy": None if s.estimate is None else s.estimate.energy,
                   "std": None if s.estimate is None else s.estimate.std} for s in found.curve],
    }  # fmt: skip
    width = "no interval" if found.half_width is None else f"± {found.half_width:.2f}"
    among = ["The molecule is among its amons: its energy was computed."] if found.is_computed else []
    lines = [f"{e.energy:.2f} {width} kcal/mol at {level}, from {len(found.energies)} amons", *among, *found.warnings]
    answer(result, "\n".join(lines), as_json=as_json)


def open_query(molecule: str) -> Query:
    """A query from a file or gallery name, or else from SMILES."""
    from ..amons.query import query_from_smiles, query_from_structure

    return query_from_structure(open_structure(molecule)) if is_file_or_gallery(molecule) else query_from_smiles(molecule)


@evaluate.command("amons")
def evaluate_amons(
    family: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Try only this one anew and read the others as kept; repeatable.")
    ] = None,
    update: Annotated[bool, typer.Option(help="Keep the families for the page.")] = False,
    store: Annotated[Path | None, typer.Option(metavar="DB", help="Where energies of amons are kept.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the figures of amons: seven families, the live set, spectra, counts."""
    from ..amons import evaluate as figures_of

    figures = figures_of.evaluate_amons(family or figures_of.FAMILY_NAMES, update=update, store=store, say=log)
    answer(figures, "\n".join(f"{k}: {v}" for k, v in figures.items() if k != "records"), as_json=as_json)
