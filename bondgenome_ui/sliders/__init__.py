"""Eight live sliders: original, decoded and difference, decoded in the browser while a slider moves.

Two Streamlit components (v2): one brings a model's weights to the page once, the other shows the workbench.
Python confirms image, error, badge and neighbours whenever a slider is released.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from bondgenome_core.palette import GENE_COLOURS

if TYPE_CHECKING:
    from bondgenome_core.genome.reading import Reading
    from bondgenome_core.slices.elf_slice import ElfSlice

_here = Path(__file__).parent
WORKBENCH = (
    "slot",
    "network",
    "domain",
    "track",
    "contours",
    "gene",
    "indices",
    "panel",
    "sidebar",
    "strips",
    "choices",
    "sliders",
)
"""Modules of the workbench, each after those it imports."""


def bundle(*names: str) -> str:
    """Modules as one script: a component's script runs from a blob address, where relative imports fail."""
    source = "\n".join((_here / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return re.sub(r"^export (?!default)", "", re.sub(r"^import .*\n", "", source, flags=re.M), flags=re.M)


_model = st.components.v2.component("bondgenome_model", js=bundle("slot", "model"))
_sliders = st.components.v2.component(
    "bondgenome_sliders",
    html=(_here / "sliders.html").read_text(encoding="utf-8"),
    css=(_here / "sliders.css").read_text(encoding="utf-8"),
    js=bundle(*WORKBENCH),
)


class Choice(NamedTuple):
    """A real bond the sliders can go to: what it is called and its genome."""

    label: str
    values: tuple[float, ...]


class Colours(NamedTuple):
    """Colour tables (256, 3) uint8 of ELF and of differences, and the ink of contours and of the second bond."""

    elf: np.ndarray
    difference: np.ndarray
    ink: str
    second: str


class Workbench(NamedTuple):
    """Everything the sliders show.

    origin: the bond and model; while it stays, the way back (undo) stays.  encoded: what the bond's slice encodes
    to.  now: where the sliders are.  neighbours: label, note, distance and values of the nearest real
    bonds, their number on the model's map, and whether they are at hand to be opened.
    """

    origin: str
    model_hash: str
    cut: dict[str, Any]
    provenance: str
    encoded: Reading
    now: Reading
    neighbours: Sequence[dict[str, Any]]
    presets: Sequence[Choice]
    targets: Sequence[Choice]
    colours: Colours


def bring_model(payload: dict[str, Any]) -> None:
    """Send a model's weights to the page; the same payload is not sent twice."""
    _model(key=f"model_{payload['hash'][:12]}", data=payload, height=1)


def show_sliders(
    bench: Workbench, *, key: str, on_release: Callable[[list[float]], None], on_open: Callable[[int], None]
) -> None:
    """Show the workbench; the eight values of a released slider are handed to ``on_release`` before the page runs again,
    the number of a neighbour to be opened to ``on_open``."""

    def released() -> None:
        value = st.session_state[key].released
        # a release may still belong to the bond shown before
        if value is not None and value["origin"] == bench.origin:
            on_release(value["values"])

    def opened() -> None:
        value = st.session_state[key].opened
        if value is not None and any(value["number"] == n["number"] for n in bench.neighbours):
            on_open(int(value["number"]))

    _sliders(key=key, data=bench_data(bench), on_released_change=released, on_opened_change=opened)


def bench_data(bench: Workbench) -> dict[str, Any]:
    """The workbench as the browser takes it."""
    return {
        "origin": bench.origin,
        "model": bench.model_hash,
        "cut": bench.cut,
        "provenance": bench.provenance,
        "encoded": bench.encoded.values.tolist(),
        "values": bench.now.values.tolist(),
        "released": {
            "values": bench.now.values.tolist(), "image": _packed(bench.now.decoded, "<f4"), "rmse": bench.now.rmse,
            "neighbours": list(bench.neighbours),
        },
        "presets": [c._asdict() for c in bench.presets],
        "targets": [c._asdict() for c in bench.targets],
        "colours": list(GENE_COLOURS),
        "tables": {"elf": _packed(bench.colours.elf, "u1"), "difference": _packed(bench.colours.difference, "u1")},
        "ink": bench.colours.ink,
        "second": bench.colours.second,
    }  # fmt: skip


def cut_of(s: ElfSlice, *, disc: float) -> dict[str, Any]:
    """A slice for the canvas: image, mask, axes and atoms; ``disc`` is the radius (Angstrom) within which pixels count."""
    from ase.data import atomic_numbers

    from bondgenome_core.elf.masks import core_radius
    from bondgenome_core.palette import ELEMENTS, OTHER_ELEMENT
    from bondgenome_core.slices.figures import LABELLED, describe_slice

    def drawn(atom: Any) -> dict[str, Any]:
        inside = core_radius(atomic_numbers[atom.symbol]) ** 2 - atom.height**2
        return {
            "z": atom.z, "x": atom.x, "height": atom.height, "colour": ELEMENTS.get(atom.symbol, OTHER_ELEMENT),
            "label": f"{atom.symbol}{atom.index}" if abs(atom.height) < LABELLED else "",
            "core": inside**0.5 if inside > 0 else 0.0,
        }  # fmt: skip

    return {
        "image": _packed(s.image, "<f4"), "mask": _packed(s.mask, "u1"), "n": len(s.z_axis), "step": s.window / len(s.z_axis),
        "length": s.length, "disc": disc, "atoms": [drawn(a) for a in s.atoms], "description": describe_slice(s),
    }  # fmt: skip


def _packed(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")
