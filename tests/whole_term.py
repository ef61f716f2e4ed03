"""A whole term, played by commands; and its grades, worked out without the grader.

    play(folder, students, names) → (exported, expected), each {student: {notebook: points}}

Class list, due dates, three extensions, files that are late, a grading that is killed, two
assistants at once at a server that is killed, a check that is fixed, a student who leaves.
benchmarks/term.py plays it at full size, tests/test_term.py at a small one.
"""

import csv
import io
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import nbformat
import requests

from autograder.audit.check import fresh_names, run_cell, run_check
from autograder.build import script
from autograder.grade.seeds import hidden_inputs
from tests import programs
from tests.classroom import ROOT, varied

DUE = datetime(2026, 3, 1, 22, tzinfo=UTC)
KINDS = 12  # of notebooks that are handed in: student 12 hands in what student 0 does
ARRIVALS = (timedelta(hours=-2), timedelta(minutes=10), timedelta(hours=26))
PENALTY = 0.10  # of the points earned, for each day begun; 15 minutes are free
ANSWER_POINTS = 3


def student(number: int) -> str:
    """Return a student's id."""
    return f"s{number:04}"


def play(
    folder: Path, students: int, names: Sequence[str], say: Callable[[str], None] = print
) -> tuple[dict, dict]:
    """Play the term in a new folder; return the points that are exported, and those expected.

    students: at least 12. names: of the notebooks that the class gets. say: is told each step.
    """
    course, first = _clone(folder), names[0]

    def run(*words: object, fails: str = "") -> str:
        done = programs.run(["autograder", *words], course)
        said = done.stdout + done.stderr
        assert bool(done.returncode) == bool(fails) and fails in said, f"{words}\n{said[-3000:]}"
        say(f"$ autograder {' '.join(map(str, words))}\n{_shortened(done.stdout)}")
        return said

    _list_of(course / "canvas.csv", students)
    run("roster", "canvas.csv")
    for name in names:
        programs.nbgrader(course, "generate_assignment", name)
        run("due", name, DUE.isoformat(), "--penalty", "10%/day", "--grace", "15min")
    run("extend", student(2), first, "+2d")
    run("extend", student(5), "all", "+1d")
    for name in names:
        _hand_in(course, students, name)
        for number, later in enumerate(ARRIVALS):
            place = f"downloads/{name}/{number}"
            run("collect", place, "--received", (DUE + later).isoformat())
        if name == first:
            _killed(course, name)
        run("grade", name)
    for name in names:
        _grade_by_hand(course, name, die=name == first)
    fixed = _fix_a_check(course, first, min(students, KINDS))
    run("build", first)
    run("grade", first, fails="--regrade")
    run("grade", first, "--regrade")
    run("extend", student(8), first, (DUE + timedelta(hours=30)).isoformat())
    run("remove", student(students - 1), "--yes")
    run("feedback", first)
    for name in names[1:]:
        run("feedback", name, "--explain", "never")  # looking for cases takes most of the time
    run("report")
    run("export", "--to", "grades.csv")
    expected: dict[str, dict[str, float]] = {student(number): {} for number in range(students - 1)}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for name in names:
            work = partial(_expected, course, name, is_first=name == first)
            for number, points in enumerate(pool.map(work, range(students - 1))):
                expected[student(number)][name] = points
    assert fixed
    return _exported(course / "grades.csv"), expected


