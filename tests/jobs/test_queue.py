"""Jobs run in processes of their own, can be watched, stopped and resumed, and never pass off a bad result."""

import json
import os
import signal
import time

import numpy as np
import pytest

from bondgenome_core.electrons.request import MOLECULE_REQUEST, request_hash
from bondgenome_core.errors import ElectronsError, JobError
from bondgenome_core.jobs.folder import JobFolder
from bondgenome_core.jobs.queue import JobQueue
from bondgenome_core.jobs.request import MAX_FRAMES, JobRequest, RelaxRequest, request_from_json
from bondgenome_core.jobs.status import CANCELLED, FAILED, FINISHED, NOT_CONVERGED, QUEUED, RUNNING, cycles_left
from bondgenome_core.structures.structure import Structure
from bondgenome_core.workspace.store import Workspace

pytestmark = pytest.mark.unit

SMALL = MOLECULE_REQUEST.with_(basis="sto-3g", pseudopotential="none")
ENDLESS = SMALL.with_(conv_tol=0.0, max_cycle=100_000)
"""No energy change is smaller than zero, so that this SCF runs until it is stopped."""


def hydrogen(length=0.74, name="hydrogen"):
    return Structure([1, 1], [[0, 0, 0], [0, 0, length]], name=name)


@pytest.fixture
def queue(tmp_path, monkeypatch):
    monkeypatch.setenv("BONDGENOME_JOB_THREADS", "1")
    queue = JobQueue(Workspace(tmp_path / "workspace"), threads=1)
    yield queue
    for job in queue.jobs()[::-1]:
        if job.state in (QUEUED, RUNNING):
            queue.cancel(job.id)


def wait(queue, job_id, until, seconds=60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = queue.job(job_id)
        if until(job):
            return job
        time.sleep(0.05)
    pytest.fail(f"still {job.state}, {job.now}\n{queue.log(job_id)}")


def ended(job):
    return job.state not in (QUEUED, RUNNING)


def stepping(job):
    return len(job.steps) >= 3


def test_an_scf_job_brings_a_wavefunction_and_the_second_identical_one_is_answered_at_once(queue):
    job_id = queue.submit_scf(hydrogen(), SMALL)
    job = wait(queue, job_id, ended)
    assert (job.state, job.error) == (FINISHED, None)
    w = queue.workspace.get_wavefunction(job.wavefunction)
    assert w.n_electrons == 2
    assert w.converged
    assert [s.step for s in job.steps] == list(range(1, len(job.steps) + 1))
    assert job.steps[-1].energy_ev == pytest.approx(w.convergence["energy_hartree"] * 27.211386, abs=1e-3)
    assert "1 threads" in queue.log(job_id)
    assert "finished" in queue.log(job_id)
    assert job.seconds > 0

    began = time.monotonic()
    again = queue.submit_scf(hydrogen(name="the same under another name"), SMALL)
    assert again == job_id
    assert queue.job(again).attempt == 1
    batch = queue.job(queue.submit_batch([hydrogen(), hydrogen()], SMALL))
    assert (batch.state, batch.now, batch.frames_done) == (FINISHED, "found among earlier results", 0 + 2)
    assert time.monotonic() - began < 2

    queue.delete(job_id)
    with pytest.raises(JobError, match="no job"):
        queue.job(job_id)
    assert queue.workspace.has("wavefunctions", job.wavefunction)


def test_an_scf_that_does_not_converge_is_kept_as_such_and_gives_no_wavefunction(queue):
    water = Structure([8, 1, 1], [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]], name="water")
    request = SMALL.with_(max_cycle=3, conv_tol=1e-9)
    job_id = queue.submit_scf(water, request)
    job = wait(queue, job_id, ended)
    assert job.state == NOT_CONVERGED
    assert "did not converge" in job.error
    assert not queue.workspace.get_wavefunction(job.results[0].wavefunction).converged
    assert queue.workspace.find_wavefunction(request_hash(water, request)) is None
    with pytest.raises(JobError, match="did not converge, so that it has no slices or genomes"):
        _ = job.wavefunction
    # asked again, the answer is still 'not converged'; resumed, it goes on from its density and arrives
    assert queue.job(queue.submit_scf(water, request)).state == NOT_CONVERGED
    last_change = job.steps[-1].change_ev
    queue.resume(job_id)
    resumed = wait(queue, job_id, ended)
    assert "going on from the checkpoint" in queue.log(job_id)
    assert abs(resumed.steps[0].change_ev) < abs(last_change)


