"""The workspace folder: uploads, structures, wavefunctions and named documents, each under its sha256.

Layout: ``<root>/<kind>/<sha256><suffix>``; ``requests/<sha256 of a request>.json`` names the wavefunction
that answers it; ``jobs/`` belongs to the job queue.  Every write goes to a ``.part`` file first and is then
renamed, so that processes may read and write at the same time and a crash leaves the old file.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ..electrons.request import ScfRequest, request_hash
from ..electrons.wavefunction import Wavefunction, load_wavefunction, save_wavefunction
from ..errors import ArtefactError
from ..names import safe_name
from ..structures.structure import Structure
from .structure_json import canonical_json, parse_json, structure_from_json, structure_to_json

DEFAULT_LIMIT_BYTES = 20 * 2**30
DEFAULT_UPLOAD_LIMIT_BYTES = 100 * 2**20
MAX_DOCUMENT_BYTES = 10 * 2**20
SUFFIXES = {
    "uploads": ".bin", "structures": ".json", "wavefunctions": ".safetensors", "requests": ".json",
    "selections": ".json", "dashboards": ".json", "genomes": ".json", "views": ".json",
}  # fmt: skip
DOCUMENT_KINDS = ("selections", "dashboards", "genomes", "views")
_ID = re.compile(r"[0-9a-f]{64}")


class Upload(NamedTuple):
    """A file as the user sent it, with a name for display only."""

    name: str
    data: bytes


class Document(NamedTuple):
    """A named piece of JSON: a selection, a dashboard, a genome or a view."""

    id: str
    name: str
    content: dict[str, Any]
    saved_at: float


def open_workspace(root: Path | None = None) -> Workspace:
    """The workspace of this server, or the one in the folder ``root``.

    ``BONDGENOME_WORKSPACE`` names the folder (default ``./workspace``), ``BONDGENOME_WORKSPACE_LIMIT_GIB`` and
    ``BONDGENOME_UPLOAD_LIMIT_MIB`` its size and that of one upload (defaults 20 and 100).
    """
    return Workspace(
        root or Path(os.environ.get("BONDGENOME_WORKSPACE", "workspace")),
        limit_bytes=int(float(os.environ.get("BONDGENOME_WORKSPACE_LIMIT_GIB", DEFAULT_LIMIT_BYTES / 2**30)) * 2**30),
        upload_limit_bytes=int(float(os.environ.get("BONDGENOME_UPLOAD_LIMIT_MIB", DEFAULT_UPLOAD_LIMIT_BYTES / 2**20)) * 2**20),
    )


@dataclass(frozen=True)
class Workspace:
    """One folder shared by all users of a server; see the module for its layout.

    limit_bytes: everything together.  upload_limit_bytes: one upload.  All methods raise ArtefactError with
    one sentence where something is missing, damaged or too large.
    """

    root: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    upload_limit_bytes: int = DEFAULT_UPLOAD_LIMIT_BYTES

    # -- what the pages keep ------------------------------------------------------------------------------

    def put_upload(self, name: str, data: bytes) -> str:
        """Keep a file as sent; the id is the hash of name and content."""
        if not data:
            raise ArtefactError(f"{safe_name(name)} is empty; check that the file was written completely.")
        if len(data) > self.upload_limit_bytes:
            raise ArtefactError(
                f"{safe_name(name)} has {len(data) / 2**20:.0f} MiB, more than the limit of "
                f"{self.upload_limit_bytes / 2**20:.0f} MiB for one file; send fewer frames or a coarser grid."
            )
        return self._put("uploads", safe_name(name).encode() + b"\n" + data)

    def get_upload(self, upload_id: str) -> Upload:
        name, _, data = self.read("uploads", upload_id).partition(b"\n")
        return Upload(safe_name(name.decode(errors="replace")), data)

    def put_structure(self, structure: Structure) -> str:
        return self._put("structures", structure_to_json(structure))

    def get_structure(self, structure_id: str) -> Structure:
        return structure_from_json(self.read("structures", structure_id))

    def put_wavefunction(self, wavefunction: Wavefunction) -> str:
        """Keep a wavefunction (orbitals as float16); a converged one is found again by its request."""
        folder = self._folder("wavefunctions")
        self.make_room(8 * sum(s.orbitals.size for s in wavefunction.spins))
        part = folder / f"{uuid.uuid4().hex}.new"
        try:
            wavefunction_id = save_wavefunction(wavefunction, part)
            os.replace(part, self._path("wavefunctions", wavefunction_id))
        finally:
            part.unlink(missing_ok=True)
        self._index(wavefunction, wavefunction_id)
        return wavefunction_id

    def get_wavefunction(self, wavefunction_id: str) -> Wavefunction:
        path = self._path("wavefunctions", wavefunction_id)
        self.read("wavefunctions", wavefunction_id)  # verifies presence and hash
        return load_wavefunction(path)

    def find_wavefunction(self, request_sha256: str) -> str | None:
        """Id of a converged wavefunction that answers this request, or None."""
        path = self._path("requests", request_sha256)
        if not path.is_file():
            return None
        found = str(parse_json(path.read_bytes(), "The index of results").get("wavefunction", ""))
        return found if _ID.fullmatch(found) and self.has("wavefunctions", found) else None

    def put_document(self, kind: str, name: str, content: dict[str, Any]) -> str:
        """Keep a named selection, dashboard, genome or view (plain JSON values)."""
        _check_document_kind(kind)
        data = canonical_json({"format": f"bondgenome-{kind}", "version": 1, "name": safe_name(name), "content": content})
        if len(data) > MAX_DOCUMENT_BYTES:
            raise ArtefactError(
                f"{safe_name(name)} has {len(data) / 2**20:.0f} MiB, more than the limit of "
                f"{MAX_DOCUMENT_BYTES / 2**20:.0f} MiB for one of the {kind}; divide it."
            )
        return self._put(kind, data)

    def get_document(self, kind: str, document_id: str) -> Document:
        _check_document_kind(kind)
        saved = parse_document(kind, self.read(kind, document_id))
        path = self._path(kind, document_id)
        return Document(document_id, saved["name"], saved["content"], path.stat().st_mtime)

    def list_documents(self, kind: str) -> tuple[Document, ...]:
        """All documents of a kind, the newest first."""
        _check_document_kind(kind)
        ids = [p.stem for p in self._folder(kind).glob("*.json") if _ID.fullmatch(p.stem)]
        return tuple(sorted((self.get_document(kind, i) for i in ids), key=lambda d: -d.saved_at))

    def delete_document(self, kind: str, document_id: str) -> None:
        _check_document_kind(kind)
        self._path(kind, document_id).unlink(missing_ok=True)

    # -- what is here and what is not ---------------------------------------------------------------------

    def has(self, kind: str, content_id: str) -> bool:
        return self._path(kind, content_id).is_file()

    def missing_sentence(self, kind: str, content_id: str) -> str | None:
        """One sentence for a permalink whose content is not on this server; None where it is."""
        if not _ID.fullmatch(content_id):
            return f"The link names one of the {kind} in a form that is not valid; copy the whole link again."
        if self.has(kind, content_id):
            return None
        return (
            f"The {_SINGULAR[kind]} {content_id[:8]} of this link is not stored on this server; open the link on the server "
            "where it was made, or load its session file here."
        )

    def ids(self, kind: str) -> tuple[str, ...]:
        """Ids of everything of a kind, sorted."""
        if kind not in SUFFIXES:
            raise ArtefactError(f"Nothing is stored as {safe_name(kind)!r}; use one of {', '.join(SUFFIXES)}.")
        return tuple(sorted(p.stem for p in self._folder(kind).glob(f"*{SUFFIXES[kind]}") if _ID.fullmatch(p.stem)))

    def used_bytes(self) -> int:
        """Size of all files in the workspace."""
        return sum(size for _, size in walk_sizes(self.root))

    @property
    def jobs_folder(self) -> Path:
        return self._folder("jobs")

    # -- storage ------------------------------------------------------------------------------------------

    def read(self, kind: str, content_id: str) -> bytes:
        """The stored bytes, verified against their hash."""
        sentence = self.missing_sentence(kind, content_id)
        if sentence:
            raise ArtefactError(sentence)
        path = self._path(kind, content_id)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != content_id:
            raise ArtefactError(
                f"The {_SINGULAR[kind]} {content_id[:8]} on this server is damaged; store it again from its source."
            )
        if kind not in DOCUMENT_KINDS:  # the time of a document says when it was saved
            os.utime(path)  # the clean-up removes what was not used for longest
        return data

    def keep(self, kind: str, content_id: str, data: bytes) -> None:
        """Store bytes whose hash is known, for example from a session file."""
        if self._put(kind, data) != content_id:
            raise ArtefactError(f"The {_SINGULAR[kind]} {content_id[:8]} does not match its hash; get it again from its source.")
        if kind == "wavefunctions":
            self._index(self.get_wavefunction(content_id), content_id)

    def make_room(self, n_bytes: int) -> None:
        """Raises ArtefactError where so many bytes more would exceed the limit."""
        used = self.used_bytes()
        if used + n_bytes > self.limit_bytes:
            raise ArtefactError(
                f"The workspace holds {used / 2**30:.2f} of {self.limit_bytes / 2**30:.2f} GiB and has no room for this; "
                "run the clean-up (python -m bondgenome_core workspace clean) or raise BONDGENOME_WORKSPACE_LIMIT_GIB."
            )

    def write(self, kind: str, content_id: str, data: bytes) -> None:
        """Write one file atomically (a crash leaves the old one)."""
        path = self._path(kind, content_id)
        self.make_room(len(data))
        write_atomically(path, data)

    def _put(self, kind: str, data: bytes) -> str:
        content_id = hashlib.sha256(data).hexdigest()
        if self.has(kind, content_id):
            os.utime(self._path(kind, content_id))
        else:
            self.write(kind, content_id, data)
        return content_id

    def _index(self, wavefunction: Wavefunction, wavefunction_id: str) -> None:
        answered = _answered_request(wavefunction)
        if answered:
            self.write("requests", answered, canonical_json({"wavefunction": wavefunction_id}))

    def _path(self, kind: str, content_id: str) -> Path:
        if kind not in SUFFIXES or not _ID.fullmatch(content_id):
            raise ArtefactError(f"{safe_name(content_id)!r} is not the id of anything stored; copy the whole id again.")
        return self._folder(kind) / (content_id + SUFFIXES[kind])

    def _folder(self, kind: str) -> Path:
        folder = self.root / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder


_SINGULAR = {
    "uploads": "upload", "structures": "structure", "wavefunctions": "wavefunction", "requests": "result",
    "selections": "selection", "dashboards": "dashboard", "genomes": "genome", "views": "view",
}  # fmt: skip


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the target, then rename; two writers of one file both succeed."""
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def walk_sizes(folder: Path) -> list[tuple[Path, int]]:
    """(path, bytes) of every file below a folder; files that vanish meanwhile are left out."""
    sizes = []
    for base, _, names in os.walk(folder):
        for name in names:
            path = Path(base) / name
            try:
                sizes.append((path, path.stat().st_size))
            except FileNotFoundError:
                continue
    return sizes


