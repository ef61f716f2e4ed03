"""nbgrader's gradebook, written by nbgrader's classes: one writer, one transaction a submission.

Stock nbgrader opens the gradebook nine times a submission and commits every cell by itself; killed
in between it leaves half a submission, and a locked database ends the batch.
"""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Notebook,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import (
    AssignLatePenalties,
    SaveAutoGrades,
    latesubmissions,
    saveautogrades,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, SAWarning
from traitlets.config import Config

PATIENCE = 120.0  # seconds to wait for a locked gradebook


class GradebookError(Exception):
    """The gradebook cannot be used: one sentence with the mend."""


class Scores:
    """The one writer of a gradebook."""

    def __init__(self, config: Config, course_id: str, patience: float = PATIENCE) -> None:
        self.config, self.patience = config, patience
        self.url = config.CourseDirectory.db_url
        try:
            self.gradebook: Gradebook = self._patiently(lambda: Gradebook(self.url, course_id))
        except (ArgumentError, ImportError) as error:
            raise GradebookError(
                f"The gradebook {self._place()}: {error}: is the db_url in nbgrader_config.py "
                "right, and its driver installed?"
            ) from error
        self.db = self.gradebook.db
        self.log = logging.getLogger("autograder.nbgrader")
        self.log.setLevel(logging.ERROR)

    def close(self) -> None:
        """Close the gradebook."""
        self.gradebook.close()

    def source_cells(self, assignment: str) -> dict[str, SourceCell]:
        """Return the course's cells as generate_assignment saved them, by grade id."""

        def found() -> dict[str, SourceCell]:
            try:
                notebook = self.gradebook.find_notebook(assignment, assignment)
            except MissingEntry:
                raise GradebookError(
                    f"{assignment} is not in the gradebook: run `nbgrader generate_assignment "
                    f"{assignment}` first"
                ) from None
            return {cell.name: cell for cell in notebook.source_cells}

        return self._patiently(found)

    def students(self, assignment: str) -> set[str]:
        """Return the students whose submission of an assignment is in the gradebook."""

        def found() -> set[str]:
            return {each.student_id for each in self.gradebook.assignment_submissions(assignment)}

        return self._patiently(found)

    def save(
        self, student: str, assignment: str, notebook: NotebookNode, received: datetime | None
    ) -> None:
        """Write a graded notebook's scores, comments and late penalty: all of them, or none.

        received: UTC without a zone, as nbgrader keeps it; None when nobody knows.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of how nbgrader links a new submission
            self._patiently(lambda: self._save(student, assignment, notebook, received))

    def _save(
        self, student: str, assignment: str, notebook: NotebookNode, received: datetime | None
    ) -> None:
        gradebook = self.gradebook
        gradebook.db = OneCommit(self.db)  # type: ignore[assignment]
        try:
            gradebook.update_or_create_student(student)
            when = {"timestamp": received} if received else {}
            gradebook.update_or_create_submission(assignment, student, **when)
            names = {"notebook": assignment, "assignment": assignment, "student": student}
            resources = {"nbgrader": {**names, "db_url": self.url}}
            with self._shared():
                for step in (SaveAutoGrades, AssignLatePenalties):
                    step(config=self.config, log=self.log).preprocess(notebook, resources)
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise
        finally:
            gradebook.db = self.db
            self.db.remove()  # what it has read would fill the memory

    @contextmanager
    def _shared(self) -> Iterator[None]:
        """Have nbgrader's steps use this gradebook instead of opening it again."""
        with ExitStack() as patches:
            for module in (saveautogrades, latesubmissions):
                opened = mock.patch.object(
                    module, "Gradebook", lambda url: StaysOpen(self.gradebook)
                )
                patches.enter_context(opened)
            yield

    def _patiently(self, work: Callable[[], Any]) -> Any:
        """Do the work; while somebody else has the database locked, try again."""
        deadline, pause = time.monotonic() + self.patience, 0.05
        while True:
            try:
                with _quietly():
                    return work()
            except (DatabaseError, InvalidEntry) as error:  # nbgrader makes one of the other
                said = str(getattr(error, "orig", error)).partition("\n")[0]
                if "locked" not in said and "busy" not in said:
                    raise GradebookError(
                        f"The gradebook {self._place()}: {said}: {self._mend(said)}"
                    ) from error
                if time.monotonic() > deadline:
                    raise GradebookError(
                        f"The gradebook {self._place()} has been locked for "
                        f"{self.patience:.0f} s: close what else has it open, and call again"
                    ) from error
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)

    def _mend(self, said: str) -> str:
        if not self.url.startswith("sqlite"):
            return "is the server running, and the db_url in nbgrader_config.py right?"
        if "not a database" in said or "malformed" in said:
            return "restore it from a copy, or move it away and run `nbgrader generate_assignment`"
        return "make room, or allow writing there, and call again: what is graded stays"

    def _place(self) -> str:
        return self.url.removeprefix("sqlite:///").rpartition("@")[2]


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the tracebacks to itself that nbgrader logs when a database does not answer."""
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


class OneCommit:
    """A session whose commits are put off: not each cell is committed, but the submission."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def commit(self) -> None:
        """Do nothing yet: a query of what is not written writes it first."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class StaysOpen:
    """A gradebook that a `with` does not close, and that reads a submission's cells all at once."""

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook = gradebook
        self._found: dict[tuple, dict[str, Any]] = {}

    def find_grade(self, cell: str, *submission: str) -> Grade:
        """Return the grade of a cell; `submission`: names of notebook, assignment and student."""
        found = self._cells(Grade, submission).get(cell)
        return found or self._gradebook.find_grade(cell, *submission)

    def find_comment(self, cell: str, *submission: str) -> Comment:
        """Return the comment on a cell."""
        found = self._cells(Comment, submission).get(cell)
        return found or self._gradebook.find_comment(cell, *submission)

    def _cells(self, kind: Any, submission: tuple[str, ...]) -> dict[str, Any]:
        if (kind, submission) not in self._found:
            query = self._gradebook.db.query(BaseCell.name, kind)
            query = query.join(BaseCell, BaseCell.id == kind.cell_id)
            query = query.join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
            query = query.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            query = query.join(SubmittedNotebook.assignment)
            query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            names = (Notebook.name, Assignment.name, SubmittedAssignment.student_id)
            asked = (name == wanted for name, wanted in zip(names, submission, strict=True))
            order = BaseCell.type.desc()  # of two with one name the task cell is the last resort
            self._found[kind, submission] = dict(query.filter(*asked).order_by(order).all())
        return self._found[kind, submission]

    def __enter__(self) -> "StaysOpen":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gradebook, name)
