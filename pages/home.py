"""Home: the most common tasks on shipped data, one click each, and a place to drop a file."""

import streamlit as st

from bondgenome_ui import loading, tasks
from bondgenome_ui.page import run_page


def body() -> None:
    st.title("BondGenome Explorer")
    st.markdown(
        "See where electrons are localized in a chemical bond, read the bond as eight numbers, move them, "
        "and find it among all bonds."
    )
    available = tasks.tasks()
    for column, task in zip(st.columns(len(available), gap="medium"), available, strict=True):
        with column.container(border=True, height="stretch", vertical_alignment="distribute"):
            tasks.show_task(task)
    st.subheader("Your own structure")
    loading.drop_zone(key="home_drop", then="pages/structure.py")


run_page("Home", body)
