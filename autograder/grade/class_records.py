"""The records that `autograder grade` leaves beside the gradebook, read for the class's pages.

nbgrader's gradebook has no room for what a check said: an auto comment belongs to a solution, is
nbgrader's own, and is shown to students. So the messages are read from
grading/records/ASSIGNMENT/STUDENT.json, whatever state those files are in.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    """What `autograder grade` wrote about one submission; empty where a key is missing."""

    student: str
    assignment: str
    status: str
    sentence: str = ""
    notes: tuple[str, ...] = ()
    isolation: str = ""
    messages: dict[str, str] = field(default_factory=dict)  # of the checks that did not pass
    written: int = 0  # nanoseconds, by the file's own time


def read_all(folder: Path, assignment: str) -> Iterator[Record]:
    """Yield the records of an assignment, by student; one that cannot be read says so."""
    for path in sorted((folder / assignment).glob("*.json")):
        yield read_one(path, assignment)


def read_one(path: Path, assignment: str) -> Record:
    """Return the record in a file; never an exception: its status is "unreadable" instead."""
    try:
        content = json.loads(path.read_bytes())
        parts = content.get("checks") or {}
        return Record(
            student=path.stem,
            assignment=assignment,
            status=str(content.get("status") or "without a status"),
            sentence=str(content.get("sentence") or ""),
            notes=tuple(str(note) for note in content.get("notes") or ()),
            isolation=str(content.get("isolation") or ""),
            messages={
                str(name): _message(check)
                for name, check in parts.items()
                if not check.get("passed", False)
            },
            written=path.stat().st_mtime_ns,
        )
    except (OSError, ValueError, AttributeError, TypeError) as error:
        problem = f"{path.name} cannot be read ({error}): grade this submission again."
        return Record(path.stem, assignment, "unreadable", problem)


def _message(check: dict[str, Any]) -> str:
    """Return what a check said, with the error's name where it is not the check's own assert."""
    kind, message = str(check.get("kind") or ""), str(check.get("message") or "")
    if kind in ("", "AssertionError"):
        return message
    return f"{kind}: {message}" if message else kind
