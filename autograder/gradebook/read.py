"""What a class's gradebook says: scores, comments, penalties; read by SQL and never written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Connection, Engine, Select, and_, case, create_engine, func, or_, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from autograder.course import configuration
from autograder.errors import CourseError

CELL, GRADED = BaseCell.__table__, GradeCell.__table__


@dataclass(frozen=True)
class Work:
    """One student's graded work on one assignment."""

    assignment: str
    student: str
    score: float  # after the late penalty, never below 0
    penalty: float
    by_hand: int  # cells that wait for a person
    ungraded: int  # checks without a score
    flagged: bool


@dataclass(frozen=True)
class Check:
    """How a class did in one check of an assignment."""

    assignment: str
    name: str
    points: float
    graded: int  # submissions
    passed: int  # of them with all the points

    @property
    def rate(self) -> float:
        """The share that passed, 0 where nobody was graded."""
        return self.passed / self.graded if self.graded else 0.0


@dataclass(frozen=True)
class Places:
    """Where a course's data are, by nbgrader's configuration."""

    course: CourseDirectory
    grading: Path

    @property
    def records(self) -> Path:
        return self.grading / "records"

    def folder(self, kind: str, student: str, assignment: str) -> Path:
        """Return nbgrader's "submitted", "autograded" or "feedback" folder of a submission."""
        directory = getattr(self.course, f"{kind}_directory")
        return Path(self.course.root) / self.course.format_path(directory, student, assignment)


def places(root: Path) -> Places:
    """Return where the data of the course in `root` are; CourseError if it is no course."""
    root = Path(root).resolve()
    return Places(CourseDirectory(config=configuration(root, root)), root / "grading")


@contextmanager
def opened(db_url: str) -> Iterator[Connection]:
    """Give a connection to the gradebook; CourseError if it is missing or cannot be read."""
    engine = _engine(db_url)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise CourseError(_sentence(db_url, error)) from error
    finally:
        engine.dispose()


def address(db_url: str) -> URL:
    """Return where the gradebook is; CourseError if that is no address of a database."""
    try:
        return make_url(db_url)
    except ArgumentError as error:  # not quoted: there may be a password in it
        raise CourseError(
            "nbgrader_config.py: its db_url is no address of a database: "
            "write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."
        ) from error


def _engine(db_url: str) -> Engine:
    url = address(db_url)
    if url.get_backend_name() == "sqlite":
        if not url.database or not Path(url.database).is_file():
            raise CourseError(
                f"{url.database}: no gradebook there: run `nbgrader generate_assignment NAME` and "
                "`autograder grade NAME` first, or choose the course's folder with --root."
            )
        place = Path(url.database).resolve().as_uri() + "?mode=rw"  # never makes a new one
        return create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(place, uri=True), poolclass=NullPool
        )
    try:
        return create_engine(url)
    except (ImportError, ArgumentError) as error:
        raise CourseError(
            f"{shown(db_url)}: the gradebook cannot be read ({error}): "
            "install that driver, or correct the db_url in nbgrader_config.py."
        ) from error


def shown(db_url: str) -> str:
    """Return how a page or an error names the gradebook: its file, or its address, no password."""
    url = make_url(db_url)
    is_file = url.get_backend_name() == "sqlite"
    return str(url.database) if is_file else url.render_as_string(hide_password=True)


def _sentence(db_url: str, error: DBAPIError) -> str:
    place, problem = shown(db_url), " ".join(str(error.orig).split())
    if not db_url.startswith("sqlite") and isinstance(error, OperationalError):
        mend = "is the server running, and the db_url in nbgrader_config.py right?"
        return f"{place}: the gradebook cannot be read ({problem}): {mend}"
    if "locked" in problem:
        mend = "close the program that writes it (formgrader, a grading) and try again"
    elif "no such" in problem or "does not exist" in problem:
        mend = "it is not nbgrader's or of an older nbgrader: run `nbgrader db upgrade`"
    else:
        mend = "restore it from a copy, or grade again into a new one"
    return f"{place}: the gradebook cannot be read ({problem}): {mend}."


def assignments(connection: Connection, wanted: tuple[str, ...] = ()) -> dict[str, float]:
    """Return assignment → points, sorted by name; CourseError for a wanted one not there."""
    query = select(Assignment.name, Assignment.max_score).order_by(Assignment.name)
    known = {name: float(points or 0) for name, points in connection.execute(query)}
    for name in wanted:
        if name not in known:
            there = ", ".join(known) or "none"
            raise CourseError(f"{name}: not an assignment of the gradebook, it has {there}.")
    return {name: points for name, points in known.items() if not wanted or name in wanted}


