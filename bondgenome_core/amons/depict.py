"""Molecules as two-dimensional drawings (RDKit), on light and dark ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..palette import ACCENT

if TYPE_CHECKING:
    from rdkit.Chem import Mol

LONGEST_BOND = 48.0
"""Pixels: a small molecule does not fill its frame, a large one shrinks to it."""


def fragment_svg(smiles: str, *, width: int = 150, height: int = 110, theme: str = "light") -> str:
    """An amon, or several together."""
    from rdkit import Chem

    return _drawn(Chem.MolFromSmiles(smiles), (), width, height, theme)


def query_svg(molecule: Mol, lit: Sequence[int] = (), *, width: int = 420, height: int = 300, theme: str = "light") -> str:
    """A query without its hydrogens, some of its atoms lit; lit: atoms of ``molecule``."""
    from rdkit import Chem

    flat = Chem.Mol(molecule)
    for atom in flat.GetAtoms():
        atom.SetIntProp("of", atom.GetIdx())
    flat = Chem.RemoveHs(flat)
    flat.RemoveAllConformers()
    wanted = set(lit)
    return _drawn(flat, [a.GetIdx() for a in flat.GetAtoms() if a.GetIntProp("of") in wanted], width, height, theme)


def _drawn(molecule: Mol, lit: Sequence[int], width: int, height: int, theme: str) -> str:
    from rdkit.Chem import rdDepictor
    from rdkit.Chem.Draw import rdMolDraw2D

    rdDepictor.Compute2DCoords(molecule)
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawer.drawOptions()
    if theme == "dark":
        rdMolDraw2D.SetDarkMode(options)
    options.clearBackground = False  # type: ignore[assignment]
    options.padding = 0.08  # type: ignore[assignment]
    options.fixedBondLength = LONGEST_BOND  # type: ignore[assignment]
    colour = tuple(int(ACCENT[theme][k : k + 2], 16) / 255 for k in (1, 3, 5))
    inside = set(lit)
    bonds = [b.GetIdx() for b in molecule.GetBonds() if {b.GetBeginAtomIdx(), b.GetEndAtomIdx()} <= inside]
    options.setHighlightColour((*colour, 0.45))
    drawer.DrawMolecule(molecule, highlightAtoms=list(lit), highlightBonds=bonds)
    drawer.FinishDrawing()
    svg: str = drawer.GetDrawingText()
    return svg[svg.index("<svg") :]
