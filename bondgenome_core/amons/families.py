"""The molecules that amons are tried on: six families and the live set, each by a rule or a list, none chosen by its error.

The seventh family, bulk silicon, is no molecule: ``silicon.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..structures.smiles import CONFORMER_SEED
from ..structures.structure import Structure
from .fragment import LARGEST_K
from .organic_set import load_set
from .query import Query, query_from_bonds, query_from_smiles, query_from_structure

LIVE = {
    "phenylacetaldehyde": "O=CCc1ccccc1", "4-pyridyl-acetaldehyde": "O=CCc1ccncc1", "2-(2-furyl)propan-2-ol": "CC(C)(O)c1ccco1",
    "niacin": "OC(=O)c1cccnc1", "amphetamine": "CC(N)Cc1ccccc1", "paracetamol": "CC(=O)Nc1ccc(O)cc1",
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O", "ibuprofen": "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
}  # fmt: skip
CAFFEINE = "CN1C=NC2=C1C(=O)N(C(=O)N2C)C"
BIOMOLECULES = {
    "aspirin": LIVE["aspirin"], "paracetamol": LIVE["paracetamol"], "ibuprofen": LIVE["ibuprofen"],
    "amphetamine": LIVE["amphetamine"], "niacin": LIVE["niacin"], "vitamin C": "OC[C@H](O)[C@H]1OC(=O)C(O)=C1O",
    "dopamine": "NCCc1ccc(O)c(O)c1", "testosterone": "C[C@]12CC[C@H]3[C@H]([C@@H]1CC[C@@H]2O)CCC4=CC(=O)CC[C@]34C",
    "cocaine": "COC(=O)[C@H]1[C@@H](OC(=O)c2ccccc2)C[C@@H]2CC[C@H]1N2C",
    "cholesterol": "C[C@H](CCCC(C)C)[C@H]1CC[C@@H]2[C@@]1(CC[C@H]3[C@H]2CC=C4[C@@]3(CC[C@@H](C4)O)C)C",
    "penicillin G": "CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(=O)O", "caffeine": CAFFEINE,
}  # fmt: skip
WATERS = range(11, 22)


@dataclass(frozen=True)
class Member:
    """One query of a family.  k: heavy atoms of its largest amon; make: builds it when it is wanted."""

    family: str
    name: str
    k: int
    make: Callable[[], Query]


def _of_smiles(family: str, name: str, smiles: str, k: int, seed: int = CONFORMER_SEED) -> Member:
    return Member(family, name, k, lambda: query_from_smiles(smiles, seed=seed))


def organic() -> list[Member]:
    """The hundred molecules of the committed generator."""
    return [_of_smiles("organic", smiles, smiles, 7) for smiles in load_set()]


def live(seeds: range = range(5)) -> list[Member]:
    """The eight molecules of the notes in several conformers."""
    return [_of_smiles("live set", f"{name}, seed {seed}", smiles, 7, seed) for name, smiles in LIVE.items() for seed in seeds]


def biomolecules(k: int = 9) -> list[Member]:
    """Twelve biomolecules and drugs."""
    return [_of_smiles("biomolecules", name, smiles, k) for name, smiles in BIOMOLECULES.items()]


POLYMERS = {
    "polyethylene": lambda n: "CC" * n, "polyacetylene": lambda n: "C=C" * n, "poly(ethylene glycol)": lambda n: "CCO" * n + "C",
    "poly(lactic acid)": lambda n: "OC(C)C(=O)" * n + "O", "polyalanine": lambda n: "NC(C)C(=O)" * n + "O",
    "polystyrene": lambda n: "CC(c1ccccc1)" * n + "C",
}  # fmt: skip
LENGTHS = dict.fromkeys(POLYMERS, (3, 5, 7)) | {
    "polyethylene": (4, 6, 8, 10),
    "polyacetylene": (4, 5, 6, 8),
    "polystyrene": (2, 3, 4),
}
CONJUGATED_K = 8
"""Of polyacetylene: its conjugation reaches farther than seven atoms, and the authors used eight, too."""


def polymers() -> list[Member]:
    """Oligomers of growing length."""
    return [
        _of_smiles("polymers", f"{name}, {n} units", chain(n), CONJUGATED_K if name == "polyacetylene" else 7)
        for name, chain in POLYMERS.items()
        for n in LENGTHS[name]
    ]


def water() -> list[Member]:
    """(H2O)n, n = 11 to 21, annealed with seed n; their amons are sub-clusters, whatever k."""
    return [Member("water", f"(H2O){n}", LARGEST_K, lambda n=n: query_from_structure(annealed_water(n))) for n in WATERS]  # type: ignore[misc]


ANNEAL_K, COLD_K, ANNEAL_PS = 250.0, 50.0, 1.0
"""Temperatures and time of the cooling of water clusters."""


def annealed_water(n: int) -> Structure:
    """A cluster relaxed, cooled from 250 to 50 K over a picosecond and relaxed again, all by GFN2-xTB with seed n."""
    import numpy as np
    from ase import units
    from ase.md.langevin import Langevin

    from ..device import one_thread
    from ..structures.builders.water import water_cluster
    from ..structures.relax import relax, tight_binding_atoms

    with one_thread():
        start = relax(water_cluster(n, seed=n), method="GFN2-xTB", fmax=0.1)
        atoms = tight_binding_atoms(start, method="GFN2-xTB")
        steps = round(1000 * ANNEAL_PS)
        motion = Langevin(atoms, 1.0 * units.fs, temperature_K=ANNEAL_K, friction=0.02 / units.fs, fixcm=False,
                          rng=np.random.default_rng(n))  # fmt: skip

        def cool() -> None:
            motion.set_temperature(temperature_K=ANNEAL_K + (COLD_K - ANNEAL_K) * motion.nsteps / steps)

        motion.attach(cool, interval=20)
        motion.run(steps)
        cooled = start.with_(positions=atoms.positions, bonds=())
        return relax(cooled, method="GFN2-xTB", fmax=0.05).with_(name=f"water_{n}", source=f"GFN2-xTB annealed, seed {n}")


def base_pairs(k: int = 9) -> list[Member]:
    """Adenine with thymine, guanine with cytosine."""
    from .base_pairs import PAIRS, paired_bases

    return [Member("base pairs", name, k, lambda name=name: query_from_structure(paired_bases(name))) for name in PAIRS]  # type: ignore[misc]


DOPED: dict[str, tuple[int, ...]] = {"none": (), "one pair": (0,), "two pairs": (0, 3), "a ring": (0, 2, 4)}
"""Which of the six bonds of the flake's middle ring, counted around it, become carbon."""


