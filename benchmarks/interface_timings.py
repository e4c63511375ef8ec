"""How fast the interface answers: ``python benchmarks/interface_timings.py [--repeats N]`` prints one JSON object.

Starts the app with a workspace of its own and drives it in a headless Chromium, as the browser tests do.
Seconds are medians; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

IMPORT = "import time, runpy; t = time.perf_counter(); runpy.run_path('app.py'); print(time.perf_counter() - t)"
PAINTED = "BondGenome Explorer"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    from playwright.sync_api import sync_playwright

    chromium = next((f for n in ("chromium", "chromium-browser", "google-chrome") if (f := shutil.which(n))), None)
    if chromium is None:
        sys.exit("No Chromium on PATH (chromium, chromium-browser or google-chrome).")
    figures: dict[str, Any] = {"import_app_s": import_time(repeats)}
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        figures["first_paint_first_visitor_s"] = first_paint(browser, address)
        figures["first_paint_s"] = median(lambda: first_paint(browser, address), repeats)
        figures |= bond_to_slice(browser, address, repeats)
        browser.close()
    figures["cores"], figures["load_1min"] = os.cpu_count(), round(os.getloadavg()[0], 1)
    print(json.dumps(figures))


def median(measure: Callable[[], float], repeats: int) -> float:
    return round(statistics.median(measure() for _ in range(repeats)), 3)


def import_time(repeats: int) -> float:
    """Everything app.py imports, in a fresh interpreter, without a server."""

    def once() -> float:
        command = [sys.executable, "-W", "ignore", "-c", IMPORT]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return float(done.stdout.split()[-1])

    return median(once, repeats)


@contextmanager
def served() -> Iterator[str]:
    """The app on a free port with an empty workspace."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as workspace:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.address", "127.0.0.1"],
            cwd=ROOT, env=os.environ | {"BONDGENOME_WORKSPACE": workspace}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while True:
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def first_paint(browser: Any, address: str) -> float:
    """From entering the address to the heading of Home, with an empty browser cache."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address)
    page.get_by_role("heading", name=PAINTED).wait_for(timeout=60_000)
    taken = time.perf_counter() - began
    context.close()
    return taken


def bond_to_slice(browser: Any, address: str, repeats: int) -> dict[str, float]:
    """From a click on a bond of Au25 in 3D to its slice painted beside it; the first click and the median of others."""
    from tests.browser.app import free_bonds, open_page

    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.set_default_timeout(60_000)
    open_page(page, address, "slices", structure="au25_sh18_anion")
    times = []
    for target in free_bonds(page)[: repeats + 1]:
        began = time.perf_counter()
        page.mouse.click(target["x"], target["y"])
        names = [f"{a}–" for a in (target["i"], target["j"])]
        page.wait_for_function(
            """names => {
                 const title = document.querySelector('.js-plotly-plot .gtitle')?.textContent ?? '';
                 return names.some(name => title.includes(name)) && names.every(name => title.includes(name.slice(0, -1)));
               }""",
            arg=names,
        )  # fmt: skip
        times.append(time.perf_counter() - began)
    return {"click_to_first_slice_s": round(times[0], 3), "click_to_slice_s": round(statistics.median(times[1:]), 3)}


if __name__ == "__main__":
    main()
