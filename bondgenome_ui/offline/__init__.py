"""A dashboard, or one view, as one HTML file that works without a network.

The file brings the app's own components (3D view, sliders, map) with the data of every view and runs them as the app
does; weights of a model, its bonds and the 3D library are in it once.  Its content security policy forbids any request.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from bondgenome_core import __version__
from bondgenome_core.errors import ArtefactError, BondGenomeError

from ..dashboard import KINDS
from ..sliders import WORKBENCH, bundle
from .data import View, bonds_of_map, view_of

if TYPE_CHECKING:
    from ..dashboard import Dashboard, Pin

MAX_BYTES = 60 * 2**20
"""A file larger than this is slow to open and refused by mail and wikis."""
_here = Path(__file__).parent
_ui = _here.parent
LIBRARY = _ui.parent / "static" / "3dmol" / "3Dmol.es6-min.js"


def offline_page(board: Dashboard) -> bytes:
    """The whole file; a view that cannot be shown says why in its place.  Raises ArtefactError where it would be too large."""
    views = [_view_or_reason(pin, number) for number, pin in enumerate(board.pins)]
    good = [v for v in views if isinstance(v, View)]
    content = {
        "views": [{"kind": v.kind, "data": v.data} if isinstance(v, View) else None for v in views],
        "components": {kind: _component(kind) for kind in {v.kind for v in good}},
        "models": {v.model_hash: _payload(v.model_hash) for v in good if v.model_hash},
        "bonds": {v.model_hash: bonds_of_map(v.model_hash) for v in good if v.model_hash},
        "library": _library() if any(v.kind == "structure" for v in good) else None,
    }
    sections = "\n".join(_section(p, v, n) for n, (p, v) in enumerate(zip(board.pins, views, strict=True)))
    page = Template(_read("page.html")).substitute(
        title=html.escape(board.name), style=_read("page.css"), sections=sections, script=_read("page.js"),
        content=_inside_script(json.dumps(content, separators=(",", ":"))), version=html.escape(__version__),
    ).encode()  # fmt: skip
    if len(page) > MAX_BYTES:
        raise ArtefactError(f"The file would have {len(page) / 2**20:.0f} MiB; export fewer views at once.")
    return page


def _view_or_reason(pin: Pin, number: int) -> View | str:
    try:
        return view_of(pin.kind, pin.selection, number)
    except BondGenomeError as error:
        return str(error)


def _section(pin: Pin, view: View | str, number: int) -> str:
    """Everything that can be read without a script: caption, what the view shows in words, note and provenance."""
    if isinstance(view, View):
        shown = f'<div class="host" style="min-height:{view.height}px"></div><div class="card" aria-live="polite"></div>'
        below = f'<p class="source">{html.escape(view.provenance)}</p>'
    else:
        shown, below = f'<p class="missing" role="alert">{html.escape(view)}</p>', ""
    note = f'<p class="note">{html.escape(pin.note)}</p>' if pin.note else ""
    caption = html.escape(pin.caption)
    return (
        f'<section class="view w{pin.width} {pin.kind}" data-number="{number}" aria-label="{caption}">'
        f"<h2><span>{number + 1}</span> {caption} <small>{KINDS[pin.kind][0]}</small></h2>"
        f"{shown}{note}{below}</section>"
    )


def _component(kind: str) -> dict[str, str]:
    """Style, frame and script of a component, as the app uses them."""
    folder, name = {"structure": ("viewer", "viewer"), "genome": ("sliders", "sliders"), "roadmap": ("roadmap_map", "map"),
                    "slices": ("offline", "slice")}[kind]  # fmt: skip
    scripts = {
        "structure": lambda: "\n".join(_read(f"{n}.js", "viewer") for n in ("geometry", "drawing", "viewer")),
        "genome": lambda: bundle(*WORKBENCH),
        "roadmap": lambda: _read("map.js", "roadmap_map"),
        "slices": lambda: f"{bundle('contours', 'gene', 'panel', 'sidebar')}\n{_read('slice.js')}",
    }
    found = {"css": _read(f"{name}.css", folder), "html": _read(f"{name}.html", folder), "js": scripts[kind]()}
    if kind in ("roadmap", "genome"):
        found["companion"] = f"{bundle('slot', 'network', 'contours', 'panel')}\n{_read('bonds.js')}"
    return found


def _payload(model_hash: str) -> dict[str, Any]:
    from .. import genomes

    return genomes.payload_of(model_hash)


def _library() -> str:
    if not LIBRARY.is_file():
        raise ArtefactError("The 3D library is not installed; run `make setup` once, then export again.")
    return LIBRARY.read_text(encoding="utf-8")


def _read(name: str, folder: str = "offline") -> str:
    return (_ui / folder / name).read_text(encoding="utf-8")


def _inside_script(text: str) -> str:
    """JSON that no HTML parser can leave: the sign that begins a tag is written as an escape."""
    return text.replace("<", "\\u003c")
