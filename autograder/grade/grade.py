"""A whole class's submissions of one assignment: into nbgrader's gradebook and autograded/ tree.

    submitted/ → intake → rebuild → plan → [sandbox, judge] → outcome
               → autograded/, gradebook, record

The middle (execute.py) runs in threads here, or on a Dask cluster; everything else in this process,
which is the only writer. What is killed at any moment is finished by the next run.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.files import Refused, printable
from autograder.grade import intake, likeness, records, seeds
from autograder.grade.execute import Pool, pool
from autograder.grade.rebuild import Rebuilt
from autograder.grade.records import Record
from autograder.grade.sandbox.limits import Limits

if TYPE_CHECKING:
    from autograder.grade.assignment import Assignment

REMOVED = (
    "was removed from the gradebook, and is left out: remove the folder under grading/submitted/, "
    "or bring the student back with `autograder roster FILE`"
)
HIDDEN = "its folder's name begins with a dot: rename the folder if it is a student's"
UNTOUCHED = (
    "it is untouched, and the grade of the earlier notebook stays: --force grades the untouched one"
)
NAME = 128  # bytes of a student's name: nbgrader's table has room for so many characters


@dataclass(frozen=True)
class Settings:
    """How an assignment is graded: all that the command's options say, and the limits."""

    jobs: int = 0
    """Submissions at a time on this machine; 0: one for each processor."""
    isolation: str = "namespaces"
    """"namespaces": student code is shut in. "process": it has limits only, and runs as you.
    docs/grading.md says what each protects from."""
    scheduler: str = ""
    """Address of a Dask cluster's scheduler, such as tcp://host:8786; "": threads here."""
    force: bool = False
    """Whether to grade again what is graded already and unchanged."""
    regrade: bool = False
    """Whether what other checks have graded may be graded again; without this or `force` that is
    refused."""
    limits: Limits = field(default_factory=Limits)
    """What each run of a notebook may use. What is graded already stays, whatever they are."""


def grade(
    root: Path, name: str, settings: Settings | None = None, students: Sequence[str] = ()
) -> tuple[int, Iterator[Record]]:
    """Grade the submissions of an assignment.

    root: the course's folder, with nbgrader_config.py. name: of the assignment, such as
    "02_load_balancer". students: grade only these, by name or pattern, such as "a*" (default: all
    who submitted).

    Returns how many submissions there are, and an iterator over their records (see records.py) in
    the order in which they are done. The work is done while the iterator is read: read it to its
    end. A submission that cannot be graded is a record with the status "refused" and a sentence
    that says why, and the others go on. What is graded already and unchanged is not run again; its
    record comes with the rest.

    Raises CourseError, here or from the iterator, when nothing can be graded: no release, no
    gradebook, no submissions, another grading at work, no sandbox, a full disk, other checks than
    those that graded the class. What is graded by then stays, and the next call goes on from there.
    """
    root, settings = Path(root).resolve(), settings or Settings()
    with _disk_errors_said(root), ExitStack() as opened:
        workers = opened.enter_context(pool(root, settings.jobs, settings.scheduler))
        # imports nbgrader, which takes as long as what the pool's processes import meanwhile
        from autograder.grade.assignment import Assignment

        assignment = opened.enter_context(closing(Assignment(root, name)))
        submitted = assignment.submitted(students)
        opened.enter_context(_alone(root))
        grading = _Grading(root, assignment, settings, workers)
        grading.refuse_other_checks(submitted)
        return len(submitted), _records(grading, submitted, opened.pop_all())


def _records(grading: "_Grading", students: Sequence[str], opened: ExitStack) -> Iterator[Record]:
    with opened, _disk_errors_said(grading.root):
        _remove_leftovers(grading.root, grading.assignment.name)
        yield from grading.grade(students)
        # also of what was graded before: a due date or points by hand may be new
        grading.assignment.scores.bring_penalties_up_to_date(grading.assignment.name)


@dataclass
class _Pending:
    """A submission that is being run, and what it takes to write what comes of it."""

    record: Record  # so far
    submission: intake.Submission
    rebuilt: Rebuilt
    cells: list[dict]  # of its plan


