"""What the user looks at: one frozen value per browser session, the same on every page and in the link."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from bondgenome_core.errors import BondGenomeError
from bondgenome_core.structures.structure import Bond

DEFAULT_STRUCTURE = "au25_sh18_anion"
AZIMUTHS, OFFSETS, WINDOWS = (-180.0, 180.0), (-3.0, 3.0), (2.0, 20.0)
"""Degrees, Angstrom, Angstrom: what a slice can be turned, shifted and sized by."""
GAMMAS = (0.0, 2.0)
LARGEST = (3, 9)
"""Heavy atoms of the largest amon."""
_STATE = "selection"
_FORGOTTEN_WITH_BOND: dict[str, Any] = {"genome": (), "model": "", "view": 0}
_FORGOTTEN_WITH_STRUCTURE: dict[str, Any] = {
    "frame": 0, "bond": None, "second": None, "cutoffs": (), "channel": 0, "pair": None, "amon": None,
} | _FORGOTTEN_WITH_BOND  # fmt: skip


class LinkError(BondGenomeError):
    """A link says something that cannot be read."""


@dataclass(frozen=True)
class Selection:
    """structure: name of a gallery entry, or the id (sha256) of something in the workspace.  frame: from 0.

    bond, second: the bond shown and the one beside it.  azimuth: degrees; offset, window: Angstrom.
    view: which admissible frame of an ambiguous bond, from 0; channel: which spin of an imported grid, from 0.
    colours: colour scale of slices.  cutoffs: (pair, Angstrom) where they differ from the defaults.
    job: id of the job looked at.  genome: where the eight sliders are, empty while they stand at the bond's own values;
    model: first digits of the hash of the model that gives them meaning.  map: name of the model whose roadmap is shown,
    empty for the first; coloured: what its points are coloured by; region, against: ids of the named selections on it.
    dashboard: id of the dashboard that pins go to.  surface: quantity of the isosurface in 3D, empty for none.
    potential: name of the potential that is explained, empty for the first that knows the atoms; measure, minus: what its
    heatmap shows and what is taken from it; gamma: of the relevance rule; pair: atoms of the chosen cell, one twice for a row;
    order: how the atoms are ordered along the heatmap.  largest: heavy atoms of the largest amon; level: of the reference
    energies; relaxed: whether amons are brought to minima of their own; amon: number of the amon that is lit.
    """

    structure: str = DEFAULT_STRUCTURE
    frame: int = 0
    bond: Bond | None = None
    second: Bond | None = None
    azimuth: float = 0.0
    offset: float = 0.0
    window: float = 6.4
    colours: str = "perceptual"
    cutoffs: tuple[tuple[str, float], ...] = ()
    job: str = ""
    genome: tuple[float, ...] = ()
    model: str = ""
    map: str = ""
    coloured: str = "family"
    region: str = ""
    against: str = ""
    dashboard: str = ""
    view: int = 0
    channel: int = 0
    surface: str = ""
    potential: str = ""
    measure: str = "lrp"
    minus: str = ""
    gamma: float = 0.1
    pair: tuple[int, int] | None = None
    order: str = "element"
    largest: int = 7
    level: str = "gfn2"
    relaxed: bool = False
    amon: int | None = None

    @property
    def camera(self) -> str:
        """Under this name the browser keeps the camera: one for all frames of a trajectory."""
        return self.structure


def current() -> Selection:
    """The selection of this browser session."""
    chosen: Selection = st.session_state.setdefault(_STATE, Selection())
    return chosen


def select(**changes: Any) -> Selection:
    """Change the selection; another structure starts without bond, frame and cut-offs, another bond with its own genome."""
    before = current()
    if any(changes.get(f, getattr(before, f)) != getattr(before, f) for f in ("bond", "frame")):
        changes = _FORGOTTEN_WITH_BOND | changes
    if changes.get("structure", before.structure) != before.structure:
        changes = _FORGOTTEN_WITH_STRUCTURE | changes
    st.session_state[_STATE] = replace(before, **changes)
    return current()


def bound(field: str) -> dict[str, Any]:
    """Arguments that tie a widget to one field of the selection, both ways: ``st.slider(..., **bound("azimuth"))``."""
    key = f"widget_{field}"
    st.session_state[key] = getattr(current(), field)
    return {"key": key, "on_change": lambda: select(**{field: st.session_state[key]})}


# ---- the selection as the words of a link


def to_query(selection: Selection) -> dict[str, str]:
    """What differs from the defaults, and always the structure.

    >>> to_query(Selection(bond=Bond(3, 27), azimuth=90.0))
    {'structure': 'au25_sh18_anion', 'bond': '3-27', 'azimuth': '90'}
    """
    plain = Selection()
    return {
        f.name: _CODECS[f.name][0](getattr(selection, f.name))
        for f in fields(Selection)
        if f.name == "structure" or getattr(selection, f.name) != getattr(plain, f.name)
    }


def from_query(words: Mapping[str, str]) -> Selection:
    """The selection a link stands for; raises LinkError where a value cannot be read.

    >>> from_query({"bond": "3-27@1.0.0"}).bond
    Bond(i=3, j=27, shift=(1, 0, 0))
    """
    values = {}
    for f in fields(Selection):
        if f.name in words:
            try:
                values[f.name] = _CODECS[f.name][1](words[f.name])
            except (ValueError, TypeError) as error:
                said, reason = f"{f.name}={words[f.name][:40]!r}", str(error)
                why = f"which is {reason}" if reason.startswith("outside") else "which cannot be read"
                raise LinkError(f"The link says {said}, {why}; copy the whole link again.") from error
    return Selection(**values)


def _bond_word(bond: Bond | None) -> str:
    if bond is None:
        return ""
    return f"{bond.i}-{bond.j}" + (f"@{'.'.join(map(str, bond.shift))}" if any(bond.shift) else "")


def _bond(word: str) -> Bond | None:
    if not word:
        return None
    pair, _, shift = word.partition("@")
    i, j = (int(n) for n in pair.split("-"))
    a, b, c = (int(n) for n in shift.split(".")) if shift else (0, 0, 0)
    return Bond(i, j, (a, b, c))


def _number(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(word)
    return value


def _pair_word(pair: tuple[int, int] | None) -> str:
    return "" if pair is None else f"{pair[0]}-{pair[1]}"


def _pair(word: str) -> tuple[int, int] | None:
    if not word:
        return None
    i, j = (int(n) for n in word.split("-"))
    return i, j


def _within(low: float, high: float) -> Callable[[str], float]:
    """A number that the page's own widget can show."""

    def read(word: str) -> float:
        value = _number(word)
        if not low <= value <= high:
            raise ValueError(f"outside {low:g} to {high:g}")
        return value

    return read


