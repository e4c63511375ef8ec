"""How fast: spectra of a molecule against qmllib's, and aspirin from SMILES to its energy."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import AmonError
from .families import CAFFEINE, LIVE
from .predict import predict
from .query import query_from_smiles
from .references import Store
from .slatm import Spectra, atomic_spectra

REPEATS = 7


def bench_amons() -> dict[str, Any]:
    """slatm_speedup with the largest deviation from qmllib, in one run; seconds from SMILES to prediction of aspirin, amons not
    yet computed and computed before."""
    spectra = bench_spectra()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "amons.db")
        fresh = _seconds(lambda: predict(query_from_smiles(LIVE["aspirin"]), store=store))
        again = _seconds(lambda: predict(query_from_smiles(LIVE["aspirin"]), store=store))
    return {"aspirin_fresh_s": round(fresh, 2), "aspirin_cached_s": round(again, 2)} | spectra


def bench_spectra() -> dict[str, Any]:
    """Spectra of all 24 atoms of caffeine, ours and qmllib's, median times of one run; raises AmonError without qmllib."""
    try:
        from qmllib.representations import generate_slatm, get_slatm_mbtypes
    except ImportError as error:
        raise AmonError("qmllib is not installed; `make test` brings it, or `pip install qmllib`.") from error
    s = query_from_smiles(CAFFEINE).structure
    spectra, types = Spectra(tuple(sorted({int(z) for z in s.numbers}))), get_slatm_mbtypes([s.numbers])

    def theirs() -> Any:
        return generate_slatm(s.numbers, s.positions, types, local=True, sigmas=[0.05, 0.05], dgrids=[0.04, 0.04], rcut=4.8)

    ours = atomic_spectra(s.numbers, s.positions, spectra).numpy()
    expected = np.stack([in_blocks_of(row, int(z), types, spectra) for row, z in zip(ours, s.numbers, strict=True)])
    deviation = float(np.abs(expected - np.array(theirs())).max())
    slow, fast = (_median(f) for f in (theirs, lambda: atomic_spectra(s.numbers, s.positions, spectra)))
    return {
        "n_atoms": len(s),
        "qmllib_s": round(slow, 5),
        "ours_s": round(fast, 5),
        "speedup": round(slow / fast, 1),
        "max_error": deviation,
    }


def in_blocks_of(own: np.ndarray, number: int, types: Sequence[Sequence[Any]], spectra: Spectra) -> np.ndarray:
    """One atom's spectra where qmllib has them, zeros in the blocks of other elements.  own: (n_features,)."""
    n_r, n_t, places = len(spectra.radii), len(spectra.angles), spectra.elements
    blocks = []
    for kind in ([int(z) for z in own_type] for own_type in types):
        if len(kind) == 1:
            blocks.append(own[:1] if kind[0] == number else np.zeros(1))
        elif len(kind) == 2:
            partner = kind[1] if kind[0] == number else kind[0] if kind[1] == number else None
            blocks.append(np.zeros(n_r) if partner is None else own[1 + places.index(partner) * n_r :][:n_r])
        elif kind[1] != number:
            blocks.append(np.zeros(n_t))
        else:
            ends = spectra.ends.index(tuple(sorted((places.index(kind[0]), places.index(kind[2])))))  # type: ignore[arg-type]
            blocks.append(own[1 + len(places) * n_r + ends * n_t :][:n_t])
    return np.concatenate(blocks)


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _median(run: Callable[[], object]) -> float:
    run()
    return float(np.median([_seconds(run) for _ in range(REPEATS)]))
