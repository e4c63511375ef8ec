"""Relaxation and thermal snapshots on the GFN1-xTB surface."""

import json

import numpy as np
import pytest

from bondgenome_core.errors import StructureError
from bondgenome_core.structures.gallery import load_gallery_structure
from bondgenome_core.structures.motifs import count_motifs
from bondgenome_core.structures.relax import energy_and_forces, relax
from bondgenome_core.structures.restraint import ContactRestraint
from bondgenome_core.structures.structure import Structure
from bondgenome_core.structures.thermal import ThermalState, thermal_snapshots


def shaken(structure, amount, seed=0):
    noise = amount * np.random.default_rng(seed).standard_normal(structure.positions.shape)
    return structure.with_(positions=structure.positions + noise, bonds=())


@pytest.mark.reference
def test_energy_of_water_agrees_with_the_value_in_the_documentation_of_tblite():
    """GFN1-xTB at the G2 geometry of ASE: -156.96750590 eV."""
    from ase.build import molecule

    atoms = molecule("H2O")
    energy, _ = energy_and_forces(Structure(atoms.numbers, atoms.positions))
    assert energy == pytest.approx(-156.96750590276173, abs=1e-5)


@pytest.mark.law
def test_relaxation_goes_downhill_to_small_forces():
    start = shaken(load_gallery_structure("ethanol"), 0.05)
    steps = []
    end = relax(start, fmax=0.03, progress=steps.append)
    energy, forces = energy_and_forces(end)
    assert energy < energy_and_forces(start)[0]
    assert np.linalg.norm(forces, axis=1).max() < 0.03
    assert steps[-1].energy_ev == pytest.approx(energy, abs=1e-6)
    assert end.source.endswith("relaxed by GFN1-xTB")


@pytest.mark.law
def test_shipped_structures_are_minima_within_their_force_limit():
    for name in ("au4_sh4", "au2_sh3_anion", "au6", "water", "furan"):
        forces = energy_and_forces(load_gallery_structure(name))[1]
        assert np.linalg.norm(forces, axis=1).max() < 0.021


@pytest.mark.law
def test_charge_and_multiplicity_reach_the_calculation():
    water = load_gallery_structure("water")
    neutral = energy_and_forces(water)[0]
    cation = energy_and_forces(water.with_(charge=1, multiplicity=2))[0]
    triplet = energy_and_forces(water.with_(multiplicity=3))[0]
    assert cation > neutral + 5
    assert triplet > neutral + 3


@pytest.mark.unit
def test_fixed_atoms_stay():
    start = shaken(load_gallery_structure("water"), 0.05)
    end = relax(start, fixed=(0,))
    assert np.array_equal(end.positions[0], start.positions[0])
    assert not np.array_equal(end.positions[1], start.positions[1])


@pytest.mark.unit
def test_what_cannot_be_relaxed_is_said_in_a_sentence():
    water = shaken(load_gallery_structure("water"), 0.2)
    with pytest.raises(StructureError, match="did not relax"):
        relax(water, max_steps=1)
    with pytest.raises(StructureError, match="unknown; choose one of"):
        relax(water, method="magic")
    with pytest.raises(StructureError, match="beyond radon"):
        relax(Structure([92, 8], [[0, 0, 0], [0, 0, 1.8]]))


@pytest.mark.law
def test_restraint_forces_are_the_gradient_of_its_energy():
    ring = load_gallery_structure("au4_sh4")
    restraint = ContactRestraint(ring)
    atoms = shaken(ring, 0.4).atoms()
    forces = np.zeros((len(ring), 3))
    restraint.adjust_forces(atoms, forces)
    step = 1e-5
    for k, axis in ((0, 0), (5, 2)):
        energies = []
        for sign in (1, -1):
            moved = atoms.copy()
            moved.positions[k, axis] += sign * step
            energies.append(restraint.adjust_potential_energy(moved))
        assert forces[k, axis] == pytest.approx(-(energies[0] - energies[1]) / (2 * step), abs=1e-5)
    assert restraint.adjust_potential_energy(ring.atoms()) == 0.0


@pytest.mark.law
def test_restrained_relaxation_brings_a_stretched_ring_back():
    ring = load_gallery_structure("au3_sh3")
    end = relax(shaken(ring, 0.15, seed=2), keep_contacts=True, fmax=0.1, max_steps=200)
    assert count_motifs(end) == count_motifs(ring)


SHORT = {"temperature_k": 300.0, "n_snapshots": 4, "interval_fs": 20.0, "equilibrate_fs": 20.0, "seed": 5}


@pytest.mark.law
def test_a_trajectory_can_be_interrupted_and_resumed(tmp_path):
    water = load_gallery_structure("water")
    whole = list(thermal_snapshots(water, **SHORT))
    state, path = ThermalState(), tmp_path / "state.json"
    run = thermal_snapshots(water, **SHORT, state=state)
    next(run)
    next(run)
    state.save(path)
    run.close()
    rest = list(thermal_snapshots(water, **SHORT, state=ThermalState.load(path)))
    assert len(rest) == 2
    for resumed, straight in zip(rest, whole[2:], strict=True):
        assert resumed.positions == pytest.approx(straight.positions, abs=1e-4)
    assert list(thermal_snapshots(water, **SHORT, state=ThermalState.load(path)))  # the file itself is not consumed


