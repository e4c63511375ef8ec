"""Read structures from files, uploads and pasted text; the format is told by the content.

Limits: ``MAX_FILE_BYTES``, ``MAX_FRAMES`` (parsers) and ``MAX_ATOMS`` (structure).  Nothing is unpickled.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import StructureError
from .formats import decode_text, detect_format
from .names import safe_name
from .parsers import parse_cif, parse_pdb, parse_poscar, parse_sdf, parse_traj, parse_xyz
from .smiles import CONFORMER_SEED
from .structure import Structure

MAX_FILE_BYTES = 50_000_000
PARSERS = {"xyz": parse_xyz, "cif": parse_cif, "poscar": parse_poscar, "pdb": parse_pdb, "sdf": parse_sdf}


def read_structures(
    source: Path | bytes | str,
    filename: str = "",
    *,
    charge: int | None = None,
    multiplicity: int | None = None,
    seed: int = CONFORMER_SEED,
) -> tuple[Structure, ...]:
    """All frames of a file (a Path), of uploaded bytes or of pasted text (a str), without bonds.

    filename: the name of the upload; its ending must not contradict the content.  charge, multiplicity:
    override the file; by default the file's, else 0 and the lowest.  seed: for SMILES only.
    Raises StructureError with one sentence for anything that is not a structure within the limits.
    """
    if isinstance(source, Path):
        filename, content = filename or source.name, _file_content(source)
    else:
        content = source.encode() if isinstance(source, str) else bytes(source)
    _check_bytes(len(content))
    file_format = detect_format(content, filename)
    stem = safe_name(filename.rsplit(".", 1)[0] if "." in filename else filename)
    if file_format == "traj":
        return tuple(parse_traj(content, stem, charge, multiplicity))
    text = decode_text(content).replace("\r\n", "\n").replace("\r", "\n")
    if file_format == "smiles":
        return _from_smiles(text, stem, charge, multiplicity, seed)
    frames = tuple(PARSERS[file_format](text, stem, charge, multiplicity))
    if not frames:
        raise StructureError(f"The {file_format} file holds no atoms; it may be truncated.")
    return frames


def _from_smiles(text: str, stem: str, charge: int | None, multiplicity: int | None, seed: int) -> tuple[Structure, ...]:
    from .smiles import structure_from_smiles

    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) != 1:
        raise StructureError(f"The SMILES file has {len(lines)} molecules; enter one at a time.")
    molecule = structure_from_smiles(lines[0][0], seed=seed, name=stem)
    if charge is not None and charge != molecule.charge:
        raise StructureError(f"The charge {charge:+d} does not match the SMILES, which says {molecule.charge:+d}; change one.")
    return (molecule if multiplicity is None else molecule.with_(multiplicity=multiplicity),)


def _file_content(path: Path) -> bytes:
    """The bytes of a file, its size being checked first."""
    try:
        _check_bytes(path.stat().st_size)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StructureError(f"There is no file {path.name!r}; check the name and the folder.") from error
    except OSError as error:
        raise StructureError(f"The file {path.name!r} cannot be read; check that it is a file you may open.") from error


def _check_bytes(size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise StructureError(
            f"The file has {size / 1e6:.0f} MB, more than the limit of {MAX_FILE_BYTES / 1e6:.0f} MB; "
            "cut it to fewer frames or to the part of interest."
        )
