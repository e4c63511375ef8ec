"""Counts of core, staples and rings prove the topology of the gallery."""

import numpy as np
import pytest

from bondgenome_core.structures.builders import au25, au38, motif_clusters, rings, staples
from bondgenome_core.structures.gallery import gallery, load_gallery_structure
from bondgenome_core.structures.motifs import Motifs, core_gold, count_motifs
from bondgenome_core.structures.structure import Structure

EXPECTED = {
    "au25_sh18_anion": Motifs(13, {2: 6}),
    "au25_sh18_neutral": Motifs(13, {2: 6}),
    "au25_sh18_cation": Motifs(13, {2: 6}),
    "au25_sch3_18_anion": Motifs(13, {2: 6}),
    "au38_sh24": Motifs(23, {1: 3, 2: 6}),
    "au20_sh16": Motifs(7, {1: 2, 3: 1}, {8: 1}),
    "au18_sh14": Motifs(8, {1: 2, 4: 2}),
    "au10_sh10_interlocked": Motifs(0, rings={5: 2}),
    "au4_sch3_4": Motifs(0, rings={4: 1}),
    "au2_sch3_3_anion": Motifs(0, free_chains={2: 1}),
    **{f"au{n}_sh{n}": Motifs(0, rings={n: 1}) for n in (3, 4, 5, 6, 7, 8, 10)},
    **{f"au{n}_sh{n + 1}_anion": Motifs(0, free_chains={n: 1}) for n in (1, 2, 3, 4)},
    **{f"au{n}": Motifs(n) for n in (6, 13, 20)},
}
SHIPPED = [entry.name for entry in gallery() if entry.group not in ("Molecules", "Surface")]


@pytest.mark.law
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_gold_species_have_the_motifs_of_their_name(name):
    assert count_motifs(load_gallery_structure(name)) == EXPECTED[name]


@pytest.mark.law
def test_ring_of_four_has_eight_sulfur_gold_bonds():
    ring = load_gallery_structure("au4_sh4")
    assert sum(ring.kind(b) == "S-Au" for b in ring.bonds) == 8


@pytest.mark.law
@pytest.mark.parametrize("n", rings.RING_SIZES)
def test_built_rings_close(n):
    assert count_motifs(rings.ring(n)) == Motifs(0, rings={n: 1})
    assert count_motifs(rings.ring(n, "CH3")) == Motifs(0, rings={n: 1})


@pytest.mark.law
def test_built_staples_are_open_chains():
    for n in staples.STAPLE_LENGTHS:
        assert count_motifs(staples.staple(n)) == Motifs(0, free_chains={n: 1})


@pytest.mark.law
def test_built_clusters_have_their_motifs_before_relaxation():
    assert count_motifs(au25.au25()) == EXPECTED["au25_sh18_anion"]
    assert count_motifs(au38.au38()) == EXPECTED["au38_sh24"]


@pytest.mark.law
def test_springs_build_the_motifs_they_were_asked_for():
    assert count_motifs(motif_clusters.au20_thiolate(seed=1, n_draws=2)) == EXPECTED["au20_sh16"]


@pytest.mark.law
def test_negative_control_a_torn_staple_changes_the_counts():
    cluster = load_gallery_structure("au25_sh18_anion")
    linker = next(k for k, z in enumerate(cluster.numbers) if z == 79 and k not in core_gold(cluster))
    positions = cluster.positions.copy()
    positions[linker] *= 1.5
    assert count_motifs(cluster.with_(positions=positions, bonds=())) != EXPECTED["au25_sh18_anion"]


@pytest.mark.law
def test_counts_do_not_depend_on_the_order_of_atoms():
    cluster = load_gallery_structure("au25_sh18_anion")
    order = np.random.default_rng(3).permutation(len(cluster))
    shuffled = cluster.with_(numbers=cluster.numbers[order], positions=cluster.positions[order], bonds=())
    assert count_motifs(shuffled) == EXPECTED["au25_sh18_anion"]


@pytest.mark.unit
def test_motifs_are_said_in_words():
    assert str(Motifs(13, {2: 6})) == "core of 13 Au, 6 Au2S3 staples"
    assert str(Motifs(7, {3: 1, 1: 2}, {8: 1})) == "core of 7 Au, 2 AuS2 staples, 1 Au3S4 staple, 1 Au8S8 ring"


@pytest.mark.unit
def test_a_sulfur_on_three_gold_atoms_is_irregular():
    positions = [[0, 0, 0], [2.3, 0, 0], [0, 2.3, 0], [0, 0, 2.3]]
    assert count_motifs(Structure([16, 79, 79, 79], positions, multiplicity=2)) == Motifs(3, n_irregular=1)
