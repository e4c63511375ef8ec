"""Cycles of a snapshot's SCF from atoms, from the density of the snapshot before, and from its orthonormalised orbitals.

    OMP_NUM_THREADS=1 python benchmarks/scf_guess.py [TRAJECTORY]

TRAJECTORY: a folder under assets/snapshots with at least two snapshots; default a small ring, which takes a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bondgenome_core.electrons.guess import guess_at  # noqa: E402
from bondgenome_core.electrons.request import default_request  # noqa: E402
from bondgenome_core.electrons.scf import guess_from, run_scf  # noqa: E402
from bondgenome_core.electrons.shipped import load_snapshot  # noqa: E402


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "au8_sh8/600K-train-s601"
    before, now = (load_snapshot(f"{name}/{n:03d}") for n in (1, 2))
    request = default_request(now.structure)
    guesses = {
        "atoms": None, "density as it was": guess_from(before), "orthonormalised": guess_at(before, now.structure, request),
    }  # fmt: skip
    for words, guess in guesses.items():
        c = run_scf(now.structure, request, guess=guess).convergence
        print(f"{name} from {words}: {c['cycles']} cycles, {c['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
