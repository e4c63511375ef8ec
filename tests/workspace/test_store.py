"""The workspace keeps content by hash, refuses what it cannot keep, and survives other processes."""

import multiprocessing
import os
import sys
import time
import types

import numpy as np
import pytest

from bondgenome_core.electrons.request import MOLECULE_REQUEST, request_hash
from bondgenome_core.errors import ArtefactError
from bondgenome_core.names import renamed_sentence, safe_name
from bondgenome_core.structures.structure import Bond, Structure
from bondgenome_core.workspace.cleanup import clean
from bondgenome_core.workspace.store import Workspace, open_workspace, write_atomically

pytestmark = pytest.mark.unit


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def test_a_structure_comes_back_bit_for_bit(workspace, rng_structure):
    same = workspace.get_structure(workspace.put_structure(rng_structure))
    assert np.array_equal(same.positions, rng_structure.positions)
    assert np.array_equal(same.cell, rng_structure.cell)
    assert (same.pbc, same.charge, same.multiplicity, same.bonds) == (
        rng_structure.pbc, rng_structure.charge, rng_structure.multiplicity, rng_structure.bonds,
    )  # fmt: skip
    assert (same.name, same.source) == (rng_structure.name, rng_structure.source)


@pytest.fixture
def rng_structure():
    rng = np.random.default_rng(0)
    return Structure(
        [79, 16, 1], rng.normal(scale=3, size=(3, 3)), np.diag([9.1, 9.2, 9.3]), (True, True, True), 0, 1,
        (Bond(0, 1, (1, 0, -1)),), "Größe ₂", "made at random",
    )  # fmt: skip


def test_the_same_content_is_stored_once(workspace, hydrogen):
    assert workspace.put_structure(hydrogen) == workspace.put_structure(hydrogen)
    assert len(list((workspace.root / "structures").iterdir())) == 1
    assert workspace.put_structure(hydrogen.with_(name="other")) != workspace.put_structure(hydrogen)


def test_an_upload_keeps_its_bytes_and_a_harmless_name(workspace):
    upload = workspace.get_upload(workspace.put_upload("../../etc/pass\nwd.xyz", b"\x00binary\nlines\n"))
    assert upload == ("passwd.xyz", b"\x00binary\nlines\n")
    assert {p.parent.name for p in workspace.root.rglob("*") if p.is_file()} == {"uploads"}


@pytest.mark.parametrize("name", ["../../x", "a/b\\c", "..", "", "con:x", "a\x00b", "Å" * 500])
def test_names_with_path_parts_are_cut_and_said_so(name):
    kept = safe_name(name)
    assert kept
    assert not set(kept) & set("/\\:\x00")
    assert len(kept) <= 80
    assert renamed_sentence(name).count(".") >= 1


def test_letters_of_other_scripts_stay_in_names():
    assert safe_name("硫金 Größe.xyz") == "硫金 Größe.xyz"
    assert renamed_sentence("硫金 Größe.xyz") is None


def test_a_file_of_300_mb_is_refused_in_one_sentence(workspace):
    with pytest.raises(ArtefactError, match="300 MiB, more than the limit of 100 MiB"):
        workspace.put_upload("big.cube", bytes(300 * 2**20))
    assert workspace.used_bytes() == 0


def test_an_empty_file_is_refused(workspace):
    with pytest.raises(ArtefactError, match="empty"):
        workspace.put_upload("nothing.xyz", b"")


def test_a_full_workspace_refuses_and_keeps_what_it_has(tmp_path, hydrogen):
    workspace = Workspace(tmp_path, limit_bytes=1500)
    kept = workspace.put_structure(hydrogen)
    with pytest.raises(ArtefactError, match="no room for this; run the clean-up"):
        workspace.put_upload("large.xyz", bytes(2000))
    assert workspace.get_structure(kept).name == "hydrogen"


