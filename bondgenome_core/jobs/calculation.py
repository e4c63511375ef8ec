"""What a worker computes: the SCFs of one or many frames, or a relaxation."""

from __future__ import annotations

import numpy as np

from ..electrons.request import ScfRequest
from ..electrons.wavefunction import Wavefunction
from ..errors import ElectronsError
from ..structures.structure import Structure
from ..workspace.store import Workspace
from .folder import JobFolder
from .progress import JobProgress
from .request import JobRequest, RelaxRequest
from .status import FAILED, FINISHED, NOT_CONVERGED, FrameResult


def compute_frames(request: JobRequest, folder: JobFolder, progress: JobProgress, workspace: Workspace) -> list[FrameResult]:
    """An SCF for every frame that has no stored result yet; each wavefunction is kept as soon as it is there."""
    if not isinstance(request.settings, ScfRequest):
        raise ElectronsError("The settings are not those of an SCF; submit the job again.")
    previous: Wavefunction | None = None
    for frame, (structure, frame_hash) in enumerate(zip(request.structures, request.frame_hashes, strict=True)):
        progress.start_frame(frame, "preparing")
        known = workspace.find_wavefunction(frame_hash)
        if known:
            previous = workspace.get_wavefunction(known)
            progress.finish_frame(FrameResult(FINISHED, wavefunction=known))
            continue
        result, previous = _compute_frame(structure, request.settings, folder, progress, workspace, previous)
        progress.finish_frame(result)
    return progress.results


def _compute_frame(
    structure: Structure, settings: ScfRequest, folder: JobFolder, progress: JobProgress, workspace: Workspace,
    previous: Wavefunction | None,
) -> tuple[FrameResult, Wavefunction | None]:  # fmt: skip
    from ..electrons.scf import run_scf

    folder.live_checkpoint.unlink(missing_ok=True)
    guess = _guess(structure, settings, folder, progress, previous)
    try:
        w = run_scf(structure, settings, guess=guess, progress=progress.scf_cycle, checkpoint=folder.live_checkpoint)
    except ElectronsError as error:
        # one impossible frame must not cost the others
        return FrameResult(FAILED, error=str(error)), previous
    stored = workspace.put_wavefunction(w)
    if not w.converged:
        return FrameResult(NOT_CONVERGED, wavefunction=stored, error="the SCF did not converge"), previous
    folder.checkpoint(progress.frame).unlink(missing_ok=True)
    return FrameResult(FINISHED, wavefunction=stored), w


def _guess(
    structure: Structure, settings: ScfRequest, folder: JobFolder, progress: JobProgress, previous: Wavefunction | None
) -> np.ndarray | None:
    """The density of the interrupted run, else of the frame before, else None (atomic densities)."""
    from ..electrons.guess import guess_at
    from ..electrons.scf import density_from_checkpoint

    checkpoint = folder.checkpoint(progress.frame)
    density = density_from_checkpoint(checkpoint) if checkpoint.is_file() else None
    if density is not None:
        progress.say("going on from the checkpoint")
        return density
    same_spins = previous is not None and previous.restricted == (structure.multiplicity == 1 and not settings.unrestricted)
    if previous is not None and same_spins and np.array_equal(previous.structure.numbers, structure.numbers):
        density = guess_at(previous, structure, settings)
        if density is not None:
            progress.say("starting from the density of the frame before")
        return density
    return None


def relax_structure(request: JobRequest, folder: JobFolder, progress: JobProgress, workspace: Workspace) -> list[FrameResult]:
    """A relaxation by tight binding; the relaxed structure is kept in the workspace."""
    from ..structures.relax import relax

    if not isinstance(request.settings, RelaxRequest):
        raise ElectronsError("The settings are not those of a relaxation; submit the job again.")
    s = request.settings
    progress.start_frame(0, "preparing")
    relaxed = relax(request.structures[0], method=s.method, fmax=s.fmax, max_steps=s.max_steps, progress=progress.relax_step)
    progress.finish_frame(FrameResult(FINISHED, structure=workspace.put_structure(relaxed)))
    return progress.results
