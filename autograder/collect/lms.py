"""grading/lms.csv: what an LMS calls the students, as its names of their files said.

Columns: assignment, student, lms ("Canvas" or "Moodle"), number (Canvas' of the user, Moodle's of
the participant in one assignment), name. Rows are only ever added. Grading puts what the gradebook
lacks into it, for the exports: Canvas finds its students by its own numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from autograder.collect import receipts


@dataclass(frozen=True)
class Known:
    """How an LMS named one student's file."""

    assignment: str
    student: str
    lms: str
    number: str
    name: str


COLUMNS = [field.name for field in fields(Known)]


def path_of(data: Path) -> Path:
    """Return the path of this table, of a course that keeps its data in the folder `data`."""
    return Path(data) / "grading" / "lms.csv"


def read(data: Path) -> list[Known]:
    """Return the rows; CourseError if the file cannot be read."""
    return [Known(*row) for row in receipts.rows(path_of(data), COLUMNS) if row[-2]]


def add(data: Path, known: Iterable[Known]) -> None:
    """Add the rows that are not there yet; OSError if they cannot be written."""
    there = set(read(data))
    new = dict.fromkeys(one for one in known if one not in there)
    receipts.append(path_of(data), new, COLUMNS)


def details(known: Iterable[Known], student: str) -> dict[str, str]:
    """Return what is known of a student, under the gradebook's names for it.

    Moodle's full name is the last name: which part of it comes first, differs.
    """
    theirs = [one for one in known if one.student == student]
    numbers = {one.number for one in theirs if one.lms == "Canvas"}
    names = {one.name for one in theirs if one.lms == "Moodle"}
    found = {"lms_user_id": numbers, "last_name": names}
    return {key: values.pop() for key, values in found.items() if len(values) == 1}