@pytest.mark.parametrize("content_id", ["../../../etc/passwd", "", "abc", "g" * 64, "a" * 64 + "/..", "A" * 64])
def test_no_id_reaches_outside_the_workspace(workspace, content_id):
    with pytest.raises(ArtefactError):
        workspace.get_structure(content_id)
    with pytest.raises(ArtefactError):
        workspace.write("structures", content_id, b"{}")


def test_a_missing_id_is_named_in_one_sentence(workspace, hydrogen):
    sentence = workspace.missing_sentence("structures", "a" * 64)
    assert sentence.startswith("The structure aaaaaaaa of this link is not stored on this server")
    assert sentence.endswith(".")
    assert workspace.missing_sentence("structures", workspace.put_structure(hydrogen)) is None
    assert "not valid" in workspace.missing_sentence("structures", "../x")


def test_damaged_content_is_refused(workspace, hydrogen):
    content_id = workspace.put_structure(hydrogen)
    path = workspace.root / "structures" / f"{content_id}.json"
    path.write_bytes(path.read_bytes().replace(b"0.74", b"0.75"))
    with pytest.raises(ArtefactError, match="damaged"):
        workspace.get_structure(content_id)


def test_a_wavefunction_is_found_by_its_request(workspace, hydrogen, hydrogen_wavefunction):
    stored = workspace.put_wavefunction(hydrogen_wavefunction(hydrogen))
    assert workspace.find_wavefunction(request_hash(hydrogen, MOLECULE_REQUEST)) == stored
    assert workspace.find_wavefunction(request_hash(hydrogen, MOLECULE_REQUEST.with_(functional="b3lyp"))) is None
    assert workspace.get_wavefunction(stored).n_electrons == 2
    assert not list((workspace.root / "wavefunctions").glob("*.part"))


def test_an_unconverged_wavefunction_never_answers_a_request(workspace, hydrogen, hydrogen_wavefunction):
    stored = workspace.put_wavefunction(hydrogen_wavefunction(hydrogen, converged=False))
    assert not workspace.get_wavefunction(stored).converged
    assert workspace.find_wavefunction(request_hash(hydrogen, MOLECULE_REQUEST)) is None


def test_a_wavefunction_that_states_a_foreign_request_does_not_answer_it(workspace, hydrogen, hydrogen_wavefunction):
    forged = hydrogen_wavefunction(hydrogen)
    other = request_hash(hydrogen.with_(charge=-2), MOLECULE_REQUEST)
    forged.provenance["request_sha256"] = other
    workspace.put_wavefunction(forged)
    assert workspace.find_wavefunction(other) is None


def test_named_selections_are_listed_newest_first(workspace):
    first = workspace.put_document("selections", "core bonds", {"bonds": [1, 2]})
    os.utime(workspace.root / "selections" / f"{first}.json", (1, 1))
    second = workspace.put_document("selections", "staple bonds", {"bonds": [3]})
    assert [d.id for d in workspace.list_documents("selections")] == [second, first]
    assert workspace.get_document("selections", first)[1:3] == ("core bonds", {"bonds": [1, 2]})
    workspace.delete_document("selections", first)
    assert [d.name for d in workspace.list_documents("selections")] == ["staple bonds"]


@pytest.mark.parametrize("content", [{"g": float("nan")}, {"g": object()}, {"g": np.zeros(2)}])
def test_content_that_json_cannot_hold_is_refused(workspace, content):
    with pytest.raises(ArtefactError, match="cannot be stored"):
        workspace.put_document("dashboards", "bad", content)


def test_an_unknown_kind_of_document_is_refused(workspace):
    with pytest.raises(ArtefactError, match="use one of selections"):
        workspace.put_document("jobs", "bad", {})


def test_the_environment_sets_folder_and_limits(monkeypatch, tmp_path):
    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path / "shared"))
    monkeypatch.setenv("BONDGENOME_WORKSPACE_LIMIT_GIB", "2")
    monkeypatch.setenv("BONDGENOME_UPLOAD_LIMIT_MIB", "0.5")
    workspace = open_workspace()
    assert (workspace.root, workspace.limit_bytes, workspace.upload_limit_bytes) == (tmp_path / "shared", 2**31, 2**19)


