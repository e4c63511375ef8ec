"""What each of the eight values means, by measurement on descriptors computed independently from structure and density.

Within each kind of bond: rank correlation (Spearman) and mutual information (nearest neighbours: Kraskov et al.,
10.1103/PhysRevE.69.066138) of every gene with every descriptor, and the reverse: how well a descriptor is read from all
eight on trajectories never trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..artefacts import write_text_atomically
from ..errors import ArtefactError
from .network import N_GENES

if TYPE_CHECKING:
    import pandas as pd

    from .model import GenomeModel

DICTIONARY = "dictionary.json"

DESCRIPTORS: dict[str, tuple[str, ...]] = {
    "bond length": ("length",),
    "polarization": ("polarization", "elf_centroid", "charge_difference"),
    "hybridization": ("s_share_left", "d_share_left", "s_share_right", "d_share_right"),
    "intrusion of other atoms": ("intruders_disc", "intruder_distance", "intruder_line_distance"),
    "alignment": ("angle_max_left", "angle_max_right", "angle_mean_left", "angle_mean_right"),
    "crystal orientation": ("crystal_misfit", "crystal_110", "crystal_111", "crystal_100"),
    "atomic motion": ("motion_stretch", "motion_transverse", "motion_shift", "mode_soft", "mode_stiff"),
}
"""What the paper says can be read in a genome, and the columns of the table of indices that stand for it."""
GENES = tuple(f"g{k + 1}" for k in range(N_GENES))
FEWEST, MOST = 200, 2000
"""Bonds of a kind that have a descriptor: below, nothing is stated; above, a random sample is measured."""
N_BLOCKS = 10
"""Error bars: standard error over so many groups of whole trajectories left out in turn (jackknife)."""


class Meaning(NamedTuple):
    """One gene and one descriptor within one kind of bond.  mi: nats.  *_error: one standard error.  n: bonds."""

    kind: str
    gene: str
    descriptor: str
    rho: float
    rho_error: float
    mi: float
    mi_error: float
    n: int


class Readability(NamedTuple):
    """How well a descriptor is read from eight values on trajectories never trained on, and from bond length alone (R2)."""

    kind: str
    descriptor: str
    r2: float
    r2_length: float
    n_test: int


def meanings(bonds: pd.DataFrame, *, seed: int = 0) -> list[Meaning]:
    """Dependence of genes g1 ... g8 on descriptors, from a model's table of bonds."""
    out = []
    for kind, name, rows in _measured(bonds):
        part = bonds.iloc[rows]
        chosen = np.random.default_rng(seed).permutation(len(part))[:MOST]
        part = part.iloc[np.sort(chosen)]
        genes, values = part[list(GENES)].to_numpy(float), part[name].to_numpy(float)
        blocks = _blocks(part["trajectory"].to_numpy(), seed)
        (rho, rho_error), (mi, mi_error) = (_jackknife(f, genes, values, blocks) for f in (_rank_correlations, _information))
        table = np.column_stack([rho, rho_error, mi, mi_error]).round(4).tolist()
        out += [Meaning(kind, gene, name, r[0], r[1], r[2], r[3], len(part)) for gene, r in zip(GENES, table, strict=True)]
    return out


def readings(bonds: pd.DataFrame, *, seed: int = 0) -> list[Readability]:
    """R2 of every descriptor by gradient-boosted trees on the eight values, trained without the test trajectories."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.metrics import r2_score

    out = []
    for kind, name, rows in _measured(bonds):
        part = bonds.iloc[rows]
        test = (part["role"] == "test").to_numpy()
        if test.sum() < FEWEST // 4 or (~test).sum() < FEWEST // 2:
            continue
        values, scores = part[name].to_numpy(float), []
        for columns in (list(GENES), ["length"]):
            seen = part[columns].to_numpy(float)
            trees = HistGradientBoostingRegressor(random_state=seed).fit(seen[~test], values[~test])
            scores.append(round(float(r2_score(values[test], trees.predict(seen[test]))), 4))
        out.append(Readability(kind, name, scores[0], scores[1], int(test.sum())))
    return out


def traversal(model: GenomeModel, kind: str, steps: Sequence[float]) -> np.ndarray:
    """(8, n_steps, 64, 64) ELF: each gene moved by so many standard deviations of a kind's bonds, the others at their median."""
    own = model.bonds.loc[model.bonds["kind"] == kind, list(GENES)].to_numpy(float)
    middle, sd = np.median(own, axis=0), own.std(0)
    genomes = middle + np.asarray(steps)[None, :, None] * np.diag(sd)[:, None, :]
    return model.decode(genomes.reshape(-1, N_GENES)).reshape(N_GENES, len(steps), *model.decode(middle).shape[1:])


def build_dictionary(bonds: pd.DataFrame) -> dict[str, Any]:
    """Both directions as JSON; empty lists where the table has no indices."""
    return {
        "meanings": [m._asdict() for m in meanings(bonds)], "readings": [r._asdict() for r in readings(bonds)],
    }  # fmt: skip


def write_dictionary(model: GenomeModel) -> None:
    """dictionary.json beside the model, with the hash of the weights it speaks of."""
    content = build_dictionary(model.bonds) | {"model_hash": model.hash}
    write_text_atomically(model.folder / DICTIONARY, json.dumps(content, indent=1) + "\n")


def load_dictionary(model: GenomeModel) -> tuple[list[Meaning], list[Readability]]:
    """The measured meanings and readings; raises ArtefactError where there are none for these weights."""
    try:
        content = json.loads((model.folder / DICTIONARY).read_text(encoding="utf-8"))
        if content["model_hash"] != model.hash:
            raise ArtefactError(f"The gene dictionary of {model.name} was measured on other weights; release the model again.")
        return [Meaning(**m) for m in content["meanings"]], [Readability(**r) for r in content["readings"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"{model.name} has no readable gene dictionary ({DICTIONARY}); release the model again.") from error


def _measured(bonds: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    """(kind, descriptor, rows that have it) wherever there are enough rows and more than one value."""
    found = []
    for kind, rows in sorted(bonds.groupby("kind").indices.items()):
        for name in (n for names in DESCRIPTORS.values() for n in names if n in bonds):
            values = bonds[name].to_numpy(float)[rows]
            known = np.isfinite(values)
            if known.sum() >= FEWEST and np.ptp(values[known]) > 0:
                found.append((str(kind), name, rows[known]))
    return found


def _blocks(trajectories: np.ndarray, seed: int) -> np.ndarray:
    """(n,) group of each bond: whole trajectories dealt out at random."""
    names, place = np.unique(trajectories, return_inverse=True)
    return np.asarray(np.random.default_rng(seed).permutation(len(names))[place] % N_BLOCKS)


def _jackknife(measure, genes: np.ndarray, values: np.ndarray, blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """The measure of all bonds, and its standard error over groups left out in turn."""
    parts = np.array([measure(genes[blocks != b], values[blocks != b]) for b in np.unique(blocks)])
    n = len(parts)
    return measure(genes, values), np.sqrt((n - 1) / n * ((parts - parts.mean(0)) ** 2).sum(0))


def _rank_correlations(genes: np.ndarray, values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    ranks, own = rankdata(genes, axis=0), rankdata(values)
    return np.array([np.corrcoef(column, own)[0, 1] for column in ranks.T])


def _information(genes: np.ndarray, values: np.ndarray) -> np.ndarray:
    from sklearn.feature_selection import mutual_info_regression

    return np.asarray(mutual_info_regression(genes, values, random_state=0))
