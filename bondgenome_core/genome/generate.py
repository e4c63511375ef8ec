"""Bonds that were never computed: drawn from the density of real genomes, or sought for the indices one wishes.

The density of each kind of bond is a mixture of Gaussians fitted to its genomes.  A wish is met by minimising
sum over wished indices of ((index - wish) / sd)^2 - weight log density,  from several real bonds, so that the answer stays
where real bonds are.  What comes out is an image from a network, no calculation: badge and nearest real bonds belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import GenomeError
from .code import check_genome
from .index_model import INDICES

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

    from .model import GenomeModel

N_COMPONENTS, REGULARISATION = 12, 1e-2
FEWEST = 50
"""Real bonds of a kind, below which its density is not estimated."""
N_STARTS, N_STEPS, RATE = 48, 300, 0.05
DENSITY_WEIGHT = 0.05
APART = 0.5
"""Genomes nearer to one another, in standard deviations, are one answer to a wish."""


class Generated(NamedTuple):
    """genome: (8,).  indices: read from it, in the order of INDICES; sd: their spread.  percentile: of its badge."""

    genome: np.ndarray
    indices: np.ndarray
    sd: np.ndarray
    percentile: float


def density_of(model: GenomeModel, kind: str, *, seed: int = 0) -> GaussianMixture:
    """The density of a kind's real genomes; raises GenomeError where there are too few."""
    from sklearn.mixture import GaussianMixture

    genomes = genomes_of(model, kind)
    n_components = max(1, min(N_COMPONENTS, len(genomes) // FEWEST))
    return GaussianMixture(n_components, reg_covar=REGULARISATION, random_state=seed).fit(genomes)


def genomes_of(model: GenomeModel, kind: str) -> np.ndarray:
    """(n, 8) genomes of the real bonds of a kind; raises GenomeError where there are too few to speak of a density."""
    bonds = model.bonds[model.bonds["kind"] == kind]
    if len(bonds) < FEWEST:
        raise GenomeError(
            f"{model.name} knows {len(bonds)} {kind} bonds, {FEWEST} are needed; it reads {', '.join(model.kinds)}."
        )
    return bonds[[f"g{k + 1}" for k in range(8)]].to_numpy(float)


def sample(model: GenomeModel, kind: str, n: int, *, seed: int = 0) -> list[Generated]:
    """``n`` genomes drawn from the density of a kind."""
    drawn = density_of(model, kind, seed=seed)
    drawn.random_state = np.random.RandomState(seed)
    return describe(model, drawn.sample(n)[0])


def interpolate(model: GenomeModel, start: np.ndarray, end: np.ndarray, n: int) -> list[Generated]:
    """``n`` genomes from one to another, both included, in equal steps."""
    share = np.linspace(0, 1, n)[:, None]
    return describe(model, (1 - share) * check_genome(start) + share * check_genome(end))


def seek(model: GenomeModel, kind: str, wishes: Mapping[str, float], n: int, *, seed: int = 0) -> list[Generated]:
    """At most ``n`` genomes of a kind with indices near the wishes, the nearest first; fewer where few different ones exist.

    wishes: index name -> value in its unit.  Raises GenomeError for an unknown index, a value that is no number, or a model
    that reads no indices.
    """
    import torch

    columns, wanted = _wished(model, wishes)
    assert model.indices is not None
    real = genomes_of(model, kind)
    predicted = model.indices.predict(real).values[:, columns]
    scale = model.indices.sd[columns]
    cost = (((predicted - wanted) / scale) ** 2).sum(1)
    # the nearest bonds alone are often of one snapshot: every start is drawn from the better tenth
    better = np.argsort(cost)[: max(N_STARTS, len(real) // 10)]
    starts = real[np.random.default_rng(seed).choice(better, min(N_STARTS, len(better)), replace=False)]
    z = torch.tensor(starts, dtype=torch.float32, requires_grad=True)
    log_density = _log_density(density_of(model, kind, seed=seed))
    optimiser = torch.optim.Adam([z], RATE)
    for _ in range(N_STEPS):
        out = torch.stack([member(z) for member in model.indices.members]).mean(0)[:, columns]
        target = torch.tensor((wanted - model.indices.mean[columns]) / scale, dtype=torch.float32)
        loss = ((out - target) ** 2).sum() - DENSITY_WEIGHT * log_density(z).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = describe(model, z.detach().numpy())
    found.sort(key=lambda g: float((((g.indices[columns] - wanted) / scale) ** 2).sum()))
    return different(found)[:n]


def different(found: Iterable[Generated]) -> list[Generated]:
    """Those that lie apart from all before them."""
    kept: list[Generated] = []
    for g in found:
        if all(np.linalg.norm(g.genome - other.genome) >= APART for other in kept):
            kept.append(g)
    return kept


def _wished(model: GenomeModel, wishes: Mapping[str, float]) -> tuple[list[int], np.ndarray]:
    if model.indices is None:
        raise GenomeError(f"{model.name} reads no indices, so that none can be wished for.")
    unknown = [name for name in wishes if name not in INDICES]
    if unknown or not wishes:
        said = f"{unknown[0]!r} is no index that can be wished for; " if unknown else "Wish for at least one index; "
        raise GenomeError(f"{said}there are {', '.join(INDICES)}.")
    values = np.array([float(v) for v in wishes.values()])
    if not np.isfinite(values).all():
        raise GenomeError("A wish must be a finite number.")
    return [INDICES.index(name) for name in wishes], values


def _log_density(mixture: GaussianMixture):  # type: ignore[no-untyped-def]
    """The mixture's log density as a torch function of genomes (n, 8) -> (n,)."""
    import torch

    means, weights = (torch.tensor(a, dtype=torch.float32) for a in (mixture.means_, mixture.weights_))
    parts = torch.distributions.MultivariateNormal(means, precision_matrix=torch.tensor(mixture.precisions_, dtype=torch.float32))
    return lambda z: torch.logsumexp(parts.log_prob(z[:, None]) + weights.log(), 1)


def describe(model: GenomeModel, genomes: np.ndarray) -> list[Generated]:
    """Genomes (n, 8) with what is read from them and how far they lie from real bonds."""
    values = np.asarray(genomes, dtype=np.float32)
    percentiles = model.code.badge_percentiles(values)
    if model.indices is None:
        empty = np.empty(0)
        return [Generated(g, empty, empty, float(p)) for g, p in zip(values, percentiles, strict=True)]
    read = model.indices.predict(values)
    return [Generated(g, v, s, float(p)) for g, v, s, p in zip(values, read.values, read.sd, percentiles, strict=True)]
