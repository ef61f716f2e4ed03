"""How long does a student wait from moving a slider to seeing the new picture?

    python benchmarks/slider.py [--moves 40] [--only NN]

Measured inside the page of a real JupyterLab in headless Chromium: from the key press on the
slider until the frame with the new picture is painted. Three kinds of rows, one page, one run:

- bare probe: a slider whose callback only hands out a ready picture of about 10 kB: the floor;
- NN explore…(…): the first slider of `explore()`, and of the call that the notebook's title cell
  has as `shown=`, with the worked solutions in it;
- … by interact: the same slider, simulation and figure with nothing but `ipywidgets.interact` and
  `Figure.savefig`.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from autograder.build.title import titles
from tests.course_scripts import ROOT, setup
from tests.jupyterlab import (
    cell_locator,
    cells_with_errors,
    chromium_page,
    lab_server,
    open_notebook,
    run_cell,
)

WARM_UP = 5
PAUSE_MS = 150
ENDS = ("now", "min", "max")
STEPS = 6  # up and down again, from where the slider stands at first

PROBE = "bare probe"
PROBE_CODE = """
import ipywidgets as widgets
import numpy as np
from course.view import style
from course.view.picture import Picture

figure, axes = style.figure(1, 1)
axes.set(xlim=(0, 100), ylim=(-30, 30))
lines = [axes.plot([], [])[0] for _ in range(8)]
probe_picture = Picture(figure, lines)

def ready_picture(seed):
    for line, walk in zip(lines, np.random.default_rng(seed).normal(size=(8, 100)).cumsum(axis=1)):
        line.set_data(range(100), walk)
    return probe_picture.redraw("a walk").moving

probe_pictures = [ready_picture(seed) for seed in range(5)]
probe_slider = widgets.IntSlider(description="probe")

def show_next(change):
    probe_picture.moving = probe_pictures[change["new"] % len(probe_pictures)]

probe_slider.observe(show_next, "value")
print(len(probe_pictures[0][0]), "bytes a picture")
widgets.VBox([probe_slider, probe_picture])
"""
INTERACT = """
import io
import ipywidgets as widgets
from IPython.display import Image, display

shown = {call}
name, control = next((name, control) for name, control in shown.controls.items()
                     if not isinstance(control, (widgets.Dropdown, widgets.Checkbox)))
control.unobserve_all("value")

def redraw(value):
    shown.picture.show(**shown.run(**shown.values))
    file = io.BytesIO()
    shown.picture.figure.savefig(file, format="png", dpi=100)
    display(Image(file.getvalue()))

widgets.interact(redraw, value=control);
"""
PICTURE = ".explore-picture, .jp-RenderedImage img"
WATCH_PICTURES = """
([cell, picture]) => {
    const watch = {started: null, times: []};
    const shown = () => {
        if (watch.started === null) return;
        const started = watch.started;
        watch.started = null;
        const painted = new MessageChannel();  // its message comes after the frame is painted
        painted.port1.onmessage = () => watch.times.push(performance.now() - started);
        requestAnimationFrame(() => painted.port2.postMessage(null));
    };
    const pressed = event => {
        if (event.key.startsWith("Arrow")) watch.started = performance.now();
    };
    const loaded = event => {
        if (cell.contains(event.target) && event.target.matches(picture)) shown();
    };
    const changed = new MutationObserver(changes => {
        if (changes.some(change => change.target.closest?.(".explore-picture"))) shown();
        // A new output area may join the page only after its picture has loaded.
        for (const image of cell.querySelectorAll("img")) {
            if (image.matches(picture) && !watch.known.has(image)) {
                watch.known.add(image);
                if (image.complete && image.naturalWidth > 0) shown();
            }
        }
    });
    watch.known = new WeakSet(cell.querySelectorAll("img"));
    document.addEventListener("keydown", pressed, true);
    document.addEventListener("load", loaded, true);
    changed.observe(cell, {childList: true, subtree: true});
    watch.stop = () => {
        document.removeEventListener("keydown", pressed, true);
        document.removeEventListener("load", loaded, true);
        changed.disconnect();
        return watch.times;
    };
    window.pictureWatch = watch;
}
"""


def main():
    """Measure in one run and print the table; SystemExit if a cell fails or --only is unknown."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moves", type=int, default=40, help="measured moves a row")
    options.add_argument("--only", metavar="NN", help="the bare probe and this notebook only")
    arguments = options.parse_args()
    every = titles(ROOT)
    chosen = [title for title in every if arguments.only in (None, title.number)]
    if not chosen:
        numbers = ", ".join(title.number for title in every)
        raise SystemExit(f"--only {arguments.only}: expected one of {numbers}")
    print_table(measure_all(rows(chosen), arguments.moves))


def rows(titles):
    """Return {label: code} of the cells to measure; each "… by interact" follows its `explore`."""
    found = {PROBE: PROBE_CODE}
    for title in titles:
        for call in dict.fromkeys(("explore()", title.shown)):
            label, before = f"{title.number} {call}", setup(title.name)
            found[label] = f"{before}\n\n{call}"
            found[f"{label} by interact"] = f"{before}\n{INTERACT.format(call=call)}"
    return found


def measure_all(rows, moves):
    """Return {label: times in ms} of the rows."""
    code_cells = [nbformat.v4.new_code_cell(code.strip()) for code in rows.values()]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=code_cells, metadata={"kernelspec": kernel})
    with TemporaryDirectory() as folder:
        nbformat.write(notebook, f"{folder}/slider.ipynb")
        with lab_server(folder) as server, chromium_page() as (page, _):
            open_notebook(page, server, "slider.ipynb")
            return {label: measure(page, label, i, moves) for i, label in enumerate(rows)}


def measure(page, label, index, moves):
    """Return the times (ms) of `moves` moves of the first slider below the cell at `index`."""
    run_cell(page, index)
    for _, name, message in cells_with_errors(page):
        raise SystemExit(f"{label}: {name}: {message}")
    cell = cell_locator(page, index)
    cell.locator(PICTURE).first.wait_for()
    handle = cell.locator(".noUi-handle").first
    handle.focus()
    page.evaluate(WATCH_PICTURES, [cell.element_handle(), PICTURE])
    way, walked = 1, 0
    for move in range(WARM_UP + moves):
        page.wait_for_timeout(PAUSE_MS)
        now, low, high = (float(handle.get_attribute(f"aria-value{end}")) for end in ENDS)
        if walked == STEPS or (now >= high and way > 0) or (now <= low and way < 0):
            way, walked = -way, 0
        walked += 1
        page.keyboard.press("ArrowRight" if way > 0 else "ArrowLeft")
        page.wait_for_function("n => pictureWatch.times.length === n", arg=move + 1, polling=50)
    return page.evaluate("pictureWatch.stop()")[WARM_UP:]


def print_table(measured):
    """Print a Markdown table: p50 and p95 of each row, and its p95 against probe and interact."""
    p95 = {label: np.percentile(times, 95) for label, times in measured.items()}
    print("| row | p50 ms | p95 ms | p95 / probe's | p95 / interact's |")
    print("|---|--:|--:|--:|--:|")
    for label, times in measured.items():
        rival = p95.get(f"{label} by interact")
        print(
            f"| {label} | {np.median(times):.0f} | {p95[label]:.0f} "
            f"| {p95[label] / p95[PROBE]:.2f} | {f'{p95[label] / rival:.2f}' if rival else '-'} |"
        )


if __name__ == "__main__":
    main()
