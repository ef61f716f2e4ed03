"""A course script (jupytext percent format) read as the cells of nbgrader's source notebook.

A script marks its cells with a short form, which is completed here to nbgrader's metadata:

    # %% solution="round_robin"                      the student writes here
    # %% check="round_robin" points=2                grade id round_robin_check
    # %% check="round_robin_hidden" points=2         grade id as written
    # %% [markdown] answer="explain" points=3        a written answer, graded by hand
    # %% [markdown] rubric="explain"                 shown to the grader, not to the student

    # %% solution="round_robin" optional=True        an exercise without points: see notebook_of

The title cell, the first one, says what the notebook asks and which call is worth showing, and how
the points are split if that is not as usual (see `autograder.build.title`):

    # %% [markdown] question="Who waits, and why?" shown="explore(serve)" moved={"dies_at": 20}

A check has an observing half and a judging half, with `### JUDGE` between them. Inputs that both
need are written once: `### INPUTS`, then `### OBSERVE`, then `### JUDGE`. They are copied here into
both halves, because the halves run in different processes and a student's code must not reach the
judge's inputs. After `### JUDGE` every check gets the two lines that make `seen` plain data.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from autograder.build import markers
from autograder.build.markers import INPUTS, JUDGE, OBSERVE, PLAIN
from autograder.errors import CourseError
from course.texts import (
    CHECK_RELEASED,
    HIDDEN_CHECK_RELEASED,
    PRACTICE_RELEASED,
    RUBRIC_RELEASED,
)

SHORT_FORMS = ("solution", "check", "answer", "rubric")
TITLE_MARKS = {"question": str, "shown": str, "moved": dict, "points": dict}
# what students see in a cell that is empty without its region
LEFT_BEHIND = {"check": HIDDEN_CHECK_RELEASED, "rubric": RUBRIC_RELEASED}
ALL_CHECKS = """## Your points so far

This runs all checks that you can see, on what you have run in this notebook."""
RUN_ALL_CHECKS = "import course\n\ncourse.check()"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class SourceError(CourseError):
    """A course script that cannot be built: one line with file, cell and fix."""

    def __init__(self, path, cell, problem):
        super().__init__(f"{Path(path).name}: {cell}: {problem}")


class SourceErrors(SourceError):
    """Several faults, of one script or of several, a line each."""

    def __init__(self, errors):
        CourseError.__init__(self, "\n".join(error.message for error in errors))

    def format_message(self):
        return self.message  # an author's own words, not a student's: lines stay lines


def raise_all(faults):
    """Raise the faults, one or many, as one SourceError; return if there are none."""
    if faults:
        raise faults[0] if len(faults) == 1 else SourceErrors(faults)


@dataclass
class Cell:
    """One cell of a script.

    kind: one of SHORT_FORMS, "code" or "text". text: as in the source notebook, with the inputs in
    both halves of a check. marks: the TITLE_MARKS of the title cell. optional: of a solution cell,
    whether its exercise has no points.
    """

    number: int
    kind: str
    grade_id: str
    points: float
    is_code: bool
    text: str
    marks: dict[str, Any] = field(default_factory=dict)
    optional: bool = False

    @property
    def exercise(self):
        """The grade id of the solution that a check belongs to."""
        return markers.exercise_of(self.grade_id)

    @property
    def hidden(self):
        """Whether this is a hidden check."""
        return self.kind == "check" and markers.is_hidden(self.grade_id)

    @property
    def place(self):
        """How an error names the cell: by its number and its grade id or first line."""
        return _place(self.number, self.grade_id, self.text)

    def halves(self):
        """Return the texts of a check's two halves: observe, judge."""
        return markers.halves(self.text)


def read(path):
    """Return the cells of a script; SourceError, a line each, if the marks of cells are wrong."""
    import jupytext  # slow to import, and the grader reads no scripts

    path = Path(path)
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except UnicodeDecodeError as error:
        raise SourceError(path, "file", f"is not UTF-8 ({error}): save it as UTF-8") from error
    cells, faults = [], []
    for number, raw in enumerate(notebook.cells, start=1):
        try:
            cells.append(_cell(path, number, raw))
        except SourceError as fault:
            faults.append(fault)
    raise_all(faults)
    return cells


