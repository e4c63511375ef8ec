"""The data of each view of an offline file: what the app sends to its own components."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bondgenome_core.quantities import QUANTITIES
from bondgenome_core.roadmap.selections import MEASURED
from bondgenome_core.slices.difference import slice_difference
from bondgenome_core.slices.elf_slice import ElfSlice
from bondgenome_core.slices.figures import CONTOUR_INK, provenance_line, slice_title
from bondgenome_core.slices.slice_set import DISC_RADIUS

from .. import dashboard_views as views
from .. import genomes, roadmap_content
from ..page import ACCENTS
from ..roadmap_map import map_data
from ..selection import Selection
from ..sliders import Workbench, bench_data, cut_of
from ..surfaces import surface_of
from ..viewer import Mark, viewer_data

VIEWER_HEIGHT, MAP_HEIGHT = 460, 560
SLICE_HEIGHT, BENCH_HEIGHT = 480, 900
"""Pixels kept free until the view has drawn, so that the page does not jump."""
SECOND = ACCENTS["light"][1]


class View(NamedTuple):
    """kind: which component draws it.  data: what the component takes.  model_hash: of the weights it needs, or empty."""

    kind: str
    data: dict[str, Any]
    provenance: str
    height: int
    model_hash: str = ""


def view_of(kind: str, chosen: Selection, number: int) -> View:
    """The view of a pin; raises a BondGenomeError that says what is missing on this server."""
    return _VIEWS[kind](chosen, number)


def _structure(chosen: Selection, number: int) -> View:
    found = views.molecule_of(chosen)
    marks = [Mark(b, colour) for b, colour in zip(found.bonds, (None, SECOND), strict=False)]
    surface = surface_of(found.electrons, chosen.surface, channel=chosen.channel)
    data = viewer_data(found.structure, camera=f"view {number}", marks=marks, surface=surface, height=VIEWER_HEIGHT)
    return View("structure", data, found.provenance, VIEWER_HEIGHT)


def _slices(chosen: Selection, number: int) -> View:
    slices = views.slices_of(chosen)
    tables = genomes.colours_of(chosen.colours, SECOND)
    pictures = [_picture(s) for s in slices]
    if len(slices) == 2:
        difference = slice_difference(*slices)
        pictures.append(_picture(slices[0]) | {
            "image": _packed(np.nan_to_num(difference.image), "<f4"), "mask": _packed(np.isnan(difference.image), "u1"),
            "title": f"Difference, RMSD {difference.rmsd:.3f}", "signed": True,
            "description": f"First less second slice; root mean square difference {difference.rmsd:.3f}.",
        })  # fmt: skip
    data = {
        "pictures": pictures, "ink": CONTOUR_INK[chosen.colours],
        "tables": {"elf": _packed(tables.elf, "u1"), "difference": _packed(tables.difference, "u1")},
    }  # fmt: skip
    return View("slices", data, " | ".join(dict.fromkeys(provenance_line(s) for s in slices)), SLICE_HEIGHT)


def _picture(s: ElfSlice) -> dict[str, Any]:
    return cut_of(s, disc=DISC_RADIUS) | {"title": slice_title(s), "signed": False}


def _genome(chosen: Selection, number: int) -> View:
    found = views.genome_of(chosen)
    near = genomes.neighbours_of(found.model.hash, found.place, found.values, chosen.structure)
    bench = Workbench(
        # the number keeps two views of one bond apart
        origin=f"view {number}: {found.model.hash} {found.place.bond}",
        model_hash=found.model.hash,
        cut=cut_of(found.cut, disc=DISC_RADIUS),
        provenance=slice_title(found.cut),
        encoded=found.encoded,
        now=found.now,
        # a real bond's own page is not in the file
        neighbours=[n | {"at_hand": False} for n in near],
        presets=genomes.presets_of(found.model.hash),
        targets=[],
        colours=genomes.colours_of(chosen.colours, SECOND),
    )
    atlas = genomes.atlas_of(found.model.hash)
    itself = atlas.find(chosen.structure, found.place.bond) if atlas else None
    return View("genome", bench_data(bench) | {"itself": itself}, found.provenance, BENCH_HEIGHT, found.model.hash)


def _map(chosen: Selection, number: int) -> View:
    found = views.map_of(chosen)
    data = map_data(found.atlas, found.colouring, found.overlay, title=found.title, note=found.note, height=MAP_HEIGHT)
    # the browser keeps view and choices by this name
    table = genomes.colours_of("perceptual", SECOND).elf
    data |= {"map": f"view {number}", "model": found.model.hash, "table": _packed(table, "u1")}
    return View("roadmap", data, found.provenance, MAP_HEIGHT, found.model.hash)


_VIEWS: dict[str, Callable[[Selection, int], View]] = {
    "structure": _structure, "slices": _slices, "genome": _genome, "roadmap": _map,
}  # fmt: skip


def bonds_of_map(model_hash: str) -> dict[str, Any] | None:
    """What the cards of a map and the nearest bonds of a genome need, once per model; None where it has no map.

    labels, origins: of bond n, the latter as a list of different ones and the place of each bond's in it.
    genomes: of all admissible frames, (m, 8); owner: (m,) bond numbers, each bond's displayed frame first.
    """
    atlas = genomes.atlas_of(model_hash)
    if atlas is None:
        return None
    _, first, place = np.unique(atlas.bonds["wavefunction"].to_numpy(dtype=str), return_index=True, return_inverse=True)
    columns = [c for c in (*MEASURED, "temperature_k") if c in atlas.bonds]
    return {
        "labels": [roadmap_content.label_of(atlas, n) for n in range(len(atlas))],
        "origins": [roadmap_content.origin_of(atlas, int(n)) for n in first],
        "origin": _packed(place, "<i4"),
        "displayed": _packed(atlas.genomes, "<f4"), "genomes": _packed(atlas.frames.genomes, "<f4"),
        "owner": _packed(atlas.frames.owner, "<i4"),
        "properties": [
            {"name": _quantity(c).axis, "values": _packed(atlas.bonds[c].to_numpy(dtype=float), "<f4")} for c in columns
        ],
    }  # fmt: skip


def _quantity(column: str) -> Any:
    return QUANTITIES["temperature" if column == "temperature_k" else column]


def _packed(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")
