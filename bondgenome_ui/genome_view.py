"""The Genome page's workbench: sliders, saving, models, and what to do where there is nothing to show."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bondgenome_core.errors import ArtefactError, GenomeError
from bondgenome_core.genome.model import GenomeModel
from bondgenome_core.slices.elf_slice import WINDOW
from bondgenome_core.slices.figures import provenance_line, slice_title
from bondgenome_core.slices.slice_set import DISC_RADIUS
from bondgenome_core.structures.structure import Bond, Structure

from . import content, genomes
from .barcode import barcode_uri
from .content import SliceKey
from .dashboard import offer_pin
from .genome_files import save_and_open
from .genome_recompute import refuse
from .page import ACCENTS, clear_messages, theme, write_link
from .selection import current, select
from .slice_view import show_gauge
from .sliders import Choice, Workbench, bring_model, cut_of, show_sliders
from .viewer import bond_label

_OPENED = "genome_neighbour_opened"


def choose_first(structure: Structure) -> None:
    """Nothing chosen yet: say how to begin, and offer the shortest bond of each kind that a model reads."""
    st.info("Click a bond in the 3D view, choose one in the list, or start with one of these.", icon=":material/ads_click:")
    with st.container(horizontal=True):
        for kind in [k for m in genomes.models() for k in m.kinds]:
            own = [b for b in structure.bonds if structure.kind(b) == kind]
            if own:
                shortest = min(own, key=structure.length)
                st.button(f"Shortest {kind} bond", on_click=select, kwargs={"bond": shortest}, key=f"first_{kind}")


def show_sliders_of(structure: Structure, key: str, bond: Bond, second: Bond | None) -> None:
    """The workbench of a bond, or why there is none and what can be done."""
    try:
        model = genomes.model_of(structure, key, bond)
    except GenomeError as error:
        recomputed = refuse(structure, key, bond, error)
        if recomputed is None:
            return
        key, model = recomputed
    show_workbench(structure, key, bond, second, model)


def show_workbench(structure: Structure, key: str, bond: Bond, second: Bond | None, model: GenomeModel) -> None:
    """The eight sliders; what they need once is sent here, what changes with them in the fragment."""
    bring_model(genomes.payload_of(model.hash))
    _bench(structure, key, bond, second, model)


@st.fragment
def _bench(structure: Structure, key: str, bond: Bond, second: Bond | None, model: GenomeModel) -> None:
    if st.session_state.pop(_OPENED, False):
        st.rerun()  # another bond was chosen here: the whole page follows
    with clear_messages():
        _read_and_show(structure, key, bond, second, model)
    write_link()


def _read_and_show(structure: Structure, key: str, bond: Bond, second: Bond | None, model: GenomeModel) -> None:
    place = SliceKey(key, bond, 0.0, 0.0, WINDOW)
    s, encoded = content.slice_of(place), genomes.reading_of(model.hash, place, ())
    try:
        values = genomes.values_of_link(model)
    except GenomeError as error:
        st.warning(str(error), icon=":material/warning:")
        values = ()
    now = genomes.reading_of(model.hash, place, values) if values else encoded
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{slice_title(s)}** · {structure.name}", width="content")
        st.image(barcode_uri(now.values), width=160)
        show_gauge(s)
        st.space("stretch")
        save_and_open(
            model, now, {"structure": structure.name, "bond": slice_title(s), "kind": s.kind, "length": round(s.length, 4)}
        )
        offer_pin("genome")
    neighbours, presets = _around(model, place, values)
    bench = Workbench(
        origin=f"{model.hash} {key} {bond}",
        model_hash=model.hash,
        cut=cut_of(s, disc=DISC_RADIUS),
        provenance=f"{provenance_line(s)} · {model.name} ({model.hash[: genomes.HASH_DIGITS]})",
        encoded=encoded,
        now=now,
        neighbours=neighbours,
        presets=presets,
        targets=_targets(structure, key, second, model),
        colours=genomes.colours_of(current().colours, ACCENTS[theme()][1]),
    )

    def opened(number: int) -> None:
        genomes.visit(model, number)
        st.session_state[_OPENED] = True

    show_sliders(
        bench, key="genome_sliders", on_release=lambda values: genomes.move_to(model, encoded.values, values), on_open=opened
    )


def _around(model: GenomeModel, place: SliceKey, values: tuple[float, ...]) -> tuple[list[dict[str, Any]], list[Choice]]:
    """Nearest real bonds and presets; a map that cannot be read is said and the sliders work without it."""
    try:
        return genomes.neighbours_of(model.hash, place, values, current().structure), genomes.presets_of(model.hash)
    except ArtefactError as error:
        st.warning(str(error), icon=":material/warning:")
        return [], []


def _targets(structure: Structure, key: str, second: Bond | None, model: GenomeModel) -> list[Choice]:
    """The second bond, where the model reads it too, and genomes opened from files."""
    found = []
    if second is not None and model.refusal(structure.kind(second), *genomes.level_of(key)) is None:
        reading = genomes.reading_of(model.hash, SliceKey(key, second, 0.0, 0.0, WINDOW), ())
        found.append(Choice(f"second bond, {bond_label(structure, second)}", tuple(reading.values.tolist())))
    return found + [Choice(f"{g.name} (file)", g.values) for g in genomes.loaded() if g.model_hash == model.hash]


def show_models(structure: Structure, key: str | None, bond: Bond | None) -> None:
    """Which models there are and what each says about this bond."""
    table = genomes.model_table(structure, key, bond)
    with st.expander(f"Models ({len(table)})", icon=":material/model_training:"):
        if table.empty:
            st.write("No genome model is installed. Train one with `dataset build` and `train genome`.")
            return
        st.dataframe(
            table, hide_index=True, alt=f"{len(table)} genome models and whether they read this bond",
            column_config={
                "model": "Model", "answer": "This bond", "kinds": "Reads", "level": "Level of theory", "hash": "Weights (sha256)",
                "rmse": st.column_config.NumberColumn("RMSE, unseen species", format="%.4f"),
                "pca8": st.column_config.NumberColumn("PCA-8, same", format="%.4f"),
            },
        )  # fmt: skip
        st.caption("The model whose card accepts the bond is used; kinds, core treatment and level must match exactly.")
