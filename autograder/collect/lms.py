"""grading/lms.csv: what an LMS calls the students and their files, as its names of files said.

Columns: assignment, student, lms ("Canvas" or "Moodle"), number (Canvas' of the user, Moodle's of
the participant in one assignment), name, file (Canvas' number of the file; "" from Moodle, and in
rows from before there was this column). Rows are only ever added. Grading puts what the gradebook
lacks into it, for the exports: Canvas finds its students by its own numbers. The feedback that goes
back into an LMS is named after it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from autograder.collect import receipts
from autograder.files import write_atomic


@dataclass(frozen=True)
class Known:
    """How an LMS named one student's file."""

    assignment: str
    student: str
    lms: str
    number: str
    name: str
    file: str = ""


COLUMNS = [field.name for field in fields(Known)]


def path_of(data: Path) -> Path:
    """Return the path of this table, of a course that keeps its data in the folder `data`."""
    return Path(data) / "grading" / "lms.csv"


def read(data: Path) -> list[Known]:
    """Return the rows; CourseError if the file cannot be read."""
    table = receipts.rows(path_of(data), COLUMNS, optional=["file"])
    return [one for one in (Known(*row) for row in table) if one.number]


def add(data: Path, known: Iterable[Known]) -> None:
    """Add the rows that are not there yet; OSError if they cannot be written."""
    before = read(data)
    new = dict.fromkeys(one for one in known if one not in before)
    path = path_of(data)
    if new and before and not _has_all_columns(path):
        write_atomic(path, receipts.lines(before, COLUMNS))
    receipts.append(path, new, COLUMNS)


def _has_all_columns(path: Path) -> bool:
    with open(path, encoding="utf-8-sig") as file:
        return file.readline().strip() == ",".join(COLUMNS)


def details(known: Iterable[Known], student: str) -> dict[str, str]:
    """Return what is known of a student, under the gradebook's names for it.

    Moodle's full name is the last name: which part of it comes first, differs.
    """
    theirs = [one for one in known if one.student == student]
    numbers = {one.number for one in theirs if one.lms == "Canvas"}
    names = {one.name for one in theirs if one.lms == "Moodle"}
    found = {"lms_user_id": numbers, "last_name": names}
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


def files(known: Iterable[Known], assignment: str, lms: str) -> dict[str, Known]:
    """Return how an LMS knows each student's newest file of an assignment, by student.

    Left out is whom its numbers do not tell for certain: a student with two of them, two students
    with one, and a student of whose file Canvas' number is not known.
    """
    theirs = {one for one in known if (one.assignment, one.lms) == (assignment, lms)}
    people = {(one.student, one.number) for one in theirs}
    numbers = Counter(student for student, _ in people)
    students = Counter(number for _, number in people)
    found: dict[str, Known] = {}
    for one in sorted(theirs, key=lambda one: (len(one.file), one.file, one.name)):
        sure = numbers[one.student] == students[one.number] == 1
        if sure and one.number.isdecimal() and (one.file.isdecimal() or lms == "Moodle"):
            found[one.student] = one
    return found
