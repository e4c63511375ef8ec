"""``encode``, ``decode``, ``train genome`` and ``evaluate genome``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import GenomeError
from .output import AsJson, answer, log, table, write_file
from .sources import open_wavefunction
from .structure_verbs import require_place

if TYPE_CHECKING:
    import numpy as np

    from ..genome.model import GenomeModel

ModelOption = Annotated[str | None, typer.Option(metavar="M", help="A model's name or folder; default: the one that fits.")]
SHORT_NAMES = tuple(f"g{k}" for k in range(1, 9))

train = typer.Typer(help="Train a model.", no_args_is_help=True)
evaluate = typer.Typer(help="Recompute a model's held-out figures.", no_args_is_help=True)


def encode(
    w: Annotated[str, typer.Argument(metavar="W", help="A wavefunction file or a gallery name.")],
    model: ModelOption = None,
    out: Annotated[Path | None, typer.Option(metavar="CSV", help="Also write a CSV file, one line per bond.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give the genome of every bond that a model accepts."""
    from ..elf.engine import ElfEngine
    from ..genome.reading import encode_trajectory, genome_csv

    wavefunction = open_wavefunction(w)
    if not wavefunction.converged:
        raise GenomeError(f"The calculation of {w} did not converge; converge it before encoding its bonds.")
    engine, bonds, used = ElfEngine(wavefunction), [], []
    models, left_out = models_of(wavefunction, model)
    for m in models:
        found = encode_trajectory([(0, engine)], m)
        bonds += [bond_genome(row, m) for row in found.to_dict("records")]
        used.append({"name": m.name, "hash": m.hash, "kinds": list(m.kinds)})
        if out:
            write_file(out if len(models) == 1 else out.with_stem(f"{out.stem}-{m.name}"), genome_csv(found, m))
    result = {
        "structure": wavefunction.structure.name, "level": wavefunction.level, "models": used, "n_bonds": len(bonds),
        "bonds": bonds, "left_out": left_out, "units": {"length": "Angstrom", "rmse": "1"},
    }  # fmt: skip
    for kind, reason in left_out.items():
        log(f"{kind} bonds are left out: {reason}")
    cells = [[b["i"], b["j"], b["kind"], b["length"], *(f"{g:+.3f}" for g in b["genome"]), b["rmse"], b["domain"]] for b in bonds]
    answer(result, table(cells, ["i", "j", "kind", "length/Å", *SHORT_NAMES, "RMSE", "domain"]), as_json=as_json)


def models_of(wavefunction: Any, name: str | None) -> tuple[list[GenomeModel], dict[str, str]]:
    """(models that read some bonds of a wavefunction, reason for every kind of bond that none reads).

    Raises GenomeError where no bond can be encoded.
    """
    from ..genome.model import model_for

    structure = wavefunction.structure
    models: dict[str, GenomeModel] = {}
    left_out = {}
    for kind in sorted({structure.kind(b) for b in structure.bonds}):
        if name is None:
            try:
                found = model_for(kind, wavefunction.core_treatment, wavefunction.level)
            except GenomeError as error:
                left_out[kind] = str(error)
                continue
        else:
            found = open_model(name)
            reason = found.refusal(kind, wavefunction.core_treatment, wavefunction.level)
            if reason:
                left_out[kind] = reason
                continue
        models[found.name] = found
    if not models:
        reasons = " ".join(dict.fromkeys(left_out.values()))
        raise GenomeError(f"No bond of {structure.name} can be encoded. {reasons or 'It has no bonds.'}")
    return list(models.values()), left_out


def bond_genome(row: dict[str, Any], model: GenomeModel) -> dict[str, Any]:
    """One bond of an encoded table, with its place in or outside the model's domain."""
    import numpy as np

    genome = [float(row[f"g{k}"]) for k in range(1, 9)]
    badge = model.badge(np.array(genome, dtype=np.float32))
    return {
        "i": row["i"], "j": row["j"], "shift": [int(s) for s in row["shift"].split()], "kind": row["kind"],
        "length": row["length"], "genome": genome, "rmse": row["rmse"], "model": model.name,
        "x_ambiguous": row["x_ambiguous"], "z_ambiguous": row["z_ambiguous"],
        "domain": badge.verdict, "domain_percentile": round(badge.percentile, 1),
    }  # fmt: skip


