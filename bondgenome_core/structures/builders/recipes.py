"""The gallery's table of contents: every species with its builder and the motifs that prove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..motifs import Motifs
from ..structure import Structure
from . import au25, au38, gold, molecules, motif_clusters, rings, slab, staples


class Recipe(NamedTuple):
    """How one gallery structure is made.

    build: seed -> start geometry.  motifs: the counts the relaxed structure must have; None where there is no gold.
    rattle: standard deviation in Angstrom of the displacements that take the start off its symmetry.
    force_limit: eV/Angstrom; looser for large clusters.  fixed: atoms that keep their place.
    hold_contacts: relax under springs on the S-Au bonds first, then freely.
    n_trials: starts with seeds of their own of which the lowest is kept, the n_annealed best after annealing.
    """

    name: str
    title: str
    group: str
    description: str
    build: Callable[[int], Structure]
    motifs: Motifs | None = None
    rattle: float = 0.03
    force_limit: float = 0.02
    fixed: tuple[int, ...] = ()
    hold_contacts: bool = False
    n_trials: int = 1
    n_annealed: int = 0


AU25_MOTIFS = Motifs(13, {2: 6})
LARGE = 0.05
"""eV/Angstrom, the default of ``relax``."""


def _au25(charge: int, title: str, text: str, ligand: str = "H") -> Recipe:
    return Recipe(
        au25.au25_name(charge, ligand),
        title,
        "Clusters",
        text,
        lambda seed: au25.au25(charge, ligand),
        AU25_MOTIFS,
        force_limit=0.02 if charge == -1 and ligand == "H" else LARGE,
        hold_contacts=charge == 1,
    )


def _clusters() -> tuple[Recipe, ...]:
    return (
        _au25(-1, "Au25(SH)18-", "Eight-electron anion: a centred icosahedron Au13 under six Au2(SH)3 staples."),
        _au25(0, "Au25(SH)18", "Neutral seven-electron doublet of Au25(SH)18, the same topology as the anion."),
        _au25(1, "Au25(SH)18+", "Six-electron cation of Au25(SH)18, the same topology as the anion."),
        _au25(-1, "Au25(SCH3)18-", "The anion with methyl groups in place of hydrogen.", "CH3"),
        Recipe(
            "au18_sh14",
            "Au18(SH)14",
            "Clusters",
            "Core Au8 of two tetrahedra under two Au4(SH)5 and two Au(SH)2 staples.",
            lambda seed: motif_clusters.au18_thiolate(seed=seed),
            Motifs(8, {1: 2, 4: 2}),
            n_trials=6,
            n_annealed=2,
            force_limit=LARGE,
        ),
        Recipe(
            "au20_sh16",
            "Au20(SH)16",
            "Clusters",
            "Core Au7 of two tetrahedra that share a corner, in a ring Au8(SH)8, with one Au3(SH)4 and two Au(SH)2 staples.",
            lambda seed: motif_clusters.au20_thiolate(seed=seed),
            Motifs(7, {1: 2, 3: 1}, {8: 1}),
            n_trials=6,
            n_annealed=2,
            force_limit=LARGE,
        ),
        Recipe(
            "au38_sh24",
            "Au38(SH)24",
            "Clusters",
            "Two icosahedra that share a face (Au23) under three Au(SH)2 and six Au2(SH)3 staples.",
            lambda seed: au38.au38(),
            Motifs(23, {1: 3, 2: 6}),
            force_limit=LARGE,
        ),
    )


def _ring(n: int) -> Recipe:
    text = f"Ring of {n} gold atoms bridged by {n} thiolates, every S-Au-S link nearly straight."
    title = f"Au{n}(SH){n} ring"
    return Recipe(f"au{n}_sh{n}", title, "Rings", text, lambda seed: rings.ring(n), Motifs(0, rings={n: 1}))


def _rings() -> tuple[Recipe, ...]:
    return (
        *(_ring(n) for n in rings.RING_SIZES),
        Recipe(
            "au10_sh10_interlocked",
            "Au10(SH)10 interlocked",
            "Rings",
            "Two interlocked rings Au5(SH)5, held together by gold-gold contacts.",
            lambda seed: rings.interlocked_rings(),
            Motifs(0, rings={5: 2}),
        ),
        Recipe(
            "au4_sch3_4",
            "Au4(SCH3)4 ring",
            "Rings",
            "Ring of 4 gold atoms bridged by 4 methylthiolates.",
            lambda seed: rings.ring(4, "CH3"),
            Motifs(0, rings={4: 1}),
        ),
    )


def _staple(n: int) -> Recipe:
    text = f"Free staple with {n} gold and {n + 1} thiolates, the motif that protects larger clusters."
    title = f"[Au{n if n > 1 else ''}(SH){n + 1}]-"
    name = f"au{n}_sh{n + 1}_anion"
    return Recipe(name, title, "Staples", text, lambda seed: staples.staple(n), Motifs(0, free_chains={n: 1}))


def _staples() -> tuple[Recipe, ...]:
    return (
        *(_staple(n) for n in staples.STAPLE_LENGTHS),
        Recipe(
            "au2_sch3_3_anion",
            "[Au2(SCH3)3]-",
            "Staples",
            "Free staple with 2 gold and 3 methylthiolates.",
            lambda seed: staples.staple(2, "CH3"),
            Motifs(0, free_chains={2: 1}),
        ),
    )


def _bare() -> tuple[Recipe, ...]:
    cubic = "Cuboctahedron, one gold atom of the bulk with its neighbours; a doublet."
    return (
        Recipe(
            "au6", "Au6", "Bare gold", "Planar triangle, the ground state of six gold atoms.", lambda seed: gold.au6(), Motifs(6)
        ),
        Recipe("au13", "Au13", "Bare gold", cubic, lambda seed: gold.au13(), Motifs(13)),
        Recipe("au20", "Au20", "Bare gold", "Tetrahedral pyramid of twenty gold atoms.", lambda seed: gold.au20(), Motifs(20)),
    )


def _molecule(name: str) -> Recipe:
    title = name.replace("_", " ").capitalize()
    text = f"{title}, SMILES {molecules.SMILES[name]}."
    return Recipe(name, title, "Molecules", text, lambda seed: molecules.molecule(name))


def _molecules() -> tuple[Recipe, ...]:
    text = "Ion pair LiF, a bond of another kind."
    ion_pair = Recipe("lif", "Lithium fluoride", "Molecules", text, lambda seed: molecules.lithium_fluoride())
    return (*(_molecule(name) for name in molecules.SMILES), ion_pair)


def _surface() -> tuple[Recipe, ...]:
    text = "Methylthiolate between bridge and fcc hollow of Au(111), a slab of three ideal layers; structure and bonds only."
    # no motifs: S binds two or three surface atoms, both known for this site
    return (
        Recipe(
            "au111_sch3",
            "SCH3 on Au(111)",
            "Surface",
            text,
            lambda seed: slab.thiolate_slab(),
            fixed=slab.gold_atoms(),
            force_limit=LARGE,
        ),
        Recipe(
            "au111_sch3_4x4",
            "SCH3 on Au(111), 4x4",
            "Surface",
            "Methylthiolate on Au(111), three layers of 16 atoms; the lowest layer is held at its bulk place.",
            lambda seed: slab.thiolate_slab(shape=slab.LARGE),
            fixed=slab.bottom_layer(),
            force_limit=LARGE,
        ),
    )


RECIPES: tuple[Recipe, ...] = (*_clusters(), *_rings(), *_staples(), *_bare(), *_molecules(), *_surface())
