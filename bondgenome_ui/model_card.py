"""What a genome model was made from, how well it does, and how far it can be trusted: everything its card states."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.quantities import QUANTITIES

from .page import theme
from .slice_view import draw

SPLITS = {"heldout_species": "species never seen", "heldout_frames": "trajectories never seen"}
WINDOWS = {"": "2.4 Å disc", "_fullwindow": "full 6.4 Å"}
READERS = {"": "Genome", "pca8_": "PCA-8", "bondlength_": "Bond length only"}
"""Parts of the names of the figures on a card, and what they mean."""
DISTRIBUTIONS = ("length", "gauge_quality")


def show_data(model: GenomeModel) -> None:
    """The data card: species, level of theory, convergence of every calculation, distributions, what was left out."""
    from bondgenome_core.genome.data_card import read_entries, species_table
    from bondgenome_core.genome.figures import distribution_figure

    entries, bonds = read_entries(model), model.bonds
    table = species_table(entries, bonds)
    st.markdown(
        f"**{len(bonds):,} bonds** ({2 * len(bonds):,} images) from {len(entries)} calculations of {len(table)} species · "
        f"{model.card['accepts']['level']} · {int(entries['converged'].sum())} of {len(entries)} converged"
    )
    words = {"species": "Species", "formulas": "Formulas", "charges": "Charges", "temperatures_k": "Temperatures (K)",
             "snapshots": "Snapshots", "relaxed": "Relaxed", "test_bonds": "Bonds tested on"}  # fmt: skip
    st.dataframe(
        table, hide_index=True, column_config=words, alt=f"{len(table)} species of {model.name} with their calculations and bonds"
    )
    for column, place in zip(DISTRIBUTIONS, st.columns(len(DISTRIBUTIONS), gap="medium"), strict=True):
        with place:
            alt = f"Distribution of {QUANTITIES[column].label.lower()} over {len(bonds)} bonds, by kind."
            draw(distribution_figure(bonds, column, theme=theme()), key=f"models_{column}", alt=alt)
    with st.expander(f"Convergence of all {len(entries)} calculations", icon=":material/checklist:"):
        st.dataframe(
            entries, hide_index=True, height=320, alt="Charge, SCF cycles, last energy change and gap of every calculation",
            column_order=["wavefunction", "charge", "multiplicity", "role", "temperature_k", "converged", "cycles",
                          "energy_change", "gap_ev"],
            column_config={
                "wavefunction": "Calculation", "charge": "Charge", "multiplicity": "Multiplicity", "role": "Role",
                "temperature_k": "Temperature (K)", "converged": "Converged", "cycles": "SCF cycles",
                "energy_change": st.column_config.NumberColumn("Last change (hartree)", format="scientific"),
                "gap_ev": st.column_config.NumberColumn("Gap (eV)", format="%.2f"),
            },
        )  # fmt: skip
    left_out = model.card.get("left_out", [])
    with st.expander(f"Left out: {len(left_out)} calculations", icon=":material/block:"):
        st.markdown("\n".join(f"- {name}: {reason}" for name, reason in left_out) or "Nothing was left out.")


def show_errors(model: GenomeModel) -> None:
    """Errors beside the baselines, by split and by species, and the aims with what was reached."""
    import pandas as pd

    from bondgenome_core.genome.card import aims, limits

    figures = model.card.get("figures", {})
    rows = error_rows(figures)
    if not rows:
        st.caption("This card states no errors.")
        return
    number = {name: st.column_config.NumberColumn(name, format="%.4f") for name in READERS.values()}
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"Errors of {model.name} beside baselines", column_config=number)
    st.caption("RMSE of ELF (0-1) over counting pixels, eight values per image for the genome and for PCA-8.")
    if figures["species"]:
        by = {words: figures[f"{reader}rmse_by_species"] for reader, words in READERS.items()}
        table = pd.DataFrame(
            {"Species left out": figures["species"], **{w: [v[s] for s in figures["species"]] for w, v in by.items()}}
        )
        st.dataframe(table, hide_index=True, alt="Error on every species by a code that never saw it", column_config=number)
    table = pd.DataFrame(aims(figures, model.kinds), columns=["Figure", "Measured", "Aim", "Reached"])
    if table.empty:
        return
    with st.expander(f"Aims: {int(table['Reached'].sum())} of {len(table)} reached", icon=":material/flag:", expanded=True):
        st.dataframe(table, hide_index=True, alt="Aims of this model and what was measured")
        st.markdown("\n".join(f"- {words}" for words in limits(figures, model.kinds)))


def error_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per split and window that the card has a figure of."""
    rows = []
    for split, split_words in SPLITS.items():
        for window, window_words in WINDOWS.items():
            found = {words: figures.get(f"{reader}rmse_{split}{window}") for reader, words in READERS.items()}
            if any(value is not None for value in found.values()):
                rows.append({"Tested on": split_words, "Window": window_words, **found})
    return rows


def show_indices(model: GenomeModel) -> None:
    """How well indices are read from the eight values, beside what length and kind alone would say."""
    import pandas as pd

    figures = model.card.get("figures", {})
    if "r2" not in figures:
        st.info(f"{model.name} was trained without indices; 'dataset indices' before 'train genome' adds them.")
        return
    table = pd.DataFrame([
        {"index": QUANTITIES[name].axis, "r2": r2, "species": figures.get("r2_species", {}).get(name),
         "baseline": figures["r2_lengthkind_only"][name], "soap": figures.get("r2_soap", {}).get(name),
         "description": QUANTITIES[name].description}
        for name, r2 in figures["r2"].items()
    ])  # fmt: skip
    number = st.column_config.NumberColumn
    st.dataframe(
        table, hide_index=True, alt="R2 of every index, for trajectories and species never seen, and for baselines",
        column_config={
            "index": "Index", "r2": number("Trajectories never seen", format="%.3f"),
            "species": number("Species never seen", format="%.3f"), "baseline": number("Length and kind only", format="%.3f"),
            "soap": number("SOAP of the geometry", format="%.3f"), "description": "What it is",
        },
    )  # fmt: skip
    st.caption(
        "R² within each kind of bond, the smallest over kinds; read by an ensemble of small networks from the genome of the "
        f"gauge plane. Its error is {figures['index_gain']:.2f} of that of gradient-boosted trees on length and kind, the mean "
        "over all indices but length."
    )


def show_reliability(model: GenomeModel) -> None:
    """Does the badge know how wrong the model is where it never saw the species?"""
    from bondgenome_core.genome.figures import reliability_figure

    figures = model.card.get("figures", {})
    if "calibration_pairs" not in figures:
        st.info("No species of this model could be left out, so that the badge was not tested.")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        alt = "Errors stated by badges against actual errors of species never seen."
        draw(reliability_figure(figures["calibration_pairs"], theme=theme()), key="models_reliability", alt=alt)
    with right:
        st.metric("Rank correlation of badge and error", f"{figures['ood_calibration']:.2f}", help="Spearman; aim: 0.7.")
        st.markdown(
            "Every species was left out in turn and its images were encoded by a code that never saw it. The badge saw only the "
            "genome: its distance to the training bonds and whether it survives decoding and encoding again. The stated error "
            "is the mean one of *other* species at that badge; ten groups of equal size."
        )
