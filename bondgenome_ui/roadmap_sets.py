"""Sets of bonds drawn on the map: named, kept, compared, combined and exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bondgenome_core.names import ascii_file_name
from bondgenome_core.quantities import QUANTITIES
from bondgenome_core.roadmap.atlas import Atlas
from bondgenome_core.roadmap.selections import COMBINATIONS, combine, compare, from_content, set_csv, summarise, to_content

from .barcode import show_barcode
from .page import ACCENTS, clear_messages, theme
from .roadmap_map import MappedSet
from .selection import bound, current, select
from .slice_view import draw

if TYPE_CHECKING:
    from bondgenome_core.roadmap.selections import Comparison, Summary
    from bondgenome_core.workspace.store import Document

_DRAWN = "roadmap_drawn"
NOTHING = np.empty(0, dtype=np.int64)
DRAWN_NAME = "drawn just now"


def keep_drawn(bonds: np.ndarray) -> None:
    """A box or lasso was drawn; an empty one takes the last away."""
    st.session_state[_DRAWN] = bonds


def forget_drawn() -> None:
    st.session_state.pop(_DRAWN, None)


def shown_sets(atlas: Atlas) -> tuple[np.ndarray, np.ndarray]:
    """Bond numbers of the first set (drawn just now, or named) and of the second; empty where a link names what is not here."""
    drawn = st.session_state.get(_DRAWN, NOTHING)
    first = drawn if len(drawn) else _named(atlas, current().region)
    return first, _named(atlas, current().against)


def mapped_sets(atlas: Atlas) -> list[MappedSet]:
    """The same sets as the map tells them apart."""
    names = _names(_documents(atlas), len(st.session_state.get(_DRAWN, NOTHING)) > 0)
    found = zip(names, ACCENTS[theme()], shown_sets(atlas), strict=True)
    return [MappedSet(*one) for one in found if len(one[2])]


def _named(atlas: Atlas, document_id: str) -> np.ndarray:
    found = _documents(atlas).get(document_id)
    return NOTHING if found is None else from_content(atlas, found.content)


def _documents(atlas: Atlas) -> dict[str, Document]:
    """Named selections made on this map, the newest first."""
    from bondgenome_core.workspace.store import open_workspace

    documents = open_workspace().list_documents("selections")
    here = (atlas.model_hash, len(atlas))
    return {d.id: d for d in documents if (d.content.get("model_sha256"), d.content.get("n_bonds")) == here}


def show_sets(atlas: Atlas) -> None:
    """Everything that can be done with sets of bonds."""
    _say_missing(atlas)
    named = _documents(atlas)
    drawn = st.session_state.get(_DRAWN, NOTHING)
    if len(drawn):
        _name_it(atlas, drawn)
    _choose(atlas, named)
    first, second = shown_sets(atlas)
    if not len(first):
        st.info(
            "Draw a box or a lasso around bonds on the map (buttons under it, or hold Shift and drag): their statistics appear "
            "here, and you can name, keep, compare, combine and export them."
            + (" Or choose a selection made before." if named else ""),
            icon=":material/lasso_select:",
        )
        return
    names = _names(named, len(drawn) > 0)
    if len(second):
        _compare(atlas, first, second, names)
        _combine(atlas, first, second, names)
    else:
        _statistics(summarise(atlas, first))
    _exports(atlas, first, names[0])


def _say_missing(atlas: Atlas) -> None:
    """What a link names and this server, or this map, has not."""
    from bondgenome_core.workspace.store import open_workspace

    workspace = open_workspace()
    for document_id in filter(None, (current().region, current().against)):
        with clear_messages():
            from_content(atlas, workspace.get_document("selections", document_id).content)


def _name_it(atlas: Atlas, drawn: np.ndarray) -> None:
    with st.form("roadmap_name", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(f"Name of the {len(drawn):,} bonds just drawn", placeholder="staple bonds at 600 K")
        if st.form_submit_button("Keep", type="primary", icon=":material/bookmark_add:"):
            _keep(atlas, drawn, name or f"{len(drawn)} bonds")
        if st.form_submit_button("Discard"):
            forget_drawn()
            st.rerun(scope="fragment")


def _keep(atlas: Atlas, bonds: np.ndarray, name: str) -> None:
    from bondgenome_core.workspace.store import open_workspace

    with clear_messages():
        select(region=open_workspace().put_document("selections", name, to_content(atlas, bonds)))
        forget_drawn()
        st.rerun(scope="fragment")


def _choose(atlas: Atlas, named: dict[str, Document]) -> None:
    if not named:
        return

    def label(document_id: str) -> str:
        return f"{named[document_id].name} ({len(named[document_id].content['bonds']):,})" if document_id in named else "none"

    drawn = len(st.session_state.get(_DRAWN, NOTHING)) > 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not drawn:
            st.selectbox("Selection", ["", *named], format_func=label, **_known("region", named), width=300)
        st.selectbox("Compare with", ["", *named], format_func=label, **_known("against", named), width=300)
        if current().region in named and not drawn and st.button("Delete", help="From this server, for everyone."):
            from bondgenome_core.workspace.store import open_workspace

            open_workspace().delete_document("selections", current().region)
            select(region="")
            st.rerun(scope="fragment")


def _known(field: str, named: dict[str, Document]) -> dict:
    """Like ``bound``; a document that is not here shows as 'none' and stays in the link."""
    arguments = bound(field)
    if getattr(current(), field) not in named:
        st.session_state[arguments["key"]] = ""
    return arguments


def _names(named: dict[str, Document], drawn: bool) -> tuple[str, str]:
    chosen = [named[i].name if i in named else "" for i in (current().region, current().against)]
    return DRAWN_NAME if drawn else chosen[0], chosen[1]


def _statistics(found: Summary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{found.n:,} bonds**, mean genome", width="content")
        show_barcode(found.mean_genome)
        spread = ", ".join(f"{v:.2f}" for v in found.sd_genome)
        st.caption(f"standard deviation of the genes: {spread}")
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(
            _labelled(found.properties), hide_index=True, alt="Properties of the selection",
            column_config={"property": "Property"} | _numbers(mean="Mean", std="sd", min="Smallest", max="Largest"),
        )  # fmt: skip
    with right:
        for column, counts in found.counts.items():
            words = ", ".join(f"{name} ({n})" for name, n in counts.items())
            st.caption(f"**{QUANTITIES[column].label}**: {words}")


def _compare(atlas: Atlas, first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> None:
    from bondgenome_core.roadmap.figures import distribution_figure

    found: Comparison = compare(atlas, first, second)
    a, b = (f"{name} ({len(bonds):,})" for name, bonds in zip(names, (first, second), strict=True))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{b}** less **{a}**: mean genome", width="content")
        show_barcode(found.genome)
        st.caption(f"{found.distance:.2f} sd apart; both have {len(np.intersect1d(first, second)):,} bonds in common")
    st.dataframe(
        _labelled(found.properties), hide_index=True, alt="Properties of both selections and their differences",
        column_config={"property": "Property"}
        | _numbers(first=names[0], second=names[1], difference="Difference", effect="in pooled sd"),
    )  # fmt: skip
    ends = (a, b) if a != b else (a, f"{b} (second)")
    colours = dict(zip(ends, ACCENTS[theme()], strict=True))
    figure = distribution_figure(atlas, dict(zip(ends, (first, second), strict=True)), colours, theme=theme())
    draw(figure, key="roadmap_distributions", alt=f"Distributions of bond properties in {a} and {b}, as shares of each.")


def _combine(atlas: Atlas, first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Combine both:", width="content")
        for how, sign in zip(COMBINATIONS, ("∪", "∩", "∖"), strict=True):
            bonds = combine(first, second, how)
            if st.button(f"{how.capitalize()} ({len(bonds):,})", disabled=not len(bonds), key=f"roadmap_{how}"):
                _keep(atlas, bonds, f"{names[0]} {sign} {names[1]}")


def _exports(atlas: Atlas, bonds: np.ndarray, name: str) -> None:
    st.download_button(
        f"Export {len(bonds):,} bonds (CSV)", lambda: set_csv(atlas, bonds, name), mime="text/csv",
        file_name=ascii_file_name(f"bonds {name}", ".csv"), icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _labelled(properties):  # noqa: ANN001, ANN202 - a table by property
    table = properties.reset_index(names="property")
    return table.assign(property=[QUANTITIES[p].axis for p in table["property"]])


def _numbers(**columns: str) -> dict:
    return {name: st.column_config.NumberColumn(label, format="%.3f") for name, label in columns.items()}
