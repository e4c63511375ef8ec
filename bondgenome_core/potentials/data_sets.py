"""The sets that the shipped potentials are trained and tested on, all made by GFN2-xTB (gold: GFN1-xTB) dynamics here."""

from __future__ import annotations

from dataclasses import replace

from .trajectories import Run

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ALKANES = tuple("C" * n for n in range(2, 13))
POLYENES = tuple("C=C" * n for n in range(1, 7))
DODECANE, DODECAHEXAENE = ALKANES[-1], POLYENES[-1]
"""The longest chains: 14 Angstrom of carbon, where decay is looked at."""
NAMES = {
    ASPIRIN: "aspirin", DODECANE: "dodecane", DODECAHEXAENE: "dodecahexaene", "water_8": "eight waters", "au4_sh4": "Au4(SH)4",
    "au25_sh18_anion": "Au25(SH)18(-)",
}  # fmt: skip
"""How people call what the studies look at."""
DIVERSE = (
    "C", "CC", "CCC", "C=C", "CC=C", "C#C", "CC#C", "C1CC1", "C1CCCC1", "C1CCCCC1", "c1ccccc1", "Cc1ccccc1", "C=Cc1ccccc1",
    "CO", "CCO", "CC(C)O", "OCCO", "COC", "CCOCC", "C1CCOC1", "C=O", "CC=O", "CC(C)=O", "C=CC=O", "OC=O", "CC(=O)O", "COC=O",
    "CC(=O)OC", "Oc1ccccc1", "c1ccoc1", "CN", "CNC", "CN(C)C", "NCCO", "C1CCNC1", "C#N", "CC#N", "C=N", "NC=O", "CC(N)=O",
    "CNC(C)=O", "NC(N)=O", "NCC(=O)O", "CC(N)C(=O)O", "Nc1ccccc1", "c1ccncc1", "c1cc[nH]c1", "c1c[nH]cn1", "c1cncnc1", "CS",
    "CSC", "CSSC", "SCCO", "C1CCSC1", "c1ccsc1", "CS(C)=O", "CS(C)(=O)=O", "C=S", "NC(=S)N", "NC(CS)C(=O)O", "O", "N", "S",
)  # fmt: skip
"""Molecules of C, H, N, O and S; the general model sees dynamics of each."""


def _pair(source: str, seed: int, n_train: int, n_validation: int, n_test: int) -> tuple[Run, Run]:
    """Training and validation frames of one trajectory, test frames of another seed."""
    return (
        Run(source, seed, (("train", n_train), ("validation", n_validation))),
        Run(source, seed + 1, (("test", n_test),)),
    )


SETS: dict[str, tuple[Run, ...]] = {
    "ethanol": _pair("ethanol", 11, 1000, 200, 1000),
    "aspirin": _pair(ASPIRIN, 21, 1000, 200, 1000),
    "chains": tuple(
        run for k, source in enumerate((*ALKANES, *POLYENES)) for run in _pair(source, 100 + 2 * k, 60, 10, 20)
    ),
    "water": tuple(replace(run, temperature_k=300.0) for run in _pair("water_8", 51, 400, 50, 100)),
    "organic": tuple(run for k, source in enumerate(DIVERSE) for run in _pair(source, 1000 + 2 * k, 80, 10, 10)),
}  # fmt: skip
