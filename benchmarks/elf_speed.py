"""Slices per second with one thread and with all, beside PySCF: ``python benchmarks/elf_speed.py``.

Runs ``bench elf`` in processes of their own (thread numbers are fixed at start) and prints rows of a Markdown table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("threads", "slices_per_s", "pyscf_slices_per_s", "pyscf_orbitals_slices_per_s", "ratio", "ratio_orbitals",
           "max_deviation", "load_average")  # fmt: skip


def main() -> None:
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for threads in sorted({1, len(os.sched_getaffinity(0))}):
        figures = measured(threads)
        print("| " + " | ".join(shown(figures[c]) for c in COLUMNS) + " |", flush=True)


def measured(threads: int) -> dict:
    """The figures of ``bench elf`` with a number of threads."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, "-m", "bondgenome_core", "bench", "elf", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
