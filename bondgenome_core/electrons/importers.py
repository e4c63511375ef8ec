"""Wavefunctions of other programs (Molden, FCHK, WFN, WFX), read by qc-iodata.

qc-iodata (Verstraelen et al., 10.1002/jcc.26468) reads the formats and repairs known faults of the programs
that write them; this module brings its basis to ours.  With N the norm of a primitive,

    pure:       N^2 = 2 (2a)^(l+3/2) / Gamma(l+3/2)          (times a normalised harmonic)
    Cartesian:  N^2 = (2a/pi)^(3/2) (4a)^l / prod (2n_i-1)!!  (times x^n1 y^n2 z^n3)

and since our Cartesian shells have one coefficient for all their functions, the last product goes into the
orbitals.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..errors import ElectronsError
from ..names import safe_name
from ..structures.bonds import with_bonds
from ..structures.structure import Structure
from ..units import ANGSTROM_PER_BOHR, BOHR_PER_ANGSTROM
from .cube import read_cube
from .elfcar import read_elfcar
from .grids import ElfGrid
from .pyscf_basis import overlap
from .text_files import text_of
from .wavefunction import MAX_L, Basis, SpinChannel, Wavefunction

FORMATS = {".molden": "molden", ".input": "molden", ".fchk": "fchk", ".fch": "fchk", ".wfn": "wfn", ".wfx": "wfx"}
"""By suffix; ORCA calls its Molden files ``.molden.input``."""
_MARKS = {"molden": r"^\s*\[molden format\]", "wfx": r"^\s*<title>", "wfn": r"mol orbitals", "fchk": r"^number of atoms +i "}
OCCUPIED = 1e-6
NORM_TOLERANCE = 0.01
_WFN_CHARGE = re.compile(r"\(CENTRE[^\n]*CHARGE *= *([0-9.]+)")
POST_SCF = re.compile(r"mp[2-5]|cc|ci|bd", re.IGNORECASE)
"""Levels whose FCHK files hold the orbitals of the SCF before them."""


def read_wavefunction(data: bytes, filename: str, *, core_electrons: Mapping[str, int] | None = None) -> Wavefunction:
    """A wavefunction from a Molden, FCHK, WFN or WFX file; occupied orbitals only.

    core_electrons: by element symbol, electrons replaced by a pseudopotential where the file does not say so.
    Raises ElectronsError, in one sentence, for a file that is damaged, of another kind, or inconsistent.
    """
    name = safe_name(filename)
    loaded, notes = _load(text_of(data, filename), name)
    missing = loaded.mo is None or loaded.mo.coeffs is None or loaded.mo.occs is None or loaded.obasis is None
    if missing or not (loaded.mo.occs > OCCUPIED).any():
        raise ElectronsError(f"{name} holds no occupied orbitals over Gaussians; export the wavefunction with its orbitals.")
    core = _core_electrons(loaded, core_electrons or {}, name)
    try:
        basis, order, factors = basis_from_iodata(loaded.obasis)
    except (ValueError, KeyError, IndexError) as error:  # an ElectronsError is a ValueError
        raise ElectronsError(f"The basis in {name} makes no sense ({error}); the file is damaged, export it again.") from error
    if loaded.mo.coeffs.shape[0] != len(order):
        raise ElectronsError(
            f"{name} has {len(order)} basis functions but orbitals over {loaded.mo.coeffs.shape[0]}; it is damaged."
        )
    spins = tuple(SpinChannel(c[order] * factors[:, None], n, e) for c, n, e in _channels(loaded.mo, name))
    structure = _structure(loaded, core, spins, name)
    _check_norms(basis, structure, spins, name)
    kind = _format_of(filename, "").upper()
    provenance = {
        "program": f"bondgenome {__version__}", "source_file": name, "source_format": kind, "notes": notes,
        "source_title": str(loaded.title or "").strip(), "source_sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    method = {"label": f"{_level(loaded)}, imported from {name}", "functional": loaded.lot, "basis": loaded.obasis_name}
    # none of the formats records convergence: what a program wrote as its result is taken as such
    convergence = {"converged": True, "stated_by": "the file's program", "energy_hartree": loaded.energy}
    return Wavefunction(structure, basis, spins, core, core_label(structure.symbols, core), method, convergence, provenance)


def read_electrons(data: bytes, filename: str, *, quantity: str | None = None, periodic: bool = False) -> Wavefunction | ElfGrid:
    """Any file that holds electrons: a cube (.cube, .cub), an ELFCAR (by its name), else a wavefunction.

    quantity and periodic: of a cube, see ``read_cube``.  Raises ElectronsError for bad input.
    """
    if Path(filename).suffix.lower() in (".cube", ".cub"):
        return read_cube(data, filename, quantity=quantity, periodic=periodic)
    if "elfcar" in Path(filename).name.lower():
        return read_elfcar(data, filename)
    return read_wavefunction(data, filename)


def core_label(symbols: list[str], core_electrons: np.ndarray) -> str:
    """'all-electron', or the pseudopotential by element and size: ``core_label(['Au', 'S'], [60, 0]) == 'ecp-Au60'``.

    >>> core_label(["Au", "S"], [60, 0])
    'ecp-Au60'
    """
    replaced = sorted({f"{s}{int(n)}" for s, n in zip(symbols, core_electrons, strict=True) if n})
    return "ecp-" + "+".join(replaced) if replaced else "all-electron"


def basis_from_iodata(obasis: Any) -> tuple[Basis, np.ndarray, np.ndarray]:
    """Our shells, and how orbitals follow: ours = theirs[order] * factors[:, None]."""
    from iodata.convert import convert_conventions, convert_to_segmented, iter_cart_alphabet
    from scipy.special import factorial2, gamma

    segmented = convert_to_segmented(obasis)
    shells = [(int(s.icenter), int(s.angmoms[0]), s.kinds[0] == "c", s.exponents, s.coeffs[:, 0]) for s in segmented.shells]
    if not all(0 <= s[1] <= MAX_L for s in shells):
        raise ElectronsError(f"a shell has an angular momentum beyond {MAX_L}")
    degrees = range(max(s[1] for s in shells) + 1)
    powers = [[tuple(int(n) for n in p) for p in iter_cart_alphabet(degree)] for degree in degrees]
    conventions = {(d, "p"): [f"s{m}" for m in range(d, 0, -1)] + [f"c{m}" for m in range(d + 1)] for d in degrees}
    for degree, monomials in enumerate(powers):
        conventions[(degree, "c")] = ["".join(x * n for x, n in zip("xyz", p, strict=True)) or "1" for p in monomials]
    order, signs = convert_conventions(segmented, conventions)
    coefficients, factors = [], []
    for _, degree, cartesian, a, c in shells:
        if cartesian and degree > 1:
            coefficients.append(c * (2 * a / np.pi) ** 0.75 * (4 * a) ** (degree / 2))
            factors += [1 / np.sqrt(np.prod([factorial2(2 * n - 1) if n else 1.0 for n in p])) for p in powers[degree]]
        else:
            coefficients.append(c * np.sqrt(2 * (2 * a) ** (degree + 1.5) / gamma(degree + 1.5)))
            factors += [1.0] * (2 * degree + 1)
    basis = Basis(
        np.array([s[0] for s in shells]), np.array([s[1] for s in shells]), np.array([len(s[3]) for s in shells]),
        np.concatenate([s[3] for s in shells]), np.concatenate(coefficients), np.array([s[2] and s[1] > 1 for s in shells]),
    )  # fmt: skip
    return basis, np.asarray(order), np.asarray(factors) * np.asarray(signs)


def overlap_as_iodata(obasis: Any, positions_bohr: np.ndarray) -> np.ndarray:
    """qc-iodata's ``compute_overlap`` through PySCF: the same matrix, some hundred times faster."""
    basis, order, factors = basis_from_iodata(obasis)
    out = np.empty((len(order), len(order)))
    out[np.ix_(order, order)] = overlap(basis, positions_bohr) * np.outer(factors, factors)
    return out