def decode(
    genome: Annotated[str, typer.Option(metavar="g1,...,g8", help="Eight numbers separated by commas.")],
    out: Annotated[Path, typer.Option(metavar="S", help="Where to write the image: .npz, .json or .csv.")],
    model: ModelOption = None,
    kind: Annotated[str, typer.Option(help="Bond kind that chooses the model where none is named.")] = "S-Au",
    as_json: AsJson = False,
) -> None:
    """Turn any eight numbers into the image of a bond."""
    from ..genome.code import check_genome

    values = check_genome(genome.split(","))  # type: ignore[arg-type]  # text is turned into numbers, or refused, there
    chosen = open_model(model) if model else model_of_kind(kind)
    write = image_writer(out)
    image, badge = chosen.decode(values)[0], chosen.badge(values)
    header = {
        "genome": values.tolist(), "model": chosen.name, "model_hash": chosen.hash, "kinds": list(chosen.kinds),
        "domain": badge.verdict, "domain_percentile": round(badge.percentile, 1),
        "units": {"z": "Angstrom", "x": "Angstrom", "elf": "1"},
    }  # fmt: skip
    write_file(out, write(image, header))
    result = header | {"out": str(out), "elf_min": float(image.min()), "elf_max": float(image.max())}
    text = f"{out}: ELF {image.min():.2f}-{image.max():.2f}, {badge.verdict} the domain of {chosen.name}"
    answer(result, text.replace("edge the", "at the edge of the"), as_json=as_json)


def image_writer(path: Path) -> Callable[[np.ndarray, dict[str, Any]], bytes]:
    """The function (image, header) -> bytes for a file ending; raises GenomeError where there is none."""
    writers = {".npz": _image_npz, ".json": _image_json, ".csv": _image_csv}
    if path.suffix.lower() not in writers:
        raise GenomeError(f"A decoded image cannot be written as {path.name!r}; end the name in .npz, .json or .csv.")
    return writers[path.suffix.lower()]


def open_model(name: str) -> GenomeModel:
    """A model by its folder or by its name among the shipped ones."""
    from ..genome.model import GenomeModel, find_model

    folder = Path(name)
    return GenomeModel(folder.resolve()) if (folder / "card.json").is_file() else find_model(name)


def model_of_kind(kind: str) -> GenomeModel:
    """The first shipped model that reads a kind of bond; raises GenomeError with the kinds there are."""
    from ..genome.model import list_models

    models = list_models()
    for model in models:
        if kind in model.kinds:
            return model
    kinds = sorted({k for m in models for k in m.kinds})
    raise GenomeError(f"No shipped model reads {kind!r} bonds; there are models for {', '.join(kinds) or 'none'}.")


