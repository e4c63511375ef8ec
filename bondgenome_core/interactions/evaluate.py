"""The figures of interactions, recomputed from shipped potentials: what ``evaluate interactions`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..potentials.frames import FrameSet
from ..potentials.recipes import PAIRS, kept_frames
from ..potentials.training import errors_of
from ..potentials.trajectories import of_role
from ..structures.gallery import load_gallery_structure
from ..structures.structure import Structure
from ..units import KCAL_PER_MOL_PER_EV
from .null_baseline import null_figures
from .studies.checks import hessian_errors, subset_error, zero_bias_leak
from .studies.pairs import reference_blocks
from .studies.report import REPORTS, STUDIES, load_report, models_of, require_models, test_structures, write_report
from .studies.scaling import step_scaling
from .studies.stability_study import N_COMPARED, stability_study, stability_summary

Say = Callable[[str], None]
N_NULL, N_NULL_WALKS = 100, 20
"""Test frames of the null baseline; of its walks, which take longest."""


def evaluate_interactions(*, stability: bool = False, update: bool = False, say: Say = print) -> dict[str, Any]:
    """All figures by name.  stability: train and run the models of the stability study anew; update: make and keep all studies
    for the page, otherwise only that of decay is made.  Raises ArtefactError or PotentialError where shipped potentials or frames
    are missing."""
    figures: dict[str, Any] = law_figures(say) | null_report(say)
    figures["force_mae"] = force_errors(say)
    for study in REPORTS if update else ("decay",):
        results = REPORTS[study](say=say, keep=update)
        if update:
            write_report(study, results)
        if study == "decay":
            figures["decay"] = [_short(r) for r in results]
    figures |= stability_figures(recompute=stability, update=update, say=say)
    scaling = step_scaling(sorted({m.card["architecture"]["kind"] for m in models_of("ethanol")}), say=say)
    if update:
        write_report("scaling", scaling)
    return figures | {"step_scaling": scaling}


def law_figures(say: Say) -> dict[str, Any]:
    """Pooled sums against single walks, conservation (worst seed), second derivatives; on the relaxed ethanol."""
    ethanol = load_gallery_structure("ethanol")
    subsets, hessians, leaks = dict[str, float](), dict[str, float](), dict[str, float]()
    for model in require_models("ethanol"):
        kind = model.card["architecture"]["kind"].lower()
        subsets[kind] = subset_error(model.potential, ethanol)
        hessians[kind] = max(hessian_errors(model.potential, ethanol).values())
        leaks[f"{kind}_zero_bias_leak"] = max(zero_bias_leak(p, ethanol) for p in model.members)
        say(f"laws: {model.name}")
    return {
        "subset_vs_walks_max_error": max(subsets.values()), "subset_vs_walks_by_kind": subsets,
        "hessian_relative_error": max(hessians.values()), "hessian_relative_error_by_kind": hessians, **leaks,
    }  # fmt: skip


def null_report(say: Say) -> dict[str, Any]:
    """The null baseline: the worse of the two networks for each figure, and both."""
    ethanol, test = load_gallery_structure("ethanol"), of_role(kept_frames(PAIRS), "test")
    by_kind = {}
    for model in require_models(PAIRS):
        kind = model.card["architecture"]["kind"]
        by_kind[kind] = null_figures(model.potential, ethanol, test[:N_NULL], n_walks=N_NULL_WALKS)
        say(f"null baseline: {model.name}")
    worst = {k: min(f[k] for f in by_kind.values()) for k in ("lrp", "hessian", "fragment")}
    share = max(f["three_body_share"] for f in by_kind.values())
    return {"null_pair_rank_correlation": worst, "null_three_body_share": share, "null_by_kind": by_kind}


def force_errors(say: Say) -> dict[str, float]:
    """kcal/mol/Angstrom over components of the test frames, first seed, for every potential with forces."""
    out = {}
    for name in ("ethanol", "aspirin"):
        test: FrameSet = of_role(kept_frames(name), "test")
        for model in require_models(name):
            kind = model.card["architecture"]["kind"].lower()
            out[f"{kind}_{name}"] = errors_of(model.potential, test).force_mae * KCAL_PER_MOL_PER_EV
            say(f"force error: {model.name}")
    return out


def stability_figures(*, recompute: bool, update: bool, say: Say, folder: Path = STUDIES / "stability") -> dict[str, Any]:
    """The kept table of the stability study, its hash checked, or the study itself."""
    if recompute:
        frames, compared = kept_frames("ethanol"), test_structures("ethanol", "ethanol", N_COMPARED)
        references = reference_blocks(compared, "GFN2-xTB", say=say, keep=update)
        rows: Sequence[dict[str, Any]] = stability_study(frames, _relaxed(), references, folder, say=say)
        if update:
            write_report("stability", rows)
    else:
        rows = load_report("stability")["results"]
    summary = stability_summary(rows)
    return {"stability": summary, "n_models_md_stability": summary["n_models"]}


def _relaxed() -> Structure:
    """Ethanol at its GFN2-xTB minimum, with bonds."""
    from ..potentials.trajectories import open_source
    from ..structures.bonds import with_bonds

    return with_bonds(open_source("ethanol", "GFN2-xTB"))


def _short(record: dict[str, Any]) -> dict[str, Any]:
    """A decay record without curves and points."""
    return {k: v for k, v in record.items() if k not in ("curves", "sample")}
