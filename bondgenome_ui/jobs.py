"""Jobs on a page: what runs, how far it is, its log, cancel and resume."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from bondgenome_core.jobs.queue import JobQueue, open_queue, threads_per_job
from bondgenome_core.jobs.status import QUEUED, RUNNING, Job

from .page import clear_messages
from .selection import select

POLL_SECONDS = 1.5
ICONS = {
    "queued": ":material/hourglass_empty:", "running": ":material/play_circle:", "finished": ":material/check_circle:",
    "failed": ":material/error:", "cancelled": ":material/cancel:", "not converged": ":material/warning:",
}  # fmt: skip


def queue() -> JobQueue:
    """The queue of this server."""
    return open_queue()


def threads() -> int:
    """Cores a job gets here."""
    here = queue()
    return here.threads or threads_per_job(here.max_running)


def show_job(job_id: str) -> None:
    """One job, refreshed while it waits or runs."""
    with clear_messages():
        live = queue().job(job_id).state in (QUEUED, RUNNING)
        st.fragment(run_every=POLL_SECONDS if live else None)(_job)(job_id, live)


def _job(job_id: str, was_live: bool) -> None:
    with clear_messages():
        job = queue().job(job_id)
        if was_live and job.state not in (QUEUED, RUNNING):
            st.rerun()  # the whole page: a new wavefunction may be there
        st.markdown(f"{ICONS[job.state]} **{job.title}** · {job.level} · {job.state}")
        _progress(job)
        _steps(job)
        _actions(job)
        with st.expander("Log"):
            st.code(queue().log(job.id) or "The log is empty.", language=None, height=260)


def _progress(job: Job) -> None:
    if job.state == RUNNING:
        left = f", about {duration(job.seconds_left)} left" if job.seconds_left is not None else ""
        frames = f"frame {job.frames_done + 1} of {job.n_frames}, " if job.n_frames > 1 else ""
        share = job.seconds / (job.seconds + job.seconds_left) if job.seconds_left is not None else 0.0
        st.progress(min(share, 1.0), text=f"{frames}{job.now}; {duration(job.seconds)} so far{left}")
    elif job.error:
        st.warning(job.error)
    else:
        st.caption(f"{job.now} · {duration(job.seconds)}")


def _steps(job: Job) -> None:
    if not job.steps:
        return
    import pandas as pd

    table = pd.DataFrame([s._asdict() for s in job.steps])[["step", "energy_ev", "change_ev", "seconds"]].iloc[::-1]
    st.dataframe(
        table, hide_index=True, height=200, alt="Energy and its change per step",
        column_config={
            "step": "Cycle", "energy_ev": st.column_config.NumberColumn("Energy (eV)", format="%.4f"),
            "change_ev": st.column_config.NumberColumn("Change (eV)", format="%.2e"),
            "seconds": st.column_config.NumberColumn("Time (s)", format="%.1f"),
        },
    )  # fmt: skip


def _actions(job: Job) -> None:
    with st.container(horizontal=True):
        if job.state in (QUEUED, RUNNING) and st.button("Cancel", key=f"cancel_{job.id}", icon=":material/stop_circle:"):
            queue().cancel(job.id)
            st.rerun()
        if job.resumable and st.button("Resume", key=f"resume_{job.id}", icon=":material/replay:"):
            queue().resume(job.id)
            st.rerun()
        _open_result(job)


def _open_result(job: Job) -> None:
    """One button per frame that has a result: its wavefunction, or the relaxed structure."""
    results = [(k, r.wavefunction or r.structure) for k, r in enumerate(job.results) if r.wavefunction or r.structure]
    if not results:
        return
    frame = results[0]
    if len(results) > 1:
        frame = st.selectbox("Frame", results, format_func=lambda found: f"frame {found[0]}", key=f"frame_{job.id}", width=140)
    if st.button("Open the result", key=f"open_{job.id}", icon=":material/hub:"):
        select(structure=frame[1], job=job.id)
        st.switch_page("pages/structure.py")


def job_table(chosen: str) -> None:
    """All jobs of this server; a click on a row opens one."""
    import pandas as pd

    known = queue().jobs()
    if not known:
        st.info("Nothing has run yet. Open Structure, tab Compute, to start a calculation.", icon=":material/pending_actions:")
        return
    table = pd.DataFrame({
        "state": [j.state for j in known], "title": [j.title for j in known], "level": [j.level for j in known],
        "started": [datetime.fromtimestamp(j.queued_at) for j in known], "took": [duration(j.seconds) for j in known],
        "now": [j.error or j.now for j in known],
    })  # fmt: skip
    rows = [k for k, j in enumerate(known) if j.id == chosen]
    st.session_state["job_table"] = {"selection": {"rows": rows}}
    st.dataframe(
        table, key="job_table", hide_index=True, selection_mode="single-row", alt=f"{len(known)} jobs",
        on_select=lambda: _row_chosen(known),
        column_config={
            "state": "State", "title": "Job", "level": "Level", "took": "Time", "now": "What happens",
            "started": st.column_config.DatetimeColumn("Submitted", format="YYYY-MM-DD HH:mm"),
        },
    )  # fmt: skip


def _row_chosen(known: tuple[Job, ...]) -> None:
    rows = st.session_state["job_table"]["selection"]["rows"]
    select(job=known[rows[0]].id if rows else "")


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(75)
    '1 min 15 s'
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
