"""``dataset build`` and ``dataset sample``."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ArtefactError, SliceError
from ..structures.structure import Structure
from .output import AsJson, answer, log, write_file
from .sources import STORED, open_frames, open_structure

if TYPE_CHECKING:
    import pandas as pd

dataset = typer.Typer(help="Wavefunctions and slices in quantity.", no_args_is_help=True)

SOURCES, INDICES, WAVEFUNCTIONS, CACHE = "sources.json", "indices.csv", "wavefunctions", "cache"


@dataset.command("build")
def build(
    files: Annotated[list[str], typer.Argument(metavar="FILES", help="Wavefunctions or folders of them, structures, names.")],
    bonds: Annotated[str, typer.Option(metavar="KINDS", help="Kinds of bonds, for example S-Au,Au-Au.")],
    out: Annotated[Path, typer.Option(metavar="D", help="Folder of the data set.")],
    as_json: AsJson = False,
) -> None:
    """Slice every bond of the given kinds, at 0 and 90 degrees; structures are computed first; resumable."""
    from ..genome.splits import n_bonds
    from ..slices.build import build_slice_set
    from ..slices.slice_set import save_slice_set

    kinds = parse_kinds(bonds)
    make_folder(out)
    paths = [p for name in files for p in wavefunction_files(name, out / WAVEFUNCTIONS)]
    slices = build_slice_set(paths, kinds, cache=out / CACHE, say=log)
    save_slice_set(slices, out)
    relative = [os.path.relpath(p.resolve(), out.resolve()) for p in paths]
    write_file(out / SOURCES, (json.dumps(relative, indent=1) + "\n").encode())
    species = sorted(slices.table["species"].unique())
    result = {
        "out": str(out), "n_slices": len(slices), "n_bonds": n_bonds(slices.table), "n_species": len(species),
        "species": species, "n_wavefunctions": len(paths), **slices.info,
    }  # fmt: skip
    text = f"{out}: {len(slices)} slices of {result['n_bonds']} bonds from {len(paths)} wavefunctions, {len(species)} species"
    answer(result, text, as_json=as_json)


@dataset.command("indices")
def indices(
    data: Annotated[Path, typer.Argument(metavar="D", help="A data set made by 'dataset build'.")],
    modes: Annotated[bool, typer.Option("--modes", help="Project motion on normal modes, too (up to 24 atoms).")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute bond orders, densities at critical points, charges and descriptors of every bond of a data set; resumable."""
    from ..indices.build import build_indices
    from ..slices.slice_set import load_slice_set

    kinds = load_slice_set(data).info["kinds"]
    table = build_indices(sources_of(data), kinds, cache=data / CACHE, modes=modes, say=log)
    write_file(data / INDICES, table.to_csv(index=False).encode())
    result = {"out": str(data / INDICES), "n_bonds": len(table), "columns": list(table.columns)}
    answer(result, f"{data / INDICES}: {len(table)} bonds, {len(table.columns)} columns", as_json=as_json)


@dataset.command("sample")
def sample(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="JSON list of trajectories, as in assets/plans.")],
    out: Annotated[Path, typer.Option(metavar="D", help="Folder of the wavefunctions.")],
    as_json: AsJson = False,
) -> None:
    """Thermal snapshots of structures and their wavefunctions, one finished piece at a time; resumable."""
    from ..electrons.campaign import EXCLUDED, load_plan, run_plan

    if not plan.is_file():
        raise ArtefactError(f"There is no plan {plan}; check the name.")
    trajectories = load_plan(plan)

    def load(name: str) -> Structure:
        beside = plan.parent / name
        return open_structure(str(beside) if beside.is_file() else name)

    for t in trajectories:  # a name that is wrong is found before hours of work, not after
        load(t.structure)
    make_folder(out)
    run_plan(trajectories, out, load, say=log)
    folders = [out / t.folder for t in trajectories]
    done = sum(len(list(f.glob(f"*{STORED}"))) for f in folders)
    excluded = {str(f.relative_to(out)): json.loads((f / EXCLUDED).read_text()) for f in folders if (f / EXCLUDED).is_file()}
    wanted = sum(t.n_snapshots for t in trajectories)
    result = {"out": str(out), "n_trajectories": len(trajectories), "n_wanted": wanted, "n_done": done, "excluded": excluded}
    answer(result, f"{out}: {done} of {wanted} snapshots in {len(trajectories)} trajectories", as_json=as_json)


