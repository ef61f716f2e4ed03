"""Where else the course runs: in a browser (JupyterLite) without threads, sockets or processes; at
Gradescope, in a container of its own."""

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

import nbformat
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grade.seeds import salt_path
from autograder.term.gradescope import BASE
from course.view import explore, limit
from course.view.explore import Explorer
from course.view.film import Film
from tests import explorers
from tests.classroom import ANSWER, solutions, written
from tests.course_scripts import EVERY, NAMES, ROOT, cells, run, solved
from tests.programs import nbgrader

REAL = {  # what runs real processes
    "explore_real(Router, Replica)",
    "explore_crash(DurableQueue)",
    "explore_crash(DurableQueue, IdempotentConsumer)",
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
    monkeypatch.setattr(explore, "_in_a_kernel", lambda: True)
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
        if call in REAL:
            assert "a browser does not have" in explorers.shown(shown)
        elif isinstance(shown, Explorer):
            assert explorers.pictured(shown), f"{call}: {explorers.shown(shown)}"
        else:
            assert isinstance(shown, Film) and shown.reel, call


def test_a_slider_moves_its_picture_without_threads(in_a_browser):
    shown = solved("02_load_balancer")["explore"]()
    before = explorers.moving(shown)
    shown.controls["arrival_rate"].value += 5
    assert explorers.moving(shown) != before


GRADED = "02_load_balancer"


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