def _colours(word: str) -> str:
    from bondgenome_core.slices.figures import COLOUR_NAMES

    if word not in COLOUR_NAMES:
        raise ValueError(word)
    return word


def _level(word: str) -> str:
    from bondgenome_core.amons.references import REFERENCES

    if word not in REFERENCES:
        raise ValueError(word)
    return word


def _cutoffs(word: str) -> tuple[tuple[str, float], ...]:
    return tuple((pair, _number(value)) for pair, value in (part.split(":") for part in word.split(",") if part))


_CODECS: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "structure": (str, str),
    "frame": (str, int),
    "bond": (_bond_word, _bond),
    "second": (_bond_word, _bond),
    "azimuth": ("{:g}".format, _within(*AZIMUTHS)),
    "offset": ("{:g}".format, _within(*OFFSETS)),
    "window": ("{:g}".format, _within(*WINDOWS)),
    "colours": (str, _colours),
    "cutoffs": (lambda pairs: ",".join(f"{pair}:{value:g}" for pair, value in pairs), _cutoffs),
    "job": (str, str),
    # nine digits bring every float32 back as it was, so that a link shows the very same pixels
    "genome": (lambda values: ",".join(f"{v:.9g}" for v in values), lambda word: tuple(_number(v) for v in word.split(",") if v)),
    "model": (str, str),
    "map": (str, str),
    "coloured": (str, str),
    "region": (str, str),
    "against": (str, str),
    "dashboard": (str, str),
    "view": (str, int),
    "channel": (str, int),
    "surface": (str, str),
    "potential": (str, str),
    "measure": (str, str),
    "minus": (str, str),
    "gamma": ("{:g}".format, _within(*GAMMAS)),
    "pair": (_pair_word, _pair),
    "order": (str, str),
    "largest": (str, lambda word: int(_within(*LARGEST)(word))),
    "level": (str, _level),
    "relaxed": (lambda on: str(int(on)), lambda word: bool(int(word))),
    "amon": (lambda number: "" if number is None else str(number), lambda word: int(word) if word else None),
}
