"""A whole class: submissions in, nbgrader's gradebook and autograded/ tree out.

    submitted/ → intake → rebuild → plan → [sandbox, judge] → outcome
               → autograded/, gradebook, record

The middle runs in threads here, or on a Dask cluster; everything else in this process, which is the
only writer. What is killed at any moment is finished by the next run.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from autograder.collect import receipts
from autograder.errors import CourseError
from autograder.files import Refused, printable
from autograder.grade import execute, intake, records, seeds, workers
from autograder.grade.assignment import Assignment
from autograder.grade.rebuild import Rebuilt
from autograder.grade.records import Record
from autograder.grade.sandbox.client import SECRET
from autograder.grade.sandbox.limits import Limits

NAME = 128  # bytes of a student's name: nbgrader's table has room for so many characters


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    jobs: int = 0  # submissions at a time; 0: as many as there are cores
    isolation: str = "namespaces"
    scheduler: str = ""  # of a Dask cluster; "": threads here
    force: bool = False  # also what is graded already
    limits: Limits = field(default_factory=Limits)


@dataclass
class Work:
    """One submission on its way: the record so far, and what it was rebuilt to."""

    record: Record
    submission: intake.Submission
    rebuilt: Rebuilt
    cells: list[dict]  # of its plan


def grade(
    root: Path, name: str, settings: Settings | None = None, students: Sequence[str] = ()
) -> tuple[int, Iterator[Record]]:
    """Grade an assignment: return how many submissions there are, and their records as they come.

    students: only these (default: all who submitted). Raises CourseError.
    """
    root, settings = Path(root).resolve(), settings or Settings()
    with _disk_errors_said(root), ExitStack() as opened:
        assignment = opened.enter_context(closing(Assignment(root, name)))
        wanted = assignment.submitted(students)
        opened.enter_context(_alone(root))
        executor = opened.enter_context(workers.executor(settings.jobs, settings.scheduler))
        graded = set() if settings.force else assignment.scores.students(name)
        work = _Class(root, assignment, settings, executor, graded)
        return len(wanted), _records(work, wanted, opened.pop_all())


def _records(work: "_Class", wanted: Sequence[str], opened: ExitStack) -> Iterator[Record]:
    with opened, _disk_errors_said(work.root):
        _remove_leftovers(work.root, work.assignment.name)
        yield from work.grade(wanted)


@contextmanager
def _disk_errors_said(root: Path) -> Iterator[None]:
    """Make a CourseError of a file that cannot be read or written: a full disk, missing rights."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{error.filename or root}: {error.strerror or error}: make room or mend it, and call "
            "again: what is graded stays"
        ) from error


