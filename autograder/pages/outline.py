"""A notebook as pages name it: its title, its exercises, and what each check is about.

All of it is written elsewhere: the title and the headings in the notebook that students got, the
rule of a hidden check in its text, which the gradebook keeps.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

from autograder.build import markers
from autograder.errors import CourseError
from autograder.gradebook.read import Places
from course.texts import CHECK

HIDDEN = "A hidden check"


@dataclass
class Exercise:
    """An exercise, or the written answer.

    name: the grade id of its solution or answer. title: its heading. checks: what each check is
    about, by grade id, in the order of the notebook.
    """

    name: str
    title: str
    is_answer: bool = False
    checks: dict[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The exercise's letter, or the first word of its title: "A", "Explain"."""
        letter = re.match(r"Exercise (\w+)\b", self.title)
        return letter[1] if letter else self.title.split()[0]

    @property
    def grade_ids(self) -> list[str]:
        """The cells that its points are given for."""
        return [self.name] if self.is_answer else list(self.checks)


@dataclass(frozen=True)
class Outline:
    """A notebook's title, and its exercises by grade id, in order."""

    title: str
    exercises: dict[str, Exercise]


def outline(
    name: str, released: Iterable[Any], texts: Mapping[str, str], graded: Iterable[str] = ()
) -> Outline:
    """Return what a notebook is called and made of; what has no title is called by its grade id.

    name: of the assignment. released: the cells of the notebook that students got. texts: those of
    its graded cells, hidden parts included, by grade id. graded: the grade ids that points are
    given for, in case some are not in `released`.
    """
    title, heading, exercises, seen = name, "", dict[str, Exercise](), set()
    for cell in released:
        mark = cell.metadata.get("nbgrader") or {}
        grade_id = str(mark.get("grade_id", ""))
        if cell.cell_type == "markdown" and not mark:
            headings = re.findall(r"(?m)^(##?) +(.*\S)", cell.source)
            if headings and title == name and headings[0][0] == "#":
                title = _plain(headings.pop(0)[1])
            heading = _plain(headings[-1][1]) if headings else heading
        elif mark.get("solution"):
            is_answer = bool(mark.get("grade"))
            exercises[grade_id] = Exercise(grade_id, heading or grade_id, is_answer)
        elif mark.get("grade"):
            exercise = _exercise_of(grade_id, exercises)
            exercise.checks[grade_id] = _about(grade_id, cell.source, texts.get(grade_id, ""))
        seen.add(grade_id)
    for grade_id in graded:
        if grade_id in seen:
            continue
        if markers.is_check(grade_id):
            about = _about(grade_id, "", texts.get(grade_id, ""))
            _exercise_of(grade_id, exercises).checks[grade_id] = about
        else:
            exercises[grade_id] = Exercise(grade_id, grade_id, is_answer=True)
    return Outline(title, exercises)


def released_cells(places: Places, assignment: str, notebook: str) -> list[Any]:
    """Return the cells of a notebook as students got it, none if it is not there.

    CourseError if it cannot be read.
    """
    path = places.folder("release", ".", assignment) / f"{notebook}.ipynb"
    try:
        return list(nbformat.read(path, as_version=4).cells) if path.is_file() else []
    except Exception as error:  # whatever nbformat makes of a damaged file
        said = " ".join(f"{error}".split(": '")[0].split())[:200] or type(error).__name__
        problem = f"{path}: cannot be read ({said}): run `autograder build {assignment}`."
        raise CourseError(problem) from error


def _exercise_of(grade_id: str, exercises: dict[str, Exercise]) -> Exercise:
    name = markers.exercise_of(grade_id)
    return exercises.setdefault(name, Exercise(name, name))


def _about(grade_id: str, released: str, text: str) -> str:
    """Return what to call a check: its rule if it is hidden, else which of the visible ones."""
    if markers.is_hidden(grade_id):
        return (markers.rules(text) or [HIDDEN])[0]
    first_line = CHECK.match(released)
    if not first_line:
        return grade_id
    return f"Visible check{first_line[1] or ''}"


def _plain(heading: str) -> str:
    return re.sub(r"[`*]", "", heading)
