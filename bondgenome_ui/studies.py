"""Learning physics: the five studies, each with what was measured, on which frames, and its control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from bondgenome_core.errors import ArtefactError
from bondgenome_core.interactions.explanation import MEASURES

from .page import theme
from .slice_view import draw


def introduce() -> None:
    """What the page is about, and whose question it is."""
    st.markdown(
        "Five questions to the shipped potentials, after Esders et al. "
        "([10.1021/acs.jctc.4c01424](https://doi.org/10.1021/acs.jctc.4c01424)), each beside xTB or a null baseline. Definitions "
        "and numbers are this project's own."
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _report(study: str) -> dict[str, Any]:
    from bondgenome_core.interactions.studies.report import load_report

    return load_report(study)


def _results(study: str) -> list[dict[str, Any]]:
    """Results of a kept study, or none with the reason on the page."""
    try:
        return list(_report(study)["results"])
    except ArtefactError as error:
        st.info(str(error), icon=":material/info:")
        return []


def _choose(records: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """One of the records by molecule and model."""
    from bondgenome_core.potentials.data_sets import NAMES

    names = [f"{NAMES.get(r['molecule'], r['molecule'])} · {r['model']}" for r in records]
    return records[names.index(st.selectbox("Molecule and potential", names, key=key, width=520))]


def _measure(measures: tuple[str, ...], key: str) -> str:
    return str(st.segmented_control("Measure", measures, default=measures[0], required=True, key=key,
                                    format_func=lambda m: MEASURES[m].title))  # fmt: skip


def show_strength() -> None:
    """(a) Which pairs of elements are coupled most."""
    from bondgenome_core.interactions.figures import strength_figure

    records = _results("strength")
    if not records:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        record, measure = _choose(records, "strength_model"), _measure(("hessian", "lrp"), "strength_measure")
    alt = f"Strength of {measure} per pair of elements in {record['model']} beside xTB, raw and at equal distance."
    draw(strength_figure(record, measure, theme=theme()), key="strength_figure", alt=alt)
    agreed = {k: _ranked(v) for k, v in record["agreement_with_xtb"][measure].items()}
    st.caption(
        f"{record['n_pairs']:,} pairs of {record['n_frames']} test frames, reference {record['method']}; force error "
        f"{100 * record['force_share']:.0f} % of the s.d. Order of element pairs as in xTB (Spearman of medians): "
        f"{agreed['raw']} as it stands, {agreed['equal_distance']} at equal distance. As it stands, a pair looks strong "
        "because its atoms are close; the right panel compares each pair with others as far apart."
    )


def _ranked(agreement: float | None) -> str:
    return "none (most pairs lie beyond the cut-off)" if agreement is None else f"{agreement:.2f}"


def show_size() -> None:
    """(b) Over how many atoms relevance spreads as a chain grows."""
    from bondgenome_core.interactions.figures import size_figure

    records = _results("size")
    if not records:
        return
    names = [r["kind"] for r in records]
    kind = st.segmented_control("Network", names, default=names[0], required=True, key="size_kind")
    record = records[names.index(kind)]
    for family, place in zip(("alkane", "polyene"), st.columns(2, gap="medium"), strict=True):
        with place:
            st.markdown(f"**{family.capitalize()}s**")
            alt = f"Atoms that carry relevance against the length of {family}s, for each read-out of {kind}."
            draw(size_figure(record, family, theme=theme()), key=f"size_{family}", alt=alt)
    rows = [
        {"Property, read-out": title, "Chains": f"{family}s", "Growth": f"{own['growth']:.2f} ± {own['growth_error']:.2f}",
         "Error of the value": f"{100 * record['value_error_share'][title]:.0f} % of its s.d."}
        for title, families in record["families"].items()
        for family, own in families.items()
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, alt="Growth of the participation number with the number of atoms")
    st.caption(
        "Growth: slope of ln(participation) against ln(number of atoms), ± standard error; 1 where every atom carries alike, 0 "
        "where the same few carry whatever the length. Relevance flows from an atom's embedding over all walks; the energy is "
        "read out as a sum, the level of the highest occupied orbital as a mean or a maximum."
    )


def show_decay() -> None:
    """(c) How couplings fall with distance."""
    from bondgenome_core.interactions.figures import decay_figure

    records = _results("decay")
    if not records:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        record, measure = _choose(records, "decay_model"), _measure(("hessian", "endpoint", "lrp"), "decay_measure")
    alt = f"{measure} of pairs against distance in {record['model']}, with medians, bands, a power law and xTB."
    draw(decay_figure(record, measure, theme=theme()), key="decay_figure", alt=alt)
    fits = record["fits"]
    cells = {
        "Exponent": _exponent(fits[measure]), "Exponent of xTB, same pairs": _exponent(fits["xtb"]),
        "Law preferred (AIC)": _law(fits[measure]), "Deviation from xTB": f"{record['deviation']:.2f} decades",
    }  # fmt: skip
    for place, (label, value) in zip(st.columns(len(cells)), cells.items(), strict=True):
        place.metric(label, value)
    st.caption(
        f"{record['n_pairs']:,} pairs of {record['n_frames']} test frames ({record['n_noise']:,} below xTB's noise left out), up "
        f"to {record['longest']:.0f} Å; force error {100 * record['force_share']:.0f} % of the s.d. Fits: pairs without a bond "
        "inside the cut-off, 95 % interval by drawing atoms anew; past it a model has no power law, past layers × cut-off "
        "nothing. Deviation: RMS over 0.5 Å bins of log₁₀(median Hessian coupling of the model / of xTB), at least xTB's noise. "
        + _seeds(record["by_seed"])
    )


def _seeds(by_seed: dict[str, list[float]]) -> str:
    """How far networks trained from other seeds agree."""
    n, ends = len(by_seed["deviation"]), {k: f"{min(v):.2f}–{max(v):.2f}" for k, v in by_seed.items()}
    return f"Over {n} seeds of the network: Hessian exponent {ends['exponent']}, deviation {ends['deviation']}." if n > 1 else ""


def _exponent(fit: dict[str, Any]) -> str:
    return f"{fit['exponent']:.1f} ({fit['low']:.1f}–{fit['high']:.1f})"


def _law(fit: dict[str, Any]) -> str:
    return "power law" if fit["is_power_law"] else "exponential"


def show_bodies() -> None:
    """(d) How many atoms the walks that carry relevance visit."""
    from bondgenome_core.interactions.figures import BODIES, angle_figure, body_figure

    records = _results("bodies")
    if not records:
        return
    gammas = list(records[0]["by_gamma"])
    gamma = st.segmented_control("γ", gammas, default=gammas[1], required=True, key="bodies_gamma")
    alt = "Share of absolute relevance by number of atoms for every model, the null baseline among them."
    draw(body_figure(records, gamma, theme=theme()), key="bodies_figure", alt=alt)
    st.caption(
        "The null baseline learned a molecule whose energy is a sum over pairs by construction: what it shows beyond two atoms "
        "is the explanation's own doing, and what other models show beyond that is theirs. Shares change with γ."
    )
    rows = [
        {"Model": r["model"], **{f"{words} (eV)": f"{v:+.3f}" for words, v in zip(BODIES, own["signed"], strict=False)},
         "Share beyond two, s.d. over frames": f"{own['beyond_sd']:.3f}"}
        for r, own in ((r, r["by_gamma"][gamma]) for r in records)
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, alt="Signed sums of relevance by number of atoms for every model")
    bent = [r for r in records if r["triples"]]
    if bent:
        record = _choose(bent, "bodies_model")
        alt = f"Relevance of three bonded atoms against their angle in {record['model']}."
        draw(angle_figure(record, theme=theme()), key="angle_figure", alt=alt)


@st.cache_data(max_entries=1, show_spinner=False)
def _survival(rows: list[dict[str, Any]]) -> dict[str, Any]:
    from bondgenome_core.interactions.studies.stability_study import stability_summary

    return stability_summary(rows)


def show_stability() -> None:
    """(e) Whether models that deviate from physics make unstable dynamics."""
    from bondgenome_core.interactions.figures import stability_figure
    from bondgenome_core.interactions.studies.stability_study import TEMPERATURES, is_member

    rows = _results("stability")
    if not rows:
        return
    temperature = st.segmented_control("Temperature (K)", TEMPERATURES, default=TEMPERATURES[-1], required=True, key="md_kelvin",
                                       format_func=lambda t: f"{t:g}")  # fmt: skip
    for against, place in zip(("force_mae", "deviation"), st.columns(2, gap="medium"), strict=True):
        with place:
            alt = f"Time until failure at {temperature:g} K against {against} of {len(rows)} models."
            draw(stability_figure(rows, against, temperature, theme=theme()), key=f"stability_{against}", alt=alt)
    own = _survival(rows)[f"{temperature:g}"]
    words = {"force_mae": "force error", "deviation": "deviation", "cutoff": "cut-off"}
    ranks = [f"{words[k]} {r['rho']:+.2f} ({r['low']:+.2f} to {r['high']:+.2f})" for k, r in own["rank"].items() if r]
    said = f"Rank correlation of survival with {', with '.join(ranks)}." if ranks else "All survive alike: nothing can be ranked."
    cutoffs = "; ".join(f"{cutoff} Å: {survived}" for cutoff, survived in own["survivors_by_cutoff"].items())
    st.markdown(f"**{own['n_survivors']} of {own['n_replicas']} runs survive** at {temperature:g} K ({cutoffs}). {said}")
    st.dataframe(
        [{"Model": r["name"], "Counts": is_member(r), "Force error (kcal/mol/Å)": round(r["force_mae"], 2),
          "Deviation": round(r["deviation"], 2),
          **{f"{t:g} K: survivors": r[f"md_{t:g}"]["n_survivors"] for t in TEMPERATURES},
          **{f"{t:g} K: median (ps)": r[f"md_{t:g}"]["median_ps"] for t in TEMPERATURES}} for r in rows],
        hide_index=True, alt="Every model of the stability study",
    )  # fmt: skip
    st.caption(
        "Ethanol, Langevin dynamics with 0.5 fs steps, four replicas, at most 10 ps. A run fails when a bond leaves its range in "
        "the xTB trajectory by more than 0.5 Å, or the temperature exceeds three times the target. Models whose force error is "
        "more than twice the aim are hollow and do not count. Cut-off: triangles 3 Å, circles 5 Å, squares 8 Å. "
        "Intervals: 95 %, by drawing models anew."
    )


def show_scaling() -> None:
    """What a step costs as structures grow."""
    from bondgenome_core.interactions.figures import scaling_figure

    records = _results("scaling")
    if not records:
        return
    draw(
        scaling_figure(records, theme=theme()), key="scaling_figure", alt="Time and memory of a step against the number of atoms."
    )
    said = "; ".join(f"{r['kind']} {r['time_exponent']:.2f} and {r['memory_exponent']:.2f}" for r in records)
    st.caption(f"Water clusters of one density, energy and forces with neighbour search. Exponents of time and memory: {said}.")


VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "strength": ("Strength", show_strength), "size": ("Size", show_size), "decay": ("Decay", show_decay),
    "bodies": ("Many bodies", show_bodies), "stability": ("Stability", show_stability), "scaling": ("Cost", show_scaling),
}  # fmt: skip
"""Study -> title of its tab and what shows it."""
