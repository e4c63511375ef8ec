"""What a file is, judged by its content; what it must not be is refused here."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

from ..errors import StructureError

ENDINGS = {
    "xyz": ("xyz", "extxyz"),
    "cif": ("cif",),
    "poscar": ("poscar", "contcar", "vasp"),
    "pdb": ("pdb", "ent"),
    "sdf": ("sdf", "mol", "sd"),
    "traj": ("traj",),
    "smiles": ("smi", "smiles"),
}
"""Format -> file endings, lower case without the dot."""
READABLE = "xyz, extxyz, cif, POSCAR/CONTCAR, pdb, sdf/mol, traj or SMILES"
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}
BINARIES = {
    b"\x89HDF": "HDF5",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"%PDF": "PDF",
    b"\x93NUMPY": "NumPy array",
}
NOT_STRUCTURES = {
    r"\[molden format\]": "a Molden wavefunction; open it as a wavefunction",
    r"<!doctype html|<html": "a web page; download the structure file itself",
    r"^\s*[{\[]": "JSON; export the structure as extended xyz",
}
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?|[-+]?nan|[-+]?inf(inity)?"


def detect_format(content: bytes, filename: str = "") -> str:
    """One of the keys of ``ENDINGS``.

    Raises StructureError for what is empty, binary, compressed, a pickle, another kind of file, or a
    file whose ending promises another format than its content.
    """
    if not content.strip():
        raise StructureError("The file is empty; check that it was saved or uploaded completely.")
    _refuse_dangerous(content)
    if content[:8] in (b"- of Ulm", b"AFFormat"):
        return _agreeing("traj", filename)
    text = decode_text(content)
    found = _text_format(text, filename)
    if found is None:
        raise StructureError(_unrecognised(text, filename))
    return _agreeing(found, filename)


def decode_text(content: bytes) -> str:
    """The file as text; raises StructureError where it is binary."""
    control = sum(content.count(bytes([c])) for c in range(32) if c not in (9, 10, 11, 12, 13, 26))
    if control:
        raise StructureError(f"The file is binary and not a structure file; use {READABLE}.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # comments in old files; every byte has a letter there


def ending_format(filename: str) -> str | None:
    """The format that a file name promises, or None where its ending promises nothing."""
    path = PurePath(filename.replace("\\", "/"))
    ending = path.suffix.lstrip(".").lower() or path.name.lower()
    return next((name for name, endings in ENDINGS.items() if ending in endings), None)


def _agreeing(found: str, filename: str) -> str:
    promised = ending_format(filename)
    if promised is None or promised == found:
        return found
    raise StructureError(
        f"The ending of the file says {promised} but its content looks like {found}; rename it to end in .{ENDINGS[found][0]}."
    )


def _refuse_dangerous(content: bytes) -> None:
    if content[:4] == b"PK\x03\x04":
        raise StructureError(_zip_sentence(content))
    if _is_pickle(content):
        raise StructureError(
            f"The file is a Python pickle (or a checkpoint made of one), which is never opened here; export it as {READABLE}."
        )
    for magic, kind in COMPRESSED.items():
        if content.startswith(magic):
            raise StructureError(f"The file is compressed ({kind}); unpack it first.")
    for magic, kind in BINARIES.items():
        if content.startswith(magic):
            raise StructureError(f"The file is {kind} data and not a structure file; use {READABLE}.")


def _zip_sentence(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return "The file is a damaged zip archive; upload the structure file itself."
    if any(name.endswith(("data.pkl", ".pkl", "constants.pkl")) for name in names):
        return f"The file is a PyTorch checkpoint, which is never opened as a structure; use {READABLE}."
    return "The file is a zip archive; unpack it and upload the structure file itself."


def _is_pickle(content: bytes) -> bool:
    if content[:1] == b"\x80" and len(content) > 1 and content[1] <= 5:
        return True
    if content[:1] not in (b"(", b"]", b"}", b"c", b"l", b"d") or content.rstrip()[-1:] != b".":
        return False
    import pickletools

    try:  # genops reads the opcodes of the old text protocol and executes nothing
        return sum(1 for _ in pickletools.genops(content)) > 1
    except Exception:  # whatever is malformed is not a pickle
        return False


def _text_format(text: str, filename: str) -> str | None:
    lines = text.splitlines()
    if re.search(r"^\s*data_", text, re.M) and re.search(r"^\s*_(cell_length_a|atom_site)", text, re.M):
        return "cif"
    if any(re.search(r"V[23]000\s*$", line) for line in lines[:6]) or re.search(r"^M  END", text, re.M):
        return "sdf"
    if re.search(r"^(ATOM  |HETATM)", text, re.M):
        return "pdb"
    if _looks_like_xyz(lines):
        return "xyz"
    if _looks_like_poscar(lines):
        return "poscar"
    if ending_format(filename) == "smiles" or (not filename and len(text.split()) == 1):
        return "smiles"
    return None


def _looks_like_xyz(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    if not re.fullmatch(r"\s*\d+\s*", first):
        return False
    after = lines[lines.index(first) + 2 :]
    return not after or re.match(rf"\s*\w+\s+({NUMBER})(\s|$)", after[0], re.I) is not None


def _looks_like_poscar(lines: list[str]) -> bool:
    if len(lines) < 5 or re.fullmatch(rf"\s*({NUMBER})(\s+({NUMBER}))*\s*", lines[1], re.I) is None:
        return False
    return all(re.match(rf"\s*({NUMBER})\s+({NUMBER})\s+({NUMBER})", line, re.I) for line in lines[2:5])


def _unrecognised(text: str, filename: str) -> str:
    for pattern, what in NOT_STRUCTURES.items():
        if re.search(pattern, text[:2000], re.I):
            return f"The file looks like {what}."
    promised = ending_format(filename)
    if promised is not None:
        return f"The ending of the file says {promised} but its content is not {promised}; it may be truncated or mislabelled."
    return f"The content is no structure format that is known here; use {READABLE}."
