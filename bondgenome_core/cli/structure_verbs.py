"""``bonds`` and ``scf``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import StructureError
from ..structures.structure import Structure
from .output import AsJson, answer, log, table
from .sources import open_structure

File = Annotated[str, typer.Argument(metavar="FILE", help="A structure file, a wavefunction file or a gallery name.")]
Frame = Annotated[int, typer.Option(help="Frame of a multi-frame file, counted from 0.")]
Charge = Annotated[int | None, typer.Option(help="Overrides the charge in the file.")]
Multiplicity = Annotated[int | None, typer.Option(help="Overrides the multiplicity in the file.")]


def bonds(
    file: File,
    cutoff: Annotated[list[str] | None, typer.Option(metavar="PAIR=ANGSTROM", help="For example S-Au=2.8; repeatable.")] = None,
    frame: Frame = 0,
    as_json: AsJson = False,
) -> None:
    """List the bonds of a structure: atoms, kind, length, and how well their frame is defined."""
    from ..structures.bonds import default_cutoffs, with_bonds

    structure = open_structure(file, frame)
    cutoffs = default_cutoffs(structure.symbols) | parse_cutoffs(cutoff or [])
    structure = with_bonds(structure, cutoffs)
    rows = [bond_record(structure, b) for b in structure.bonds]
    counts = dict(Counter(r["kind"] for r in rows))
    result = {
        "structure": structure.name, "formula": structure.formula, "n_atoms": len(structure), "n_bonds": len(rows),
        "counts": counts, "cutoffs": cutoffs, "bonds": rows,
        "units": {"length": "Angstrom", "cutoffs": "Angstrom", "gauge_quality": "Angstrom"},
    }  # fmt: skip
    head = f"{structure.name}, {structure.formula}: {len(rows)} bonds ({', '.join(f'{n} {k}' for k, n in counts.items())})"
    cells = [[r["i"], r["j"], r["kind"], r["length"], "x" * r["x_ambiguous"] + "z" * r["z_ambiguous"]] for r in rows]
    answer(result, head + "\n" + table(cells, ["i", "j", "kind", "length/Å", "ambiguous"]), as_json=as_json)


def bond_record(structure: Structure, bond: Any) -> dict[str, Any]:
    """What is said of a bond: atoms, lattice shift, kind, length, orientation and gauge quality."""
    from ..slices.frame import bond_frame

    f = bond_frame(structure, bond)
    return {
        "i": bond.i, "j": bond.j, "shift": list(bond.shift), "kind": structure.kind(bond), "length": round(f.length, 6),
        "left": f.left, "right": f.right, "orientation": f.orientation, "gauge_quality": round(f.gauge_quality, 6),
        "x_ambiguous": f.x_ambiguous, "z_ambiguous": f.z_ambiguous,
    }  # fmt: skip


def parse_cutoffs(texts: list[str]) -> dict[str, float]:
    """``S-Au=2.8`` as {'S-Au': 2.8}; raises StructureError for anything else."""
    from ..structures.bonds import pair_key

    out = {}
    for text in texts:
        pair, _, value = text.partition("=")
        try:
            a, b = pair.split("-")
            out[pair_key(a, b)] = float(value)
        except (ValueError, KeyError) as error:
            raise StructureError(f"The cut-off {text!r} is not understood; write it as S-Au=2.8 (Angstrom).") from error
    return out


def scf(
    file: File,
    out: Annotated[Path, typer.Option(metavar="W", help="Where to write the wavefunction (.safetensors).")],
    frame: Frame = 0,
    charge: Charge = None,
    multiplicity: Multiplicity = None,
    engine: Annotated[str | None, typer.Option(help="gpw or molecular; default: gpw for gold and cells.")] = None,
    basis: Annotated[str | None, typer.Option(help="Basis set by PySCF's name.")] = None,
    functional: Annotated[str | None, typer.Option(help="Exchange-correlation functional by PySCF's name.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A file that lets an interrupted run go on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Solve the Kohn-Sham equations and store the wavefunction; exit code 1 where it does not converge."""
    from ..electrons.plan import require_feasible
    from ..electrons.scf import run_scf
    from ..electrons.wavefunction import save_wavefunction
    from ..structures.bonds import with_bonds
    from ..units import EV_PER_HARTREE

    structure = with_bonds(open_structure(file, frame, charge=charge, multiplicity=multiplicity))
    request = scf_request(structure, engine, basis, functional)
    require_place(out)
    log(require_feasible(structure, request).sentence)
    w = run_scf(structure, request, progress=say_cycle, checkpoint=checkpoint)
    digest = save_wavefunction(w, out)
    c = w.convergence
    result = {
        "out": str(out), "sha256": digest, "structure": structure.name, "formula": structure.formula, "level": w.level,
        "converged": w.converged, "cycles": c["cycles"], "energy": c["energy_hartree"] * EV_PER_HARTREE, "gap": c["gap_ev"],
        "n_functions": w.basis.n_functions, "n_electrons": w.n_electrons, "core_treatment": w.core_treatment,
        "seconds": c["seconds"], "units": {"energy": "eV", "gap": "eV", "seconds": "s"},
    }  # fmt: skip
    state = "converged" if w.converged else "NOT CONVERGED"
    gap = "unknown" if c["gap_ev"] is None else f"{c['gap_ev']:.2f} eV"
    answer(result, f"{out}: {state} in {c['cycles']} cycles, {result['energy']:.4f} eV, gap {gap}", as_json=as_json)
    if not w.converged:
        log(f"The SCF did not converge in {c['cycles']} cycles; the result is kept and marked, and will not be encoded.")
        raise typer.Exit(1)


def scf_request(structure: Structure, engine: str | None, basis: str | None, functional: str | None) -> Any:
    """The default request of a structure with what the user overrides."""
    from ..electrons.request import GOLD_REQUEST, MOLECULE_REQUEST, default_request

    engines = {"gpw": GOLD_REQUEST, "molecular": MOLECULE_REQUEST}
    if engine is not None and engine not in engines:
        raise StructureError(f"There is no engine called {engine!r}; use gpw or molecular.")
    base = engines[engine] if engine else default_request(structure)
    changes = {"basis": basis, "functional": functional}
    return base.with_(**{k: v for k, v in changes.items() if v is not None})


def require_place(path: Path) -> None:
    """Refuse before minutes of work what could not be written after them."""
    if not path.parent.is_dir():
        raise StructureError(f"The folder {path.parent} does not exist; make it first.")
    if path.is_dir():
        raise StructureError(f"{path} is a folder; name a file in it.")


def say_cycle(cycle: Any) -> None:
    """One line per SCF cycle."""
    log(f"cycle {cycle.cycle}: {cycle.energy_hartree:.8f} Ha, change {cycle.change_hartree:+.1e}")