def letters(cells):
    """Return (solution cell, letter) in order, the letter as in the "## Exercise A" above it."""
    found, letter = [], ""
    for cell in cells:
        if cell.kind == "text":
            letter = (re.findall(r"^## Exercise (\w+)", cell.text, re.MULTILINE) or [letter])[-1]
        elif cell.kind == "solution":
            found.append((cell, letter))
    return found


def _cell(path, number, raw):
    known = (*SHORT_FORMS, "points", *(TITLE_MARKS if number == 1 else ()))
    known += ("optional",) if "solution" in raw.metadata else ()
    marks = {key: value for key, value in raw.metadata.items() if key in known}
    unknown = set(raw.metadata) - set(marks) - {"tags", "lines_to_next_cell"}
    kinds = [key for key in SHORT_FORMS if key in marks]
    name = _place(number, str(marks.get(kinds[0], "")) if kinds else "", raw.source)
    marks_known = ", ".join(known)
    if unknown:
        raise SourceError(path, name, f"unknown mark {min(unknown)!r}: use {marks_known}")
    if len(kinds) > 1:
        raise SourceError(path, name, f"is {' and '.join(kinds)} at once: keep one of them")
    kind = kinds[0] if kinds else ("code" if raw.cell_type == "code" else "text")
    grade_id = str(marks.get(kind, ""))
    if kind == "check" and not markers.is_check(grade_id):
        grade_id += "_check"
    if kind == "rubric":
        grade_id += "_rubric"
    name = _place(number, grade_id, raw.source)
    points = 0 if kind in ("code", "text") else marks.get("points", 0)
    if kind in ("check", "answer") and not (isinstance(points, (int, float)) and points > 0):
        raise SourceError(path, name, "has no points: write points=2 after it")
    text = raw.source
    if INPUTS in text.splitlines() or OBSERVE in text.splitlines():
        if kind != "check":
            raise SourceError(path, name, f"has {INPUTS} or {OBSERVE}, which only a check has")
        text = _inputs_in_both_halves(path, name, text)
    if kind == "check":
        text = text.replace(f"{JUDGE}\n", f"{JUDGE}\n{PLAIN}", 1)
    title = {key: marks[key] for key in TITLE_MARKS if number == 1 and key in marks}
    for key, value in title.items():
        if not isinstance(value, TITLE_MARKS[key]):
            example = '"…"' if TITLE_MARKS[key] is str else '{"name": 1}'
            raise SourceError(path, name, f"{key}={value!r}: write {key}={example}")
    optional = marks.get("optional", False)
    if not isinstance(optional, bool):
        raise SourceError(path, name, f"optional={optional!r}: write optional=True, or nothing")
    return Cell(number, kind, grade_id, points, raw.cell_type == "code", text, title, optional)


def _place(number, grade_id, text):
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    return f'cell {number} ("{grade_id or first[:50]}")'


def _inputs_in_both_halves(path, name, text):
    lines = text.splitlines(keepends=True)
    found = [line.strip() for line in lines if line.strip() in (INPUTS, OBSERVE, JUDGE)]
    if found != [INPUTS, OBSERVE, JUDGE]:
        order = f"{INPUTS}, {OBSERVE} and {JUDGE}, once each and in this order"
        raise SourceError(path, name, f"has {', '.join(found)}: a check with inputs has {order}")
    start, observe, judge = (lines.index(f"{marker}\n") for marker in (INPUTS, OBSERVE, JUDGE))
    inputs = lines[start + 1 : observe]
    parts = (lines[:start], inputs, lines[observe + 1 : judge + 1], inputs, lines[judge + 1 :])
    return "".join(line for part in parts for line in part)