def test_one_job_runs_and_the_rest_waits_until_it_is_cancelled(queue):
    first = queue.submit_scf(hydrogen(), ENDLESS)
    second = queue.submit_scf(hydrogen(0.8), SMALL)
    job = wait(queue, first, stepping)
    assert job.now.startswith("SCF cycle")
    assert job.seconds_left > 0
    assert queue.job(second).state == QUEUED
    assert queue.job(second).now == "waiting for 1 job before it"
    assert [j.id for j in queue.jobs()] == [second, first]

    cancelled = queue.cancel(first)
    assert (cancelled.state, cancelled.error) == (CANCELLED, None)
    assert not JobFolder(queue.workspace.jobs_folder / first).worker_lives
    assert wait(queue, second, ended).state == FINISHED
    with pytest.raises(JobError, match="only a queued or running"):
        queue.cancel(second)


def test_a_killed_worker_is_noticed_and_its_job_goes_on_from_the_checkpoint(queue):
    job_id = queue.submit_scf(hydrogen(), ENDLESS)
    wait(queue, job_id, stepping)
    folder = JobFolder(queue.workspace.jobs_folder / job_id)
    os.kill(folder.read_status()["pid"], signal.SIGKILL)
    # another process looks, as after a restart of the app: it knows only the folder
    later = JobQueue(Workspace(queue.workspace.root), threads=1)
    job = wait(later, job_id, ended, seconds=10)
    assert job.state == FAILED
    assert "worker process died after step" in job.error
    assert job.resumable
    assert folder.checkpoint(0).is_file()

    later.resume(job_id)
    resumed = wait(later, job_id, stepping)
    assert (resumed.state, resumed.attempt) == (RUNNING, 2)
    assert "going on from the checkpoint" in later.log(job_id)
    # the first cycle starts at the converged density: nothing is lost
    assert abs(resumed.steps[0].change_ev) < 1e-4
    later.cancel(job_id)


def test_a_damaged_checkpoint_starts_the_job_anew(queue):
    job_id = queue.submit_scf(hydrogen(), SMALL.with_(conv_tol=1e-8))
    folder = JobFolder(queue.workspace.jobs_folder / job_id)
    queue.cancel(job_id)
    folder.checkpoint(0).write_bytes(b"\x89HDF\r\n\x1a\n cut off")
    assert queue.job(queue.submit_scf(hydrogen(), SMALL.with_(conv_tol=1e-8))).state in (QUEUED, RUNNING)
    assert wait(queue, job_id, ended).state == FINISHED
    assert "going on from the checkpoint" not in queue.log(job_id)


def test_a_batch_computes_every_frame_once_and_names_the_one_that_cannot_be(queue):
    known = queue.submit_scf(hydrogen(0.74), SMALL)
    wait(queue, known, ended)
    impossible = Structure([79], [[0, 0, 0]], multiplicity=2, name="no such basis")
    job_id = queue.submit_batch([hydrogen(0.72), hydrogen(0.74), impossible, hydrogen(0.76)], SMALL)
    job = wait(queue, job_id, ended)
    assert [r.state for r in job.results] == [FINISHED, FINISHED, FAILED, FINISHED]
    assert job.state == FAILED
    assert job.error.startswith("1 of 4 frames failed; the first:")
    assert job.results[1].wavefunction == queue.job(known).wavefunction
    energies = [
        queue.workspace.get_wavefunction(r.wavefunction).convergence["energy_hartree"] for r in job.results if r.wavefunction
    ]
    assert len(set(energies)) == 3
    assert "starting from the density of the frame before" in queue.log(job_id)


