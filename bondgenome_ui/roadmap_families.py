"""Families with their exemplars, and walks over the roads between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from bondgenome_core.roadmap.atlas import Atlas

from .barcode import BARCODE, barcode_uri
from .roadmap_content import label_of, picture_of, shown_model
from .roadmap_tables import show_bonds
from .strip import Item, show_strip

if TYPE_CHECKING:
    from bondgenome_core.roadmap.roads import Step

Go = Callable[[Atlas, int], None]
ENDS = ("from", "to")


def show_families(atlas: Atlas, go: Go) -> None:
    """A table of families; pictures of their exemplars on demand, each of which can be gone to."""
    import pandas as pd

    if st.toggle("Pictures of the exemplars", key="roadmap_pictures", help="Decoded from the exemplars' genomes."):
        _pictures(atlas, go)
    table = pd.DataFrame([
        {"family": f.label, "size": f.size, "length": f.mean_length, "stability": f.stability,
         "barcode": barcode_uri(atlas.genomes[f.exemplar], width=BARCODE),
         "exemplar": label_of(atlas, f.exemplar), "kinds": _counts(f.kinds), "species": _counts(f.species)}
        for f in atlas.families
    ])  # fmt: skip
    st.dataframe(
        table, hide_index=True, alt=f"{len(table)} families of bonds with their contents",
        column_config={
            "family": "Family", "size": "Bonds", "length": st.column_config.NumberColumn("Mean length (Å)", format="%.3f"),
            "stability": st.column_config.NumberColumn("Stability", format="%.2f"),
            "barcode": st.column_config.ImageColumn("Exemplar's barcode", width=BARCODE + 30), "exemplar": "Exemplar",
            "kinds": "Kinds", "species": "Species",
        },
    )  # fmt: skip
    st.caption(
        "Agglomerative clustering (Ward) of genome distances, cut where the mean silhouette is largest "
        f"({atlas.figures['silhouette']:.2f}); the exemplar is the medoid. A low silhouette means families run into one another. "
        "Stability: mean Jaccard similarity with the family found again among other draws of the bonds (20); below 0.6 the "
        "border of a family is not settled."
    )


def _pictures(atlas: Atlas, go: Go) -> None:
    model = shown_model()
    if model is None:
        return
    items = [
        Item(str(f.exemplar), f"{f.short} {label_of(atlas, f.exemplar).split(',')[0]}",
             picture_of(model.name, model.hash, tuple(atlas.genomes[f.exemplar].tolist())), f.label)
        for f in atlas.families
    ]  # fmt: skip
    show_strip(items, key="roadmap_exemplars", label="Exemplars of the families", chosen=None,
               on_choose=lambda n: go(atlas, int(n)))  # fmt: skip


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())


def chosen_walk(atlas: Atlas) -> tuple[Step, ...]:
    """The walk chosen under the map; empty where none is."""
    start, end = (st.session_state.get(_end(atlas, word)) for word in ENDS)
    if start is None or end is None:
        return ()
    return atlas.walk(start, end)


def choose_walk(atlas: Atlas, start: int, end: int) -> None:
    """Choose two families (from 0) before the lists under the map are drawn."""
    st.session_state[_end(atlas, "from")], st.session_state[_end(atlas, "to")] = start, end


def _end(atlas: Atlas, word: str) -> str:
    return f"roadmap_{atlas.model}_{word}"


def show_walk(atlas: Atlas, go: Go) -> None:
    """From one family to another through real bonds, each step with its distance in genome space."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label in (("from", "From"), ("to", "To")):
            st.selectbox(label, range(len(atlas.families)), index=None, key=_end(atlas, key), width=260,
                         format_func=lambda k: atlas.families[k].label, placeholder="choose a family")  # fmt: skip
    steps = chosen_walk(atlas)
    if not steps:
        st.info("Choose two families to walk from the exemplar of one to that of the other.", icon=":material/route:")
        _network(atlas)
        return
    families = " → ".join(dict.fromkeys(atlas.families[s.family].short for s in steps))
    lengths = [s.distance for s in steps]
    st.caption(
        f"{len(steps) - 1} steps, {sum(lengths):.2f} sd in all, the widest {max(lengths):.2f} sd; families passed: {families}. "
        "Click a step to see its bond."
    )
    show_bonds(
        atlas, [s.bond for s in steps], lengths, key="roadmap_walk", alt=f"A walk of {len(steps)} bonds through {families}",
        distance="Step (sd)", gaps=[s.gap for s in steps], on_choose=lambda n: go(atlas, n),
        height=min(38 + 35 * len(steps), 400),
    )  # fmt: skip


def _network(atlas: Atlas) -> None:
    """All roads, the shortest first."""
    import pandas as pd

    if not atlas.roads:
        st.caption("There is one family only, so that no road is needed.")
        return
    rows = sorted(atlas.roads, key=lambda r: r.distance)
    table = pd.DataFrame([
        {"from": atlas.families[r.a].label, "to": atlas.families[r.b].label, "distance": r.distance, "similarity": r.similarity,
         "tree": r.in_tree, "support": r.support, "bonds": len(r.bonds), "widest": r.widest_step,
         "gap": max(r.gaps, default=float("nan")), "start": label_of(atlas, r.bonds[0]),
         "end": label_of(atlas, r.bonds[-1])}
        for r in rows
    ])  # fmt: skip
    number = st.column_config.NumberColumn
    st.dataframe(
        table, hide_index=True, alt=f"{len(table)} roads between families",
        column_config={
            "from": "From", "to": "To", "distance": number("Distance (sd)", format="%.2f"),
            "similarity": number("Similarity", format="%.2f"),
            "support": number("Support", format="%.2f"), "gap": number("Widest gap (RMSE)", format="%.3f"),
            "tree": st.column_config.CheckboxColumn("Spanning tree"), "bonds": "Bonds on the way",
            "widest": number("Widest step (sd)", format="%.2f"), "start": "Starts at", "end": "Ends at",
        },
    )  # fmt: skip
    st.caption(
        "Distance is between exemplars in genome space (standard deviations); similarity = 1 / (1 + distance). "
        "Support: share of 20 other draws of the bonds in which the road is there too; below 0.5 it is dashed on the map. Gap: "
        "RMSE of ELF between the image half way along a step and the nearest real one."
    )
