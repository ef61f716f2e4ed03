"""Grades as files that spreadsheets, Canvas and Moodle read; also nbgrader's export plugins.

    autograder export --format canvas
    nbgrader export --exporter=autograder.gradebook.export.CanvasExporter --to=canvas.csv

csv     a row for each student and assignment, with the columns of nbgrader's own export (0.9).
canvas  a row for each student. Canvas' gradebook import needs "Student", "ID", maybe "SIS User ID"
        and "SIS Login ID", "Section", then a column for each assignment, "name (Canvas' number)" or
        the name alone, and a row "Points Possible". It finds a student by ID, then SIS User ID,
        then SIS Login ID, then name (lib/gradebook_importer.rb of canvas-lms, 2023 or later).
total   a row for each student: per cent of each assignment's points, and of all of them together,
        in which an assignment counts as often as its weight says (1 unless given).
moodle  a row for each student. Moodle's import asks what each column is: "Email address" or "ID
        number" says who, and a column of feedback belongs to the column of grades next to it
        (Moodle 4.5 documentation, "Grade import", 2024).

A student without a submission, or with one that has no score yet, has 0 in csv, as in nbgrader, and
an empty cell in the others; in a total it counts as 0.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from traitlets import Dict

from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.gradebook import read
from autograder.gradebook.read import Assignment, Student, Submission

Table = list[list[str]]
"""Rows of cells, the headings first."""
FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\0＝＋－＠]")  # full-width ones: Japanese spreadsheets
GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n\0＝＋－＠]")
STOCK = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
STOCK += ["raw_score", "late_submission_penalty", "score", "max_score"]


@dataclass(frozen=True)
class Grades:
    """All that is exported."""

    assignments: dict[str, Assignment]
    students: tuple[Student, ...]
    submissions: dict[tuple[str, str], Submission]  # by assignment and student
    comments: dict[tuple[str, str], list[str]]  # the same, each after its cell's name

    @property
    def waiting(self) -> int:
        """How many submissions still wait for a grade by hand."""
        # what has no score at all waits for `autograder grade`, not for a person
        return sum(one.graded and one.waiting > 0 for one in self.submissions.values())


def grades(
    connection: Connection, assignments: tuple[str, ...] = (), students: tuple[str, ...] = ()
) -> Grades:
    """Return the grades in a gradebook, of all assignments and students or of those named.

    connection: as `autograder.gradebook.database.opened` gives it. The students are sorted by last
    name, the assignments by their own. Scores are after the late penalty, in points.
    CourseError for an assignment or a student that is not in the gradebook.
    """
    known = read.assignments(connection, assignments)
    people = tuple(read.students(connection, students).values())
    submissions = {
        (one.assignment, one.student): one for one in read.submissions(connection, known)
    }
    comments: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in known:
        for student, _, cell, comment in read.comments(connection, name):
            comments[name, student].append(f"{cell}: {comment}")
    return Grades(known, people, submissions, comments)


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: a formula gets an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text that `guarded` made this cell from."""
    return cell[1:] if GUARDED.match(cell) else cell


def csv_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return a row for each assignment and student, under nbgrader's own column names.

    columns: other names of assignments, by assignment, here and in the tables below.
    """
    table = [list(STOCK)]
    for name, assignment in given.assignments.items():
        for who in given.students:
            one = given.submissions.get((name, who.id))
            dates = [str(date or "") for date in (assignment.due, one and one.received)]
            texts = [columns.get(name, name), *dates, who.id, who.last_name, who.first_name]
            scores = (one.points, one.penalty, one.score) if one else (0.0, 0.0, 0.0)
            numbers = map(str, (*scores, assignment.points))
            table.append([*map(guarded, [*texts, who.email]), *numbers])
    return table


def canvas_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return the table that Canvas' gradebook imports: a student's points in each assignment.

    columns: the headings; Canvas finds its assignment by one of the form "name (number)".
    """
    person = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    possible = [number(assignment.points) for assignment in given.assignments.values()]
    table = [
        [*person, *(guarded(columns.get(name, name)) for name in given.assignments)],
        ["    Points Possible", "", "", "", "", *possible],
    ]
    for who in given.students:
        name = ", ".join(part for part in (who.last_name, who.first_name) if part) or who.id
        own = _own_id(who)
        texts = (name, who.lms_user_id, own, own, "")
        scores = [_score(given, name, who) for name in given.assignments]
        table.append([*map(guarded, texts), *scores])
    return table


def moodle_table(given: Grades, columns: dict[str, str]) -> Table:
    """Return a table for Moodle's grade import: for each assignment its grade and its feedback."""
    heads = [guarded(columns.get(name, name)) for name in given.assignments]
    grade_columns = [text for head in heads for text in (f"{head} (Real)", f"{head} (Feedback)")]
    table = [["First name", "Last name", "ID number", "Email address", *grade_columns]]
    for who in given.students:
        own = "" if who.id == who.email else _own_id(who)
        row = [guarded(text) for text in (who.first_name, who.last_name, own, who.email)]
        for name in given.assignments:
            row += [_score(given, name, who), guarded(_feedback(given, name, who))]
        table.append(row)
    return table


