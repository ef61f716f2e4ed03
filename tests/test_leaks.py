"""Hidden checks against components that know nothing and look for the answers around them.

Only the first half of a check runs in the process of a student's code, so no expected value may be
there. tests/leaks/ reads a notebook as the grader sends it to that process and answers from the
callers' frames, from modules' globals and from the garbage collector's objects. Such a component
must earn nothing.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.course_scripts import NAMES, ROOT, cells, run

# where the right answer is an input that the student's code is given: not a secret
INPUTS = {
    "single_flight_hidden": "what load, which the student calls, gives for a key",
    "sharded_store_hidden_2": "what was put into the store before",
}


def plan(name):
    """Return a notebook as a process of the grader gets it: no second half, no other answers."""
    for cell in cells(name):
        if cell.kind == "solution":
            yield {"kind": "solution", "id": cell.grade_id, "text": cell.text}
        elif cell.kind == "code":
            yield {"kind": "cell", "text": cell.text}
        elif cell.hidden:
            observe = {"id": cell.grade_id, "exercise": cell.exercise, "text": cell.halves()[0]}
            yield {"kind": "observe", **observe}


def leaks(planned, judges):
    """Return {check: what found its answers} of the checks that leak, and how many were attacked.

    judges: the second halves by the check's grade id.
    """
    done = subprocess.run(
        [sys.executable, "-c", "from tests.leaks.process import main; main()"],
        input=json.dumps(planned),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found, attacked = {}, set()
    for row in map(json.loads, done.stdout.splitlines()):
        check = row["check"]
        if "leak" in row and check not in INPUTS:
            found[check] = f"{row['leak']} is at {row['path']}"
        if "attack" in row:
            attacked.add(check)
            if "seen" in row and not judged(judges[check], json.loads(row["seen"])):
                found[check] = f"passed by {row['attack']}: {row['paths']}"
    return found, len(attacked)


def judged(judge, seen):
    """Return what a check's second half says of what was seen, "" if that is right."""
    try:
        run(judge, {"seen": seen})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_of_a_hidden_check_is_in_the_process_of_a_students_code(name):
    judges = {cell.grade_id: cell.halves()[1] for cell in cells(name) if cell.hidden}
    found, attacked = leaks(list(plan(name)), judges)
    assert attacked == len(judges) > 2
    assert found == {}


SOLUTION = "def thirds(number):\n    return number % 3 == 0\n"
ANSWERS = "_answers = {n * 37: n * 37 % 3 == 0 for n in range(64)}\n"
CALLS = "seen = [thirds(_n * 37) for _n in range(64)]\n"
JUDGE = "assert seen == [n * 37 % 3 == 0 for n in range(64)], seen\n"
HALVES = {  # the first half of a check that holds its answers
    "frames": "_cases = [(n * 37, n * 37 % 3 == 0) for n in range(64)]\n"
    "seen = [thirds(_n) for _n, _ in _cases]\n",
    "globals": f"import course.checks\n{ANSWERS}"
    f"course.checks.answers = _answers\ndel _answers\n{CALLS}",
    "objects": f"{ANSWERS}_answers['itself'] = _answers\ndel _answers\n{CALLS}",
}


@pytest.mark.parametrize("place", [*HALVES, "nowhere"])
def test_answers_in_a_first_half_are_found(place):
    observe = {"kind": "observe", "id": "thirds_hidden", "exercise": "thirds"}
    planned = [
        {"kind": "solution", "id": "thirds", "text": SOLUTION},
        observe | {"text": HALVES.get(place, CALLS)},
    ]
    found, attacked = leaks(planned, {"thirds_hidden": JUDGE})
    assert attacked == 1
    assert list(found) == ([] if place == "nowhere" else ["thirds_hidden"])