class _Grading:
    """The grading of one assignment; only a few submissions are in memory at any time."""

    def __init__(
        self, root: Path, assignment: "Assignment", settings: Settings, workers: Pool
    ) -> None:
        self.root, self.assignment, self.settings = root, assignment, settings
        self.workers, self.salt = workers, seeds.salt(root)
        self.known = assignment.scores.students(assignment.name)
        self.graded = set() if settings.force else self.known
        self.removed: set[str] = set()

    def refuse_other_checks(self, students: Sequence[str]) -> None:
        """Raise CourseError if other checks have graded some of the students, unless that is meant.

        So it is after a check was changed, which is meant, and on a machine where solutions/ are
        not those that graded the class, which is not: only the person who calls can tell.
        """
        if self.settings.regrade or self.settings.force:
            return
        name, now = self.assignment.name, self.assignment.judged_by
        known = (records.read(self.root, name, student) for student in students)
        others = [
            record.student
            for record in known
            if record and record.student in self.known and record.judged_by not in ("", now)
        ]
        if not others:
            return
        changed = self.assignment.changed_checks(others[0])
        what = ", ".join(changed) or "the points, or other code of the course"
        raise CourseError(
            f"{name}: nothing was graded, because the checks are not those that graded "
            f"{len(others)} of the submissions (different: {what}). If you changed them, add "
            "--regrade: these submissions are graded again. If not, solutions/ on this machine are "
            f"not those of the class: restore them, and run `autograder build {name}`."
        )

    def grade(self, students: Sequence[str]) -> Iterator[Record]:
        """Yield the records of the students' submissions as they are done."""
        running: dict[Future, _Pending] = {}
        self.removed = self.assignment.removed(students)
        for student in students:
            started = self._start(student)
            if isinstance(started, Record):
                yield started
                continue
            pending, plan = started
            running[self.workers.submit(plan)] = pending
            while len(running) >= self.workers.at_once:
                yield from self._finish(running)
        while running:
            yield from self._finish(running)

    def _start(self, student: str) -> Record | tuple[_Pending, bytes]:
        """Return the plan of a submission, or its record when there is nothing to run."""
        if student.startswith("."):
            return Record(student, self.assignment.name, "refused", HIDDEN)
        if student in self.removed:
            return Record(student, self.assignment.name, "refused", REMOVED)
        try:
            return self._planned(student)
        except (CourseError, OSError):
            raise
        except Refused as refused:
            return self._refused(student, str(refused))
        except Exception as error:  # a fault of ours, or a submission as there never was one
            why = f"the grader cannot take it in ({type(error).__name__}: {error})"
            return self._refused(student, f"{why}: look at it, and tell the course's authors")

    def _planned(self, student: str) -> Record | tuple[_Pending, bytes]:
        name = self.assignment.name
        _check_name(student)
        record = Record(student, name, "graded", isolation=self.settings.isolation)
        folder = self.assignment.folder(student)
        submission = intake.take(folder, name, self.assignment.grade_ids, self.assignment.released)
        record.received = self.assignment.received(student, submission, record.notes)
        record.key = self._key(submission, record.received)
        record.judged_by, record.help = self.assignment.judged_by, submission.help
        before = records.read(self.root, name, student)
        done = before is not None and before.key == record.key and student in self.graded
        if before is not None and done and self.assignment.autograded(student).exists():
            return before
        if student in self.graded and self.assignment.is_less(student, submission):
            raise Refused(UNTOUCHED)
        record.seed = seeds.hidden_seed(self.salt, name, student, submission.digest)
        # the seed tells that it is the same notebook
        record.again = before is not None and student in self.graded and before.seed == record.seed
        rebuilt = self.assignment.rebuild(submission)
        record.digest = submission.digest
        record.likeness = likeness.of_cells(
            rebuilt.notebook.cells, self.assignment.released.solutions
        )
        cells = self.assignment.plan(rebuilt)
        record.notes += submission.notes + rebuilt.notes
        plan = {
            "modules": self.assignment.modules,
            "isolation": self.settings.isolation,
            "limits": asdict(self.settings.limits),
            "secret": self.workers.secret,
            "seed": record.seed,
            "files": submission.files_as_text,
            "cells": cells,
        }
        return _Pending(record, submission, rebuilt, cells), json.dumps(plan).encode()

    def _key(self, submission: intake.Submission, received: str | None) -> str:
        """Return what a record has as long as nothing has changed.

        Limits are not part of it: raising them for one student must not regrade everyone.
        """
        parts: list = [submission.digest, self.assignment.digest, received]
        parts += [
            [name, hashlib.sha256(data).hexdigest()] for name, data in submission.files.items()
        ]
        parts += [self.settings.isolation]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _refused(self, student: str, sentence: str) -> Record:
        """Write and return the record of a refusal; what an earlier grading said is kept in it."""
        name, student = self.assignment.name, _recordable(student)
        record = records.read(self.root, name, student)
        if record is None or record.status == "unreadable" or student not in self.graded:
            record = Record(student, name, "refused", isolation=self.settings.isolation)
        record = replace(record, status="refused", sentence=sentence, notes=[], key="")
        records.write(self.root, record)
        return record

    def _finish(self, running: dict[Future, _Pending]) -> Iterator[Record]:
        """Wait until something that runs is done; write it."""
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            pending = running.pop(future)
            outcome = self.workers.outcome(future)
            try:
                record = self._written(pending, outcome)
            except (CourseError, OSError):
                raise
            except Exception as error:  # such as of the class's own plugin for late work
                why = f"its scores cannot be written ({type(error).__name__}: {error})"
                student = pending.record.student
                record = self._refused(student, f"{why}: see to that, and call again")
            yield record

    def _written(self, pending: _Pending, outcome: dict) -> Record:
        """Write what came of a submission; return its record, which is written last."""
        record = pending.record
        record.notes += outcome["notes"]
        record.notes += pending.rebuilt.ended_early(pending.cells, outcome)
        record.checks = {
            name: {key: check[key] for key in ("passed", "kind", "message")}
            for name, check in outcome["checks"].items()
        }
        record.behaviour = outcome["behaviour"]
        passed = sum(check["passed"] for check in record.checks.values())
        record.sentence = f"{passed} of {len(record.checks)} checks passed"
        earlier = records.read(self.root, record.assignment, record.student)
        # with a record, what was graded is written completely: the notebook and the gradebook agree
        is_complete = earlier is not None and earlier.checks and record.student in self.known
        before = self.assignment.graded_before(record.student) if is_complete else None
        records.remove(self.root, record.assignment, record.student)
        self.assignment.save(
            record.student,
            pending.rebuilt,
            pending.cells,
            outcome,
            record.received,
            pending.submission.files,
            before,
        )
        records.write(self.root, record)
        return record


