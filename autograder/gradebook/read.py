"""What a class's gradebook holds, read by SQL and never written.

The one reader of nbgrader's gradebook: for the exports, the pages and `autograder collect`. Its
rows become plain frozen dataclasses. Connections come from database.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Connection, Select, and_, case, func, or_, select

from autograder.course import configuration, is_graded
from autograder.errors import CourseError
from autograder.gradebook import class_file, database, dates
from autograder.gradebook.dates import ClassDates

CELL, GRADED = api.BaseCell.__table__, api.GradeCell.__table__


@dataclass(frozen=True)
class Student:
    """A student as the gradebook has them; what it does not know is ""."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(frozen=True)
class Assignment:
    """An assignment of the gradebook."""

    name: str
    points: float
    due: datetime | None  # UTC, without a zone, as nbgrader keeps it


@dataclass(frozen=True)
class Submission:
    """One student's submission of an assignment, and what the gradebook gives for it."""

    assignment: str
    student: str
    received: datetime | None  # UTC, without a zone
    points: float  # the sum of its cells
    penalty: float  # points taken off for lateness
    graded: bool  # a cell has a score; an extension granted before the hand-in has none
    waiting: int  # cells that need a grade by hand; a check without a score counts, too
    ungraded: int  # checks without a score
    flagged: bool
    late: timedelta = timedelta()  # after its due date, an extension taken into account

    @property
    def score(self) -> float:
        """The points after the penalty for lateness, never below 0."""
        return max(0.0, self.points - self.penalty)

    @property
    def by_hand(self) -> int:
        """How many cells wait for a person."""
        return max(0, self.waiting - self.ungraded)


@dataclass(frozen=True)
class Score:
    """The points of one graded cell."""

    earned: float
    points: float  # the most it can earn
    waits: bool  # for a person
    blank: bool = False  # an answer left as it was released: nbgrader gives it 0


@dataclass(frozen=True)
class ByHand:
    """What a person can change about a cell that is graded by hand."""

    points: float | None  # None: not given by a person
    waits: bool  # for a person
    comment: str  # a person's; "" for none


@dataclass(frozen=True)
class Written:
    """A student's cell that a person grades: a written answer, or code without a check."""

    student: str
    notebook: str
    cell: str
    points: float  # the most it can earn
    unanswered: bool  # nbgrader gave it 0 because it is as it was released
    given: ByHand


@dataclass(frozen=True)
class Places:
    """Where a course's data are, by nbgrader's configuration."""

    root: Path
    course: CourseDirectory

    @property
    def grading(self) -> Path:
        return self.root / "grading"

    def folder(self, kind: str, student: str, assignment: str) -> Path:
        """Return nbgrader's folder of a submission.

        kind: nbgrader's name of a step, such as "submitted", "autograded" or "feedback".
        """
        directory = getattr(self.course, f"{kind}_directory")
        return Path(self.root, self.course.format_path(directory, student, assignment))


@dataclass(frozen=True)
class Roster:
    """The class that files are collected for."""

    places: Places
    assignments: tuple[str, ...]  # that are graded: of the release and of the gradebook
    students: tuple[Student, ...] = ()  # none where there is no gradebook yet
    due: dict[str, datetime] = field(default_factory=dict)  # by assignment, in UTC
    extensions: dict[tuple[str, str], timedelta] = field(default_factory=dict)
    """In the gradebook, by assignment and student."""
    dates: ClassDates = field(default_factory=ClassDates)
    """What grading/class.toml says: it counts before the gradebook, which follows."""
    removed: frozenset[str] = frozenset()
    """Ids of students who were removed, and have not been brought back."""

    def due_date(self, assignment: str) -> datetime | None:
        """Return when an assignment is due, in UTC, or None if it never is."""
        return self.dates.rule(assignment).due or self.due.get(assignment)

    def extension(self, student: str, assignment: str) -> timedelta:
        """Return how much longer a student has."""
        said = self.dates.extension(student, assignment, self.due_date(assignment))
        if said is None:
            return self.extensions.get((assignment, student), timedelta())
        return said

    def deadline(self, student: str, assignment: str) -> datetime | None:
        """Return when a student's submission is due, in UTC, or None if it never is."""
        due = self.due_date(assignment)
        return due and due + self.extension(student, assignment)


def places(root: Path) -> Places:
    """Return where the data of the course in `root` are.

    CourseError if `root` has no nbgrader_config.py, or one that cannot be read.
    """
    root = Path(root).resolve()
    return Places(root, CourseDirectory(config=configuration(root, root)))


def assignments(connection: Connection, wanted: Iterable[str] = ()) -> dict[str, Assignment]:
    """Return the assignments by name, sorted: all of them, or those wanted.

    CourseError for a wanted one that the gradebook does not have.
    """
    query = select(api.Assignment.name, api.Assignment.max_score, api.Assignment.duedate)
    known = {
        name: Assignment(name, float(points or 0), due)
        for name, points, due in connection.execute(query.order_by(api.Assignment.name))
    }
    for name in wanted:
        if name not in known:
            there = ", ".join(known) or "none"
            raise CourseError(f"{name}: not an assignment of the gradebook, it has {there}.")
    return {name: one for name, one in known.items() if not wanted or name in wanted}