def total_table(
    given: Grades, columns: dict[str, str], weights: dict[str, float] | None = None
) -> Table:
    """Return each student's per cent of each assignment, and their mean by weight, as the last.

    weights: of assignments, by name; 1 for the others, 0 for one that does not count.
    """
    weights = dict.fromkeys(given.assignments, 1.0) | (weights or {})
    headings = [guarded(columns.get(name, name)) for name in given.assignments]
    table = [["student_id", "last_name", "first_name", "email", *headings, "total"]]
    whole = sum(weights[name] for name in given.assignments)
    for who in given.students:
        shares = {
            name: one.score / assignment.points if one and one.graded and assignment.points else 0.0
            for name, assignment in given.assignments.items()
            for one in [given.submissions.get((name, who.id))]
        }
        total = sum(weights[name] * share for name, share in shares.items()) / whole
        texts = map(guarded, (who.id, who.last_name, who.first_name, who.email))
        shown = [
            number(100 * share) if _score(given, name, who) else ""
            for name, share in shares.items()
        ]
        table.append([*texts, *shown, number(100 * total)])
    return table


def _own_id(who: Student) -> str:
    """Return a student's id, "" where `autograder collect` made it of the name in an LMS's file.

    No LMS knows that one. Canvas' number is its end, and Moodle's full name is kept as the last.
    """
    of_canvas = bool(who.lms_user_id) and who.id.endswith(f"-{who.lms_user_id}")
    full = re.sub(r"[\W_]+", "", who.last_name)
    of_moodle = not (who.first_name or who.email) and full == re.sub(r"[\W_]+", "", who.id)
    return "" if of_canvas or (full and of_moodle) else who.id


def unmatched(kind: str, given: Grades) -> str:
    """Return a sentence if the LMS of a format cannot find any of the students, else ""."""
    known = {
        "canvas": any(who.lms_user_id or who.name for who in given.students),
        "moodle": any(who.email for who in given.students),
    }
    if known.get(kind, True) or not given.students:
        return ""
    missing, lists = {
        "canvas": ("a name or Canvas' number", "Canvas' gradebook export"),
        "moodle": ("an e-mail address", "Moodle's list of participants"),
    }[kind]
    return (
        f"No student has {missing}: unless the ids are those of {kind.capitalize()}, bring in the "
        f"class list (`autograder roster FILE`, such as {lists}) and export again."
    )


def _score(given: Grades, assignment: str, who: Student) -> str:
    one = given.submissions.get((assignment, who.id))
    return number(one.score) if one and one.graded else ""


def number(value: float) -> str:
    """Return points as a person writes them: 17, 17.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _feedback(given: Grades, assignment: str, who: Student) -> str:
    one = given.submissions.get((assignment, who.id))
    if one is None or not one.graded:
        return ""
    late = [f"{number(one.penalty)} points off for lateness."] if one.penalty else []
    return "\n".join([*given.comments.get((assignment, who.id), ()), *late])


FORMATS: dict[str, tuple[Callable[[Grades, dict[str, str]], Table], str]] = {
    "csv": (csv_table, "grades.csv"),
    "canvas": (canvas_table, "canvas.csv"),
    "moodle": (moodle_table, "moodle.csv"),
    "total": (total_table, "total.csv"),
}


def write(table: Table, to: Path, for_excel: bool = False) -> None:
    """Write a table as CSV in UTF-8, all of it or nothing; CourseError if it cannot be written.

    for_excel: with the mark at the beginning by which Excel knows UTF-8.
    """
    text = io.StringIO()
    csv.writer(text).writerows(table)
    try:
        write_atomic(to, text.getvalue().encode("utf-8-sig" if for_excel else "utf-8"))
    except OSError as error:
        raise CourseError(
            f"{to}: cannot be written ({error.strerror}): close the program that has it open, "
            "or choose another file with --to."
        ) from error


class _Exporter(ExportPlugin):
    """What the three plugins have in common: nbgrader's --to, --assignment and --student."""

    format = ""
    columns = Dict(help="column headings by assignment, such as a name with Canvas' number").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `to`, or to the format's usual file in the current folder.

        What is wrong is logged as one sentence, and SystemExit ends nbgrader's command.
        """
        make, usual = FORMATS[self.format]
        assignments, students = (
            tuple(map(str, names)) for names in (self.assignment, self.student)
        )
        try:
            given = grades(gradebook.db.connection(), assignments, students)
            table = make(given, dict(self.columns))
            write(table, Path(self.to or usual), for_excel=self.format == "csv")
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
