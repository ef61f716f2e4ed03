"""A script's names as its cells make them, and a check's two halves run apart, as data between."""

import json
import os
from collections.abc import Iterable
from typing import Any
from unittest import mock

from autograder.build.script import Cell


def run(text: str, namespace: dict[str, Any], place: str = "cell") -> None:
    """Run a cell's text as nbgrader would: nothing is drawn."""
    with mock.patch.dict(os.environ, {"NBGRADER_EXECUTION": "autograde"}):
        exec(compile(text, place, "exec"), namespace)


def fresh_names() -> dict[str, Any]:
    """Return the names of a notebook of which nothing has run."""
    return {"__name__": "__main__"}


def names_of(cells: Iterable[Cell], before: str | None = None) -> dict[str, Any]:
    """Return the names after all code and solution cells, or those before the solution `before`."""
    namespace = fresh_names()
    for cell in cells:
        if cell.kind == "solution" and cell.grade_id == before:
            break
        if cell.kind in ("code", "solution"):
            run(cell.text, namespace, cell.place)
    return namespace


def verdict(cell: Cell, namespace: dict[str, Any]) -> str:
    """Run a check's halves apart, with JSON between them; return "" or what went wrong.

    What the check binds stays out of `namespace`.
    """
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