def students(connection: Connection) -> dict[str, str]:
    """Return student id → name ("" where the gradebook has none), sorted by id."""
    query = select(Student.id, Student.first_name, Student.last_name).order_by(Student.id)
    return {
        student: " ".join(part for part in (first, last) if part)
        for student, first, last in connection.execute(query)
    }


def works(connection: Connection, wanted: dict[str, float]) -> list[Work]:
    """Return every submission of the wanted assignments, by assignment and student."""
    unscored = and_(Grade.auto_score.is_(None), Grade.manual_score.is_(None))
    of_code = and_(Grade.cell_id == GRADED.c.id, GRADED.c.cell_type == "code")
    query = (
        select(
            Assignment.name,
            SubmittedAssignment.student_id,
            func.coalesce(func.sum(Grade.score), 0.0),
            SubmittedNotebook.late_submission_penalty,
            func.sum(case((Grade.needs_manual_grade, 1), else_=0)),
            func.sum(case((and_(GRADED.c.id.is_not(None), unscored), 1), else_=0)),
            SubmittedNotebook.flagged,
        )
        .select_from(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(GRADED, of_code)
        .where(Assignment.name.in_(wanted))
        .group_by(
            SubmittedAssignment.id,
            Assignment.name,
            SubmittedAssignment.student_id,
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
            SubmittedNotebook.flagged,
        )
        .order_by(Assignment.name, SubmittedAssignment.student_id)
    )
    sums: dict[tuple[str, str], list[Any]] = {}
    for assignment, student, score, penalty, by_hand, ungraded, flagged in connection.execute(
        query
    ):
        total = sums.setdefault((assignment, student), [0.0, 0.0, 0, 0, False])
        total[0] += float(score)
        total[1] += float(penalty or 0)
        total[2] += int(by_hand or 0) - int(ungraded or 0)
        total[3] += int(ungraded or 0)
        total[4] = bool(total[4] or flagged)
    return [
        Work(assignment, student, max(0.0, score - penalty), penalty, max(0, hand), none, flagged)
        for (assignment, student), (score, penalty, hand, none, flagged) in sums.items()
    ]


def checks(connection: Connection, wanted: dict[str, float]) -> list[Check]:
    """Return every check of the wanted assignments, the hardest of each assignment first."""
    scored = or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None))
    passed = and_(scored, Grade.score >= GRADED.c.max_score)
    query = (
        select(
            Assignment.name,
            CELL.c.name,
            GRADED.c.max_score,
            func.sum(case((scored, 1), else_=0)),
            func.sum(case((passed, 1), else_=0)),
        )
        .select_from(GRADED)
        .join(CELL, CELL.c.id == GRADED.c.id)
        .join(Notebook, Notebook.id == CELL.c.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .outerjoin(Grade, Grade.cell_id == CELL.c.id)
        .where(GRADED.c.cell_type == "code", Assignment.name.in_(wanted))
        .group_by(Assignment.name, Notebook.name, CELL.c.name, GRADED.c.max_score)
    )
    found = [
        Check(assignment, name, float(points), int(graded or 0), int(passed or 0))
        for assignment, name, points, graded, passed in connection.execute(query)
    ]
    return sorted(found, key=lambda check: (check.assignment, check.rate, check.name))


def marks(connection: Connection, assignment: str) -> Iterator[Any]:
    """Yield a row for every graded cell and every submission of the assignment.

    Columns: student, notebook, cell, score, points, waits (for a person), auto_score.
    """
    query = select(
        SubmittedAssignment.student_id.label("student"),
        Notebook.name.label("notebook"),
        CELL.c.name.label("cell"),
        Grade.score.label("score"),
        GRADED.c.max_score.label("points"),
        Grade.needs_manual_grade.label("waits"),
        Grade.auto_score.label("auto_score"),
    ).select_from(Grade)
    joined = _of(query, Grade, assignment).join(GRADED, GRADED.c.id == CELL.c.id)
    yield from connection.execute(joined)


def comments(connection: Connection, assignment: str) -> Iterator[Any]:
    """Yield (student, notebook, cell, comment) for every comment on the assignment."""
    query = select(
        SubmittedAssignment.student_id, Notebook.name, CELL.c.name, Comment.comment
    ).select_from(Comment)
    yield from connection.execute(
        _of(query, Comment, assignment).where(Comment.comment.is_not(None))
    )


def sources(connection: Connection, assignment: str) -> Iterator[Any]:
    """Yield (notebook, cell, source) for every cell that nbgrader keeps, hidden text and all."""
    query = (
        select(Notebook.name, SourceCell.name, SourceCell.source)
        .join(Notebook, Notebook.id == SourceCell.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == assignment)
    )
    yield from connection.execute(query)


def _of(query: Select[Any], row: Any, assignment: str) -> Select[Any]:
    """Join a table of grades or comments to its cell, notebook, submission and assignment."""
    return (
        query.join(CELL, CELL.c.id == row.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == row.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
    )