def _load(text: str, name: str) -> tuple[Any, list[str]]:
    import iodata
    from iodata.formats import molden

    # qc-iodata tries overlaps until it knows which program's faults a Molden file has; its own integrals
    # take half a minute for 100 functions
    molden.compute_overlap = overlap_as_iodata
    kind = _format_of(name, text)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = Path(folder) / f"wavefunction.{kind}"
        path.write_text(text)
        try:
            loaded = iodata.load_one(str(path), fmt=kind)
            if kind == "wfn":  # the charge column tells what a pseudopotential leaves, and qc-iodata does not read it
                loaded.atcorenums = np.array([float(z) for z in _WFN_CHARGE.findall(text)])
        except Exception as error:  # whatever a parser stumbles over, the cause is the file
            reason = _reason(error, path, name)
            raise ElectronsError(
                f"{name} cannot be read as {kind.upper()}: it is incomplete or damaged ({reason}); export it again."
            ) from error
    return loaded, [str(w.message).splitlines()[0].replace(str(path), name) for w in caught]


def _reason(error: Exception, path: Path, name: str) -> str:
    """What the parser stumbled over, in a few words."""
    cause = error.__cause__ or error
    if isinstance(cause, (AttributeError, TypeError)):
        return "a section is missing"  # the parser met nothing where it expected one
    text = f"{cause} is missing" if isinstance(cause, KeyError) else str(cause) or type(cause).__name__
    return text.splitlines()[0].replace(str(path), name)[:150]


