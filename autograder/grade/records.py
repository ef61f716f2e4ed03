"""grading/records/ASSIGNMENT/STUDENT.json: what the grader did with a submission, and what it saw.

A record is written last, in one piece; so a submission with a record is done.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.files import printable, printable_notes, write_atomic


@dataclass
class Record:
    """One submission: its status, and what it takes to grade it again exactly.

    status: "graded" or "refused". sentence: what the instructor should know first. key: of the
    submission, the course's cells and the isolation; a record with the same key is not redone.
    checks: {grade id: {"passed", "kind", "message"}}.
    """

    student: str
    assignment: str
    status: str
    sentence: str = ""
    notes: list[str] = field(default_factory=list)
    key: str = ""
    seed: int | None = None
    isolation: str = "namespaces"
    received: str | None = None
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)


def folder(data: Path, assignment: str) -> Path:
    """Return the folder of an assignment's records."""
    return Path(data) / "grading" / "records" / assignment


def read(data: Path, assignment: str, student: str) -> Record | None:
    """Return a student's record, None when there is none that can be read."""
    try:
        text = (folder(data, assignment) / f"{student}.json").read_text(encoding="utf-8")
        return Record(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return None


def write(data: Path, record: Record) -> None:
    """Write a record: all of it or nothing, on disk when this returns.

    Its sentence and notes, which may quote what a student wrote, are made plain first.
    """
    record.sentence, record.notes = printable(record.sentence), printable_notes(record.notes)
    path = folder(data, record.assignment) / f"{record.student}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(asdict(record), indent=1), sync=True)


def remove(data: Path, assignment: str, student: str) -> None:
    """Take a record away, before what it tells of is written anew."""
    (folder(data, assignment) / f"{student}.json").unlink(missing_ok=True)