def _check_name(student: str) -> None:
    """Raise Refused for a name that no record or gradebook can hold."""
    if printable(student) != student:
        raise Refused("its folder's name is not plain text: rename it")
    if found := sorted(set('<>&"') & set(student)):
        raise Refused(f"its folder's name has {' '.join(found)} in it: rename it")
    if len(os.fsencode(student)) > NAME:
        raise Refused(f"its folder's name has more than {NAME} bytes: rename it")


def _recordable(student: str) -> str:
    """Return a name for the record of a folder whose own name no record can have.

    It has a digest, and so is no other student's.
    """
    if printable(student) == student and len(os.fsencode(student)) <= NAME:
        return student
    digest = hashlib.sha256(os.fsencode(student)).hexdigest()[:12]
    return f"{printable(student, 40)} ({digest})"


@contextmanager
def _disk_errors_said(root: Path) -> Iterator[None]:
    """Make a CourseError of a file that cannot be read or written: a full disk, missing rights."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{error.filename or root}: {error.strerror or error}: make room or fix it, and call "
            "again: what is graded stays"
        ) from error


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Be the only grading of this course: two would take each other's files away."""
    seeds.salt(root)
    with open(seeds.salt_path(root), "r+") as file:  # on NFS a file open for reading gets no lock
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CourseError(
                f"another `autograder grade` is at work in {root}: wait until it is done"
            ) from error
        yield


def _remove_leftovers(root: Path, name: str) -> None:
    """Remove what a grading that was killed left half-written."""
    for path in records.folder(root, name).glob(".partial-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (
        *records.folder(root, name).glob(".*.json.*"),
        *(root / "grading").glob(".salt.*"),
    ):
        path.unlink(missing_ok=True)