def students(connection: Connection, wanted: Iterable[str] = ()) -> dict[str, Student]:
    """Return the students by id, sorted by last name: all of them, or those wanted.

    CourseError for a wanted one that the gradebook does not have.
    """
    row = api.Student
    query = select(row.id, row.first_name, row.last_name, row.email, row.lms_user_id)
    query = query.order_by(row.last_name, row.first_name, row.id)
    known = {one[0]: Student(*(part or "" for part in one)) for one in connection.execute(query)}
    for student in wanted:
        if student not in known:
            raise CourseError(f"{student}: no such student in the gradebook.")
    return {name: one for name, one in known.items() if not wanted or name in wanted}


def submissions(connection: Connection, wanted: Iterable[str]) -> list[Submission]:
    """Return every submission of the wanted assignments, by assignment and student."""
    scored = or_(api.Grade.auto_score.is_not(None), api.Grade.manual_score.is_not(None))
    unscored = and_(api.Grade.auto_score.is_(None), api.Grade.manual_score.is_(None))
    of_code = and_(api.Grade.cell_id == GRADED.c.id, GRADED.c.cell_type == "code")
    work, notebook = api.SubmittedAssignment, api.SubmittedNotebook
    late = func.coalesce(notebook.late_submission_penalty, 0.0)
    due = (api.Assignment.duedate, work.extension)
    columns = (api.Assignment.name, work.student_id, work.timestamp, late, notebook.flagged, *due)
    query = (
        select(
            *columns,
            func.coalesce(func.sum(api.Grade.score), 0.0),
            func.sum(case((scored, 1), else_=0)),
            func.sum(case((api.Grade.needs_manual_grade, 1), else_=0)),
            func.sum(case((and_(GRADED.c.id.is_not(None), unscored), 1), else_=0)),
        )
        .select_from(work)
        .join(api.Assignment, api.Assignment.id == work.assignment_id)
        .outerjoin(notebook, notebook.assignment_id == work.id)
        .outerjoin(api.Grade, api.Grade.notebook_id == notebook.id)
        .outerjoin(GRADED, of_code)
        .where(api.Assignment.name.in_(wanted))
        .group_by(work.id, notebook.id, *columns)
        .order_by(api.Assignment.name, work.student_id)
    )
    made: dict[tuple[str, str], Submission] = {}
    for row in connection.execute(query):
        name, student, received, penalty, flagged, due, extension, *sums = row
        points, scores, waiting, ungraded = sums
        late = _late(received, due, extension)
        so_far = made.get((name, student))
        before = so_far or Submission(name, student, received, 0.0, 0.0, False, 0, 0, False, late)
        made[name, student] = Submission(
            name,
            student,
            received,
            points=before.points + float(points),
            penalty=before.penalty + float(penalty),
            graded=before.graded or scores > 0,
            waiting=before.waiting + int(waiting or 0),
            ungraded=before.ungraded + int(ungraded or 0),
            flagged=before.flagged or bool(flagged),
            late=late,
        )
    return list(made.values())


def _late(
    received: datetime | None, due: datetime | None, extension: timedelta | None
) -> timedelta:
    if received is None or due is None:
        return timedelta()
    return max(timedelta(), received - due - (extension or timedelta()))


def scores(connection: Connection, assignment: str) -> Iterator[tuple[str, str, str, Score]]:
    """Yield (student, notebook, cell, score) for every graded cell of every submission."""
    query = select(
        api.SubmittedAssignment.student_id,
        api.Notebook.name,
        CELL.c.name,
        api.Grade.score,
        GRADED.c.max_score,
        api.Grade.needs_manual_grade,
        GRADED.c.cell_type == "markdown",
        api.Grade.auto_score,
        api.Grade.manual_score,
    ).select_from(api.Grade)
    joined = _of(query, api.Grade, assignment).join(GRADED, GRADED.c.id == CELL.c.id)
    for student, notebook, cell, score, points, waits, *rest in connection.execute(joined):
        is_answer, automatic, manual = rest
        blank = bool(is_answer) and manual is None and automatic == 0
        yield student, notebook, cell, Score(float(score or 0), float(points), bool(waits), blank)


