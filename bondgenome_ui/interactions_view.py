"""Interactions: the atom-by-atom heatmap, the same pair in 3D, how far the model can be trusted on this very frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bondgenome_core.interactions.explanation import MEASURES
from bondgenome_core.interactions.ordering import ORDERS, order_of
from bondgenome_core.interactions.table import difference, linear_below, rank_agreement, strongest
from bondgenome_core.structures.structure import Structure

from . import content, explanations
from .heatmap import show_heatmap
from .page import ACCENTS, theme
from .selection import GAMMAS, bound, current, select
from .viewer import Link, show_viewer

if TYPE_CHECKING:
    from bondgenome_core.interactions.explanation import Reliability
    from bondgenome_core.potentials.shipped import PotentialModel

N_PARTNERS = 8
SLOW_REFERENCE = 30
"""Atoms from which the xTB Hessian is computed only when asked for."""


def show_interactions(structure: Structure, models: list[PotentialModel]) -> None:
    """The whole page for one structure.  models: those that know its elements."""
    model = _choose_model(models)
    _settings(structure)
    _forget_missing_atoms(structure)
    chosen, geometry = current(), explanations.geometry_of(current())
    wanted = [m for m in (chosen.measure, chosen.minus) if m]
    if "xtb" in wanted and not _reference_at_hand(structure, model):
        return
    trust = explanations.checked(model.name, geometry)
    _show_trust(model, trust, geometry)
    matrices = {m: explanations.matrix_of(model, geometry, m, chosen.gamma) for m in wanted}
    shown, unit = matrices[chosen.measure], MEASURES[chosen.measure].unit
    if chosen.minus:
        same = unit == MEASURES[chosen.minus].unit
        shown, unit = difference(shown, matrices[chosen.minus], same_unit=same), unit if same else "of the largest"
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _heatmap(structure, shown, unit, greyed=trust.unreliable and wanted != ["xtb"])
    with right:
        _molecule(structure, shown)
        _said_of_pair(structure, model, matrices)
    _downloads(structure, model, shown, unit, matrices, trust)


def _forget_missing_atoms(structure: Structure) -> None:
    """A link may name atoms that the structure has not."""
    pair = current().pair
    if pair and not all(0 <= a < len(structure) for a in pair):
        st.warning(f"{structure.name} has atoms 0 to {len(structure) - 1}; the link names {pair[0]} and {pair[1]}.")
        select(pair=None)


def _choose_model(models: list[PotentialModel]) -> PotentialModel:
    names = [m.name for m in models]
    if current().potential not in names:
        select(potential=names[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Potential", names, width=320, **bound("potential"))
        model = models[names.index(current().potential)]
        a, n = model.card["architecture"], model.card["figures"]["n_train"]
        st.caption(
            f"{a['kind']}, {a['n_layers']} layers, cut-off {a['cutoff']:g} Å, trained on {n:,} frames labelled by {model.method}"
        )
    return model


def _settings(structure: Structure) -> None:
    titles = {key: m.title for key, m in MEASURES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Measure", list(titles), format_func=titles.__getitem__, width=230, help=_measures_said(), **bound("measure")
        )
        st.selectbox("Minus", ["", *titles], format_func=lambda m: titles.get(m, "nothing"), width=230, **bound("minus"),
                     help="Difference of two measures; where units differ, each as a share of its largest pair.")  # fmt: skip
        st.selectbox("Atoms", list(ORDERS), format_func=ORDERS.__getitem__, width=150, **bound("order"))
        if {"lrp", "endpoint"} & {current().measure, current().minus}:
            said = "Of the relevance rule: 0 shares relevance in proportion, larger values prefer what adds to it."
            st.slider("γ", *GAMMAS, step=0.05, width=200, help=said, **bound("gamma"))
        n = len(content.frames_of(current().structure))
        if n > 1:
            st.slider("Frame", 0, n - 1, width=220, **bound("frame"))


def _measures_said() -> str:
    return "  \n".join(f"**{m.title}** ({m.unit}): {m.description}" for m in MEASURES.values())


def _reference_at_hand(structure: Structure, model: PotentialModel) -> bool:
    """Whether to go on; the reference of a large structure waits for a click where it is not shipped."""
    key = f"reference {current().structure} {current().frame}"
    if len(structure) <= SLOW_REFERENCE or st.session_state.get(key):
        return True
    if explanations.is_reference_kept(model.method, explanations.geometry_of(current())):
        return True
    st.info(
        f"The xTB Hessian of {len(structure)} atoms needs {6 * len(structure)} calculations: minutes, or half an hour for a gold "
        "cluster.",
        icon=":material/timer:",
    )
    st.button("Compute it", on_click=lambda: st.session_state.update({key: True}), icon=":material/play_arrow:")
    return False


def _show_trust(model: PotentialModel, trust: Reliability, geometry: object) -> None:
    chosen = current()
    cells = [
        (
            "Force error on this frame",
            f"{trust.force_mae:.3f} eV/Å",
            f"Against {model.method} on this very frame, mean absolute.",
        ),
        (
            "of the forces' s.d.",
            f"{100 * trust.share:.{0 if trust.share > 0.1 else 1}f} %",
            f"{trust.force_sd:.3f} eV/Å: on the model's test frames, or here if larger.",
        ),
        (
            f"Disagreement of {len(model.members)} seeds",
            f"{trust.seed_spread:.3f} eV/Å",
            "Mean standard deviation of force components.",
        ),
    ]
    for measure in (m for m in (chosen.measure, chosen.minus) if m in ("lrp", "endpoint")):
        found = explanations.explained(model.name, geometry, measure, chosen.gamma)  # type: ignore[arg-type]
        title = "Leak" if measure == chosen.measure else f"Leak, {MEASURES[measure].title.lower()}"
        cells.append((title, f"{found.leak:+.3f} eV", f"Prediction {found.prediction:.3f} eV minus the sum of relevances."))
    for column, (label, value, said) in zip(st.columns(len(cells)), cells, strict=True):
        column.metric(label, value, help=said)
    if trust.unreliable:
        st.warning(
            f"Unreliable: on this frame the model's force error is {100 * trust.share:.0f} % of the forces' s.d. (20 % is the "
            "limit). The figure is grey; take no conclusion from it.",
            icon=":material/warning:",
        )


def _heatmap(structure: Structure, shown: np.ndarray, unit: str, *, greyed: bool) -> None:
    chosen, measure = current(), MEASURES[current().measure]
    title = measure.title if not chosen.minus else f"{measure.title} minus {MEASURES[chosen.minus].title}"
    show_heatmap(
        shown, structure.symbols, key="interactions_heatmap", title=title, unit=unit, signed=measure.signed or bool(chosen.minus),
        order=order_of(structure, chosen.order), chosen=chosen.pair,
        greyed=greyed, linear=linear_below(shown), on_pair=lambda i, j: select(pair=(i, j)),
    )  # fmt: skip


def _molecule(structure: Structure, shown: np.ndarray) -> None:
    pair = current().pair
    first, second = ACCENTS[theme()]
    links: list[Link] = []
    if pair and pair[0] != pair[1]:
        links = [Link(*pair, share=1.0, colour=first, named=True)]
    elif pair:
        partners = strongest(shown, pair[0], N_PARTNERS)
        top = max((abs(v) for _, v in partners), default=1.0) or 1.0
        links = [Link(pair[0], k, share=abs(v) / top, colour=first if v >= 0 else second) for k, v in partners]
    show_viewer(structure, key="interactions_viewer", camera=current().camera, links=links, height=440,
                atom=pair[0] if pair and pair[0] == pair[1] else None, on_atom=lambda a: select(pair=(a, a)),
                on_bond=lambda b: select(pair=(b.i, b.j)))  # fmt: skip


def _said_of_pair(structure: Structure, model: PotentialModel, matrices: dict[str, np.ndarray]) -> None:
    pair = current().pair
    if pair is None:
        st.caption("Click a cell, an atom or a bond: the pair lights up here and there; an atom shows its strongest partners.")
        return
    names = [f"{structure.symbols[a]}{a}" for a in pair]
    if pair[0] != pair[1]:
        apart = float(np.linalg.norm(structure.positions[pair[0]] - structure.positions[pair[1]]))
        values = ", ".join(f"{MEASURES[m].title} {x[pair]:.3g} {MEASURES[m].unit}" for m, x in matrices.items())
        reach = model.potential.cutoff
        where = "within" if apart < reach else "beyond"
        st.markdown(f"**{names[0]} – {names[1]}**, {apart:.2f} Å, {where} the cut-off of {reach:g} Å: {values}")
        _over_frames(model, pair)
    else:
        found = strongest(matrices[current().measure], pair[0], N_PARTNERS)
        said = ", ".join(f"{structure.symbols[k]}{k} {v:.3g}" for k, v in found)
        st.markdown(f"**{names[0]}**, strongest partners ({MEASURES[current().measure].unit}): {said}")
    st.button("Clear", on_click=select, kwargs={"pair": None}, type="tertiary")


def _over_frames(model: PotentialModel, pair: tuple[int, int]) -> None:
    import pandas as pd

    n = len(content.frames_of(current().structure))
    if n < 2 or not st.toggle(f"Strength over all {n} frames", key="interactions_over_frames"):
        return
    chosen = current()
    strength = explanations.over_frames(model, range(n), chosen.measure, chosen.gamma, pair)
    unit = MEASURES[chosen.measure].unit
    st.line_chart(pd.DataFrame({"frame": range(n), unit: strength}), x="frame", y=unit, x_label="Frame", height=180)


def _downloads(structure: Structure, model: PotentialModel, shown: np.ndarray, unit: str, matrices: dict[str, np.ndarray],
               trust: Reliability) -> None:  # fmt: skip
    from bondgenome_core.interactions.table import explanation_json, heatmap_svg, pair_table

    chosen, measure = current(), MEASURES[current().measure]
    if len(matrices) == 2:
        a, b = matrices.values()
        st.caption(f"Rank correlation of the two measures over all pairs (Spearman): {rank_agreement(a, b):.2f}")
    stem = f"{structure.name}-{chosen.measure}"
    header = {"model": model.name, "method": model.method, "force_mae_ev_per_angstrom": trust.force_mae,
              "force_error_share": trust.share, "seed_spread_ev_per_angstrom": trust.seed_spread}  # fmt: skip
    with st.container(horizontal=True):
        st.download_button("CSV", lambda: pair_table(structure, matrices).to_csv(index=False), f"{stem}.csv", "text/csv",
                           help="All pairs with their distance.", icon=":material/download:", on_click="ignore")  # fmt: skip
        geometry = explanations.geometry_of(chosen)
        found = [explanations.answer_of(model, geometry, m, chosen.gamma) for m in matrices]
        st.download_button("JSON", lambda: explanation_json(structure, found, header), f"{stem}.json", "application/json",
                           help="The matrices with atoms, model and errors.", on_click="ignore")  # fmt: skip
        order = order_of(structure, chosen.order)
        title = " minus ".join(MEASURES[m].title for m in matrices)
        st.download_button("SVG", lambda: heatmap_svg(structure, shown, order, title, unit,
                                                     signed=measure.signed or bool(chosen.minus)),
                           f"{stem}.svg", "image/svg+xml", on_click="ignore")  # fmt: skip