def _format_of(name: str, text: str) -> str:
    """Format by suffix, compared with what the text looks like (where text is given)."""
    kind = FORMATS.get(Path(name).suffix.lower())
    if kind is None:
        raise ElectronsError(
            f"{name} has none of the endings of a wavefunction file ({', '.join(FORMATS)}), nor .cube or ELFCAR; rename it."
        )
    head = text[:20000].lower()
    looks_like = [k for k, mark in _MARKS.items() if re.search(mark, head, re.MULTILINE)]
    if looks_like and kind not in looks_like:
        raise ElectronsError(f"{name} is named as {kind.upper()} but its content is {looks_like[0].upper()}; correct its ending.")
    return kind


def _level(loaded: Any) -> str:
    level = "/".join(p.upper() for p in (loaded.lot, loaded.obasis_name) if p)
    if loaded.lot and POST_SCF.search(loaded.lot):
        return f"SCF orbitals of {level}"
    return level or "level not stated"


def _channels(mo: Any, name: str) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(orbitals, occupations, energies) for one restricted or two spin channels, occupied only."""
    if mo.kind == "generalized":
        raise ElectronsError(
            f"{name} has two-component orbitals, for which ELF is not defined here; use a collinear calculation."
        )
    if mo.occs.min() < -OCCUPIED:
        raise ElectronsError(f"{name} has orbitals with negative occupations; export the orbitals of the SCF instead.")
    energies = mo.energies if mo.energies is not None else np.zeros(len(mo.occs))
    if mo.kind == "restricted" and np.allclose(mo.occsa, mo.occsb):
        parts = [(mo.coeffs, mo.occs, energies)]
    elif mo.kind == "restricted":
        parts = [(mo.coeffs, mo.occsa, energies), (mo.coeffs, mo.occsb, energies)]
    else:
        a, b = slice(0, mo.norba), slice(mo.norba, None)
        parts = [(mo.coeffs[:, s], mo.occs[s], energies[s]) for s in (a, b)]
    return [(c[:, n > OCCUPIED], n[n > OCCUPIED], e[n > OCCUPIED]) for c, n, e in parts]


def _core_electrons(loaded: Any, given: Mapping[str, int], name: str) -> np.ndarray:
    from ase.data import chemical_symbols

    numbers = np.asarray(loaded.atnums)
    effective = np.asarray(loaded.atcorenums if loaded.atcorenums is not None else numbers, dtype=float)
    if (effective == 0).any():
        raise ElectronsError(f"{name} has ghost atoms; compute the molecule without them.")
    core = np.rint(numbers - effective).astype(int)
    if not core.any():
        core = np.array([given.get(chemical_symbols[z], 0) for z in numbers])
    charge = numbers.sum() - core.sum() - float(loaded.mo.occs.sum())
    if abs(charge) > max(3, len(numbers) // 2):
        raise ElectronsError(
            f"{name} gives {len(numbers)} atoms a charge of {charge:+.0f}: orbitals are missing, or a pseudopotential is not "
            "named; export FCHK or WFX with all occupied orbitals, or state the core electrons of each element."
        )
    return core


def _structure(loaded: Any, core: np.ndarray, spins: tuple[SpinChannel, ...], name: str) -> Structure:
    electrons = [float(s.occupations.sum()) for s in spins]
    charge = float(np.sum(loaded.atnums) - core.sum() - sum(electrons))
    excess = electrons[0] - electrons[1] if len(electrons) == 2 else 0.0
    if abs(charge - round(charge)) > 1e-3 or abs(excess - round(excess)) > 1e-3:
        raise ElectronsError(f"{name} has {sum(electrons):.3f} electrons, which is no whole number; it may be cut off.")
    if len(electrons) == 1 and round(electrons[0]) % 2:
        raise ElectronsError(
            f"{name} has orbitals averaged over spin for an odd number of electrons; export those of both spins."
        )
    structure = Structure(
        loaded.atnums, np.asarray(loaded.atcoords) * ANGSTROM_PER_BOHR, charge=round(charge), multiplicity=abs(round(excess)) + 1,
        name=Path(name).stem, source=f"imported from {name}",
    )  # fmt: skip
    return with_bonds(structure)


def _check_norms(basis: Basis, structure: Structure, spins: tuple[SpinChannel, ...], name: str) -> None:
    s = overlap(basis, structure.positions * BOHR_PER_ANGSTROM)
    for spin in spins:
        norms = np.einsum("pi,pq,qi->i", spin.orbitals, s, spin.orbitals, optimize=True)
        if len(norms) and not np.abs(norms - 1).max() < NORM_TOLERANCE:
            raise ElectronsError(f"The orbitals of {name} are not normalised in their basis; the file is damaged or incomplete.")