def notebook_of(cells, name):
    """Return nbgrader's source notebook of a script's cells, always the same for the same cells.

    name: of the assignment, such as 02_load_balancer. An optional exercise is practice: its visible
    checks are ordinary cells, its hidden ones are left out, and nbgrader counts no points for it.
    """
    optional = {cell.grade_id for cell in cells if cell.optional}
    practice = {cell.number for cell in cells if cell.kind == "check" and cell.exercise in optional}
    cells = [cell for cell in cells if cell.number not in practice or not cell.hidden]
    notebook = nbformat.v4.new_notebook(metadata=KERNEL)
    notebook.nbformat_minor = 5
    graded = [
        cell.grade_id
        for cell in cells
        if cell.kind in ("solution", "check", "answer") and cell.number not in practice
    ]
    if graded:  # read by course.submit(), and when a renamed notebook is collected
        notebook.metadata["course"] = {"assignment": name, "cells": graded}
    letter = {cell.number: letter for cell, letter in letters(cells)}
    named = "|".join(letter[cell.number] for cell in cells if cell.optional)
    for cell in cells:
        make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
        identity = cell.grade_id or f"{cell.number} {cell.kind}"
        digest = _digest(name, identity)
        text = cell.text
        if text.startswith("### BEGIN") and cell.kind in LEFT_BEHIND:
            text = f"{LEFT_BEHIND[cell.kind]}\n{text}"
        if cell.kind == "solution":  # an author may leave out "Exercise A: "
            label = rf"\1 Exercise {letter[cell.number]}: "
            text = re.sub(r"(### BEGIN SOLUTION) +(?!Exercise \w: )(?=\S)", label, text)
        if cell.kind == "check" and not cell.hidden:
            form = PRACTICE_RELEASED if cell.number in practice else CHECK_RELEASED
            text = f"{_first_line(cell, cells, form)}{text}"
        if cell.kind == "text" and named:
            text = re.sub(rf"(?m)^(## Exercise ({named})\b.*)$", r"\1 (optional)", text)
        if cell.kind == "text" and cell.text.startswith("## Hand in") and graded:
            notebook.cells += _all_checks(name)
        made = make(text, id=f"{'c' if cell.is_code else 't'}{digest}")
        if cell.grade_id and cell.number not in practice:
            made.metadata["nbgrader"] = _nbgrader_metadata(cell)
        if cell.kind == "check":  # Run All goes on after one that is not passed yet
            made.metadata["tags"] = ["raises-exception"]
        if cell.kind == "check" and not cell.hidden:  # one click opens it
            made.metadata["jupyter"] = {"source_hidden": True}
        notebook.cells.append(made)
    return notebook


def _digest(name, identity):
    return hashlib.sha256(f"{name} {identity}".encode()).hexdigest()[:12]


def _first_line(check, cells, form):
    """Return the comment that names a visible check, also where the cell is folded."""
    others = [cell for cell in cells if cell.kind == "check" and not cell.hidden]
    others = [cell.number for cell in others if cell.exercise == check.exercise]
    place = f" {others.index(check.number) + 1} of {len(others)}" if len(others) > 1 else ""
    line = form.format(
        place=place,
        exercise=check.exercise,
        points=check.points,
        s="" if check.points == 1 else "s",
    )
    return f"{line}\n"


def _all_checks(name):
    """Return the cells above "Hand in" that run all checks of the notebook."""
    return [
        nbformat.v4.new_markdown_cell(ALL_CHECKS, id=f"t{_digest(name, 'all checks')}"),
        nbformat.v4.new_code_cell(RUN_ALL_CHECKS, id=f"c{_digest(name, 'all checks')}"),
    ]


def _nbgrader_metadata(cell):
    graded = cell.kind in ("check", "answer")
    metadata = {
        "grade": graded,
        "grade_id": cell.grade_id,
        "locked": cell.kind in ("check", "rubric"),
        "schema_version": 3,
        "solution": cell.kind in ("solution", "answer"),
        "task": False,
    }
    if graded:
        metadata["points"] = cell.points
    return metadata