@train.command("genome")
def train_genome(
    data: Annotated[
        Path, typer.Argument(metavar="D", help="A data set made by 'dataset build'; with 'dataset indices' it reads indices.")
    ],
    out: Annotated[Path, typer.Option(metavar="M", help="Folder of the model.")],
    fold: Annotated[str | None, typer.Option(metavar="SPECIES", help="Train again the code that never saw this species.")] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Train again the code of this seed; 0 is the model itself.")
    ] = None,
    purpose: Annotated[str, typer.Option(help="One sentence for the card.")] = "A genome of chemical bonds.",
    epochs: Annotated[int | None, typer.Option(help="Passes over the data.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Codes whose genes are compared; default 5.")] = None,
    min_instances: Annotated[int | None, typer.Option(help="Bonds a species needs to be left out in turn.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a genome, four more of other seeds and one for every species left out, and write the card; resumable, and several
    processes may share the work.

    With --fold or --seed that one is trained again and its RMSE on training and watched images printed; the card stays.
    """
    from ..genome.release import N_SEEDS, Release, release_model, retrain
    from ..genome.splits import MIN_INSTANCES
    from ..genome.train import TrainingSettings
    from ..slices.slice_set import load_slice_set
    from .dataset_verbs import indices_of, sources_of

    if fold is not None and seed is not None:
        raise GenomeError("Give --fold or --seed, not both.")
    slices, indices, files = load_slice_set(data), indices_of(data), sources_of(data)
    settings = TrainingSettings() if epochs is None else TrainingSettings(epochs=epochs)
    require_place(out / "card.json") if out.exists() else require_place(out)
    release = Release(purpose, files, settings=settings, min_instances=MIN_INSTANCES if min_instances is None else min_instances,
                      n_seeds=N_SEEDS if seeds is None else seeds)  # fmt: skip
    if fold is not None or seed is not None:
        name, figures = retrain(slices, indices, out, release, fold=fold, seed=seed)
        answer({"out": str(out / name)} | figures, f"{out / name}: {figures}", as_json=as_json)
        return
    figures = release_model(slices, indices, out, release, say=log)
    if not figures:
        answer({"out": str(out), "finished": False}, f"{out}: other processes train the last pieces", as_json=as_json)
        return
    answer({"out": str(out), "model": out.name, "n_images": len(slices)} | figures, figures_in_words(figures), as_json=as_json)


@train.command("search")
def search_genome(
    data: Annotated[Path, typer.Argument(metavar="D", help="A data set made by 'dataset build'.")],
    out: Annotated[Path, typer.Option(metavar="S", help="Folder of the finished candidates; they are not trained again.")],
    page: Annotated[Path, typer.Option(metavar="MD", help="The comparison as a page.")],
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of weights, batches and frames.")] = 0,
    epochs: Annotated[int, typer.Option(help="Passes over the data.")] = 40,
    only: Annotated[str | None, typer.Option(help="Train the candidate of this name alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the candidates for the eight values on a quarter of the bonds, 32 x 32; resumable."""
    from ..genome.candidates import CANDIDATES
    from ..genome.search import run_search
    from ..genome.search_data import search_set
    from ..genome.search_report import search_page
    from ..slices.slice_set import load_slice_set
    from .dataset_verbs import indices_of, sources_of

    chosen = [c for c in CANDIDATES if only in (None, c.name)]
    if not chosen:
        raise GenomeError(f"There is no candidate called {only!r}; there are {', '.join(c.name for c in CANDIDATES)}.")
    kinds = load_slice_set(data).info["kinds"]
    found = search_set(sources_of(data), kinds, out / "images", indices=indices_of(data), say=log)
    results = run_search(found, out, seed=seed, epochs=epochs, candidates=chosen, say=log)
    write_file(page, search_page(results, found.table).encode())
    answer({"page": str(page), "n_bonds": len(found.table), "candidates": results}, str(page), as_json=as_json)


@evaluate.command("genome")
def evaluate_genome(
    model: ModelOption = None,
    from_wavefunctions: Annotated[bool, typer.Option(help="Make every slice again first; takes hours.")] = False,
    cache: Annotated[Path | None, typer.Option(help="With it, a folder that keeps the slices of each wavefunction.")] = None,
    update: Annotated[bool, typer.Option(help="Write the figures to the model's card: where a definition has changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute all figures of a shipped model, and 200 of its slices from their wavefunctions."""
    from ..genome.dictionary import build_dictionary
    from ..genome.evaluate import evaluate, shipped_test_slices
    from ..genome.recheck import resliced_test_slices, slice_recheck_max, wavefunction_files
    from ..genome.release import rewrite_card
    from ..genome.soap_baseline import soap_figures
    from ..roadmap.atlas import has_atlas, load_atlas
    from ..roadmap.projection import map_figures

    chosen = open_model(model) if model else model_of_kind("S-Au")
    shipped = shipped_test_slices(chosen)
    test = resliced_test_slices(chosen, shipped, cache=cache, say=log) if from_wavefunctions else shipped
    figures = evaluate(chosen, test=test, say=log)
    figures["slice_recheck_max"] = slice_recheck_max(chosen, shipped)
    figures["dictionary"] = build_dictionary(chosen.bonds)
    if chosen.indices is not None:
        figures |= soap_figures(chosen.bonds, wavefunction_files(chosen), say=log)
    if has_atlas(chosen):
        atlas = load_atlas(chosen)
        figures |= map_figures(atlas.frames, atlas.points)
    if update:
        rewrite_card(chosen, {k: v for k, v in figures.items() if k not in ("slice_recheck_max", "dictionary")})
    answer({"model": chosen.name, "model_hash": chosen.hash} | figures, figures_in_words(figures), as_json=as_json)


def figures_in_words(figures: dict[str, Any]) -> str:
    """Held-out errors of the genome beside its baselines, one line per split, then everything else that is one number."""
    lines = [f"{figures['n_slices']} slices of {figures['n_bonds']} bonds, {figures['n_species']} species that count"]
    for split, name in (("heldout_species", "species never seen"), ("heldout_frames", "independent trajectories")):
        if f"rmse_{split}" in figures:
            for end, window in (("", "2.4 Å disc"), ("_fullwindow", "full window")):
                values = [figures[f"{m}_{split}{end}"] for m in ("rmse", "pca8_rmse", "bondlength_rmse")]
                lines.append("{}, {}: RMSE {:.4f}, PCA-8 {:.4f}, bond length {:.4f}".format(name, window, *values))
    said = ("gene_reproducibility", "subspace_reproducibility", "r2", "r2_species", "r2_lengthkind_only", "r2_soap", "index_gain",
            "ood_calibration", "trustworthiness", "continuity", "slice_recheck_max")  # fmt: skip
    return "\n".join(lines + [f"{key}: {figures[key]}" for key in said if key in figures])


def _axes() -> np.ndarray:
    import numpy as np

    from ..slices.elf_slice import N_PIXELS, WINDOW

    return (np.arange(N_PIXELS) - 0.5 * (N_PIXELS - 1)) * (WINDOW / N_PIXELS)


def _image_npz(image: np.ndarray, header: dict[str, Any]) -> bytes:
    from ..slices.archive import npz_bytes

    return npz_bytes({"elf": image, "z": _axes(), "x": _axes()}, header)


def _image_json(image: np.ndarray, header: dict[str, Any]) -> bytes:
    from ..slices.archive import json_bytes

    return json_bytes(header | {"elf": image.astype(float).round(6).tolist(), "z": _axes().tolist(), "x": _axes().tolist()})


def _image_csv(image: np.ndarray, header: dict[str, Any]) -> bytes:
    import json

    axis = _axes()
    lines = [f"# {json.dumps(header, sort_keys=True)}", "z_angstrom,x_angstrom,elf"]
    lines += [f"{z:.4f},{x:.4f},{v:.6f}" for x, row in zip(axis, image, strict=True) for z, v in zip(axis, row, strict=True)]
    return ("\n".join(lines) + "\n").encode()
