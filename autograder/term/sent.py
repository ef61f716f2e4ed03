"""grading/sent.csv: which page of feedback went to whom, so that none goes out twice.

Columns: assignment, student, way ("mail" or "canvas"), to (an address, or Canvas' numbers of
course, assignment and user), sha256 (of the page's bytes), time (ISO 8601, UTC). Rows are only ever
added, each when the page has been taken.
"""

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect import receipts


@dataclass(frozen=True)
class Sent:
    """One page that went out."""

    assignment: str
    student: str
    way: str
    to: str
    sha256: str
    time: str


COLUMNS = [field.name for field in fields(Sent)]


Key = tuple[str, str, str, str, str]
"""What makes two pages that go out the same: all of a row but the time."""


def path_of(root: Path) -> Path:
    """Return the path of this table, of the course in the folder `root`."""
    return Path(root) / "grading" / "sent.csv"


def read(root: Path) -> set[tuple[str, ...]]:
    """Return the keys of all that went out; CourseError if the table cannot be read."""
    return {tuple(row[:-1]) for row in receipts.rows(path_of(root), COLUMNS)}


def key(assignment: str, student: str, way: str, to: str, page: bytes) -> Key:
    """Return the key of a page that goes out."""
    return assignment, student, way, to, hashlib.sha256(page).hexdigest()


def add(root: Path, went: Key) -> None:
    """Add a row, with the present time; OSError if it cannot be written."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    receipts.append(path_of(root), [Sent(*went, time)], COLUMNS)
