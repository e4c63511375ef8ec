"""About: structures, versions, licences, device."""

import streamlit as st

from bondgenome_ui import about
from bondgenome_ui.page import run_page, show_open_tab


def body() -> None:
    st.title("About")
    show_open_tab({
        "Structures and electrons": about.show_data,
        "Versions and licences": about.show_software,
        "Device and workspace": about.show_machine,
    })  # fmt: skip


run_page("About", body)
