"""How long until a film moves, how smoothly it does, and how large its file is.

    python benchmarks/film.py [--only 02] [--computed]

For each `replay…` of each notebook, with the worked solutions in it: the milliseconds that its
simulations take (under the recorder), that the film takes (these within it), their ratio, and that
it takes to pack it, without stories (medians of five); from the call to the first frame that moves
in JupyterLab; frames a second at the opening speed, and the milliseconds that painting one takes;
the size of the saved file. At the end the same for a film of 3,000 actors who are all on the stage.
"""

import argparse
import inspect
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.view import style
from course.view.explore import value_of
from course.view.film import Film
from course.view.reel import Reel
from course.view.scene import Scene
from docs.played import calls, code, names
from tests.course_scripts import EVERY
from tests.jupyterlab import chromium_page, lab_server, open_notebook, run_cell

TIMES, SECONDS = 5, 3
PLAYER = "[...document.querySelectorAll('.film')].at(-1).player"
RUNS = (
    *("live", "run", "until_it_fails", "photo_loads", "count_errors", "follow", "states_of"),
    *("draw_canaries", "watch_canary", "everybody", "flow", "result_of", "place"),
)
COMPUTED = "| film | actors | simulation | film | ratio | packed |"
HEAD = f"{COMPUTED} first frame | frames/s | painting | kB |"


def crowd(actors=3000):
    """Return a Reel of actors who all cross the scene at once."""
    reel = Reel(end=2.0, rate=0.1, states={"goes": (style.BLUE, "disc")})
    lane = reel.lane("a crowd", Scene())
    for i in range(actors):
        y = 10 + 240 * i / actors
        lane.actor(f"{i}").at(0, 10, y).at(1, 400, 260 - y).at(2, 10, y)
    reel.caption(0, "Everybody crosses.")
    return reel


@contextmanager
def timing(lab):
    """Yield a list that gathers how long each outermost run of a lab's world takes (ms).

    A run is what the lab's films call by one of the names in RUNS, or by `simulate…`.
    """
    taken, inside = [], []

    def timed(function):
        def run(*arguments, **options):
            if inside:
                return function(*arguments, **options)
            inside.append(True)
            started = time.process_time()
            try:
                found = function(*arguments, **options)
                return list(found) if inspect.isgenerator(found) else found
            finally:
                inside.clear()
                taken.append(1000 * (time.process_time() - started))

        return run

    ours = [(name, m) for name, m in sys.modules.items() if name.startswith(lab)]
    modules = [m for name, m in ours if name.endswith(("film", "stage"))]
    kept = [
        (module, name, value)
        for module in modules
        for name, value in vars(module).items()
        if inspect.isroutine(value) and (name in RUNS or name.startswith("simulate"))
    ]
    for module, name, function in kept:
        setattr(module, name, timed(function))
    yield taken
    for module, name, function in kept:
        setattr(module, name, function)


def computing(name, call):
    """Return the film, and medians of (simulation, film, packed) in ms of processor time."""
    defined, rows = names(name), []
    lab = defined[call.partition("(")[0]].__module__
    film = eval(call, dict(defined))
    for _ in range(TIMES):
        values = {key: value_of(control) for key, control in film.controls.items()} | film.at
        with timing(lab) as simulated:
            started = time.process_time()
            reel = film.make(**values)
            made = time.process_time()
            reel.pictures()
            rows.append(
                (sum(simulated), 1000 * (made - started), 1000 * (time.process_time() - made))
            )
    return film, [statistics.median(column) for column in zip(*rows, strict=True)]


def playing(page, film, folder):
    """Return (frames a second, ms of painting one) of a saved film."""
    page.goto(film.save(folder / "film.html").as_uri())
    page.wait_for_timeout(500)
    page.evaluate(f"{PLAYER}.now = ({PLAYER}.reel.start + {PLAYER}.reel.end) / 2; {PLAYER}.play()")
    frames, started = page.evaluate(f"{PLAYER}.frames"), time.monotonic()
    page.wait_for_timeout(1000 * SECONDS)
    frames = (page.evaluate(f"{PLAYER}.frames") - frames) / (time.monotonic() - started)
    painting = page.evaluate(
        f"""() => {{ const player = {PLAYER}; player.pause();
            const middle = (player.reel.start + player.reel.end) / 2, started = performance.now();
            for (let i = 0; i < 100; i++) {{ player.now = middle + i * 1e-3; player.paint(); }}
            return (performance.now() - started) / 100; }}"""
    )
    return frames, painting


def starting(folder, films):
    """Return for each (name, call) the ms from the call to the first frame in JupyterLab."""
    codes = []
    for name, call in films:
        codes += [code(name), call]
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "films.ipynb")
    taken = []
    with lab_server(folder) as server, chromium_page(width=1500) as (page, _):
        open_notebook(page, server, "films.ipynb", seconds=300)
        for number in range(len(films)):
            run_cell(page, 2 * number)
            started = time.monotonic()
            run_cell(page, 2 * number + 1)
            films_now = f"document.querySelectorAll('.film').length > {number}"
            moves = f"{films_now} && {PLAYER} && {PLAYER}.now > {PLAYER}.reel.start"
            page.wait_for_function(moves, polling=5)
            taken.append(1000 * (time.monotonic() - started))
    return taken


def main(only, computed=False):
    """Print the table; with `computed`, only the columns that need no browser."""
    films = [(name, call) for name in EVERY if name.startswith(only) for call in calls(name)]
    head = COMPUTED if computed else HEAD
    print(head, "|---|" + "--:|" * (head.count("|") - 2), sep="\n")
    if computed:
        for name, call in films:
            print(_computed(name, call, *computing(name, call)))
        return
    with TemporaryDirectory() as folder:
        folder = Path(folder)
        first = starting(folder, films)
        with chromium_page(width=1500) as (page, _):
            for (name, call), started in zip(films, first, strict=True):
                film, taken = computing(name, call)
                frames, painting = playing(page, film, folder)
                shown = f"{started:.0f} | {frames:.0f} | {painting:.2f} | {_size(film, folder):.0f}"
                print(f"{_computed(name, call, film, taken)} {shown} |")
            film = Film(crowd)
            frames, painting = playing(page, film, folder)
            size = _size(film, folder)
            print(f"| a crowd | 3000 | | | | | | {frames:.0f} | {painting:.2f} | {size:.0f} |")


def _computed(name, call, film, taken):
    simulation, made, packed = taken
    actors = sum(len(lane.actors) for lane in film.reel.lanes)
    ratio = f"{made / simulation:.1f}" if simulation else "–"
    costs = f"{simulation:.1f} | {made:.1f} | {ratio} | {packed:.1f}"
    return f"| {name[:2]} {call} | {actors} | {costs} |"


def _size(film, folder):
    return film.save(folder / "film.html").stat().st_size / 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="the number of one notebook")
    parser.add_argument("--computed", action="store_true", help="only what needs no browser")
    given = parser.parse_args()
    main(given.only, given.computed)
