"""How long does a student wait from moving a slider to seeing the new picture?

    python benchmarks/slider.py [--moves 40] [--only NN]

Measured inside the page of a real JupyterLab in headless Chromium: from the key press on the
slider to the frame after the new picture's `load` event. Three kinds of rows, one page, one run:

- bare probe: a slider whose callback only hands out a ready picture of about 25 kB: the floor;
- NN explore…(…): the notebook's own picture, alone or with the worked solution's class in it;
- … by interact: the same simulation with `ipywidgets.interact`, `plt.subplots` and `plt.show()`.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import course_scripts
from tests.jupyterlab import (
    cell_locator,
    cells,
    cells_with_errors,
    chromium_page,
    lab_server,
    open_notebook,
    run_cell,
    slider_handle,
)

WARM_UP = 5
PAUSE_MS = 150
STEPS = 6  # up and down again, from where the slider stands at first


@dataclass(frozen=True)
class Row:
    """One measured cell: its code, the slider to move in its output, and the picture to wait for.

    `requests` is a Python expression, evaluated in the notebook: the number of requests that one
    move simulates.
    """

    label: str
    code: str
    slider: str
    picture: str = "img"
    requests: str = "0"


@dataclass(frozen=True)
class Lab:
    """A lab with its explore() and, for comparison, the same simulation through interact."""

    label: str
    explore: Row
    interact: Row


BARE_PROBE = Row(
    "bare probe",
    """
import ipywidgets as widgets
import numpy as np
from course.view import style
from course.view.canvas import Canvas

def ready_picture(seed):
    figure, axes = style.figure()
    for walk in np.random.default_rng(seed).normal(size=(8, 400)).cumsum(axis=1):
        axes[seed % 2].plot(walk)
    return Canvas(figure, ()).png()

probe_pictures = [ready_picture(seed) for seed in range(5)]
probe_slider = widgets.IntSlider(description="probe")
probe_image = widgets.Image(value=probe_pictures[0])

def show_next(change):
    probe_image.value = probe_pictures[change["new"] % len(probe_pictures)]

probe_slider.observe(show_next, "value")
print(len(probe_pictures[0]), "bytes a picture")
widgets.HBox([probe_slider, probe_image])
""",
    "probe",
)


INTERACT = """
import ipywidgets as widgets
import matplotlib.pyplot as plt

def redraw(value):
    result = {run}
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.5))
    left.plot({line})
    right.hist({bars}, bins=50)
    plt.show()

widgets.interact(redraw, value=widgets.FloatSlider({value}, min={low}, max={high}, step={step},
                                                   description={slider!r}));
