"""grading/records/ASSIGNMENT/STUDENT.json: what the grader did with a submission, and what it saw.

A record is written last, in one piece; so a submission with a record is done. nbgrader's gradebook
has no room for what a check said: its automatic comments belong to solutions, and students see
them. So the pages for the class read the messages here.
"""

import glob
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.files import printable, printable_notes, write_atomic


@dataclass
class Record:
    """One submission: its status, and what it takes to grade it again exactly."""

    student: str
    assignment: str
    status: str
    """"graded" or "refused"; "unreadable" when the file is damaged."""
    sentence: str = ""
    """What the instructor should know first."""
    notes: list[str] = field(default_factory=list)
    key: str = ""
    """A digest of the submission, the course's cells and the isolation: while it is the same, the
    submission is not graded again."""
    judged_by: str = ""
    """A digest of what decides on points: the course's checks, points and code; "" in old records.
    While it is the same, a new grading gives the same."""
    seed: int | None = None
    """The seed of its hidden inputs (see seeds.py)."""
    isolation: str = ""
    help: str = ""
    """Which help the student used, in their own words."""
    received: str | None = None
    """When it was handed in, in ISO 8601; None when nothing tells."""
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """{grade id: {"passed": …, "kind": class name of the error, "message": …}}"""
    digest: str = ""
    """The SHA-256 of the notebook's file, in hex: two with the same one are the same file."""
    likeness: dict[str, str] = field(default_factory=dict)
    """The fingerprints of each exercise's code, by grade id (see likeness.py)."""
    behaviour: dict[str, str] = field(default_factory=dict)
    """The fingerprints of what each exercise with a mistake does, by grade id: fine and coarse,
    with a blank between (see fingerprint.py)."""
    again: bool = field(default=False, compare=False)
    """Whether it was graded again because something else than the notebook is new; not kept."""
    written: int = field(default=0, compare=False)
    """The time of the file that it was read from, in nanoseconds; not in the file."""

    @property
    def messages(self) -> dict[str, str]:
        """What each check that did not pass said, by grade id."""
        return {
            name: _message(check)
            for name, check in self.checks.items()
            if not check.get("passed", False)
        }


def folder(root: Path, assignment: str) -> Path:
    """Return the folder of an assignment's records, for the course in `root`."""
    return Path(root) / "grading" / "records" / assignment


def path_of(root: Path, assignment: str, student: str) -> Path:
    """Return where a student's record is."""
    return folder(root, assignment) / f"{student}.json"


def was_graded(root: Path, student: str) -> bool:
    """Return whether a submission of a student was graded once, of any assignment."""
    paths = (Path(root) / "grading" / "records").glob(f"*/{glob.escape(student)}.json")
    found = (read(root, path.parent.name, student) for path in paths)
    return any(record is not None and bool(record.checks) for record in found)


def read(root: Path, assignment: str, student: str) -> Record | None:
    """Return a student's record, None when there is none.

    A file that is damaged, or not a record, gives one with the status "unreadable" and a sentence
    that says why. Keys that are missing are empty.
    """
    path = path_of(root, assignment, student)
    try:
        content = json.loads(path.read_bytes())
        return Record(
            student,
            assignment,
            status=str(content.get("status") or "without a status"),
            sentence=str(content.get("sentence") or ""),
            notes=[str(note) for note in content.get("notes") or ()],
            key=str(content.get("key") or ""),
            judged_by=str(content.get("judged_by") or ""),
            seed=content.get("seed"),
            isolation=str(content.get("isolation") or ""),
            help=str(content.get("help") or ""),
            received=content.get("received"),
            checks={name: dict(check) for name, check in (content.get("checks") or {}).items()},
            digest=str(content.get("digest") or ""),
            likeness={name: str(one) for name, one in (content.get("likeness") or {}).items()},
            behaviour={name: str(one) for name, one in (content.get("behaviour") or {}).items()},
            written=path.stat().st_mtime_ns,
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        problem = f"{path.name} cannot be read ({error}): grade this submission again."
        return Record(student, assignment, "unreadable", problem)


def read_all(root: Path, assignment: str) -> Iterator[Record]:
    """Yield the records of an assignment, by student."""
    for path in sorted(folder(root, assignment).glob("*.json")):
        record = read(root, assignment, path.stem)
        if record is not None:
            yield record


def write(root: Path, record: Record) -> None:
    """Write a record: all of it or nothing, on disk when this returns.

    Its sentence, notes and help, which may be what a student wrote, are made printable first.
    """
    record.sentence, record.notes = printable(record.sentence), printable_notes(record.notes)
    record.help = printable(record.help)
    path = path_of(root, record.assignment, record.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = asdict(record)
    del content["written"], content["again"]
    write_atomic(path, json.dumps(content, indent=1), sync=True)


def remove(root: Path, assignment: str, student: str) -> None:
    """Remove a record, before what it tells of is written again."""
    path_of(root, assignment, student).unlink(missing_ok=True)


def _message(check: dict[str, Any]) -> str:
    """Return what a check said, with the error's name where it is not the check's own assert."""
    kind, message = str(check.get("kind") or ""), str(check.get("message") or "")
    if kind in ("", "AssertionError"):
        return message
    return f"{kind}: {message}" if message else kind