def test_a_relaxation_brings_a_structure_with_the_known_bond_length(queue):
    job = wait(queue, queue.submit_relax(hydrogen(0.9), RelaxRequest(fmax=0.01)), ended)
    assert job.state == FINISHED, job.error
    relaxed = queue.workspace.get_structure(job.results[0].structure)
    assert 0.70 < np.linalg.norm(relaxed.positions[1] - relaxed.positions[0]) < 0.80
    assert job.steps[-1].energy_ev < job.steps[0].energy_ev


def test_a_relaxation_that_does_not_arrive_fails_in_one_sentence(queue):
    job = wait(queue, queue.submit_relax(hydrogen(0.9), RelaxRequest(fmax=1e-3, max_steps=1)), ended)
    assert job.state == FAILED
    assert "did not relax" in job.error


def test_a_fault_of_the_program_is_named_and_kept_in_the_log(queue):
    other = queue.submit_scf(hydrogen(), ENDLESS)
    wait(queue, other, stepping)
    job_id = queue.submit_scf(hydrogen(0.8), SMALL)
    request_file = queue.workspace.jobs_folder / job_id / "request.json"
    content = json.loads(request_file.read_text())
    content["settings"]["max_cycle"] = "many"
    request_file.write_text(json.dumps(content))
    queue.cancel(other)
    job = wait(queue, job_id, ended)
    assert job.state == FAILED
    assert "the log has the details" in job.error
    assert "Traceback" in queue.log(job_id)


def test_a_calculation_above_the_limits_is_refused_before_it_waits(queue, monkeypatch):
    monkeypatch.setattr("bondgenome_core.electrons.plan.MAX_FUNCTIONS", 1)
    with pytest.raises(ElectronsError, match="hydrogen needs 2 basis functions, more than the limit of 1"):
        queue.submit_scf(hydrogen(), SMALL)
    assert queue.jobs() == ()


def test_a_request_survives_its_file_and_keeps_its_id():
    request = JobRequest("batch", (hydrogen(), hydrogen(0.8)), SMALL)
    same = request_from_json(request.to_json())
    assert same.job_id == request.job_id
    assert same.settings == request.settings
    assert JobRequest("scf", (hydrogen(),), SMALL).job_id != JobRequest("scf", (hydrogen(0.75),), SMALL).job_id
    assert JobRequest("scf", (hydrogen(),), SMALL).job_id != JobRequest("scf", (hydrogen(),), ENDLESS).job_id
    renamed = JobRequest("scf", (hydrogen(name="x"),), SMALL)
    assert renamed.job_id == JobRequest("scf", (hydrogen(),), SMALL).job_id


@pytest.mark.parametrize(
    ("kind", "n", "settings"),
    [
        ("dance", 1, SMALL), ("scf", 2, SMALL), ("scf", 0, SMALL), ("batch", 0, SMALL), ("batch", MAX_FRAMES + 1, SMALL),
        ("relax", 1, SMALL), ("scf", 1, RelaxRequest()),
    ],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(kind, n, settings):
    with pytest.raises(JobError):
        JobRequest(kind, (hydrogen(),) * n, settings)


@pytest.mark.parametrize("job_id", ["", "../..", "a" * 15, "A" * 16, "g" * 16])
def test_ids_that_are_none_reach_no_file(queue, job_id):
    for verb in (queue.job, queue.log, queue.cancel, queue.resume, queue.delete, queue.request):
        with pytest.raises(JobError, match="not valid"):
            verb(job_id)


def test_a_job_of_another_server_is_missed_in_one_sentence(queue):
    with pytest.raises(JobError, match="There is no job aaaaaaaaaaaaaaaa on this server"):
        queue.job("a" * 16)


def test_cycles_left_follow_the_falling_energy_change():
    changes = [10.0**-k for k in range(6)]
    assert cycles_left(changes, 1e-8, 60) == 3
    assert cycles_left(changes, 1e-8, 7) == 1
    assert cycles_left([1.0], 1e-8, 60) == 9
    assert cycles_left([1.0] * 10, 1e-8, 60) == 50
