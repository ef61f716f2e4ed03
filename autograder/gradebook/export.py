"""Grades as files that spreadsheets, Canvas and Moodle read; also nbgrader's export plugins.

    autograder export --format canvas
    nbgrader export --exporter=autograder.gradebook.export.CanvasExporter --to=canvas.csv

csv     a row for a student and assignment, the columns of nbgrader's own export (0.9).
canvas  a row a student. Canvas' gradebook import wants "Student", "ID", maybe "SIS User ID" and
        "SIS Login ID", "Section", then an assignment a column, "name (Canvas' number)" or the name
        alone, and a row "Points Possible". It finds a student by ID, then SIS User ID, then SIS
        Login ID, then name (lib/gradebook_importer.rb of canvas-lms, 2023 or later).
moodle  a row a student. Moodle's import lets one choose what each column is: "Email address" or
        "ID number" says who, and a column of feedback wants its column of grades beside it (Moodle
        4.5 documentation, "Grade import", 2024).

A student who handed nothing in, or whose work has no score yet, has 0 in csv, as in nbgrader, and
an empty cell in the others.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy.exc import DBAPIError
from traitlets import Dict

from autograder.collect.identify import Person
from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.gradebook.grades import Grades, Mark, grades

Table = list[list[str]]
FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\0＝＋－＠]")  # full-width ones: Japanese spreadsheets
GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n\0＝＋－＠]")
STOCK = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
STOCK += ["raw_score", "late_submission_penalty", "score", "max_score"]


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: with an apostrophe before a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text that `guarded` made this cell of."""
    return cell[1:] if GUARDED.match(cell) else cell


def csv_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return a row for each assignment and student, under nbgrader's own column names."""
    table = [list(STOCK)]
    nothing = Mark(0.0, 0.0, False, False, None, ())
    for name, points in given.points.items():
        for who in given.students:
            mark = given.marks.get((name, who.id), nothing)
            dates = [str(date or "") for date in (given.due[name], mark.submitted)]
            texts = [columns.get(name, name), *dates, who.id, who.last_name, who.first_name]
            numbers = (mark.raw, mark.penalty, mark.score, points)
            table.append([*map(guarded, [*texts, who.email]), *map(str, numbers)])
    return table


def canvas_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return the table that Canvas' gradebook imports; `columns` may give "name (number)"."""
    person = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    table = [
        person + [guarded(columns.get(name, name)) for name in given.points],
        ["    Points Possible", "", "", "", "", *map(_number, given.points.values())],
    ]
    for who in given.students:
        name = ", ".join(part for part in (who.last_name, who.first_name) if part) or who.id
        texts = (name, who.lms_user_id, who.id, who.id, "")
        table.append([*map(guarded, texts), *(_score(given, one, who) for one in given.points)])
    return table


def moodle_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return a table for Moodle's grade import: for each assignment its grade and its feedback."""
    heads = [guarded(columns.get(name, name)) for name in given.points]
    grade_columns = [text for head in heads for text in (f"{head} (Real)", f"{head} (Feedback)")]
    table = [["First name", "Last name", "ID number", "Email address", *grade_columns]]
    for who in given.students:
        row = [guarded(text) for text in (who.first_name, who.last_name, who.id, who.email)]
        for name in given.points:
            row += [_score(given, name, who), guarded(_feedback(given.marks.get((name, who.id))))]
        table.append(row)
    return table


def _score(given: Grades, assignment: str, who: Person) -> str:
    mark = given.marks.get((assignment, who.id))
    return _number(mark.score) if mark and mark.graded else ""


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _feedback(mark: Mark | None) -> str:
    if mark is None or not mark.graded:
        return ""
    late = [f"{_number(mark.penalty)} points off for lateness."] if mark.penalty else []
    return "\n".join([*mark.comments, *late])


FORMATS: dict[str, tuple[Callable[[Grades, dict[str, str]], Table], str]] = {
    "csv": (csv_table, "grades.csv"),
    "canvas": (canvas_table, "canvas.csv"),
    "moodle": (moodle_table, "moodle.csv"),
}


def write(table: Table, to: Path) -> None:
    """Write all of the table or nothing; CourseError if that cannot be."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    try:
        write_atomic(to, text.getvalue())
    except OSError as error:
        raise CourseError(
            f"{to}: cannot be written ({error.strerror}): close the program that has it open, "
            "or choose another file with --to."
        ) from error


class _Exporter(ExportPlugin):
    """What the three plugins share."""

    format = ""
    columns = Dict(help="column headings by assignment, such as a name with Canvas' number").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `to`, or to the format's usual file here."""
        make, usual = FORMATS[self.format]
        assignments, students = (
            tuple(map(str, names)) for names in (self.assignment, self.student)
        )
        try:
            given = grades(gradebook.db.connection(), assignments, students)
            write(make(given, dict(self.columns)), Path(self.to or usual))
        except (CourseError, DBAPIError) as error:
            self.log.error("%s", error)
            raise SystemExit(1) from error
        self.log.info("Exported grades to %s", self.to or usual)


class CsvExporter(_Exporter):
    """nbgrader's columns, with names that no spreadsheet runs."""

    format = "csv"


class CanvasExporter(_Exporter):
    """For Canvas' gradebook import."""

    format = "canvas"


class MoodleExporter(_Exporter):
    """For Moodle's grade import."""

    format = "moodle"
