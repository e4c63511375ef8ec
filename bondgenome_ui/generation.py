"""Bonds nobody computed: drawn from the density of real genomes, or sought for wished indices; always beside real bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bondgenome_core.errors import GenomeError
from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.quantities import QUANTITIES

from . import genomes
from .domain_badge import domain_words, show_domain_badge
from .roadmap_tables import show_bonds
from .selection import select
from .strip import Item, show_strip

if TYPE_CHECKING:
    from bondgenome_core.genome.generate import Generated

WAYS = (DRAW, SEEK) = ("Draw from the density of real bonds", "Seek wished indices")
MOST, SEEDS = 12, 10_000
WISHED = ("length", "mayer_order", "rho_bcp", "polarization", "charge_difference", "elf_max")


def show_generation(model: GenomeModel, takes: bool) -> None:
    """Settings, what was generated, and the one looked at.  takes: whether the sliders now belong to this model."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control("Bonds", model.kinds, default=model.kinds[0], required=True, key="generate_kind")
        way = st.segmented_control("Way", WAYS, default=WAYS[0], required=True, key="generate_way")
        number = st.number_input("How many", 1, MOST, 6, key="generate_n", width=110)
        seed = st.number_input("Seed", 0, SEEDS, 0, key="generate_seed", width=110)
    wishes = _wishes(model, kind) if way == SEEK else ()
    if way == SEEK and not wishes:
        st.info("Wish for at least one index: 'an S-Au bond of order 0.9, polarised to S'.", icon=":material/magic_button:")
        return
    found = generated(model.hash, kind, wishes, int(number), int(seed))
    names = [str(k) for k in range(len(found))]
    chosen = st.session_state.get("generate_chosen", "0")
    pictures = genomes.pictures_of(model.hash, tuple(tuple(g.genome.tolist()) for g in found))
    items = [Item(n, _title(g), p, domain_words(g.percentile)) for n, g, p in zip(names, found, pictures, strict=True)]
    show_strip(items, key="generate_strip", label="Generated bonds", chosen=chosen,
               on_choose=lambda n: st.session_state.update(generate_chosen=n))  # fmt: skip
    st.caption(
        "Images by the decoder, no calculation: read each beside its badge and the nearest real bonds. Density: 12 Gaussians "
        f"fitted to the genomes of real {kind} bonds. To have a bond computed, build its structure on the Structure page."
    )
    if chosen in names:
        _look_at(model, found[int(chosen)], dict(wishes), takes=takes)


def _wishes(model: GenomeModel, kind: str) -> tuple[tuple[str, float], ...]:
    """Index -> value for every index wished for; starts at the median of real bonds."""
    bonds = model.bonds[model.bonds["kind"] == kind]
    there = [name for name in WISHED if model.indices is not None and name in bonds]
    if not there:
        raise GenomeError(f"{model.name} reads no indices, so that none can be wished for.")
    chosen = st.multiselect("Wishes", there, default=there[1:2], format_func=lambda n: QUANTITIES[n].axis, key="generate_wishes")
    wishes = []
    with st.container(horizontal=True):
        for name in chosen:
            low, middle, high = (float(v) for v in bonds[name].quantile([0.01, 0.5, 0.99]))
            said = f"{QUANTITIES[name].description} Real {kind} bonds: {low:.3f} to {high:.3f} (1-99 %)."
            value = st.number_input(QUANTITIES[name].axis, value=round(middle, 3), step=max((high - low) / 50, 1e-3),
                                    format="%.3f", key=f"generate_{kind}_{name}", help=said, width=230)  # fmt: skip
            wishes.append((name, float(value)))
    return tuple(wishes)


@st.cache_data(max_entries=64, show_spinner="Seeking bonds")
def generated(model_hash: str, kind: str, wishes: tuple[tuple[str, float], ...], n: int, seed: int) -> list[Generated]:
    from bondgenome_core.genome.generate import sample, seek

    model = genomes.by_hash(model_hash)
    return seek(model, kind, dict(wishes), n, seed=seed) if wishes else sample(model, kind, n, seed=seed)


def _title(g: Generated) -> str:
    return f"{g.indices[0]:.2f} Å" if len(g.indices) else "bond"


def _look_at(model: GenomeModel, g: Generated, wishes: dict[str, float], *, takes: bool) -> None:
    import pandas as pd

    from bondgenome_core.genome.index_model import INDICES

    left, right = st.columns([2, 3], gap="large")
    with left:
        if len(g.indices):
            table = pd.DataFrame([
                {"index": QUANTITIES[name].axis, "wish": wishes.get(name), "read": value, "sd": sd}
                for name, value, sd in zip(INDICES, g.indices.tolist(), g.sd.tolist(), strict=True)
            ]).dropna(axis=1, how="all")  # fmt: skip
            number = {
                c: st.column_config.NumberColumn(t, format="%.3f") for c, t in (("wish", "Wish"), ("read", "Read"), ("sd", "±"))
            }
            st.dataframe(table, hide_index=True, alt="Indices of the generated bond", column_config={"index": "Index", **number})
        show_domain_badge(g.percentile)
        values = tuple(float(v) for v in g.genome)
        st.button(
            "Put it on the sliders", disabled=not takes, on_click=select, icon=":material/tune:",
            kwargs={"genome": values, "model": model.hash[: genomes.HASH_DIGITS]},
            help=None if takes else f"Choose a bond that {model.name} reads first.",
        )  # fmt: skip
    with right:
        st.markdown("**Nearest real bonds**")
        atlas = genomes.atlas_of(model.hash)
        if atlas is None:
            st.caption("This model has no map of its bonds yet.")
            return
        numbers, distances = genomes.nearest_mapped(model.hash, values)
        show_bonds(atlas, numbers, distances, key="generate_neighbours", alt="Real bonds nearest to the generated one",
                   distance="d (sd)", on_choose=lambda n: genomes.visit(model, n))  # fmt: skip