"""


def lab(
    name,
    call,
    slider,
    steps,
    run,
    *,
    requests="len(redrawn)",
    line="result.number_in_system(range(60))",
    bars="result.latency",
):
    """Return the Lab of the notebook called `name`: its `call`, moved at the slider, and `run`.

    `steps`: value, low, high and step of the slider. `run`: the same simulation as an expression of
    the slider's `value`; interact draws `line` and `bars` of its `result`. `requests` may use
    `redrawn`, the result at the slider's start. A student's class is the worked solution's.
    """
    value, low, high, step = steps
    setup = "\n".join(
        [
            f"from course.{LAB_NAMES.get(name, name[3:])} import *",
            *(cell.text for cell in solution_cells(name) if cell.is_code and call[-2:] != "()"),
        ]
    )
    look = {"value": value, "low": low, "high": high, "step": step, "slider": slider}
    interact = INTERACT.format(run=run, line=line, bars=bars, **look)
    label = f"{name[:2]} {call}"
    count = f"[{requests} for value in [{value}] for redrawn in [{run}]][0]"
    picture = ".explore img.explore-picture"
    return Lab(
        label,
        Row(label, f"{setup}\n{call}", slider, picture, count),
        Row(f"{label} by interact", f"{setup}\n{interact}", slider, "img", count),
    )


def solution_cells(name):
    """Return the import cell and the worked solutions of a notebook."""
    found = course_scripts.cells(name)
    first = next(cell for cell in found if cell.is_code)
    return [first, *(cell for cell in found if cell.kind == "solution")]


LAB_NAMES = {"09_logging_metrics_automation": "logging_and_automation"}
RATE = ("arrival rate (requests/s)", (8.0, 1.0, 20.0, 0.5))
BALANCED = ("arrival rate (1/s)", (84, 4, 180, 4))
LAG = ("replication lag (ms)", (100, 0, 500, 20))
ROOM = ("room in the cache", (500, 20, 1000, 20))
EDGES = ("edges", (5, 0, 12, 1))
USERS = ("users", (250, 50, 400, 10))
SPLIT = ("split: to Washington", (0, 0, 10, 1))  # from place 1 on in tens of per cent
CAPACITY = ("a center can do (% of all)", (65, 40, 150, 5))
WORKERS = ("workers", (6, 1, 20, 1))
THRESHOLD = ("threshold (%)", (2, 1, 20, 1))
SHARDS = ("shards", (2, 1, 8, 1))
QUEUED = {"line": "result.backlog", "bars": "result.deliveries"}
WATCHED = {
    "line": "result.delays",
    "bars": "result.delays",
    "requests": "count_errors(1).simulated",
}
DAY = {
    "line": "result.served",
    "bars": "result.latency",
    "requests": "int(redrawn.offered.sum())",  # counted in half minutes
}
LOADED = {"line": "result.load_time", "bars": "result.load_time"}
LABS = [
    lab("01_single_server", "explore()", *RATE, "simulate(arrival_rate=value, requests=6000)"),
    lab(
        "01_single_server",
        "explore(serve)",
        *RATE,
        "simulate(serve, arrival_rate=value, requests=2000)",
        requests="2 * len(redrawn)",
    ),
    lab("02_load_balancer", "explore()", *BALANCED, "simulate(arrival_rate=value)"),
    lab(
        "02_load_balancer",
        "explore(LeastConnections)",
        *BALANCED,
        "simulate(LeastConnections, arrival_rate=value)",
        requests="2 * len(redrawn)",
    ),
    lab("03_database_replication", "explore()", *LAG, "simulate(lag=value / 1000)"),
    lab(
        "03_database_replication",
        "explore(Router, is_write)",
        *LAG,
        "simulate(Router, lag=value / 1000)",
        requests="2 * len(redrawn)",
    ),
    lab(
        "04_cache",
        "explore()",
        *ROOM,
        "simulate(capacity=int(value))",
        requests="2 * len(redrawn)",  # as many before them fill the cache
    ),
    lab(
        "04_cache",
        "explore_eviction(LRUCache)",
        *ROOM,
        "simulate(LRUCache, capacity=int(value), requests=5000, warm_up=1000)",
        requests="4 * (len(redrawn) + 1000)",
    ),
    lab("05_cdn", "explore()", *EDGES, "simulate(edges=int(value))", **LOADED),
    lab(
        "05_cdn",
        "explore(EdgeCache)",
        *EDGES,
        "simulate(EdgeCache, edges=int(value))",
        requests="2 * len(redrawn)",
        **LOADED,
    ),
    lab("06_stateless_tier", "explore()", *USERS, "simulate(users=int(value), added_at=240)"),
    lab(
        "06_stateless_tier",
        "explore(StickyBalancer)",
        *USERS,
        "simulate(StickyBalancer, users=int(value), added_at=240)",
        requests="2 * len(redrawn)",
    ),
    lab(
        "07_data_centers",
        "explore()",
        *SPLIT,
        "simulate(dies_at=180, split=10.0 * max(1, value))",
    ),
    lab(
        "07_data_centers",
        "explore_outage(GeoDNS, CachingResolver)",
        *CAPACITY,
        "simulate(GeoDNS, resolver=CachingResolver, dies_at=180, capacity=value / 100, "
        "centers=4, arrival_rate=8.0)",
    ),
    lab("08_message_queue", "explore()", *WORKERS, "simulate(workers=int(value))", **QUEUED),
    lab(
        "08_message_queue",
        "explore(MessageQueue)",
        *WORKERS,
        "simulate(MessageQueue, workers=int(value), crash_probability=0.04)",
        **QUEUED,
    ),
    lab(
        "09_logging_metrics_automation",
        "explore()",
        *THRESHOLD,
        "simulate(threshold=value / 100)",
        **WATCHED,
    ),
    lab(
        "09_logging_metrics_automation",
        "explore_alert(Alert)",
        *THRESHOLD,
        "simulate(Alert, threshold=value / 100)",
        **WATCHED,
    ),
    lab(
        "10_millions_of_users",
        "explore()",
        *SHARDS,
        "simulate(Architecture(60, False, 2, 52, True, 3, 8, int(value), 'random'))",
        **DAY,
    ),
    lab(
        "10_millions_of_users",
        "explore_design(design)",
        "a crowd multiplies it by",
        (3.0, 2.0, 4.0, 0.1),
        "simulate(design, seed=int(10 * value))",
        **DAY,
    ),
]

WATCH_PICTURES = """
([cell, picture]) => {
    const watch = {started: null, times: []};
    const shown = image => {
        if (watch.started === null || !cell.contains(image) || !image.matches(picture)) return;
        const started = watch.started;
        watch.started = null;
        requestAnimationFrame(() => watch.times.push(performance.now() - started));
    };
    const pressed = event => {
        if (event.key.startsWith("Arrow")) watch.started = performance.now();
    };
    const loaded = event => { if (event.target.tagName === "IMG") shown(event.target); };
    const added = new MutationObserver(() => {
        // A new output area may join the page only after its picture has loaded.
        for (const image of cell.querySelectorAll(picture)) {
            if (!watch.known.has(image)) {
                watch.known.add(image);
                if (image.complete && image.naturalWidth > 0) shown(image);
            }
        }
    });
    watch.known = new WeakSet(cell.querySelectorAll(picture));
    document.addEventListener("keydown", pressed, true);
    document.addEventListener("load", loaded, true);
    added.observe(cell, {childList: true, subtree: true});
    watch.stop = () => {
        document.removeEventListener("keydown", pressed, true);
        document.removeEventListener("load", loaded, true);
        added.disconnect();
        return watch.times;
    };
    window.pictureWatch = watch;
}
"""


def main():
    """Measure in one run and print the table; SystemExit if a cell fails or a label is unknown."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moves", type=int, default=40, help="measured moves a row")
    options.add_argument("--only", metavar="NN", help="the bare probe and this notebook only")
    arguments = options.parse_args()
    labs = [each for each in LABS if arguments.only in (None, each.label[:2])]
    if not labs:
        raise SystemExit(f"--only {arguments.only}: expected one of 01 … {LABS[-1].label[:2]}")
    print_table(labs, measure_all(labs, arguments.moves))