def parse_kinds(text: str) -> list[str]:
    """``S-Au,Au-Au`` as kinds, the lighter element first; raises SliceError for what is no pair of elements."""
    from ..structures.bonds import pair_key

    kinds = []
    for pair in text.split(","):
        try:
            a, b = pair.strip().split("-")
            kinds.append(pair_key(a, b))
        except (ValueError, KeyError) as error:
            raise SliceError(f"{pair.strip()!r} is not a kind of bond; write two elements, for example S-Au,Au-Au.") from error
    return list(dict.fromkeys(kinds))


def wavefunction_files(name: str, computed: Path) -> Iterator[Path]:
    """Wavefunction files that a name stands for: itself, those of a folder, a gallery entry's, or computed ones."""
    from ..electrons.shipped import SHIPPED, shipped_names

    path = Path(name)
    if path.is_dir():
        found = sorted(path.rglob(f"*{STORED}"))
        if not found:
            raise ArtefactError(f"The folder {name} holds no wavefunctions ({STORED}).")
        yield from found
    elif path.is_file() and path.suffix == STORED:
        yield path
    elif not path.is_file() and name in shipped_names():
        yield SHIPPED / f"{name}{STORED}"
    else:
        for frame in open_frames(name):
            yield from _computed(frame, computed)


def _computed(structure: Structure, folder: Path) -> Iterator[Path]:
    """The wavefunction of a structure at its default level, computed unless it is there; none where it does not converge."""
    from ..electrons.plan import require_feasible
    from ..electrons.request import default_request, request_hash
    from ..electrons.scf import run_scf
    from ..electrons.wavefunction import save_wavefunction
    from ..structures.bonds import with_bonds

    structure = with_bonds(structure)
    request = default_request(structure)
    target = folder / f"{request_hash(structure, request)[:24]}{STORED}"
    if not target.is_file():
        make_folder(folder)
        log(f"{structure.name}: {require_feasible(structure, request).sentence}")
        w = run_scf(structure, request)
        if not w.converged:
            log(f"{structure.name}: not converged, left out")
            return
        save_wavefunction(w, target)
    yield target


def sources_of(folder: Path) -> tuple[Path, ...]:
    """The wavefunctions a data set was sliced from; raises ArtefactError where their list is missing or damaged."""
    try:
        names = json.loads((folder / SOURCES).read_text())
        return tuple((folder / str(name)).resolve() for name in names)
    except (OSError, ValueError, TypeError) as error:
        raise ArtefactError(f"{folder} has no list of its wavefunctions ({SOURCES}); build the data set again.") from error


def indices_of(folder: Path) -> pd.DataFrame | None:
    """The table that 'dataset indices' made, or None; raises ArtefactError where it is damaged."""
    import pandas as pd

    from ..genome.index_model import INDICES as READ
    from ..genome.targets import IDENTITY

    if not (folder / INDICES).is_file():
        return None
    words = ("wavefunction", "species", "trajectory", "snapshot", "role", "shift", "kind", "bond_class")
    try:
        table = pd.read_csv(folder / INDICES, dtype=dict.fromkeys(words, str))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{folder / INDICES} cannot be read; make it again with 'dataset indices'.") from error
    missing = sorted({*READ, *IDENTITY, "bond_class"} - set(table.columns))
    if missing:
        raise ArtefactError(f"{folder / INDICES} lacks {', '.join(missing)}; make it again with 'dataset indices'.")
    return table.fillna(dict.fromkeys((c for c in words if c in table), ""))


def make_folder(path: Path) -> None:
    """Make a folder and those above it; raises ArtefactError where that is not possible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtefactError(f"The folder {path} cannot be made ({error.strerror}); choose another place.") from error


@dataset.command("frames")
def frames(
    name: Annotated[str, typer.Argument(metavar="SET", help="One of the sets that the shipped potentials are trained on.")],
    out: Annotated[Path, typer.Option(metavar="D", help="Folder of the sets.")],
    as_json: AsJson = False,
) -> None:
    """Dynamics with energies and forces by xTB, to train potentials on; resumable."""
    from ..potentials.recipes import frames_of_set

    make_folder(out)
    made = frames_of_set(name, out, say=log)
    groups = Counter(f.group for f in made.frames)
    result = {"out": str(out / f"{name}{STORED}"), "n_frames": len(made), "groups": dict(groups), "force_sd": made.force_sd}
    answer(result, f"{result['out']}: {len(made)} frames, forces of {made.force_sd:.3f} eV/Å", as_json=as_json)
