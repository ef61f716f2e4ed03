"""A student's own notebooks as they were last saved, and how their checks went; nothing is run.

read(folder) → a Notebook for each of them
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course.overview import CannotTell, exercises_of
from course.verdicts import FAILED, PASSED, UNWRITTEN, Verdict

NOT_RUN = Verdict("")


@dataclass(frozen=True)
class Notebook:
    """A saved notebook: its title and exercises, or the `problem` that kept it from being read."""

    name: str
    title: str
    exercises: tuple = ()
    problem: str = ""


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
        exercises = tuple(exercises_of(notebook.cells, _as_saved))
    except CannotTell:
        exercises = ()
    except Exception as error:  # whatever is wrong with it, the others are shown
        problem = f"cannot be read ({type(error).__name__}): is it a notebook, saved whole?"
        return Notebook(path.stem, path.stem, problem=problem)
    title = re.search(r"^# (.+)", notebook.cells[0].source if notebook.cells else "")
    return Notebook(path.stem, title[1] if title else path.stem, exercises)


def _as_saved(cell):
    """Return the Verdict of a check when it was last run and saved."""
    if cell.execution_count is None and not cell.outputs:
        return NOT_RUN
    names = [output.ename for output in cell.outputs if output.output_type == "error"]
    if not names:
        return Verdict(PASSED)
    return Verdict(UNWRITTEN if names == ["NotImplementedError"] else FAILED)
