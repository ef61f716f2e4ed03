"""The class that is collected for: its assignments, students, dates and folders."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select
from traitlets.config import Config

from autograder.collect import identify as whose
from autograder.course import is_graded
from autograder.errors import CourseError
from autograder.gradebook import read as class_data


@dataclass(frozen=True)
class Class:
    """The class that files are collected for."""

    data: Path  # the folder that has grading/
    assignments: tuple[str, ...]
    roster: tuple[whose.Person, ...] = ()
    due: dict[str, datetime] = field(default_factory=dict)
    extensions: dict[tuple[str, str], timedelta] = field(default_factory=dict)
    layout: CourseDirectory | None = None

    def submitted(self, student: str, assignment: str) -> Path:
        """Return the folder of a submission, where nbgrader looks for it."""
        assert self.layout is not None
        step = self.layout.submitted_directory
        return Path(self.layout.format_path(step, student, assignment))


def class_of(data: Path, config: Config) -> Class:
    """Return the class of a course; CourseError if there is a gradebook that cannot be read."""
    layout = CourseDirectory(config=config)
    released = Path(layout.root) / layout.release_directory
    names = {path.name for path in released.glob("[0-9]*") if path.is_dir()}
    roster, due, extensions = [], {}, {}
    url = class_data.address(layout.db_url)
    if url.get_backend_name() != "sqlite" or Path(url.database or "").exists():
        with class_data.opened(layout.db_url) as connection:
            for row in connection.execute(select(Student.__table__).order_by(Student.id)):
                one = row._mapping
                keys = ("id", "first_name", "last_name", "email", "lms_user_id")
                roster.append(whose.Person(*(one[key] or "" for key in keys)))
            for name, date in connection.execute(select(Assignment.name, Assignment.duedate)):
                names.add(name)
                if date:
                    due[name] = date.replace(tzinfo=UTC)
            query = select(
                Assignment.name, SubmittedAssignment.student_id, SubmittedAssignment.extension
            ).join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            for name, student, extension in connection.execute(query):
                if extension:
                    extensions[name, student] = extension
    graded = tuple(sorted(filter(is_graded, names)))
    if not graded:
        raise CourseError(f"{released}: no assignments there: choose the course with --root.")
    return Class(Path(data), graded, tuple(roster), due, extensions, layout)
