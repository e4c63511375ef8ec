"""What is known of a structure: composition, charge, bond statistics, and the level of its electrons."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from bondgenome_core.structures.structure import Structure

from . import content


def headline(structure_id: str, structure: Structure) -> str:
    """Name, size and charge in one line."""
    titles = {entry.name: pretty(entry.title) for entry in content.gallery_entries()}
    name = titles.get(structure_id, structure.name)
    charge = f", charge {structure.charge:+d}".replace("-", "−") if structure.charge else ""
    return f"**{name}**  ·  {counted(len(structure), 'atom')}, {counted(len(structure.bonds), 'bond')}{charge}"


def counted(number: int, thing: str) -> str:
    """A number of things.

    >>> counted(1, "bond")
    '1 bond'
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def pretty(formula: str) -> str:
    """Digits after an element or a bracket as subscripts, a charge at the end as a superscript.

    >>> pretty("Au25(SH)18-")
    'Au₂₅(SH)₁₈⁻'
    """
    lowered = re.sub(r"(?<=[A-Za-z)\]])\d+", lambda digits: digits[0].translate(_SUBSCRIPTS), formula)
    return re.sub(r"(?<=[)\]₀-₉])([-+])$", lambda sign: {"-": "⁻", "+": "⁺"}[sign[0]], lowered)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def show_properties(structure: Structure, key: str | None) -> None:
    """Tables for reading; nothing here changes anything."""
    import pandas as pd

    facts = {
        "Formula": structure.formula,
        "Charge and multiplicity": f"{structure.charge:+d}, {structure.multiplicity}",
        "Periodic along": ", ".join(n for n, p in zip("abc", structure.pbc, strict=True) if p) or "no direction",
        "Source": structure.source or "not stated",
    }
    st.dataframe(pd.DataFrame({"": list(facts), "value": list(facts.values())}), hide_index=True, alt="Facts about the structure")
    lengths = pd.DataFrame({"kind": [structure.kind(b) for b in structure.bonds], "length": structure.bond_lengths})
    if len(lengths):
        summary = lengths.groupby("kind")["length"].agg(["count", "min", "mean", "max"]).reset_index()
        columns = {n: st.column_config.NumberColumn(f"{n} (Å)", format="%.3f") for n in ("min", "mean", "max")}
        columns |= {"kind": "Bonds", "count": "number"}
        st.dataframe(summary, hide_index=True, column_config=columns, alt="Bond lengths by kind")
    if key is None:
        st.caption("Electrons: none computed for this geometry yet.")
        return
    _electrons(content.source_of(key))


def _electrons(source: Any) -> None:
    w = getattr(source, "wavefunction", None)
    if w is None:
        st.caption("Electrons: " + "; ".join(f"{k.replace('_', ' ')}: {v}" for k, v in source.provenance.items()))
        return
    spin = "closed shell" if w.restricted else "spin-polarised"
    gap = w.convergence.get("gap_ev")
    st.caption(
        f"Electrons: {w.level}; {w.n_electrons:.0f} electrons in {w.basis.n_functions} functions, {spin}, "
        f"core treatment {w.core_treatment}; "
        f"{'converged' if w.converged else 'NOT CONVERGED'} in {w.convergence.get('cycles', '?')} cycles"
        + (f", gap {gap:.2f} eV" if gap is not None else "")
        + f"; {w.provenance.get('program', '')}."
    )
