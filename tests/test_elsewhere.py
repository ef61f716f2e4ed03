"""Where else the course runs: in a browser (JupyterLite) without threads, sockets or processes; at
Gradescope, in a container of its own."""

import http.server
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import zipfile
from functools import partial
from importlib.util import find_spec

import ipywidgets as widgets
import nbformat
import pytest
from click.testing import CliRunner

import course
from autograder.build.publish import course_files, untracked
from autograder.cli import main
from autograder.grade.seeds import salt_path
from autograder.term.gradescope import BASE
from course.view import explore, film, limit
from course.view.explore import Explorer
from course.view.film import Film
from tests import explorers
from tests.classroom import ANSWER, solutions, written
from tests.course_scripts import EVERY, NAMES, ROOT, cells, run, solved
from tests.jupyterlab import chromium_page, find_chromium
from tests.programs import nbgrader

WELCOME, GRADED = "00_start_here", "02_load_balancer"
REAL = {  # what runs real processes
    "explore_real(Router, Replica)",
}
CALL = re.compile(r"^(explore\w*|replay\w*)\(.*\)\s*\Z", re.M | re.S)


@pytest.fixture
def in_a_browser(monkeypatch):
    """Shut what a browser has not got, as Pyodide does."""

    def no_thread(self):
        raise RuntimeError("can't start new thread")

    def none(*words, **options):
        raise OSError(138, "Not supported")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    monkeypatch.setattr(socket, "socket", none)
    monkeypatch.setattr(subprocess, "Popen", none)
    monkeypatch.setattr(os, "fork", none)
    monkeypatch.setattr(explore, "in_a_kernel", lambda: True)
    for module in (explore, film):  # a busy machine is not what these tests are about
        patient = lambda seconds: limit.time_limit(explorers.PATIENCE)  # noqa: E731
        monkeypatch.setattr(module, "time_limit", patient)
    limit.can_start_threads.cache_clear()
    yield
    monkeypatch.undo()
    limit.can_start_threads.cache_clear()


def names_of(name):
    """Return what a student's namespace holds who has solved everything."""
    if name in NAMES:
        return solved(name) | {"prediction": 1}
    names = {"prediction": 1, "choose_till": lambda queues: queues.index(min(queues))}
    run("from course.start_here import *\nby_hand = play()", names)
    return names


def calls(name):
    """Return the calls of a notebook that show an explorer or a film."""
    found = (CALL.search(cell.text) for cell in cells(name) if cell.is_code)
    return [match[0] for match in found if match]


@pytest.mark.parametrize("name", EVERY)
def test_every_explorer_and_film_opens_without_threads_and_sockets(name, in_a_browser):
    names = names_of(name)
    assert len(calls(name)) > 1
    for call in calls(name):
        shown = eval(call, names)
        if isinstance(shown, widgets.HTML):
            assert (
                call.startswith(("explore_real", "explore_crash"))
                and "a browser does not have" in shown.value
            )
        elif call in REAL:
            assert "a browser does not have" in explorers.shown(shown)
        elif isinstance(shown, Explorer):
            assert explorers.pictured(shown), f"{call}: {explorers.shown(shown)}"
        else:
            assert isinstance(shown, Film) and shown.reel, call


def test_the_site_of_notebook_10_says_that_it_needs_processes(in_a_browser):
    shown = course.my_site()
    assert isinstance(shown, widgets.HTML) and "a browser does not have" in shown.value


def test_a_slider_moves_its_picture_without_threads(in_a_browser):
    shown = solved("02_load_balancer")["explore"]()
    before = explorers.moving(shown)
    shown.controls["arrival_rate"].value += 5
    assert explorers.moving(shown) != before


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    """A static site with two notebooks."""
    if not find_spec("uv"):
        pytest.skip("uv is not installed (pip install uv)")
    folder = tmp_path_factory.mktemp("lite") / "site"
    words = ["publish", "--lite", "--to", str(folder), "--root", str(ROOT), WELCOME, GRADED]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0 and "built a site of" in done.output, done.output
    assert list(folder.parent.iterdir()) == [folder]
    return folder


