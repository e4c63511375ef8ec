"""Session files: a workspace's content as one zip that loads on another machine.

Members: ``manifest.json`` (format, version, sha256 of every other member and of itself), ``state.json`` (what
the pages showed) and ``<kind>/<sha256><suffix>`` exactly as stored.  Nothing in a session is executed or
unpickled, no member is written under its own name, and everything is checked before anything is stored.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..electrons.wavefunction import load_wavefunction
from ..errors import ArtefactError, BondGenomeError
from .store import DOCUMENT_KINDS, SUFFIXES, Workspace, parse_document
from .structure_json import canonical_json, parse_json, structure_from_json

FORMAT = "bondgenome-session"
FORMAT_VERSION = 1
KINDS = ("uploads", "structures", "wavefunctions", *DOCUMENT_KINDS)
MAX_FILE_BYTES = 200 * 2**20
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_MEMBERS = 20_000
MAX_MANIFEST_BYTES = 10 * 2**20
_MEMBER = re.compile(rf"({'|'.join(KINDS)})/[0-9a-f]{{64}}(\.json|\.safetensors|\.bin)")
_EDITED = "was changed after it was saved; load the file as the program wrote it"


@dataclass(frozen=True)
class Session:
    """What a session file brought: the pages' state and the ids stored, by kind."""

    state: dict[str, Any]
    contents: dict[str, tuple[str, ...]] = field(default_factory=dict)


def export_session(workspace: Workspace, contents: Mapping[str, Sequence[str]], state: Mapping[str, Any]) -> bytes:
    """A session file with the named content (ids by kind) and the pages' state (plain JSON values).

    Raises ArtefactError where content is missing, of an unknown kind, or too large for one session.
    """
    members = {"state.json": canonical_json(dict(state))}
    for kind, ids in contents.items():
        if kind not in KINDS:
            raise ArtefactError(f"A session cannot hold {kind!r}; use {', '.join(KINDS)}.")
        for content_id in ids:
            members[f"{kind}/{content_id}{SUFFIXES[kind]}"] = workspace.read(kind, content_id)
    total = sum(len(m) for m in members.values())
    if total > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise ArtefactError(
            f"The session would hold {total / 2**20:.0f} MiB in {len(members)} parts, more than the limit of "
            f"{MAX_UNPACKED_BYTES / 2**20:.0f} MiB and {MAX_MEMBERS}; export fewer structures at once."
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", _manifest(members))
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def import_session(workspace: Workspace, data: bytes) -> Session:
    """Check a session file completely, then store its content.

    Raises ArtefactError for a file that is too large, damaged, from a newer version, edited by hand, or that
    holds anything a session does not have; the workspace is then as before.
    """
    members = _read_members(data)
    state = parse_json(members.pop("state.json"), "The session's state")
    contents: dict[str, list[str]] = {}
    for name, content in members.items():
        kind, content_id = _check_member(name, content)
        contents.setdefault(kind, []).append(content_id)
    workspace.make_room(sum(len(c) for c in members.values()))
    for name, content in members.items():
        kind, content_id = name.split("/")[0], Path(name).stem
        workspace.keep(kind, content_id, content)
    return Session(state, {kind: tuple(ids) for kind, ids in contents.items()})


def _manifest(members: dict[str, bytes]) -> bytes:
    content = {
        "format": FORMAT, "version": FORMAT_VERSION, "program": f"bondgenome {__version__}",
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }  # fmt: skip
    return canonical_json(content | {"manifest_sha256": hashlib.sha256(canonical_json(content)).hexdigest()})


def _read_members(data: bytes) -> dict[str, bytes]:
    if len(data) > MAX_FILE_BYTES:
        raise ArtefactError(
            f"The session file has {len(data) / 2**20:.0f} MiB, more than the limit of {MAX_FILE_BYTES / 2**20:.0f} MiB; "
            "export fewer structures at once."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [e.filename for e in archive.infolist()]
            if "manifest.json" not in names or "state.json" not in names:
                raise ArtefactError("The file is no session of this program: its manifest or its state is missing.")
            # first the manifest, so that a newer session is called newer and not damaged
            stated = _hashes_of_manifest(_read_member(archive, "manifest.json", MAX_MANIFEST_BYTES))
            _check_entries(archive.infolist())
            if set(stated) != set(names) - {"manifest.json"}:
                raise ArtefactError(f"The session lacks a part or has one too many: it {_EDITED}.")
            left, members = MAX_UNPACKED_BYTES, {}
            for name in stated:
                members[name] = _read_member(archive, name, left)
                left -= len(members[name])
                if hashlib.sha256(members[name]).hexdigest() != stated[name]:
                    raise ArtefactError(f"The part {name[:80]!r} of the session {_EDITED}.")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArtefactError("The session file is damaged or is no session of this program; save or copy it again.") from error
    return members


def _read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as member:
        # the declared size may lie: never read more than is allowed
        content = member.read(limit + 1)
    if len(content) > limit:
        raise ArtefactError("The session file unpacks to more than it may hold; it was not made by this program.")
    return content


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS or sum(e.file_size for e in entries) > MAX_UNPACKED_BYTES:
        raise ArtefactError(
            f"The session file announces more than {MAX_UNPACKED_BYTES / 2**20:.0f} MiB or {MAX_MEMBERS} parts, "
            "more than a session may hold; it was not made by this program."
        )
    if len({e.filename for e in entries}) != len(entries):
        raise ArtefactError(f"The session file holds a part twice: it {_EDITED}.")
    for entry in entries:
        known = entry.filename in ("manifest.json", "state.json") or _MEMBER.fullmatch(entry.filename)
        if not known or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArtefactError(f"The session file holds {entry.filename[:80]!r}, which no session has: it {_EDITED}.")


def _hashes_of_manifest(data: bytes) -> dict[str, str]:
    """sha256 by member name; raises ArtefactError for a newer or an edited manifest."""
    manifest = parse_json(data, "The session's manifest")
    if manifest.get("format") != FORMAT or not isinstance(manifest.get("version"), int):
        raise ArtefactError("The file is no session of this program.")
    if manifest["version"] > FORMAT_VERSION:
        raise ArtefactError(
            f"The session was saved by a newer version (session format {manifest['version']}, this program reads up to "
            f"{FORMAT_VERSION}); update the program to load it."
        )
    own_hash = manifest.pop("manifest_sha256", None)
    if own_hash != hashlib.sha256(canonical_json(manifest)).hexdigest() or not isinstance(manifest.get("sha256"), dict):
        raise ArtefactError(f"The session's manifest {_EDITED}.")
    return dict(manifest["sha256"])


def _check_member(name: str, content: bytes) -> tuple[str, str]:
    """Read a member as what it claims to be; returns (kind, id)."""
    kind, content_id = name.split("/")[0], Path(name).stem
    if not name.endswith(SUFFIXES[kind]) or hashlib.sha256(content).hexdigest() != content_id:
        raise ArtefactError(f"The part {name[:80]!r} of the session {_EDITED}.")
    try:
        if kind == "structures":
            structure_from_json(content)
        elif kind in DOCUMENT_KINDS:
            parse_document(kind, content)
        elif kind == "wavefunctions":
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "wavefunction.safetensors"
                path.write_bytes(content)
                load_wavefunction(path)
    except BondGenomeError:
        raise
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise ArtefactError(f"The part {name[:80]!r} of the session is damaged; save the session again.") from error
    return kind, content_id
