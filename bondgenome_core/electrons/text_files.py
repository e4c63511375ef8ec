"""First look at a file from a user: is it text at all, and of a size that can be read."""

from __future__ import annotations

from ..errors import ElectronsError
from ..names import safe_name

MAX_FILE_BYTES = 250 * 2**20
"""Largest file an importer reads."""
_BINARY_KINDS = {
    b"\x80": "a Python pickle", b"PK\x03\x04": "a zip archive or torch checkpoint", b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file", b"BZh": "a bzip2 archive", b"\xfd7zXZ": "an xz archive", b"%PDF": "a PDF document",
}  # fmt: skip


def text_of(data: bytes, filename: str) -> str:
    """The file as text; raises ElectronsError, in one sentence, for empty, too large or binary files."""
    name = safe_name(filename)
    if len(data) > MAX_FILE_BYTES:
        raise ElectronsError(
            f"{name} has {len(data) / 2**20:.0f} MiB, more than the limit of {MAX_FILE_BYTES // 2**20} MiB; "
            "write it again with a coarser grid or without virtual orbitals."
        )
    if not data.strip():
        raise ElectronsError(f"{name} is empty; check that the calculation wrote it completely.")
    for magic, kind in _BINARY_KINDS.items():
        if data.startswith(magic):
            raise ElectronsError(
                f"{name} is {kind}, which is never opened here; export the calculation as text (FCHK, WFX, cube)."
            )
    if b"\x00" in data:
        raise ElectronsError(f"{name} is a binary file and not text; convert it first (for example with formchk or orca_2mkl).")
    return data.decode("utf-8", errors="replace")
