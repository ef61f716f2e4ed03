"""The course's scripts as tests need them: cells, solved names, a check run in two halves."""

import re
from functools import cache
from pathlib import Path

from autograder.audit.check import names_of
from autograder.audit.check import run_cell as run
from autograder.audit.check import run_check as verdict
from autograder.build import script as sources
from autograder.course import is_graded

__all__ = [
    "EVERY",
    "NAMES",
    "ROOT",
    "cells",
    "checks",
    "exercises",
    "names_before",
    "run",
    "sentences",
    "setup",
    "solved",
    "verdict",
]

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.py"))
EVERY = [script.stem for script in SCRIPTS]
NAMES = list(filter(is_graded, EVERY))


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
    return names_of(cells(name), before=exercise)


def setup(name):
    """Return the code that a call such as `explore(Cache)` needs: first cell, worked solutions."""
    first = next(cell for cell in cells(name) if cell.is_code)
    solutions = (cell for cell in cells(name) if cell.kind == "solution")
    return "\n\n".join(cell.text for cell in (first, *solutions))


@cache
def solved(name):
    """Return the names of a notebook after all its code and solution cells, nothing drawn."""
    return names_of(cells(name))


def sentences(notebook):
    """Return the sentences below the pictures of all explore cells."""
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    html = [
        state["state"]["value"]
        for state in states.values()
        if "explore-sentence" in state["state"].get("_dom_classes", ())
    ]
    return [re.sub("<[^>]+>", "", text) for text in html]
