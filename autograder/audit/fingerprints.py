"""Run the wrong submissions of the course: what each does, for the report and for students' hints.

`update` writes tests/submissions/NN_name/fingerprints.json and course/questions.json. It runs each
submission twice, in two processes whose sets and hashes have another order: what does not do the
same twice is known by its coarse fingerprint.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from autograder.audit.check import names_of, observe, run_cell
from autograder.build import mistakes, script
from autograder.build.script import Cell
from autograder.course import is_graded, scripts
from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.grade.fingerprint import Observed, of_exercise
from course.questions import PATH, seal

HASH_SEEDS = ("1", "3")  # with 1 and 2, small sets often have the same order


def observed(checks: Sequence[Cell], namespace: dict[str, Any]) -> dict[str, Observed]:
    """Return what an exercise's checks see of the names in `namespace`, by grade id."""
    found = {}
    for check in checks:
        observing, judging = check.halves()
        seen = None
        try:
            seen = observe(observing, namespace, f"{check.grade_id} (observe)")
            run_cell(judging, {"seen": seen}, f"{check.grade_id} (judge)")
            found[check.grade_id] = Observed("")
        except Exception as error:
            found[check.grade_id] = Observed(type(error).__name__, str(error), seen)
    return found


def update(root: Path) -> list[Path]:
    """Write the course's fingerprints and questions; return the files.

    CourseError if a submission has no question, or cannot be run.
    """
    written, sealed = [], {}
    for name in filter(is_graded, (path.stem for path in scripts(root))):
        with ThreadPoolExecutor() as pool:
            runs = list(pool.map(partial(_run, root, name), HASH_SEEDS))
        table, questions = _joined(root, name, runs)
        path = mistakes.fingerprints_path(root, name)
        write_atomic(path, json.dumps(table, indent=1, sort_keys=True) + "\n")
        written.append(path)
        sealed |= questions
    path = Path(root) / "course" / PATH.name
    write_atomic(path, json.dumps(dict(sorted(sealed.items())), indent=0) + "\n")
    return [*written, path]


def _run(root: Path, name: str, hash_seed: str) -> dict[str, dict[str, Any]]:
    """Return what `_of_notebook` finds, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder.audit.fingerprints", str(root), name],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CourseError(f"{name}: its submissions cannot be run:\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def _of_notebook(root: Path, name: str) -> dict[str, dict[str, Any]]:
    """Return what each wrong submission of a notebook does: {exercise: {name: …}}.

    Of each the two fingerprints, and what the visible checks that did not pass saw.
    """
    cells = script.read(root / "solutions" / f"{name}.py")
    found: dict[str, dict[str, Any]] = {}
    for cell in (each for each in cells if each.kind == "solution"):
        exercise = cell.grade_id
        checks = [each for each in cells if each.kind == "check" and each.exercise == exercise]
        visible = {check.grade_id for check in checks if not check.hidden}
        found[exercise] = {}
        for mistake in mistakes.mistakes(root, name, exercise):
            path = mistakes.folder(root, name) / exercise / f"{mistake.name}.py"
            namespace = names_of(cells, before=exercise)
            run_cell(path.read_text(encoding="utf-8"), namespace, str(path))
            saw = observed(checks, namespace)
            failed = {
                check: one.seen
                for check, one in saw.items()
                if check in visible and one.kind == "AssertionError" and one.seen is not None
            }
            found[exercise][mistake.name] = {"prints": of_exercise(saw), "failed": failed}
    return found


def _joined(
    root: Path, name: str, runs: Sequence[dict[str, dict[str, Any]]]
) -> tuple[dict[str, dict[str, list[str]]], dict[str, str]]:
    """Return the fingerprints and the sealed questions of a notebook."""
    table: dict[str, dict[str, list[str]]] = {}
    sealed: dict[str, str] = {}
    for exercise, first in runs[0].items():
        second = runs[1][exercise]
        known: dict[str, list[str]] = defaultdict(list)
        asked: dict[tuple[str, str], list[mistakes.Mistake]] = defaultdict(list)
        for mistake in mistakes.mistakes(root, name, exercise):
            if not mistake.question:
                raise CourseError(
                    f"tests/submissions/{name}/{exercise}/{mistake.name}.py has no question: "
                    f"write a line `{mistakes.ASKS}…` below its sentence."
                )
            one, other = first[mistake.name], second[mistake.name]
            same = one["prints"][0] == other["prints"][0]
            known[one["prints"][0 if same else 1]].append(mistake.name)
            for check, seen in one["failed"].items():
                asked[check, json.dumps(seen)].append(mistake)
        table[exercise] = dict(known)
        for (check, seen), able in asked.items():
            mine = [mistake for mistake in able if mistake.loses == check] or able
            if len({mistake.question for mistake in mine}) == 1:
                sealed |= [seal(exercise, json.loads(seen), mine[0].question)]
    return table, sealed


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):  # the notebooks' own cells print
        result = _of_notebook(Path(sys.argv[1]), sys.argv[2])
    print(json.dumps(result))
