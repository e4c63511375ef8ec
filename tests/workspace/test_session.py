"""A session file carries a workspace to another machine and cannot be used against it."""

import hashlib
import io
import json
import zipfile

import pytest

from bondgenome_core.errors import ArtefactError
from bondgenome_core.workspace import session as session_module
from bondgenome_core.workspace.session import export_session, import_session
from bondgenome_core.workspace.store import Workspace
from bondgenome_core.workspace.structure_json import canonical_json

pytestmark = pytest.mark.unit


@pytest.fixture
def here(tmp_path, hydrogen, hydrogen_wavefunction):
    workspace = Workspace(tmp_path / "here")
    ids = {
        "structures": [workspace.put_structure(hydrogen)],
        "wavefunctions": [workspace.put_wavefunction(hydrogen_wavefunction(hydrogen))],
        "uploads": [workspace.put_upload("h2.xyz", b"2\n\nH 0 0 0\nH 0 0 0.74\n")],
        "dashboards": [workspace.put_document("dashboards", "my board", {"views": [{"caption": "H–H"}]})],
    }
    return workspace, ids, export_session(workspace, ids, {"page": "slices", "azimuth": 30.0})


@pytest.fixture
def there(tmp_path):
    return Workspace(tmp_path / "there")


def rewrite(data, change, *, seal=True):
    """The session with its members changed by ``change``; ``seal`` recomputes all hashes of the manifest."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    members = change(members) or members
    if seal:
        manifest = json.loads(members["manifest.json"])
        manifest["sha256"] = {n: hashlib.sha256(m).hexdigest() for n, m in members.items() if n != "manifest.json"}
        manifest.pop("manifest_sha256")
        manifest["manifest_sha256"] = hashlib.sha256(canonical_json(manifest)).hexdigest()
        members["manifest.json"] = canonical_json(manifest)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


def refused(there, data, match):
    with pytest.raises(ArtefactError, match=match):
        import_session(there, data)
    assert there.used_bytes() == 0


def test_a_session_loads_on_another_machine(here, there):
    workspace, ids, data = here
    loaded = import_session(there, data)
    assert loaded.state == {"page": "slices", "azimuth": 30.0}
    assert {k: list(v) for k, v in loaded.contents.items()} == ids
    for kind, (content_id,) in ids.items():
        assert there.read(kind, content_id) == workspace.read(kind, content_id)
    found = there.get_wavefunction(ids["wavefunctions"][0])
    assert there.find_wavefunction(found.provenance["request_sha256"]) == ids["wavefunctions"][0]


def test_a_session_loads_twice_without_doubling(here, there):
    import_session(there, here[2])
    used = there.used_bytes()
    import_session(there, here[2])
    assert there.used_bytes() == used


def test_a_session_from_a_newer_version_is_called_newer(here, there):
    def newer(members):
        manifest = json.loads(members["manifest.json"])
        manifest["version"] = 2
        members["manifest.json"] = canonical_json(manifest)
        members["movies/1.mp4"] = b"what a newer version may hold"

    refused(there, rewrite(here[2], newer), "newer version")
    refused(there, rewrite(here[2], newer, seal=False), "newer version")


@pytest.mark.parametrize("name", ["state.json", "dashboards", "structures", "uploads", "wavefunctions"])
def test_a_session_edited_by_hand_is_refused(here, there, name):
    def edit(members):
        target = next(n for n in members if n.startswith(name))
        members[target] = members[target][:-2] + b"X" + members[target][-1:]

    refused(there, rewrite(here[2], edit, seal=False), "changed after it was saved")


@pytest.mark.parametrize("name", ["dashboards", "structures", "wavefunctions"])
def test_content_under_a_foreign_hash_is_refused_even_with_a_new_manifest(here, there, name):
    def edit(members):
        target = next(n for n in members if n.startswith(name))
        members[target] = members[target].replace(b"H", b"h").replace(b"0.74", b"0.84").replace(b"converged", b"Converged")

    refused(there, rewrite(here[2], edit), "changed after it was saved|damaged")


def test_an_edited_manifest_is_refused(here, there):
    def edit(members):
        members["manifest.json"] = members["manifest.json"].replace(b"bondgenome 0", b"bondgenome 1")

    refused(there, rewrite(here[2], edit, seal=False), "manifest was changed")


@pytest.mark.parametrize(
    "name", ["../../evil.json", "/etc/cron.d/x", "structures/../../x.json", "structures/" + "a" * 63 + ".json", "run.py", "C:\\x"]
)
def test_members_that_no_session_has_are_refused(here, there, name):
    refused(there, rewrite(here[2], lambda m: m | {name: b"x"}), "which no session has")


def test_a_missing_or_an_extra_part_is_refused(here, there):
    def drop(members):
        del members[next(n for n in members if n.startswith("uploads"))]

    refused(there, rewrite(here[2], drop, seal=False), "lacks a part")
    extra = {f"uploads/{hashlib.sha256(b'x').hexdigest()}.bin": b"x"}
    refused(there, rewrite(here[2], lambda m: m | extra, seal=False), "one too many")


def test_a_part_given_twice_is_refused(here, there):
    buffer = io.BytesIO(here[2])
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("state.json", b"{}")
    refused(there, buffer.getvalue(), "twice")


def test_a_zip_bomb_is_refused_by_its_declared_and_by_its_actual_size(here, there, monkeypatch):
    monkeypatch.setattr(session_module, "MAX_UNPACKED_BYTES", 2**20)
    bomb = bytes(8 * 2**20)
    name = f"uploads/{hashlib.sha256(bomb).hexdigest()}.bin"
    data = rewrite(here[2], lambda m: m | {name: bomb})
    assert len(data) < 2**20
    refused(there, data, "announces more than 1 MiB")
    lying = _with_declared_size(data, name, 10)
    refused(there, lying, "unpacks to more|damaged")


def _with_declared_size(data, name, size):
    """The same zip with a false uncompressed size of one member in both of its headers."""
    blob = bytearray(data)
    for signature, offset, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := blob.find(signature, at + 1)) >= 0:
            if blob[at + name_at : at + name_at + len(name)] == name.encode():
                blob[at + offset : at + offset + 4] = size.to_bytes(4, "little")
    return bytes(blob)


def test_too_many_parts_are_refused(here, there, monkeypatch):
    monkeypatch.setattr(session_module, "MAX_MEMBERS", 3)
    refused(there, here[2], "or 3 parts")


def test_a_session_above_the_size_limit_is_refused(here, there, monkeypatch):
    monkeypatch.setattr(session_module, "MAX_FILE_BYTES", 100)
    refused(there, here[2], "more than the limit")


@pytest.mark.parametrize("data", [b"", b"hello", b"\x80\x04\x95pickle", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_zip_is_refused(there, data):
    refused(there, data, "damaged or is no session")


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_session_is_refused(here, there, keep):
    refused(there, here[2][: int(keep * len(here[2]))], "damaged or is no session")


def test_another_zip_is_refused(there):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02.")
    refused(there, buffer.getvalue(), "no session of this program")


def test_a_session_that_does_not_fit_stores_nothing(here, tmp_path):
    full = Workspace(tmp_path / "full", limit_bytes=1000)
    refused(full, here[2], "no room")


def test_a_failed_import_leaves_what_was_there(here, there, hydrogen):
    kept = there.put_structure(hydrogen.with_(name="mine"))
    with pytest.raises(ArtefactError):
        import_session(there, here[2][:-30])
    assert there.get_structure(kept).name == "mine"


def test_a_session_of_missing_content_is_not_written(here):
    with pytest.raises(ArtefactError, match="not stored on this server"):
        export_session(here[0], {"structures": ["a" * 64]}, {})
    with pytest.raises(ArtefactError, match="cannot hold"):
        export_session(here[0], {"jobs": ["a" * 64]}, {})