def questions(connection: Connection, assignment: str) -> list[tuple[str, str, float]]:
    """Return (notebook, cell, points) for each cell of an assignment that a person grades.

    Those are the cells that nbgrader takes for a solution and a graded cell at once.
    """
    solution, named = api.SolutionCell.__table__, CELL.alias()
    same = and_(named.c.name == CELL.c.name, named.c.notebook_id == CELL.c.notebook_id)
    query = (
        select(api.Notebook.name, CELL.c.name, GRADED.c.max_score)
        .select_from(GRADED)
        .join(CELL, CELL.c.id == GRADED.c.id)
        .join(named, same)
        .join(solution, solution.c.id == named.c.id)
        .join(api.Notebook, api.Notebook.id == CELL.c.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .where(api.Assignment.name == assignment)
        .order_by(api.Notebook.name, CELL.c.name)
    )
    return [(book, cell, float(points)) for book, cell, points in connection.execute(query)]


def written(connection: Connection, assignment: str) -> list[Written]:
    """Return every submission's cells that a person grades (see `questions`), by student."""
    solution, named = api.SolutionCell.__table__, CELL.alias()
    query = select(
        api.SubmittedAssignment.student_id,
        api.Notebook.name,
        CELL.c.name,
        GRADED.c.max_score,
        api.Grade.auto_score,
        api.Grade.manual_score,
        api.Grade.needs_manual_grade,
        api.Comment.manual_comment,
    ).select_from(api.Grade)
    same = and_(named.c.name == CELL.c.name, named.c.notebook_id == CELL.c.notebook_id)
    said = and_(
        api.Comment.cell_id == solution.c.id, api.Comment.notebook_id == api.Grade.notebook_id
    )
    query = (
        _of(query, api.Grade, assignment)
        .join(GRADED, GRADED.c.id == CELL.c.id)
        .join(named, same)
        .join(solution, solution.c.id == named.c.id)
        .outerjoin(api.Comment, said)
        .order_by(api.SubmittedAssignment.student_id, api.Notebook.name, CELL.c.name)
    )
    found = []
    for row in connection.execute(query):
        student, notebook, cell, points, automatic, by_hand, waits, comment = row
        given = ByHand(by_hand, bool(waits), comment or "")
        unanswered = automatic is not None and by_hand is None and not waits
        found.append(Written(student, notebook, cell, float(points), unanswered, given))
    return found


def comments(connection: Connection, assignment: str) -> Iterator[Any]:
    """Yield (student, notebook, cell, comment) for every comment on the assignment."""
    query = select(
        api.SubmittedAssignment.student_id, api.Notebook.name, CELL.c.name, api.Comment.comment
    ).select_from(api.Comment)
    yield from connection.execute(
        _of(query, api.Comment, assignment).where(api.Comment.comment.is_not(None))
    )


def sources(connection: Connection, assignment: str) -> Iterator[Any]:
    """Yield (notebook, cell, source) for every cell that nbgrader keeps, hidden text and all."""
    query = (
        select(api.Notebook.name, api.SourceCell.name, api.SourceCell.source)
        .join(api.Notebook, api.Notebook.id == api.SourceCell.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .where(api.Assignment.name == assignment)
    )
    yield from connection.execute(query)


def _of(query: Select[Any], row: Any, assignment: str) -> Select[Any]:
    """Join a table of grades or comments to its cell, notebook, submission and assignment."""
    return (
        query.join(CELL, CELL.c.id == row.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == row.notebook_id)
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
        )
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == assignment)
    )


def in_gradebook(root: Path) -> set[str]:
    """Return the assignments in the gradebook of the course in `root`; none if it has none yet.

    CourseError if it cannot be read.
    """
    course = places(root)
    if not _is_there(course):
        return set()
    with database.opened(course.course.db_url) as connection:
        return set(assignments(connection))


def _is_there(course: Places) -> bool:
    url = database.address(course.course.db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def roster(root: Path) -> Roster:
    """Return the class of the course in `root`, from its release and, if there is one, gradebook.

    CourseError if that gradebook cannot be read, or if there is not one assignment to collect.
    """
    course = places(root)
    released = Path(course.root, course.course.release_directory)
    names = {path.name for path in released.glob("[0-9]*") if path.is_dir()}
    due: dict[str, datetime] = {}
    extensions: dict[tuple[str, str], timedelta] = {}
    people: tuple[Student, ...] = ()
    if _is_there(course):
        with database.opened(course.course.db_url) as connection:
            known = assignments(connection)
            people = tuple(students(connection).values())
            row = api.SubmittedAssignment
            query = select(api.Assignment.name, row.student_id, row.extension)
            query = query.join(api.Assignment, api.Assignment.id == row.assignment_id)
            for name, student, extension in connection.execute(query):
                if extension:
                    extensions[name, student] = extension
        names |= known.keys()
        due = {name: one.due.replace(tzinfo=UTC) for name, one in known.items() if one.due}
    graded = tuple(sorted(filter(is_graded, names)))
    if not graded:
        raise CourseError(f"{released}: no assignments there: choose the course with --root.")
    said = dates.read(root)
    dates.check(root, said, graded)
    gone = class_file.removed(root) - {one.id for one in people}
    return Roster(course, graded, people, due, extensions, said, frozenset(gone))
