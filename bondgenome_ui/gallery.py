"""The gallery as a strip of thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from . import content
from .properties import pretty
from .selection import current, select
from .strip import Item, show_strip
from .thumbnail import thumbnail_uri

if TYPE_CHECKING:
    from bondgenome_core.structures.gallery import GalleryEntry


def show_gallery() -> None:
    """One thumbnail per shipped structure; a click opens it."""
    show_strip(
        _items(), key="gallery", label="Gallery of structures", chosen=current().structure,
        on_choose=lambda name: select(structure=name),
    )  # fmt: skip


@st.cache_resource(show_spinner=False)
def _items() -> list[Item]:
    return [_item(entry) for entry in content.gallery_entries()]


def _item(entry: GalleryEntry) -> Item:
    note = entry.description + ("" if entry.has_wavefunction else " Electrons are not shipped; they can be computed.")
    return Item(entry.name, pretty(entry.title), thumbnail_uri(content.frames_of(entry.name)[0]), note, entry.group)
