"""How far ELF depends on each numerical setting of the gold level: writes docs/convergence.md and its numbers.

    OMP_NUM_THREADS=1 python benchmarks/elf_convergence.py [--cache FOLDER]

One setting is changed at a time; its most converged value is the reference.  Errors are over the counting pixels
(within 2.4 Angstrom of the bond midpoint, outside cores) of the slices at 0 and 90 degrees through all S-Au and Au-Au
bonds of two small species.  About 10 minutes on a free core; finished wavefunctions are kept in the cache folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bondgenome_core.artefacts import ASSETS, source_commit, versions, write_text_atomically  # noqa: E402
from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST, ScfRequest  # noqa: E402
from bondgenome_core.electrons.scf import run_scf  # noqa: E402
from bondgenome_core.electrons.wavefunction import Wavefunction, load_wavefunction, save_wavefunction  # noqa: E402
from bondgenome_core.elf.engine import ElfEngine  # noqa: E402
from bondgenome_core.slices.sample import Plane, sample_planes  # noqa: E402
from bondgenome_core.slices.slice_set import disc  # noqa: E402
from bondgenome_core.structures.gallery import load_gallery_structure  # noqa: E402

SPECIES = ("au2_sh3_anion", "au4_sh4")
KINDS = ("S-Au", "Au-Au")
PAGE, NUMBERS = ROOT / "docs" / "convergence.md", ASSETS / "convergence" / "gold.json"
MOLOPT = {"H": "TZV2P-MOLOPT-PBE-GTH-q1", "S": "TZV2P-MOLOPT-PBE-GTH-q6", "Au": "TZV2P-MOLOPT-PBE-GTH-q11"}
LARGE_BASIS = "tzv2p-molopt-pbe"
SCALES = {"cutoff_hartree": (40.0, 60.0, 80.0, 120.0), "vacuum": (3.0, 4.0, 5.0, 6.5), "conv_tol": (1e-4, 1e-5, 1e-6, 1e-7),
          "precision": (1e-4, 1e-5, 1e-6, 1e-8)}  # fmt: skip
UNITS = {"cutoff_hartree": "Ha", "vacuum": "Å", "conv_tol": "Ha", "precision": ""}
NAMES = {"cutoff_hartree": "cut-off", "vacuum": "vacuum", "conv_tol": "SCF tolerance", "precision": "integral precision"}


class Row(NamedTuple):
    """One setting against its reference: ELF errors over counting pixels of all slices."""

    parameter: str
    value: str
    reference: str
    rms: float
    largest: float
    by_species: dict[str, float]
    default: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "bondgenome-convergence")
    cache = parser.parse_args().cache
    cache.mkdir(parents=True, exist_ok=True)
    rows = []
    for row in all_rows(cache):
        print(f"{row.parameter:20s} {row.value:28s} rms {row.rms:.5f}  largest {row.largest:.4f}", file=sys.stderr, flush=True)
        rows.append(row)
    NUMBERS.parent.mkdir(exist_ok=True)
    record = {
        "format": "bondgenome-convergence", "version": 1, "command": "python benchmarks/elf_convergence.py",
        "default": GOLD_REQUEST.label, "species": SPECIES, "kinds": KINDS, "rows": [r._asdict() for r in rows],
        "versions": versions(), "source_commit": source_commit(),
    }  # fmt: skip
    write_text_atomically(NUMBERS, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    write_text_atomically(PAGE, page(rows))


def all_rows(cache: Path) -> Iterator[Row]:
    """Every comparison, one after another."""
    default = {s: computed(s, GOLD_REQUEST, cache) for s in SPECIES}
    for field, values in SCALES.items():
        reference = {s: computed(s, GOLD_REQUEST.with_(**{field: values[-1]}), cache) for s in SPECIES}
        for value in values[:-1]:
            these = {s: computed(s, GOLD_REQUEST.with_(**{field: value}), cache) for s in SPECIES}
            unit = UNITS[field]
            yield compare(NAMES[field], with_unit(value, unit), with_unit(values[-1], unit), these, reference,
                          default=value == getattr(GOLD_REQUEST, field))  # fmt: skip
    large = {s: computed(s, GOLD_REQUEST.with_(basis=LARGE_BASIS), cache) for s in SPECIES}
    for basis in ("gth-szv-molopt-sr", "gth-dzvp-molopt-sr"):
        these = {s: computed(s, GOLD_REQUEST.with_(basis=basis), cache) for s in SPECIES}
        yield compare("basis", basis, LARGE_BASIS, these, large, default=basis == GOLD_REQUEST.basis)
    other = {s: computed(s, MOLECULE_REQUEST.with_(basis="def2-tzvp"), cache) for s in SPECIES}
    label = "def2-ECP, def2-tzvp"
    yield compare("pseudopotential", f"GTH-PBE, {LARGE_BASIS}", label, large, other, default=False)
    yield compare("pseudopotential", f"GTH-PBE, {GOLD_REQUEST.basis}", label, default, other, default=True)
    yield from storage_rows(default)


def storage_rows(default: dict[str, Wavefunction]) -> Iterator[Row]:
    """What float16 orbitals, and float32 with screening, cost beside float64."""
    import torch

    exact = {s: slices_of(ElfEngine(w, "cpu", torch.float64)) for s, w in default.items()}
    single = {s: slices_of(ElfEngine(w, "cpu", torch.float32)) for s, w in default.items()}
    yield compare_images("arithmetic", "float32 with screening", "float64", single, exact, default=True)
    with tempfile.TemporaryDirectory() as folder:
        stored = {}
        for s, w in default.items():
            save_wavefunction(w, Path(folder) / "w.safetensors")
            stored[s] = slices_of(ElfEngine(load_wavefunction(Path(folder) / "w.safetensors"), "cpu", torch.float64))
    yield compare_images("stored orbitals", "float16", "float64", stored, exact, default=True)


def computed(name: str, request: ScfRequest, cache: Path) -> Wavefunction:
    """A converged wavefunction, from the cache where it is there; its file format rounds orbitals, so these lie beside it."""
    key = hashlib.sha256(f"{name} {request}".encode()).hexdigest()[:16]
    path, orbitals = cache / f"{name}-{key}.safetensors", cache / f"{name}-{key}.npz"
    if not orbitals.is_file():
        setting = request.with_(basis=molopt_basis()) if request.basis == LARGE_BASIS else request
        found = run_scf(load_gallery_structure(name), setting)
        if not found.converged:
            raise SystemExit(f"{name} did not converge with {request}")
        save_wavefunction(found, path)
        np.savez(orbitals, *[s.orbitals for s in found.spins])
    w = load_wavefunction(path)
    with np.load(orbitals, allow_pickle=False) as exact:
        spins = tuple(replace(s, orbitals=exact[f"arr_{k}"]) for k, s in enumerate(w.spins))
    return replace(w, spins=spins)


def molopt_basis() -> Any:
    """The TZV2P-MOLOPT-PBE-GTH basis (University of Zurich) for gold, sulfur and hydrogen, as PySCF ships it."""
    import pyscf.pbc.gto.basis as folder
    from pyscf.gto.basis import parse_cp2k

    text = (Path(folder.__file__).parent / "BASIS_MOLOPT_UZH").read_text().splitlines()
    out = {}
    for symbol, name in MOLOPT.items():
        start = next(n for n, line in enumerate(text) if line.split()[:2] == [symbol, name])
        rest = text[start + 1 :]
        length = next(n for n, line in enumerate(rest) if line[:1].isalpha() or line.startswith("#"))
        out[symbol] = parse_cp2k.parse("\n".join([text[start], *rest[:length]]))
    return out


def slices_of(engine: ElfEngine) -> tuple[np.ndarray, np.ndarray]:
    """(images, counting pixels) of all slices of a species."""
    structure = engine.wavefunction.structure
    bonds = [b for b in structure.bonds if structure.kind(b) in KINDS]
    found = sample_planes(engine, [Plane(b, a) for b in bonds for a in (0.0, 90.0)])
    return np.stack([s.image for s in found]), np.stack([~s.mask & disc() for s in found])


def compare(parameter: str, value: str, reference: str, these: dict[str, Wavefunction], those: dict[str, Wavefunction], *,
            default: bool) -> Row:  # fmt: skip
    import torch

    first, second = ({s: slices_of(ElfEngine(w, "cpu", torch.float64)) for s, w in group.items()} for group in (these, those))
    return compare_images(parameter, value, reference, first, second, default=default)


def compare_images(parameter: str, value: str, reference: str, first: dict, second: dict, *, default: bool) -> Row:
    errors = {s: (first[s][0] - second[s][0])[first[s][1]].astype(float) for s in first}
    pooled = np.concatenate(list(errors.values()))
    by_species = {s: round(rms(e), 6) for s, e in errors.items()}
    return Row(parameter, value, reference, round(rms(pooled), 6), round(float(abs(pooled).max()), 5), by_species, default)


def rms(errors: np.ndarray) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def with_unit(value: float, unit: str) -> str:
    return f"{value:g} {unit}".strip()


def page(rows: list[Row]) -> str:
    """The table as Markdown."""
    lines = [
        "# Convergence of ELF at the gold level", "",
        f"Level: {GOLD_REQUEST.label}, precision {GOLD_REQUEST.precision:g}, SCF tolerance {GOLD_REQUEST.conv_tol:g} Ha.",
        "One setting is changed at a time and compared with its most converged value, over the counting pixels (within",
        f"2.4 Å of the bond midpoint, outside cores) of all slices of {' and '.join(SPECIES)}. Bold: the setting in use.",
        "Written by `python benchmarks/elf_convergence.py`.", "",
        "| setting | value | compared with | RMS error of ELF | largest |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for r in rows:
        value = f"**{r.value}**" if r.default else r.value
        lines.append(f"| {r.parameter} | {value} | {r.reference} | {r.rms:.5f} | {r.largest:.4f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
