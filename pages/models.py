"""Models: data, errors, the gene dictionary, indices and the reliability of each genome model."""

import streamlit as st

from bondgenome_core.artefacts import ASSETS
from bondgenome_ui import about, genomes, model_card, model_genes
from bondgenome_ui.page import run_page, show_open_tab


def body() -> None:
    models = {m.name: m for m in genomes.models()}
    if not models:
        st.info("No genome model is installed. Train one with `dataset build` and `train genome`.", icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = models[st.selectbox("Model", list(models), key="models_model", width=300)]
        level, weights = model.card["accepts"]["level"], model.hash[: genomes.HASH_DIGITS]
        st.caption(f"Reads {', '.join(model.kinds)} bonds · {level} · weights {weights}")
    show_open_tab({
        "Data": lambda: model_card.show_data(model),
        "Errors and aims": lambda: model_card.show_errors(model),
        "Genes": lambda: model_genes.show_genes(model),
        "Indices": lambda: model_card.show_indices(model),
        "Reliability": lambda: model_card.show_reliability(model),
        "Card": lambda: about.show_card(ASSETS / "models" / model.name),
    })  # fmt: skip


run_page("Models", body)
