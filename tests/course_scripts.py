"""The course's scripts as tests need them: cells, solved names, a check run in two halves."""

import json
import os
from functools import cache
from pathlib import Path
from unittest import mock

from autograder import sources

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.py"))
EVERY = [script.stem for script in SCRIPTS]
NAMES = [name for name in EVERY if not name.startswith("00_")]  # the graded ones


@cache
def cells(name):
    """Return the cells of the script called `name`."""
    return sources.read(ROOT / "solutions" / f"{name}.py")


def exercises(name):
    """Return the grade ids of a notebook's solution cells."""
    return [cell.grade_id for cell in cells(name) if cell.kind == "solution"]


def checks(name, exercise):
    """Return the check cells of an exercise."""
    return [cell for cell in cells(name) if cell.kind == "check" and cell.exercise == exercise]


def names_before(name, exercise):
    """Return what a student's namespace holds when a solution cell is run: all cells before it."""
    namespace = {"__name__": "__main__"}
    for cell in cells(name):
        if cell.kind == "solution" and cell.grade_id == exercise:
            break
        if cell.kind in ("code", "solution"):
            run(cell.text, namespace, f"{name}:{cell.place}")
    return namespace


@cache
def solved(name):
    """Return the names of a notebook after all its code and solution cells, nothing drawn."""
    namespace = {"__name__": "__main__"}
    for cell in cells(name):
        if cell.kind in ("code", "solution"):
            run(cell.text, namespace, f"{name}:{cell.place}")
    return namespace


def run(text, namespace, place="cell"):
    """Run a cell's text as nbgrader would: nothing is drawn."""
    with mock.patch.dict(os.environ, {"NBGRADER_EXECUTION": "autograde"}):
        exec(compile(text, place, "exec"), namespace)


def verdict(cell, namespace):
    """Run a check's halves apart, with JSON between them; return "" or what went wrong."""
    observe, judge = cell.halves()
    student = dict(namespace)
    try:
        run(observe, student, f"{cell.grade_id} (observe)")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    seen = student["seen"]
    try:
        plain = json.loads(json.dumps(seen))
        if json.dumps(plain) != json.dumps(seen):  # such as a dict with numbers as its keys
            return f"TypeError: `seen` is not plain data: {seen!r}"
        run(judge, {"seen": plain}, f"{cell.grade_id} (judge)")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