def test_a_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    write_atomically(path, b"old")

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["status.json"]


def _put_many(root, worker):
    workspace = Workspace(root)
    for k in range(20):
        workspace.put_structure(Structure([1, 1], [[0, 0, 0], [0, 0, 0.7 + 0.01 * k]], name="shared"))
        workspace.put_document("selections", f"{worker}-{k}", {"k": k})


def test_two_processes_write_the_same_content_without_loss(workspace, monkeypatch):
    # a page run by AppTest stays behind as the main module, which spawned processes would run again
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_put_many, args=(workspace.root, n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    structures = [p.stem for p in (workspace.root / "structures").iterdir()]
    assert len(structures) == 20
    assert all(len(workspace.get_structure(i)) == 2 for i in structures)
    assert len(workspace.list_documents("selections")) == 40


def test_the_clean_up_removes_the_oldest_first_and_keeps_documents(workspace, hydrogen):
    kept = [workspace.put_structure(hydrogen), workspace.put_document("selections", "mine", {})]
    uploads = [workspace.put_upload(f"{k}.xyz", bytes([65 + k]) * 2**20) for k in range(4)]
    for k, upload in enumerate(uploads):
        os.utime(workspace.root / "uploads" / f"{upload}.bin", (time.time() - 1000 * (4 - k),) * 2)
    workspace.get_upload(uploads[0])  # used just now: no longer the oldest
    removed = clean(workspace, keep_gib=2.5 / 1024)
    assert removed.n_entries == 2
    assert [workspace.has("uploads", u) for u in uploads] == [True, False, False, True]
    assert workspace.has("structures", kept[0])
    assert workspace.has("selections", kept[1])
    assert removed.left_bytes == workspace.used_bytes()


def test_the_clean_up_by_age_never_touches_running_jobs(workspace):
    for state in ("running", "queued", "finished"):
        folder = workspace.jobs_folder / state
        folder.mkdir()
        write_atomically(folder / "status.json", b'{"state": "%s"}' % state.encode())
        os.utime(folder / "status.json", (1, 1))
    assert clean(workspace, older_than_days=30).n_entries == 1
    assert sorted(p.name for p in workspace.jobs_folder.iterdir()) == ["queued", "running"]


def test_the_clean_up_removes_leftovers_of_crashed_writers_only(workspace):
    folder = workspace.root / "structures"
    folder.mkdir(parents=True)
    for name, age in (("a.json.part", 7200), ("b.json.part", 1)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)
    clean(workspace, keep_gib=1)
    assert [p.name for p in folder.iterdir()] == ["b.json.part"]


@pytest.mark.parametrize("limits", [{}, {"keep_gib": -1}, {"older_than_days": -0.5}])
def test_a_clean_up_without_a_sensible_limit_is_refused(workspace, limits):
    with pytest.raises(ArtefactError):
        clean(workspace, **limits)


def test_the_clean_up_is_a_verb_that_needs_a_limit(tmp_path, monkeypatch):
    import json

    from typer.testing import CliRunner

    from bondgenome_core.workspace.verbs import workspace_verbs

    monkeypatch.setenv("BONDGENOME_WORKSPACE", str(tmp_path))
    Workspace(tmp_path).put_upload("old.xyz", b"x" * 1000)
    asked = CliRunner().invoke(workspace_verbs, ["size", "--json"])
    assert json.loads(asked.stdout)["used_bytes"] > 1000
    cleaned = CliRunner().invoke(workspace_verbs, ["clean", "--keep-gib", "0", "--json"])
    assert json.loads(cleaned.stdout) == {"n_entries": 1, "freed_bytes": 1008, "left_bytes": 0}
    refused = CliRunner().invoke(workspace_verbs, ["clean"])
    assert isinstance(refused.exception, ArtefactError)