def nitride() -> list[Member]:
    """Flakes of hexagonal boron nitride, B-N pairs replaced by carbon, relaxed by GFN2-xTB."""
    return [
        Member("boron nitride", f"B12N12H12 flake, carbon: {name}", 9, lambda turns=turns: doped_flake(turns))  # type: ignore[misc]
        for name, turns in DOPED.items()
    ]


def doped_flake(turns: tuple[int, ...]) -> Query:
    """turns: bonds of the middle ring, counted around it, whose atoms become carbon."""
    import numpy as np

    from ..structures.builders.flakes import BOND, lattice_bonds, nitride_flake
    from ..structures.relax import relax

    plain = nitride_flake(name="flake")
    bonds = lattice_bonds(plain.positions[plain.numbers > 1])
    middles = np.array([plain.positions[list(b)].mean(0) for b in bonds])
    ring = [k for k in np.argsort(np.linalg.norm(middles, axis=1))[:6] if np.linalg.norm(middles[k]) < BOND]
    around = sorted(ring, key=lambda k: float(np.arctan2(middles[k][1], middles[k][0])))
    doped = [int(around[t]) for t in turns]
    flake = nitride_flake(doped, name="flake")
    relaxed = relax(flake, method="GFN2-xTB", fmax=0.02).with_(bonds=flake.bonds)
    return query_from_bonds(relaxed, {bonds[k]: 2 for k in doped})


FAMILIES: dict[str, Callable[[], list[Member]]] = {
    "organic": organic, "biomolecules": biomolecules, "polymers": polymers, "water": water, "base pairs": base_pairs,
    "boron nitride": nitride, "live set": live,
}  # fmt: skip
