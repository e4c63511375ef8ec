"""Jobs: what runs, what ran, what failed and why."""

import streamlit as st

from bondgenome_ui import jobs
from bondgenome_ui.page import run_page
from bondgenome_ui.selection import current


def body() -> None:
    st.title("Jobs")
    st.caption("Calculations of this server, shared by everyone who uses it. They go on when the browser is closed.")
    jobs.job_table(current().job)
    if current().job:
        with st.container(border=True):
            jobs.show_job(current().job)


run_page("Jobs", body)
