"""Measure SCFs of rising size on one core and refit ``assets/scf_cost.json``, on which the estimates rest.

    OMP_NUM_THREADS=1 python benchmarks/scf_cost.py [--missing]

Each run is a process of its own, so that its peak memory is its own, in the environment that jobs have.  Times are
processor seconds of that process, which other work on the machine changes little.  About 8 minutes on a free core.
The record is written after every run; --missing measures only what it does not hold yet.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bondgenome_core.device import KEEP_MEMORY  # noqa: E402
from bondgenome_core.electrons.cost import COST_FILE, CostRun, Size, cost_record  # noqa: E402
from bondgenome_core.electrons.plan import scf_size  # noqa: E402
from bondgenome_core.electrons.progress import ScfCycle  # noqa: E402
from bondgenome_core.electrons.request import GOLD_REQUEST, MOLECULE_REQUEST, ScfRequest  # noqa: E402
from bondgenome_core.electrons.scf import run_scf  # noqa: E402
from bondgenome_core.structures.structure import Structure, lowest_multiplicity  # noqa: E402

GOLD = ("au1_sh2_anion", "au2_sh3_anion", "au3_sh3", "au4_sh4", "au6_sh6", "au8_sh8", "au10_sh10", "au25_sh18_anion")
FEW_CYCLES = 4
"""Enough to time a cycle of the largest; they do not count for the number of cycles."""
MOLECULES = {"water": "O", "ethane": "CC", "benzene": "c1ccccc1", "decane": "C" * 10,
             "anthracene": "c1ccc2cc3ccccc3cc2c1"}  # fmt: skip
LARGE_MOLECULE = "C" * 20


def cases() -> dict[str, tuple[Structure, ScfRequest]]:
    """Every run by name."""
    out = {name: (gallery(name), GOLD_REQUEST) for name in GOLD}
    out["au4_sh4 at 100 Ha"] = (gallery("au4_sh4"), GOLD_REQUEST.with_(cutoff_hartree=100.0))
    out["au3_sh3 with 6 A vacuum"] = (gallery("au3_sh3"), GOLD_REQUEST.with_(vacuum=6.0))
    radical = gallery("au1_sh2_anion")
    out["au1_sh2 radical"] = (radical.with_(charge=0, multiplicity=2), GOLD_REQUEST)
    for name, smiles in MOLECULES.items():
        out[name] = (from_smiles(smiles), MOLECULE_REQUEST)
    out["dioxygen"] = (Structure([8, 8], [[0, 0, 0], [0, 0, 1.21]], multiplicity=3), MOLECULE_REQUEST)
    out["benzene def2-tzvp"] = (from_smiles(MOLECULES["benzene"]), MOLECULE_REQUEST.with_(basis="def2-tzvp"))
    out["eicosane"] = (from_smiles(LARGE_MOLECULE), MOLECULE_REQUEST.with_(max_cycle=FEW_CYCLES))
    out["au13"] = (gallery("au13"), GOLD_REQUEST.with_(max_cycle=FEW_CYCLES))  # bare gold converges slowly without smearing
    return out


def gallery(name: str) -> Structure:
    """A shipped structure."""
    from ase.io import read

    atoms = read(ROOT / "assets" / "structures" / f"{name}.xyz")
    charge = int(atoms.info["charge"])
    return Structure(atoms.numbers, atoms.positions, charge=charge, multiplicity=int(atoms.info["multiplicity"]), name=name)


def from_smiles(smiles: str) -> Structure:
    """A force-field geometry, good enough to time an SCF."""
    from rdkit import Chem
    from rdkit.Chem import AllChem

    molecule = Chem.AddHs(Chem.MolFromSmiles(smiles))
    AllChem.EmbedMolecule(molecule, randomSeed=1)
    numbers = [a.GetAtomicNum() for a in molecule.GetAtoms()]
    return Structure(numbers, molecule.GetConformer().GetPositions(), multiplicity=lowest_multiplicity(numbers, 0))


def measure(name: str) -> CostRun:
    """Run one case in this process."""
    structure, request = cases()[name]
    size = scf_size(structure, request)
    marks: list[float] = []

    def mark(_: ScfCycle) -> None:
        marks.append(time.process_time())

    began = time.process_time()
    w = run_scf(structure, request, progress=mark)
    cycle_s = (marks[-1] - marks[0]) / (len(marks) - 1)
    memory_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return CostRun(name, request.engine, size, marks[0] - began - cycle_s, cycle_s, memory_gib, len(marks), w.converged)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    import pyscf

    model = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {"processor": model[0] if model else platform.machine(), "cores": os.cpu_count(), "memory_gib": round(memory),
            "threads_used": 1, "pyscf": pyscf.__version__, "date": time.strftime("%Y-%m-%d")}  # fmt: skip


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        run = measure(sys.argv[2])
        print(json.dumps(run.__dict__ | {"size": run.size._asdict()}))
        return
    runs = measured_runs() if "--missing" in sys.argv else {}
    for name in cases():
        if name in runs:
            continue
        environment = os.environ | KEEP_MEMORY | {"OMP_NUM_THREADS": "1"}
        done = subprocess.run([sys.executable, __file__, "--one", name], env=environment, stdout=subprocess.PIPE, check=True)
        r = runs[name] = run_from(json.loads(done.stdout.splitlines()[-1]))
        times = f"setup {r.setup_s:6.1f} s  cycle {r.cycle_s:6.2f} s"
        print(f"{name:28s} {r.size.n_ao:5d} AOs  {times}  {r.memory_gib:5.2f} GiB  {r.cycles} cycles", flush=True)
        COST_FILE.write_text(json.dumps(cost_record(runs.values(), machine()), indent=1) + "\n")
    record = cost_record(runs.values(), machine())
    COST_FILE.write_text(json.dumps(record, indent=1) + "\n")
    for engine, fit in record["fits"].items():
        print(engine, "largest relative deviation", fit["largest_deviation"])


def measured_runs() -> dict[str, CostRun]:
    """What the record holds already."""
    return {r["name"]: run_from(r) for r in json.loads(COST_FILE.read_text())["runs"]} if COST_FILE.is_file() else {}


def run_from(fields: dict) -> CostRun:
    return CostRun(**(fields | {"size": Size(**fields["size"])}))


if __name__ == "__main__":
    main()