class _Class:
    """The submissions of one assignment, a few of them in work at any time."""

    def __init__(
        self,
        root: Path,
        assignment: Assignment,
        settings: Settings,
        executor: Executor,
        graded: set[str],
    ) -> None:
        self.root, self.assignment, self.settings = root, assignment, settings
        self.executor, self.graded = executor, graded
        # workers elsewhere hide their own: of this machine they know no path
        self.secret = [] if settings.scheduler else [str(root / folder) for folder in SECRET]
        self.receipts, self.salt = receipts.read(receipts.path_of(root)), seeds.salt(root)
        self.most = 64 if settings.scheduler else 2 * (settings.jobs or os.cpu_count() or 1)

    def grade(self, students: Sequence[str]) -> Iterator[Record]:
        """Yield the records of the students' submissions as they are done."""
        working: dict[Future, Work] = {}
        for student in students:
            taken = self._take(student)
            if isinstance(taken, Record):
                yield taken
                continue
            work, plan = taken
            working[self.executor.submit(execute.assess, plan)] = work
            while len(working) >= self.most:
                yield from self._finish(working)
        while working:
            yield from self._finish(working)

    def _take(self, student: str) -> Record | tuple[Work, bytes]:
        """Return the plan of a submission, or its record when there is nothing to run."""
        try:
            return self._planned(student)
        except (CourseError, OSError):
            raise
        except Refused as refused:
            return self._refused(student, str(refused))
        except Exception as error:  # a fault of ours, or a submission that nobody has thought of
            why = f"the grader cannot take it in ({type(error).__name__}: {error})"
            return self._refused(student, f"{why}: look at it, and tell the course's authors")

    def _refused(self, student: str, sentence: str) -> Record:
        """Write and return the record of a refusal; what an earlier grading told is kept in it."""
        name, student = self.assignment.name, printable(student)
        record = records.read(self.root, name, student)
        if record is None or record.status == "unreadable" or student not in self.graded:
            record = Record(student, name, "refused", isolation=self.settings.isolation)
        record = replace(record, status="refused", sentence=sentence, notes=[], key="")
        records.write(self.root, record)
        return record

    def _planned(self, student: str) -> Record | tuple[Work, bytes]:
        name = self.assignment.name
        if printable(student) != student:
            raise Refused("its folder's name is no plain text: rename it")
        if len(os.fsencode(student)) > NAME:
            raise Refused(f"its folder's name has more than {NAME} bytes: rename it")
        record = Record(student, name, "graded", isolation=self.settings.isolation)
        folder = self.assignment.folder(student)
        submission = intake.take(folder, name, self.assignment.grade_ids)
        received = self._received(student, submission, record)
        record.received = received
        record.key = self._key(student, submission, received)
        before = records.read(self.root, name, student)
        done = before is not None and before.key == record.key and student in self.graded
        if before is not None and done and self.assignment.autograded(student).exists():
            return before
        record.seed = seeds.hidden_seed(self.salt, name, student, submission.digest)
        rebuilt = self.assignment.rebuild(submission)
        cells = self.assignment.plan(rebuilt)
        record.notes += submission.notes + rebuilt.notes
        plan = {
            "modules": self.assignment.modules,
            "isolation": self.settings.isolation,
            "limits": asdict(self.settings.limits),
            "secret": self.secret,
            "seed": record.seed,
            "files": submission.files_as_text,
            "cells": cells,
        }
        return Work(record, submission, rebuilt, cells), json.dumps(plan).encode()

    def _finish(self, working: dict[Future, Work]) -> Iterator[Record]:
        """Write what is done of the work, after waiting until something is."""
        for future in wait(working, return_when=FIRST_COMPLETED).done:
            work = working.pop(future)
            outcome = workers.outcome(future, self.settings.scheduler)
            try:
                record = self._written(work, outcome)
            except (CourseError, OSError):
                raise
            except Exception as error:  # such as of the class's own plugin for late work
                why = f"its scores cannot be written ({type(error).__name__}: {error})"
                record = self._refused(work.record.student, f"{why}: see to that, and call again")
            yield record

    def _written(self, work: Work, outcome: dict) -> Record:
        """Write what came of a submission; return its record, which is written last."""
        record = work.record
        record.notes += outcome["notes"]
        record.checks = {
            name: {key: check[key] for key in ("passed", "kind", "message")}
            for name, check in outcome["checks"].items()
        }
        passed = sum(check["passed"] for check in record.checks.values())
        record.sentence = f"{passed} of {len(record.checks)} checks passed"
        records.remove(self.root, record.assignment, record.student)
        self.assignment.save(
            record.student,
            work.rebuilt,
            work.cells,
            outcome,
            record.received,
            work.submission.files,
        )
        records.write(self.root, record)
        return record

    def _received(self, student: str, submission: intake.Submission, record: Record) -> str | None:
        receipt = self.receipts.get((self.assignment.name, student, submission.digest))
        if receipt is not None:
            return receipt.time.isoformat()  # somebody may have written a row in another zone
        return self.assignment.timestamp(student, submission.name, record.notes)

    def _key(self, student: str, submission: intake.Submission, received: str | None) -> str:
        parts: list = [submission.digest, self.assignment.digest, received]
        parts += [
            [name, hashlib.sha256(data).hexdigest()] for name, data in submission.files.items()
        ]
        parts += [self.settings.isolation]  # not the limits: whoever needs more got it once
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Be the only grading of this class: two would take each other's files away."""
    seeds.salt(root)
    with open(seeds.salt_path(root), "r+") as file:  # on NFS who only reads gets no lock
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
