"""Whether a genome lies where the model was trained, in the same words and colours on every page."""

from __future__ import annotations

import streamlit as st

from bondgenome_core.genome.domain import verdict_of

VERDICTS = {"inside": "inside the domain", "edge": "at the edge of the domain", "outside": "outside the domain"}
COLOURS = {"inside": "green", "edge": "orange", "outside": "red"}
HELP = (
    "Distance to the 5 nearest training genomes and re-encoding error together (their geometric mean), as a percentile of "
    "what the training bonds show themselves; up to 95 inside, up to 99 at the edge. How far it can be trusted: page Models, "
    "Reliability."
)


def domain_words(percentile: float) -> str:
    """The verdict at a percentile."""
    return VERDICTS[verdict_of(percentile)]


def show_domain_badge(percentile: float) -> None:
    """The verdict and the percentile it follows from."""
    colour = COLOURS[verdict_of(percentile)]
    st.badge(f"{domain_words(percentile)}, percentile {percentile:.0f}", icon=":material/verified:", color=colour, help=HELP)
