"""Structures from files, pasted text and SMILES."""

from __future__ import annotations

import streamlit as st

from . import content
from .page import clear_messages
from .selection import select

FORMATS = ["xyz", "extxyz", "cif", "vasp", "poscar", "contcar", "pdb", "sdf", "mol", "traj"]
EXAMPLE = "3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0"


def drop_zone(*, key: str, then: str | None = None) -> None:
    """A file to open; shown at once, or on the page ``then``."""
    file = st.file_uploader(
        "Drop a structure, a trajectory or electrons", key=key,
        help="Structures: xyz, extxyz, cif, POSCAR/CONTCAR, pdb, sdf, mol, traj. Wavefunctions: Molden, FCHK, WFN, WFX. "
        "Grids: cube, ELFCAR. Files are stored by content on this server; links to them work for everyone who uses it.",
    )  # fmt: skip
    if file is None or st.session_state.get(f"{key}_done") == file.file_id:
        return
    with clear_messages():
        select(structure=content.keep_upload(file.name, file.getvalue()))
        st.session_state[f"{key}_done"] = file.file_id
        if then:
            st.switch_page(then)
        st.rerun()


def paste_box() -> None:
    """Coordinates as text: xyz, a POSCAR, a pdb or cif file."""
    with st.form("paste", border=False):
        text = st.text_area("Text of a structure file", height=140, placeholder=EXAMPLE)
        kind = st.selectbox("Format", FORMATS)
        if st.form_submit_button("Show") and text.strip():
            with clear_messages():
                select(structure=content.keep_upload(f"pasted.{kind}", text.encode()))
                st.rerun()


def smiles_box(key: str = "smiles") -> None:
    """A molecule from SMILES, embedded in 3D."""
    with st.form(key, border=False):
        text = st.text_input("SMILES", placeholder="c1ccccc1")
        if st.form_submit_button("Build") and text.strip():
            with clear_messages():
                select(structure=content.keep_smiles(text))
                st.rerun()


def open_dialog() -> None:
    """All ways in, folded away."""
    with st.popover("Open", help="A file, pasted text or SMILES", icon=":material/folder_open:"):
        file, text, smiles = st.tabs(["File", "Text", "SMILES"])
        with file:
            drop_zone(key="structure_drop")
        with text:
            paste_box()
        with smiles:
            smiles_box()
