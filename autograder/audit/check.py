"""Run a script's cells, and the observe and judge halves of a check with only JSON between them.

Grading runs the halves in two processes, with limits; here both run in this one, for trusted code:
the worked solutions, their mutants in a child of pool.py, and the submissions of the tests.
"""

import json
import os
from collections.abc import Iterable
from typing import Any
from unittest import mock

from autograder.build.script import Cell
from course.checks import plain


def run_cell(text: str, namespace: dict[str, Any], place: str = "cell") -> None:
    """Run a cell's text in the namespace; as under nbgrader, nothing is drawn.

    place: how tracebacks call the cell. Raises whatever the cell raises.
    """
    with mock.patch.dict(os.environ, {"NBGRADER_EXECUTION": "autograde"}):
        exec(compile(text, place, "exec"), namespace)


def fresh_names() -> dict[str, Any]:
    """Return the namespace of a notebook before any of its cells has run."""
    return {"__name__": "__main__"}


def names_of(cells: Iterable[Cell], before: str | None = None) -> dict[str, Any]:
    """Return the namespace after all code and solution cells, or those before a solution cell.

    before: that solution's grade id.
    """
    namespace = fresh_names()
    for cell in cells:
        if cell.kind == "solution" and cell.grade_id == before:
            break
        if cell.kind in ("code", "solution"):
            run_cell(cell.text, namespace, cell.place)
    return namespace


def run_check(check: Cell, namespace: dict[str, Any]) -> str:
    """Return "" if a check passes with the student's names in `namespace`, or what went wrong.

    The check's own names stay out of `namespace`.
    """
    error = error_of(check, namespace)
    return "" if error is None else f"{type(error).__name__}: {error}"


def error_of(check: Cell, namespace: dict[str, Any]) -> Exception | None:
    """Return the error that a check ends with, None if it passes."""
    observing, judging = check.halves()
    try:
        seen = observe(observing, namespace, f"{check.grade_id} (observe)")
        run_cell(judging, {"seen": seen}, f"{check.grade_id} (judge)")
    except Exception as error:
        return error
    return None


def observe(text: str, namespace: dict[str, Any], place: str = "observe") -> Any:
    """Run a check's observe half and return what it put into `seen`, as JSON hands it on.

    TypeError if it is not plain data.
    """
    names = dict(namespace)
    run_cell(text, names, place)
    return json.loads(json.dumps(plain(names["seen"])))
