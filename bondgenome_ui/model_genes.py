"""The gene dictionary: what each of the eight values does to the image and what it goes with, by measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from bondgenome_core.errors import ArtefactError
from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.quantities import QUANTITIES

from .page import theme
from .slice_view import draw

if TYPE_CHECKING:
    import pandas as pd

STEPS = (-2, -1, 0, 1, 2)
REPRODUCIBLE = 0.9
PICTURE, GAP = 520, 6
"""Pixels: width of a strip, and between its images."""


def show_genes(model: GenomeModel) -> None:
    """Traversals, reproducibility, and dependence on descriptors within one kind of bond."""
    kind = st.segmented_control("Bonds", model.kinds, default=model.kinds[0], required=True, key="models_kind")
    _traversals(model, kind)
    _reproducibility(model)
    try:
        meanings, readings = _dictionary(model.name, model.hash, kind)
    except ArtefactError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    if meanings.empty:
        st.info(f"No index of {kind} bonds was computed for this model.", icon=":material/info:")
        return
    from bondgenome_core.genome.figures import meaning_figure, readability_figure

    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(f"**What goes with each gene**, {kind} bonds")
        alt = f"Rank correlation of eight genes with {meanings['label'].nunique()} descriptors of {kind} bonds."
        draw(meaning_figure(meanings, theme=theme()), key="models_meanings", alt=alt)
    with right:
        st.markdown("**What can be read from all eight**")
        alt = f"R2 of {len(readings)} descriptors of {kind} bonds from the genome and from bond length alone."
        draw(readability_figure(readings, theme=theme()), key="models_readings", alt=alt)
    st.caption(
        f"Spearman's rank correlation and mutual information (under the pointer) over up to {int(meanings['n'].max()):,} bonds; "
        "errors are one standard error over ten groups of whole trajectories. Descriptors were computed from structure and "
        "density, never from the image. R²: gradient-boosted trees, trained without the test trajectories."
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _dictionary(name: str, model_hash: str, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    from bondgenome_core.genome.dictionary import DESCRIPTORS, load_dictionary
    from bondgenome_core.genome.model import find_model

    groups = {column: group for group, columns in DESCRIPTORS.items() for column in columns}

    def table(rows: list[Any]) -> pd.DataFrame:
        own = [
            r._asdict() | {"label": f"{groups[r.descriptor]}: {QUANTITIES[r.descriptor].label}"} for r in rows if r.kind == kind
        ]
        return pd.DataFrame(own)

    meanings, readings = load_dictionary(find_model(name))
    return table(meanings), table(readings)


def _traversals(model: GenomeModel, kind: str) -> None:
    """Images with one gene moved by up to two standard deviations, the others at the median bond of the kind."""
    st.markdown(
        f"**What each gene does to the image** of {kind} bonds: −2 to +2 standard deviations, the others at the median bond"
    )
    pictures = _pictures(model.name, model.hash, kind)
    r = model.card.get("figures", {}).get("gene_reproducibility", [None] * len(pictures))
    for start in range(0, len(pictures), 2):
        for gene, place in zip((start, start + 1), st.columns(2, gap="medium"), strict=True):
            with place, st.container(gap="xsmall"):
                said = f"**g{gene + 1}**" + (" ~" if r[gene] is not None and r[gene] < REPRODUCIBLE else "")
                st.markdown(said if r[gene] is None else f"{said} &nbsp; |r| with other seeds {r[gene]:.2f}")
                st.image(pictures[gene], width=PICTURE)


@st.cache_data(max_entries=8, show_spinner=False)
def _pictures(name: str, model_hash: str, kind: str) -> list[np.ndarray]:
    """One picture per gene (height, width, 3): its steps side by side."""
    from bondgenome_core.genome.dictionary import traversal
    from bondgenome_core.genome.figures import colour_table
    from bondgenome_core.genome.model import find_model

    table = colour_table("perceptual")
    images = traversal(find_model(name), kind, STEPS)
    # rows of an image run downwards, x upwards
    strips = [[table[np.round(255 * image[::-1]).astype(int)].repeat(2, 0).repeat(2, 1) for image in row] for row in images]
    return [np.concatenate([np.pad(p, ((0, 0), (0, GAP), (0, 0)), constant_values=255) for p in row], 1) for row in strips]


def _reproducibility(model: GenomeModel) -> None:
    figures = model.card.get("figures", {})
    if "gene_reproducibility" not in figures:
        return
    weak = [f"g{k + 1} ({r:.2f})" for k, r in enumerate(figures["gene_reproducibility"]) if r < REPRODUCIBLE]
    whole = f"the eight together with R² {figures['subspace_reproducibility']:.3f}"
    if weak:
        st.warning(
            f"Models of other seeds find {', '.join(weak)} only with the |r| in brackets, marked ~: what these mean is not "
            f"settled. They find {whole}.",
            icon=":material/casino:",
        )
    else:
        st.success(f"Models of other seeds find every gene again with |r| of at least {REPRODUCIBLE}, {whole}.")
