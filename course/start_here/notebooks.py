"""A student's own notebooks as they were last saved, and how their checks went; nothing is run.

read(folder) → a Notebook for each of them
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course.texts import ANSWER, HIDDEN_CHECK

PASSED, FAILED, UNWRITTEN, NOT_RUN = "passed", "failed", "not written", "not run"
ANSWERED, OPEN = "answered", "open"


@dataclass(frozen=True)
class Check:
    """A check that the student can see, or the written answer, as it was last saved."""

    grade_id: str
    points: float
    state: str


@dataclass(frozen=True)
class Notebook:
    """A saved notebook: its title and its checks, or the `problem` that kept it from being read."""

    name: str
    title: str
    checks: tuple = ()
    problem: str = ""

    @property
    def points(self):
        """Points of the checks that passed."""
        return sum(check.points for check in self.checks if check.state == PASSED)


def read(folder):
    """Return a Notebook for each `NN_name/NN_name.ipynb` in `folder`, in order.

    A notebook that cannot be read is in the list too, with its `problem`. ValueError names a
    folder that holds no notebook.
    """
    folder = Path(folder).resolve()
    paths = sorted(folder.glob("[0-9][0-9]_*/*.ipynb"))
    paths = [path for path in paths if path.stem == path.parent.name]
    if not paths:
        raise ValueError(f"{folder}: no notebooks there. Give the folder that holds 01_…, 02_…, …")
    return [_read(path) for path in paths]


def _read(path):
    try:
        notebook = nbformat.read(path, as_version=4)
        checks = tuple(filter(None, map(_check, notebook.cells)))
    except Exception as error:  # whatever is wrong with it, the others are shown
        problem = f"cannot be read ({type(error).__name__}): is it a notebook, saved whole?"
        return Notebook(path.stem, path.stem, problem=problem)
    title = re.search(r"^# (.+)", notebook.cells[0].source if notebook.cells else "")
    return Notebook(path.stem, title[1] if title else path.stem, checks)


def _check(cell):
    """Return the Check of a cell; None for other cells and for hidden checks."""
    marks = cell.metadata.get("nbgrader", {})
    if not marks.get("grade"):
        practice = cell.cell_type == "code" and "### JUDGE" in cell.source  # notebook 00 has one
        return Check("", 0, _state(cell)) if practice else None
    grade_id, points = marks["grade_id"], marks.get("points", 0)
    if cell.cell_type == "markdown":
        text = cell.source.strip()
        return Check(grade_id, points, OPEN if not text or _as_released(text) else ANSWERED)
    return None if cell.source.startswith(HIDDEN_CHECK) else Check(grade_id, points, _state(cell))


def _as_released(text):
    return text.lower().startswith(ANSWER.lower().removesuffix(".*"))


def _state(cell):
    if cell.execution_count is None and not cell.outputs:
        return NOT_RUN
    names = [output.ename for output in cell.outputs if output.output_type == "error"]
    if not names:
        return PASSED
    return UNWRITTEN if names == ["NotImplementedError"] else FAILED
