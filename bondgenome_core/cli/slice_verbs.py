"""``slice``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ..errors import SliceError
from ..slices.elf_slice import N_PIXELS, WINDOW, ElfSlice
from .output import AsJson, answer, write_file
from .sources import open_electrons

W = Annotated[str, typer.Argument(metavar="W", help="A wavefunction or ELF grid file, or a gallery name.")]


def slice_bond(
    w: W,
    bond: Annotated[tuple[int, int], typer.Option(metavar="I J", help="Its two atoms, counted from 0.")],
    out: Annotated[Path, typer.Option(metavar="S", help="Where to write it: .npz, .json, .csv, .cube, .png or .svg.")],
    azimuth: Annotated[float, typer.Option(help="Degrees the plane is turned about the bond.")] = 0.0,
    offset: Annotated[float, typer.Option(help="Angstrom the plane is moved along its normal.")] = 0.0,
    window: Annotated[float, typer.Option(help="Edge of the window in Angstrom.")] = WINDOW,
    pixels: Annotated[int, typer.Option(help="Pixels along an edge.")] = N_PIXELS,
    as_json: AsJson = False,
) -> None:
    """Sample ELF on a plane through a bond and write it to a file."""
    from ..slices.archive import slice_header
    from ..slices.figures import describe_slice, unmasked_range
    from ..slices.sample import sample_slice

    writer = slice_writer(out)
    source = open_electrons(w)
    chosen = source.structure.find_bond(*bond)
    s = sample_slice(source, chosen, azimuth_deg=azimuth, offset=offset, window=window, n_pixels=pixels)
    write_file(out, writer(s))
    low, high = unmasked_range(s)
    result = slice_header(s) | {"out": str(out), "elf_min": low, "elf_max": high, "masked_share": float(s.mask.mean())}
    answer(result, f"{out}: {describe_slice(s)}", as_json=as_json)


def slice_writer(path: Path) -> Callable[[ElfSlice], bytes]:
    """The function ElfSlice -> bytes for a file ending; raises SliceError where there is none."""
    from ..slices.archive import slice_json, slice_npz
    from ..slices.export import EXPORTS, export_slice

    ending = path.suffix.lstrip(".").lower()
    own = {"npz": slice_npz, "json": slice_json}
    if ending not in {*own, *EXPORTS}:
        endings = ", ".join(f".{e}" for e in (*own, *EXPORTS))
        raise SliceError(f"A slice cannot be written as {path.name!r}; end the name in {endings}.")

    def write(s: ElfSlice) -> bytes:
        return own[ending](s) if ending in own else export_slice(s, ending)

    return write
