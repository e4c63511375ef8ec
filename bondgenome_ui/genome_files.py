"""Named genomes: saved as a file, opened again, or refused with the reason."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.genome.named import MAX_BYTES, genome_from_json, genome_to_json, name_genome
from bondgenome_core.genome.reading import Reading
from bondgenome_core.names import ascii_file_name

from . import genomes
from .page import clear_messages
from .selection import select


def save_and_open(model: GenomeModel, now: Reading, origin: dict[str, Any]) -> None:
    """Two folded forms: a name to save under, and a file to open."""
    with st.popover("Save", icon=":material/download:"):
        name = st.text_input("Name of this genome", value=f"{origin['structure']} {origin['bond']}", key="genome_name")
        named = name_genome(name, now.values, model, origin)
        st.download_button(
            "Save as JSON", genome_to_json(named), file_name=ascii_file_name(named.name, ".json"), mime="application/json",
            on_click="ignore", type="primary", help="Eight values with the hash of the model that gives them meaning.",
        )  # fmt: skip
    with st.popover("Open", icon=":material/folder_open:"):
        file = st.file_uploader("A genome saved from this page", type=["json"], key="genome_file", max_upload_size=1)
        if file is None or st.session_state.get("genome_file_done") == file.file_id:
            return
        st.session_state["genome_file_done"] = file.file_id
        with clear_messages():
            opened = genome_from_json(file.read(MAX_BYTES + 1), genomes.models())
            genomes.loaded().append(opened)
            if opened.model_hash == model.hash:
                select(genome=opened.values, model=model.hash[: genomes.HASH_DIGITS])
                st.rerun()
            st.info(f"{opened.name} belongs to {opened.model}; choose a bond which that model reads to see it.")