@pytest.mark.law
def test_seeds_decide_the_trajectory():
    water = load_gallery_structure("water")
    one = next(thermal_snapshots(water, **SHORT))
    same = next(thermal_snapshots(water, **SHORT))
    other = next(thermal_snapshots(water, **{**SHORT, "seed": 6}))
    assert one.positions == pytest.approx(same.positions, abs=1e-6)
    assert np.abs(one.positions - other.positions).max() > 1e-3


@pytest.mark.law
def test_hotter_molecules_stretch_further():
    """The spread of the O-H length of water grows with temperature (classically as its square root)."""
    water = load_gallery_structure("water")

    def spread(temperature):
        settings = {**SHORT, "temperature_k": temperature, "n_snapshots": 60, "equilibrate_fs": 200.0}
        lengths = [np.linalg.norm(s.positions[1:] - s.positions[0], axis=1) for s in thermal_snapshots(water, **settings)]
        return float(np.std(lengths))

    cold, hot = spread(100.0), spread(900.0)
    assert 2.0 < hot / cold < 4.5


@pytest.mark.law
def test_a_cluster_that_breaks_stops_the_trajectory():
    """At 20,000 K no ring survives."""
    ring = load_gallery_structure("au3_sh3")
    with pytest.raises(StructureError, match=r"broke at 20000 K|GFN1-xTB failed"):
        list(thermal_snapshots(ring, **{**SHORT, "temperature_k": 20000.0, "n_snapshots": 20}))


@pytest.mark.unit
def test_a_state_of_other_settings_or_another_file_is_refused(tmp_path):
    water = load_gallery_structure("water")
    state = ThermalState()
    next(thermal_snapshots(water, **SHORT, state=state))
    with pytest.raises(StructureError, match="other settings"):
        next(thermal_snapshots(water, **{**SHORT, "seed": 6}, state=state))
    path = tmp_path / "state.json"
    for content in ("", "[]", "{}", '{"format": 1}', json.dumps({"format": 2})):
        path.write_text(content)
        with pytest.raises(StructureError, match="state"):
            ThermalState.load(path)
    with pytest.raises(StructureError, match="no state to save"):
        ThermalState().save(path)
    with pytest.raises(StructureError, match="above zero"):
        next(thermal_snapshots(water, **{**SHORT, "temperature_k": 0.0}))


def small_slab():
    """Two layers of two gold atoms each with SH between two of the upper ones; the lower layer comes first."""
    cell = [[5.0, 0, 0], [0, 2.94, 0], [0, 0, 14.0]]
    positions = [[0, 0, 2], [2.5, 1.47, 2], [1.6, 0, 4.5], [4.1, 1.47, 4.5], [2.85, 0.73, 6.7], [2.85, 0.73, 8.05]]
    return Structure([79] * 4 + [16, 1], positions, cell, (True,) * 3, multiplicity=2, name="slab")


@pytest.mark.law
def test_a_slab_moves_above_its_fixed_layer_and_its_trajectory_can_be_resumed(tmp_path):
    slab, settings = small_slab(), SHORT | {"n_snapshots": 2, "interval_fs": 6.0, "equilibrate_fs": 4.0, "fixed": range(2)}
    state, path = ThermalState(), tmp_path / "state.json"
    first = next(thermal_snapshots(slab, **settings, state=state))
    state.save(path)
    second = next(thermal_snapshots(slab, **settings, state=ThermalState.load(path)))
    for snapshot in (first, second):
        assert (snapshot.positions[:2] == slab.positions[:2]).all()
        assert np.linalg.norm(snapshot.positions[2:] - slab.positions[2:], axis=1).min() > 1e-3
        assert (snapshot.cell == slab.cell).all()
        assert snapshot.pbc == slab.pbc
    with pytest.raises(StructureError, match="other settings"):
        next(thermal_snapshots(slab, **settings | {"fixed": range(1)}, state=ThermalState.load(path)))


@pytest.mark.unit
def test_a_trajectory_without_fixed_atoms_keeps_the_settings_of_older_states():
    state = ThermalState()
    next(thermal_snapshots(load_gallery_structure("water"), **SHORT | {"interval_fs": 2.0}, state=state))
    assert "fixed" not in state.settings


@pytest.mark.unit
@pytest.mark.parametrize("fixed", [range(6), (0, 6), (-1,)])
def test_fixed_atoms_that_leave_nothing_to_move_or_do_not_exist_are_refused(fixed):
    with pytest.raises(StructureError, match="has 6 atoms"):
        next(thermal_snapshots(small_slab(), **SHORT, fixed=fixed))
