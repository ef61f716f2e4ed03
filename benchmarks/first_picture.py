"""How long does a student wait for the first picture of a notebook?

    python benchmarks/first_picture.py

For each released notebook: seconds from the start of a kernel until it is ready, and until the
first cell with a picture is done (best of three runs), all cells before it included. What a browser
and a server need before that is JupyterLab's own.
"""

import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.course_scripts import EVERY, ROOT

RUNS = 3


def until_the_first_picture(name: str) -> tuple[float, float]:
    """Return the seconds until a fresh kernel is ready, and until the first picture is there."""
    path = ROOT / "notebooks" / name / f"{name}.ipynb"
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    pictures = []

    def look(message: dict) -> None:
        data = message["content"].get("data", {})
        if "application/vnd.jupyter.widget-view+json" in data:
            pictures.append(message)

    started = time.perf_counter()
    manager, client = start_new_kernel(cwd=str(path.parent), stderr=subprocess.DEVNULL)
    try:
        ready = time.perf_counter() - started
        for cell in cells:
            client.execute_interactive(cell.source, output_hook=look, timeout=60)
            if pictures:
                return ready, time.perf_counter() - started
        raise LookupError(f"{name} shows no picture")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    print("| notebook | kernel ready, s | first picture, s |\n|---|--:|--:|")
    for name in EVERY:
        ready, picture = min(
            (until_the_first_picture(name) for _ in range(RUNS)), key=lambda pair: pair[1]
        )
        print(f"| {name} | {ready:.2f} | {picture:.2f} |", flush=True)


if __name__ == "__main__":
    main()
