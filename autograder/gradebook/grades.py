"""The grades of a class, read from the gradebook to be exported."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, case, func, or_, select

from autograder.collect.identify import Person
from autograder.errors import CourseError
from autograder.gradebook import read as class_data


@dataclass(frozen=True)
class Mark:
    """One student's grade in one assignment."""

    raw: float
    penalty: float
    graded: bool  # it has a score: an extension noted before anything is handed in has none
    waits: bool  # for a grade by hand
    submitted: datetime | None
    comments: tuple[str, ...]

    @property
    def score(self) -> float:
        """The points after the penalty for lateness."""
        return max(0.0, self.raw - self.penalty)


@dataclass(frozen=True)
class Grades:
    """All that is exported."""

    points: dict[str, float]  # by assignment
    due: dict[str, datetime | None]
    students: tuple[Person, ...]
    marks: dict[tuple[str, str], Mark]  # by assignment and student

    @property
    def waiting(self) -> int:
        """How many submissions still wait for a grade by hand."""
        return sum(mark.waits for mark in self.marks.values())


def grades(
    connection: Connection, assignments: tuple[str, ...] = (), students: tuple[str, ...] = ()
) -> Grades:
    """Return the grades in a gradebook, of all assignments and students or of those named.

    CourseError for an assignment or a student that is not there.
    """
    points = class_data.assignments(connection, assignments)
    query = select(
        Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
    ).order_by(Student.last_name, Student.first_name, Student.id)
    people = [Person(*(part or "" for part in row)) for row in connection.execute(query)]
    for student in students:
        if student not in {person.id for person in people}:
            raise CourseError(f"{student}: no such student in the gradebook.")
    people = [person for person in people if not students or person.id in students]
    due = {
        row[0]: row[1] for row in connection.execute(select(Assignment.name, Assignment.duedate))
    }
    return Grades(points, due, tuple(people), _marks(connection, points))


def _marks(connection: Connection, points: dict[str, float]) -> dict[tuple[str, str], Mark]:
    comments: dict[tuple[str, str], list[str]] = defaultdict(list)
    for assignment in points:
        for student, _, cell, comment in class_data.comments(connection, assignment):
            comments[assignment, student].append(f"{cell}: {comment}")
    scored = or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None))
    query = (
        select(
            Assignment.name,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            func.coalesce(func.sum(Grade.score), 0.0),
            SubmittedNotebook.late_submission_penalty,
            func.sum(case((Grade.needs_manual_grade, 1), else_=0)),
            func.sum(case((scored, 1), else_=0)),
        )
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(Assignment.name.in_(points))
        .group_by(
            SubmittedNotebook.id,
            Assignment.name,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedNotebook.late_submission_penalty,
        )
    )
    marks: dict[tuple[str, str], Mark] = {}
    for assignment, student, time, score, penalty, waits, scores in connection.execute(query):
        key = assignment, student
        before = marks.get(key, Mark(0.0, 0.0, False, False, time, ()))
        raw, late = before.raw + float(score), before.penalty + float(penalty or 0)
        # what has no score at all waits for `autograder grade`, not for a person
        graded, by_hand = before.graded or scores > 0, before.waits or bool(scores and waits)
        marks[key] = Mark(raw, late, graded, by_hand, time, tuple(comments[key]))
    return marks
