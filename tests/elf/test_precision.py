"""What storage, precision and screening cost in ELF, measured and held."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bondgenome_core.elf import engine as engine_module
from bondgenome_core.elf.engine import ElfEngine, split_into_tiles

pytestmark = pytest.mark.unit


def window(n=3000):
    return np.random.default_rng(5).uniform(-3.2, 3.2, (n, 3))


def test_float16_orbitals_change_elf_by_less_than_1e_4(complex_gth):
    halves = [replace(s, orbitals=s.orbitals.astype(np.float16).astype(float)) for s in complex_gth.spins]
    stored = replace(complex_gth, spins=tuple(halves))
    exact, rounded = (ElfEngine(w, "cpu", torch.float64).evaluate(window()).elf for w in (complex_gth, stored))
    rms = float((exact - rounded).square().mean().sqrt())
    assert 1e-7 < rms < 1e-4  # it is a rounding, and a small one


def test_screening_changes_elf_by_less_than_5e_4(complex_gth, monkeypatch):
    screened = ElfEngine(complex_gth, "cpu").evaluate(window()).elf
    monkeypatch.setattr(engine_module, "FUNCTION_THRESHOLD", {"float32": 0.0, "float64": 0.0})
    complete = ElfEngine(complex_gth, "cpu").evaluate(window()).elf
    assert float((screened - complete).abs().max()) < 5e-4


def test_points_may_come_in_any_number_and_order(water_svp):
    engine, points = ElfEngine(water_svp, "cpu", torch.float64), window(1500)
    together = engine.evaluate(points).elf
    order = np.random.default_rng(0).permutation(len(points))
    torch.testing.assert_close(engine.evaluate(points[order]).elf, together[torch.tensor(order)], rtol=0, atol=1e-6)
    torch.testing.assert_close(engine.evaluate(points[7]).elf, together[7:8], rtol=0, atol=1e-6)
    assert len(engine.evaluate(np.zeros((0, 3))).elf) == 0


def test_tiles_are_compact_and_hold_every_point_once():
    points = window()
    tiles = split_into_tiles(points, 200)
    assert sorted(np.concatenate(tiles)) == list(range(len(points)))
    assert max(map(len, tiles)) <= 200
    assert np.mean([np.ptp(points[t], axis=0).max() for t in tiles]) < 0.6 * np.ptp(points, axis=0).max()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_gpu_agrees_with_cpu(complex_gth):
    cpu, gpu = (ElfEngine(complex_gth, d, torch.float64).evaluate(window()).elf.cpu() for d in ("cpu", "cuda"))
    torch.testing.assert_close(gpu, cpu, rtol=0, atol=1e-9)


@pytest.mark.parametrize("shape", [(1, 1, 4), (201, 570, 4096), (3, 0, 8)])
def test_fast_product_is_the_product_in_full_single_precision(shape):
    m, k, n = shape
    g = torch.Generator().manual_seed(1)
    a, b = torch.randn(m, k, generator=g), torch.randn(k, n, generator=g)
    exact = a.double() @ b.double()
    # single precision: bfloat16 products would be off by a thousand times more
    largest = float(exact.abs().max())
    torch.testing.assert_close(engine_module.multiply(a, b).double(), exact, rtol=0, atol=2e-6 * largest)
    torch.testing.assert_close(engine_module.multiply(a.double(), b.double()), exact, rtol=0, atol=1e-12)