def measure_all(labs, moves):
    """Return {row label: (times in ms, requests a move)} of the probe and all rows of `labs`."""
    rows = [BARE_PROBE] + [row for each in labs for row in (each.explore, each.interact)]
    sources = [source for row in rows for source in (row.code, f"print({row.requests})")]
    code_cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=code_cells, metadata={"kernelspec": kernel})
    with TemporaryDirectory() as folder:
        nbformat.write(notebook, f"{folder}/slider.ipynb")
        with lab_server(folder) as server, chromium_page() as (page, _):
            open_notebook(page, server, "slider.ipynb")
            return {row.label: measure(page, row, 2 * i, moves) for i, row in enumerate(rows)}


def measure(page, row, index, moves):
    """Return the times of `moves` moves of the row at cell `index`, and its requests a move."""
    for setup in (index, index + 1):
        run_cell(page, setup)
        for _, name, message in cells_with_errors(page):
            raise SystemExit(f"{row.label}: {name}: {message}")
    requests = cells(page)[index + 1]["outputs"][0]["text"].strip()
    cell = cell_locator(page, index)
    cell.locator(row.picture).first.wait_for()
    handle = slider_handle(page, index, row.slider)
    handle.focus()
    page.evaluate(WATCH_PICTURES, [cell.element_handle(), row.picture])
    for move in range(WARM_UP + moves):
        page.wait_for_timeout(PAUSE_MS)
        page.keyboard.press("ArrowLeft" if move // STEPS % 2 else "ArrowRight")
        page.wait_for_function("n => pictureWatch.times.length === n", arg=move + 1, polling=50)
    return page.evaluate("pictureWatch.stop()")[WARM_UP:], requests


def print_table(labs, measured):
    """Print a Markdown table: p50 and p95 of each row, and its p95 against probe and interact."""
    p95 = {label: np.percentile(times, 95) for label, (times, _) in measured.items()}
    of_interact = {
        row.label: f"{p95[row.label] / p95[each.interact.label]:.2f}"
        for each in labs
        for row in (each.explore, each.interact)
    }
    print("| row | requests a move | p50 ms | p95 ms | p95 / probe's | p95 / interact's |")
    print("|---|--:|--:|--:|--:|--:|")
    for label, (times, requests) in measured.items():
        ratio = p95[label] / p95[BARE_PROBE.label]
        print(
            f"| {label} | {requests} | {np.median(times):.0f} | {p95[label]:.0f} "
            f"| {ratio:.2f} | {of_interact.get(label, '-')} |"
        )


if __name__ == "__main__":
    main()
