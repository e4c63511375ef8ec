"""Slider movement -> image and badge repainted, in headless Chromium against the real app.

``python benchmarks/slider_latency.py [--structure au25_sh18_anion] [--bond 1-31]`` prints one JSON object: milliseconds from the
input event to the end of the frame in which the page has drawn the new image and the new badge.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STEPS, PAUSE_MS = 60, 40
WATCH = """root => {
  window.latencies = [];
  root.addEventListener("input", (event) => {
    const painted = Number(root.dataset.painted), channel = new MessageChannel();
    // the message is handled after the frame that the component's own request asked for has been drawn
    channel.port1.onmessage = () => {
      if (Number(root.dataset.painted) > painted) window.latencies.push(performance.now() - event.timeStamp);
    };
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, { capture: true });
}"""


def measure(address: str, structure: str, bond: str) -> list[float]:
    """Milliseconds for every movement of a drag over the first three genes."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{address}/genome?structure={structure}&bond={bond}")
        page.locator(".workbench[data-confirmed='true']").wait_for(timeout=120_000)
        page.wait_for_timeout(2000)
        page.locator(".workbench").evaluate(WATCH)
        for gene in (1, 2, 3):
            drag(page, page.get_by_role("slider", name=f"Gene {gene};"))
        found: list[float] = page.evaluate("window.latencies")
        browser.close()
    return found


def drag(page, slider) -> None:
    box = slider.bounding_box()
    share = slider.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    x, y = box["x"] + 7 + share * (box["width"] - 14), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(box["x"] + 10 + (box["width"] - 20) * abs((step * 2 % (2 * STEPS)) - STEPS) / STEPS, y)
        page.wait_for_timeout(PAUSE_MS)
    page.mouse.up()
    page.wait_for_timeout(1500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structure", default="au25_sh18_anion")
    parser.add_argument("--bond", default="1-31")
    given = parser.parse_args()
    with socket.socket() as free, tempfile.TemporaryDirectory() as workspace:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        place = ["--server.port", str(port), "--server.address", "127.0.0.1"]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *place]
        environment = os.environ | {"BONDGENOME_WORKSPACE": workspace}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}")
            found = measure(f"http://127.0.0.1:{port}", given.structure, given.bond)
        finally:
            server.terminate()
            server.wait(20)
    ordered = sorted(found)
    print(json.dumps({
        "median_ms": round(statistics.median(ordered), 1), "p90_ms": round(ordered[int(0.9 * len(ordered))], 1),
        "largest_ms": round(ordered[-1], 1), "movements": len(ordered),
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
    }))  # fmt: skip


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the app did not start")


if __name__ == "__main__":
    main()
