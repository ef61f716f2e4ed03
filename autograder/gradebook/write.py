"""Scores written into nbgrader's gradebook by nbgrader's own classes, one transaction a submission.

Stock nbgrader opens the gradebook nine times for each submission and commits cell by cell: if it is
killed it leaves half a submission, and a locked database ends the batch. Here the gradebook is
opened once, a submission is committed as a whole, and a lock is waited for.
"""

import logging
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from nbformat import NotebookNode, v4
from nbgrader.api import (
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    SaveAutoGrades,
    latesubmissions,
    saveautogrades,
)
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError, SAWarning
from traitlets.config import Config

from autograder.course import configuration
from autograder.errors import CourseError
from autograder.gradebook import database, dates, read
from autograder.gradebook.database import shown, unusable
from autograder.gradebook.dates import ClassDates, LatePenalty
from autograder.gradebook.one_submission import OneCommit, StaysOpen
from autograder.gradebook.read import ByHand, Student

PATIENCE = 120.0  # seconds to wait for a locked gradebook


class Changed(Exception):
    """A grade that another person has changed since it was read; nothing is written."""


class Scores:
    """The one writer of a gradebook.

    config: nbgrader's, with the gradebook's URL; course_id: nbgrader's name of the course.
    patience: how many seconds to wait while another program has the gradebook locked.
    CourseError, here and from each method, if the gradebook cannot be used or stays locked.
    """

    def __init__(self, config: Config, course_id: str, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.root, self.url = config.CourseDirectory.root, config.CourseDirectory.db_url
        self.place = shown(self.url)
        try:
            self.gradebook: Gradebook = self._patiently(lambda: Gradebook(self.url, course_id))
        except (ArgumentError, ImportError) as error:
            raise unusable(self.url, error, "written") from error
        self.db = self.gradebook.db
        self.db.remove()
        self.db.configure(expire_on_commit=False)  # the course's cells are read once, not each time
        self.course: Any = None  # keeps them in memory
        log = logging.getLogger("autograder.nbgrader")
        log.setLevel(logging.ERROR)
        self.scoring = SaveAutoGrades(config=config, log=log)
        self.lateness = AssignLatePenalties(config=config, log=log)

    def close(self) -> None:
        """Close the gradebook."""
        self.gradebook.close()

    def source_cells(self, assignment: str) -> dict[str, SourceCell]:
        """Return the course's cells as generate_assignment saved them, by grade id."""

        def found() -> dict[str, SourceCell]:
            try:
                notebook = self.gradebook.find_notebook(assignment, assignment)
            except MissingEntry:
                there = ", ".join(sorted(each.name for each in self.gradebook.assignments))
                raise CourseError(
                    f"{assignment} is not in the gradebook, which has {there or 'none yet'}: run "
                    f"`nbgrader generate_assignment {assignment}` first"
                ) from None
            cells = {cell.name: cell for cell in notebook.source_cells}
            self.db.rollback()  # the rows stay in memory; end the server's transaction
            return cells

        return self._patiently(found)

    def students(self, assignment: str) -> set[str]:
        """Return the students whose submission of an assignment is in the gradebook."""

        def found() -> set[str]:
            submissions = self.gradebook.assignment_submissions(assignment)
            students = {each.student_id for each in submissions}
            self.db.rollback()
            return students

        return self._patiently(found)

    def enrolled(self) -> set[str]:
        """Return all students of the gradebook."""

        def found() -> set[str]:
            students = {each.id for each in self.gradebook.students}
            self.db.rollback()
            return students

        return self._patiently(found)

    def enroll(self, students: Iterable[Student]) -> None:
        """Add students, or update what is known of them: all of them, or none."""

        def enrolled() -> None:
            for one in students:
                details = {key: value or None for key, value in asdict(one).items()}
                self.gradebook.update_or_create_student(details.pop("id"), **details)

        students = list(students)
        self._patiently(lambda: self._as_one(enrolled))

    def remove(self, student: str) -> None:
        """Remove a student with all that was graded of them."""

        def removed() -> None:
            if self.url.startswith(
                "sqlite"
            ):  # which would keep the deleted rows' bytes in its file
                self.db.execute(text("PRAGMA secure_delete = ON"))
            self.gradebook.remove_student(student)

        self._patiently(lambda: self._as_one(removed))

    def _as_one(self, work: Callable[[], None]) -> None:
        """Do the work in one transaction, whatever nbgrader commits on the way."""
        self.gradebook.db = OneCommit(self.db)  # type: ignore[assignment]
        try:
            work()
            self.db.commit()
        finally:
            self.db.rollback()
            self.gradebook.db = self.db

    def save(
        self,
        student: str,
        assignment: str,
        notebook: NotebookNode,
        received: datetime | None,
        unchanged: Collection[str] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Write a graded notebook's scores, comments and late penalty: all of them, or none.

        received: UTC without a zone, as nbgrader keeps it; None when it is not known.
        unchanged: cells that are as they were when a person last graded them by hand, by grade
        id. nbgrader would have them wait for a person again.
        details: of the student, such as lms_user_id, for what the gradebook does not know yet.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of how nbgrader links a new submission
            known = details or {}
            self._patiently(
                lambda: self._save(student, assignment, notebook, received, unchanged, known)
            )

    def _save(
        self,
        student: str,
        assignment: str,
        notebook: NotebookNode,
        received: datetime | None,
        unchanged: Collection[str],
        details: Mapping[str, str],
    ) -> None:
        gradebook = self.gradebook
        gradebook.db = OneCommit(self.db)  # type: ignore[assignment]
        names = {"notebook": assignment, "assignment": assignment, "student": student}
        resources = {"nbgrader": {**names, "db_url": self.url}}
        try:
            person = gradebook.update_or_create_student(student)
            for key, value in details.items():
                if not getattr(person, key):
                    setattr(person, key, value)
            self.db.flush()
            with self.db.no_autoflush:  # all rows of a new submission are written once, complete
                when = {"timestamp": received} if received else {}
                submission = gradebook.update_or_create_submission(assignment, student, **when)
                self.course = submission.assignment
                done = [
                    grade
                    for each in submission.notebooks
                    for grade in each.grades
                    if grade.name in unchanged
                    and grade.manual_score is not None
                    and not grade.needs_manual_grade
                ]
                with self._shared(submission):
                    self.scoring.preprocess(notebook, resources)
                for grade in done:
                    grade.needs_manual_grade = False
            dates.bring(submission, dates.read(self.root))
            self.db.flush()
            with self._shared(submission):
                self.lateness.preprocess(notebook, resources)
            self.db.commit()
            self.db.expire(self.course, ["duedate"])  # formgrader may change it at any time
        except BaseException:
            self.db.rollback()
            self.db.remove()
            self.course = None
            raise
        finally:
            gradebook.db = self.db

    def grade_by_hand(
        self,
        names: Mapping[str, str],
        points: float | None,
        comment: str,
        seen: ByHand,
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        """Write a person's points and comment for one cell, and the late penalty that follows.

        names: of "student", "assignment", "notebook" and "cell". points: None makes the cell
        wait for a person. seen: what the person who grades saw in the gradebook.
        before_commit: called when only the commit is left; while the gradebook is locked, again.
        Raises Changed if the gradebook holds something else than `seen`; CourseError also if the
        submission is no longer there.
        """
        self._patiently(lambda: self._grade_by_hand(names, points, comment, seen, before_commit))

    def _grade_by_hand(
        self,
        names: Mapping[str, str],
        points: float | None,
        comment: str,
        seen: ByHand,
        before_commit: Callable[[], None],
    ) -> None:
        gradebook = self.gradebook
        place = [names[key] for key in ("cell", "notebook", "assignment", "student")]
        gradebook.db = OneCommit(self.db)  # type: ignore[assignment]
        try:
            connection = self.db.connection()
            if connection.dialect.name == "sqlite":  # its driver begins only at the first change
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            self.db.expire_all()
            grade, remark = gradebook.find_grade(*place), gradebook.find_comment(*place)
            self.db.refresh(grade, with_for_update=True)  # a server's other sessions wait here
            remarked = remark.manual_comment or ""
            if ByHand(grade.manual_score, grade.needs_manual_grade, remarked) != seen:
                raise Changed
            grade.manual_score = points
            # as formgrader does: a cell with a score of either kind does not wait
            grade.needs_manual_grade = points is None and grade.auto_score is None
            remark.manual_comment = comment or None
            self.db.flush()
            said = dates.read(self.root)
            dates.bring_due_date(grade.notebook.assignment.assignment, said)
            dates.bring(grade.notebook.assignment, said)
            self._bring_penalty_up_to_date(grade.notebook, said)
            before_commit()
            self.db.commit()
        except MissingEntry as error:
            student = names["student"]
            raise CourseError(
                f"{student}: this submission is no longer in the gradebook: reload the page."
            ) from error
        finally:
            self.db.rollback()
            gradebook.db = self.db

    def comment(self, assignment: str, cell: str, students: Iterable[str], text: str) -> int:
        """Add a comment to a cell of each student's notebook; return how many did not have it.

        A comment that a person has written stays above it. A student who is no longer in the
        gradebook is left out. All are written, or none.
        """
        return self._patiently(lambda: self._comment(assignment, cell, students, text))

    def _comment(self, assignment: str, cell: str, students: Iterable[str], text: str) -> int:
        added = 0
        try:
            self.db.expire_all()  # formgrader may have changed any row
            for student in students:
                try:
                    place = (cell, assignment, assignment, student)
                    remark = self.gradebook.find_comment(*place)
                except MissingEntry:
                    continue
                said = remark.comment or ""
                if text not in said:
                    remark.manual_comment = f"{said}\n\n{text}".strip()
                    added += 1
            self.db.commit()
        finally:
            self.db.rollback()
        return added

    def bring_penalties_up_to_date(self, assignment: str) -> None:
        """Give an assignment the dates of grading/class.toml, and work out all late penalties anew.

        Points and dates may have changed since. A penalty that the class's own plugin cannot work
        out stays as it was, and so do all where there is no rule: whoever entered them did it by
        hand.
        """
        said = dates.read(self.root)
        self._patiently(lambda: self._bring_up_to_date(assignment, said))

    def _bring_up_to_date(self, assignment: str, said: ClassDates) -> None:
        gradebook = self.gradebook
        gradebook.db = OneCommit(self.db)  # type: ignore[assignment]
        self.db.expire_all()  # formgrader may have changed any row
        try:
            dates.bring_due_date(gradebook.find_assignment(assignment), said)
            for submission in gradebook.assignment_submissions(assignment):
                dates.bring(submission, said)
                for each in submission.notebooks:
                    self._bring_penalty_up_to_date(each, said)
            self.db.commit()
        finally:
            self.db.rollback()
            gradebook.db = self.db

    def _bring_penalty_up_to_date(self, notebook: SubmittedNotebook, said: ClassDates) -> None:
        """Work out one penalty again, in the transaction that is open."""
        if not self._gives_penalties(said, notebook.assignment.assignment.name):
            return
        submission, before = notebook.assignment, notebook.late_submission_penalty
        known = {
            "assignment": submission.assignment.name,
            "student": submission.student_id,
            "notebook": notebook.notebook.name,
            "db_url": self.url,
        }
        try:
            with self._shared(submission):
                self.lateness.preprocess(v4.new_notebook(), {"nbgrader": known})
        except DBAPIError:
            raise
        except Exception:  # whatever a class's plugin raises: grading tells of it
            notebook.late_submission_penalty = before

    def clear(self, assignment: str, student: str = "") -> None:
        """Take an assignment's due date away, or one student's extension of it, where there is one.

        What grading/class.toml still says comes back with the next grading.
        """

        def cleared() -> None:
            try:
                if student:
                    self.gradebook.find_submission(assignment, student).extension = None
                else:
                    self.gradebook.find_assignment(assignment).duedate = None
            except MissingEntry:
                return
            self.db.commit()

        self._patiently(cleared)

    def _gives_penalties(self, said: ClassDates, assignment: str) -> bool:
        """Return whether there is a rule for late work: of the class's own, or in its plugin."""
        self.lateness.init_plugin()
        plugin = self.lateness.plugin_inst
        if type(plugin) not in (LateSubmissionPlugin, LatePenalty):
            return True
        by_file = type(plugin) is LatePenalty and said.rule(assignment).penalty is not None
        return by_file or plugin.penalty_method != "none"

    @contextmanager
    def _shared(self, submission: SubmittedAssignment) -> Iterator[None]:
        """Have nbgrader's steps use this gradebook instead of opening it again."""
        opened = StaysOpen(self.gradebook, submission)
        with ExitStack() as patches:
            for module in (saveautogrades, latesubmissions):
                patches.enter_context(mock.patch.object(module, "Gradebook", lambda url: opened))
            yield

    def _patiently(self, work: Callable[[], Any]) -> Any:
        """Do the work; while another program has the database locked, try again."""
        deadline, pause, doubled = time.monotonic() + self.patience, 0.05, False
        while True:
            try:
                with _quietly():
                    return work()
            except (DBAPIError, InvalidEntry) as error:  # nbgrader makes one of the other
                said = str(getattr(error, "orig", error)).partition("\n")[0]
                if "unique" in said.lower() and not doubled:  # another program just added that row
                    doubled = True
                    continue
                if "locked" not in said and "busy" not in said:
                    raise unusable(self.url, error, "written") from error
                if time.monotonic() > deadline:
                    raise CourseError(
                        f"The gradebook {self.place} has been locked for "
                        f"{self.patience:.0f} s: close what else has it open, and call again"
                    ) from error
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence the tracebacks that nbgrader logs when a database does not answer."""
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def bring_penalties_up_to_date(root: Path, wanted: Sequence[str] = ()) -> None:
    """Bring the dates and late penalties of the wanted assignments up to date (default: of all).

    For what is told of grades after a person has given points by hand, or moved a date. A
    gradebook in which nobody can be late is not opened for writing. CourseError as `Scores`.
    """
    course, said = read.places(root).course, dates.read(root)
    with database.opened(course.db_url) as connection:
        known = read.assignments(connection, wanted)
        late = {one.assignment for one in read.submissions(connection, known) if one.penalty}
    late |= {name for name, one in known.items() if one.due or said.rule(name).due}
    if not late:
        return
    with closing(scores_of(root)) as scores:
        for assignment in sorted(late):
            scores.bring_penalties_up_to_date(assignment)


def scores_of(root: Path) -> Scores:
    """Return the writer of the gradebook of the course in `root`; CourseError as `Scores`."""
    course, config = read.places(root).course, configuration(root, root)
    config.CourseDirectory.db_url = course.db_url
    return Scores(config, course.course_id)