def _clone(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("solutions", "notebooks", "course"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def _list_of(path: Path, students: int) -> None:
    """Write the class as Canvas exports its gradebook."""
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Load balancer (4711)\n"
    points = "    Points Possible,,,,,20\n"
    rows = [f'"Test{n}, Ada",{90_000 + n},{student(n)},{student(n)},A,\n' for n in range(students)]
    path.write_text(head + points + "".join(rows), encoding="utf-8")


def _hand_in(course: Path, students: int, name: str) -> None:
    for number in range(students):
        folder = course / "downloads" / name / str(number % len(ARRIVALS))
        folder.mkdir(parents=True, exist_ok=True)
        notebook = varied(name, number % KINDS)
        notebook.metadata["number"] = number  # no two files are the same
        nbformat.write(notebook, folder / f"{name}__{student(number)}.ipynb")


def _killed(course: Path, name: str) -> None:
    """Kill a grading as soon as a submission is done; what is done must stay done."""
    outputs = course / "killed"
    outputs.mkdir()
    process = programs.start(["autograder", "grade", name, "--jobs", "1"], course, outputs)
    records = course / "grading" / "records" / name
    deadline = time.monotonic() + 300
    while process.is_alive() and not any(records.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL and any(records.glob("*.json"))


@contextmanager
def _answers(course: Path, name: str):
    outputs = course / f"answers-{time.monotonic_ns()}"
    outputs.mkdir()
    command = ["autograder", "answers", name, "--no-browser"]
    process = programs.start(command, course, outputs)
    said, deadline = outputs / "stdout", time.monotonic() + 120
    while not (said.exists() and (found := re.search(r"(http://[^/]+)/#(\S+)", said.read_text()))):
        assert process.is_alive() and time.monotonic() < deadline, outputs
        time.sleep(0.02)
    try:
        yield SimpleNamespace(url=found[1], token=found[2], process=process)
    finally:
        process.kill()
        process.join()


def _grade_by_hand(course: Path, name: str, die: bool) -> None:
    """Two assistants grade a half of the answers each, at once; the server may die on the way."""
    for until in (3, None) if die else (None,):
        with _answers(course, name) as server, ThreadPoolExecutor(2) as both:
            for done in [both.submit(_assistant, server, part, until) for part in (0, 1)]:
                done.result()
            if until:
                os.kill(server.process.pid, signal.SIGKILL)


def _assistant(server: SimpleNamespace, part: int, until: int | None) -> None:
    with requests.Session() as session:
        session.headers.update({"Authorization": f"Bearer {server.token}", "Origin": server.url})
        asked = f"{server.url}/api/answers?question=explain"
        waiting = [one for one in session.get(asked).json()["answers"] if one["status"] == "waits"]
        for one in waiting[part::2][:until]:
            place = f"{server.url}/api/answers/{one['id']}?question=explain"
            shown = session.get(place).json()
            grade = {"version": shown["version"], "comment": "Seen.", "ticks": [], "grader": "ab"}
            points = by_hand(int(re.search(r"\d+", shown["name"])[0]))
            session.post(place, data=json.dumps(grade | {"points": points})).raise_for_status()


def by_hand(number: int) -> float:
    """Return what the assistants give a student for the answer."""
    return number % (2 * ANSWER_POINTS + 1) / 2


def _fix_a_check(course: Path, name: str, students: int) -> bool:
    """Let a hidden check that one of the first `students` failed take everything.

    Return whether there was one.
    """
    path = course / "solutions" / f"{name}.py"
    failed = {
        grade_id for number in range(students) for grade_id in _outcome(course, name, number)[0]
    }
    for cell in script.read(path):
        if cell.kind == "check" and cell.hidden and cell.grade_id in failed:
            rule = re.search(r"### RULE: .*", cell.text)[0]
            before, _, rest = path.read_text(encoding="utf-8").partition(rule)
            observing, _, rest = rest.partition("### JUDGE\n")
            _, *after = rest.partition("### END HIDDEN TESTS")
            takes_all = "### JUDGE\nassert seen is not None, 'nothing was seen'\n"
            fixed = [before, rule, observing, takes_all, *after]
            path.write_text("".join(fixed), encoding="utf-8")
            return True
    return False


def _outcome(course: Path, name: str, number: int) -> tuple[dict, float]:
    """Return which checks fail in a notebook that was handed in, and the points of the others.

    Cell by cell in this process, by the parts that the audit runs mutants with; of the grader only
    the seed of the hidden inputs is taken.
    """
    record = course / "grading" / "records" / name / f"{student(number)}.json"
    seed = json.loads(record.read_text(encoding="utf-8"))["seed"]
    theirs = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in varied(name, number % KINDS).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    names, failed, points = fresh_names(), {}, 0.0
    with hidden_inputs(seed):
        for cell in script.read(course / "solutions" / f"{name}.py"):
            if cell.kind in ("code", "solution"):
                with redirect_stdout(io.StringIO()), suppress(Exception):
                    run_cell(theirs.get(cell.grade_id, cell.text), names, cell.place)
            elif cell.kind == "check":
                if why := run_check(cell, names):
                    failed[cell.grade_id] = why
                else:
                    points += cell.points
    return failed, points


def _expected(course: Path, name: str, number: int, is_first: bool) -> float:
    """Return a student's points for a notebook: of checks and of the answer, less the penalty."""
    _, points = _outcome(course, name, number)
    answer = next(
        cell.source
        for cell in varied(name, number % KINDS).cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "explain"
    )
    if "Write your answer" not in answer:
        points += by_hand(number)
    late = ARRIVALS[number % len(ARRIVALS)]
    if number == 5:
        late -= timedelta(days=1)
    if is_first and number in (2, 8):
        late = timedelta()
    days = 0 if late <= timedelta(minutes=15) else -(-late // timedelta(days=1))
    return max(0.0, points - PENALTY * days * points)


def _exported(path: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["student_id"], {})[row["assignment"]] = float(row["score"])
    return found


def _shortened(text: str, lines: int = 3) -> str:
    """Return the beginning and the end of what a command has printed."""
    every = text.splitlines()
    if len(every) <= 2 * lines:
        return text
    return "\n".join([*every[:lines], f"… ({len(every) - 2 * lines} lines)", *every[-lines:], ""])