def parse_document(kind: str, data: bytes) -> dict[str, Any]:
    """Name and content of a stored document; raises ArtefactError where it is of another kind or too new."""
    what = f"The stored {_SINGULAR[kind]}"
    saved = parse_json(data, what)
    if saved.get("format") != f"bondgenome-{kind}":
        raise ArtefactError(f"{what} is of another kind.")
    if saved.get("version") != 1:
        raise ArtefactError(f"{what} was written by a newer version; update the program to read it.")
    if not isinstance(saved.get("name"), str) or not isinstance(saved.get("content"), dict):
        raise ArtefactError(f"{what} lacks its name or content; it is damaged.")
    return saved


def _check_document_kind(kind: str) -> None:
    if kind not in DOCUMENT_KINDS:
        raise ArtefactError(f"There are no documents called {safe_name(kind)!r}; use one of {', '.join(DOCUMENT_KINDS)}.")


def _answered_request(w: Wavefunction) -> str | None:
    """The request this wavefunction answers, only where it converged and its own record confirms the hash."""
    stated = w.provenance.get("request_sha256")
    fields = {k: v for k, v in w.method.items() if k in ScfRequest.__dataclass_fields__}
    if not stated or not w.converged or len(fields) != len(ScfRequest.__dataclass_fields__):
        return None
    return stated if request_hash(w.structure, ScfRequest(**fields)) == stated else None