def test_the_lite_site_holds_the_notebooks_and_the_course(lite):
    found = {path.stem: path for path in (lite / "files").rglob("*.ipynb")}
    assert set(found) == {WELCOME, GRADED}
    notebook = nbformat.read(found[GRADED], as_version=4)
    install, *others = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    released = nbformat.read(ROOT / "notebooks" / GRADED / f"{GRADED}.ipynb", as_version=4)
    assert others == [cell.source for cell in released.cells if cell.cell_type == "code"]
    assert "mybinder" not in notebook.cells[0].source
    with zipfile.ZipFile(next((lite / "pypi").glob("*.whl"))) as wheel:
        held = {name for name in wheel.namelist() if name.startswith("course/")}
        (metadata,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
        needed = re.findall(r"(?m)^Requires-Dist: (\S+)", wheel.read(metadata).decode())
    assert held == set(course_files(ROOT)) - set(untracked(ROOT))
    index = json.loads((lite / "pypi" / "all.json").read_text())
    assert install.splitlines()[0] == f"%pip install --quiet {next(iter(index))}"
    pinned = (ROOT / "constraints.txt").read_text().splitlines()
    assert {each for each in needed if "==" in each} < set(pinned) and "numpy" in needed
    names = json.loads((lite / "jupyter-lite.json").read_text())["jupyter-config-data"]
    extensions = {each["name"] for each in names["federated_extensions"]}
    kernel = "@jupyterlite/pyodide-kernel-extension"
    assert {"@jupyter-widgets/jupyterlab-manager", "anywidget", kernel} <= extensions


@pytest.mark.skipif(not find_chromium(), reason="no Chromium found (apt install chromium)")
@pytest.mark.filterwarnings("default")
def test_a_notebook_of_the_lite_site_opens_in_a_browser(lite):
    """Up to its kernel, which loads Pyodide from the network."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(http.server.SimpleHTTPRequestHandler, directory=lite)
    )
    server.RequestHandlerClass.func.log_message = lambda *words: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with chromium_page() as (page, _):
            address = f"http://127.0.0.1:{server.server_port}/lab/index.html"
            page.goto(f"{address}?path={GRADED}/{GRADED}.ipynb")
            page.get_by_role("heading", name="2 · Load balancer").wait_for(timeout=60_000)
            assert "%pip install" in page.locator(".jp-CodeCell").first.inner_text()
    finally:
        server.shutdown()
        server.server_close()


def test_a_lite_site_is_built_in_a_folder_of_its_own(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for place, said in ((tmp_path, "new or empty"), (tmp_path / "no" / "site", "no folder")):
        words = ["publish", "--lite", "--to", str(place), "--root", str(ROOT)]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 1 and said in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.fixture(scope="module")
def gradescope(tmp_path_factory):
    """Gradescope's folder with the bundle unpacked and set up, but for the environment: it is ours.

    What is not run: the first lines of setup.sh, which fetch a Python and the packages.
    """
    folder, root = tmp_path_factory.mktemp("gradescope"), tmp_path_factory.mktemp("course")
    for name in ("solutions", "course", "autograder", *BASE):
        (root / name).symlink_to(ROOT / name)
    bundle, command = folder / "autograder.zip", ["export", "--format", "gradescope"]
    command += ["--assignment", GRADED, "--root", str(root), "--to", str(bundle)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0 and "Keep it private" in done.output, done.output
    with zipfile.ZipFile(bundle) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        archive.extractall(folder / "source")
    assert all(modes[name] & stat.S_IXUSR for name in ("setup.sh", "run_autograder"))
    assert (folder / "source" / "grading" / "salt").read_bytes() == salt_path(root).read_bytes()
    (folder / "environment").symlink_to(sys.prefix)
    setup_lines = (folder / "source" / "setup.sh").read_text().splitlines()
    assert setup_lines[-1].endswith(f"nbgrader generate_assignment {GRADED}")
    nbgrader(folder / "source", "generate_assignment", GRADED)
    return folder


def at_gradescope(folder, files):
    """Hand files in, run what Gradescope runs, and return its results."""
    shutil.rmtree(folder / "submission", ignore_errors=True)
    (folder / "submission").mkdir()
    for name, notebook in files.items():
        nbformat.write(notebook, folder / "submission" / name)
    environment = os.environ | {
        "AUTOGRADER_HOME": str(folder),
        "PYTHONPATH": str(folder / "source"),
    }
    command = ["bash", str(folder / "source" / "run_autograder")]
    subprocess.run(command, env=environment, check=True, cwd="/")
    return json.loads((folder / "results" / "results.json").read_text())


def test_gradescopes_results_are_the_checks_of_a_half_solved_notebook(gradescope):
    worked = solutions(GRADED)
    half = dict(list(worked.items())[:2])
    results = at_gradescope(gradescope, {f"{GRADED}__ada.ipynb": written(GRADED, half, ANSWER)})
    earned, most = {}, {}
    for test in results["tests"]:
        exercise = test["name"].partition(":")[0]
        earned[exercise] = earned.get(exercise, 0) + test["score"]
        most[exercise] = most.get(exercise, 0) + test["max_score"]
        assert test["status"] == ("passed" if test["score"] == test["max_score"] else "failed")
    assert list(most) == list(worked) and sum(most.values()) == 17
    assert {name for name in worked if earned[name]} == set(half)
    assert all(earned[name] == most[name] for name in half)
    hidden = [test for test in results["tests"] if "hidden" in test["name"]]
    assert len(hidden) > 5 and not any(test["output"] for test in hidden)
    assert any("Exercise" in test["output"] for test in results["tests"])


@pytest.mark.parametrize(
    "files, said", [({}, "no notebook"), ({"a.ipynb": {}, "b.ipynb": {}}, "a.ipynb, b.ipynb")]
)
def test_what_gradescope_cannot_grade_says_why(gradescope, files, said):
    files = {name: nbformat.v4.new_notebook() for name in files}
    results = at_gradescope(gradescope, files)
    assert results["score"] == 0 and said in results["output"] and "Hand in" in results["output"]


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "name one notebook"),
        (["--assignment", "00_start_here"], "is not graded"),
        (["--assignment", "02_loud"], "no such notebook"),
        (["--assignment", GRADED, "--to", "/no/such/place.zip"], "choose another place"),
    ],
)
def test_mistakes_with_a_bundle_are_one_sentence(words, said):
    words = ["export", "--format", "gradescope", *words, "--root", str(ROOT)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1 and said in done.output and done.output.count("\n") == 1
