"""grading/answers/ASSIGNMENT.jsonl: who graded an answer by hand, when, and what was ticked.

One line a grade, only ever appended; the last one about an answer counts. Points and comments count
where nbgrader keeps them, in the gradebook: a line whose points or comment are not the gradebook's
is about something that was changed elsewhere since.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.gradebook.read import ByHand

Key = tuple[str, str, str]
"""Student, notebook, cell."""


@dataclass(frozen=True)
class Entry:
    """One grade that a person gave in the page."""

    student: str
    notebook: str
    cell: str
    points: float | None  # None: taken back
    comment: str
    ticks: tuple[float, ...]  # the points for each item of the rubric
    rubric: str  # the digest of its items
    grader: str
    when: str  # ISO 8601, UTC

    @property
    def key(self) -> Key:
        return self.student, self.notebook, self.cell

    def is_of(self, given: ByHand) -> bool:
        """Say whether the gradebook still holds what this grade gave."""
        return (self.points, self.comment) == (given.points, given.comment)


def path_of(root: Path, assignment: str) -> Path:
    """Return where the entries of an assignment are, for the course in `root`."""
    return Path(root) / "grading" / "answers" / f"{assignment}.jsonl"


def now() -> str:
    """Return the time as entries have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def append(root: Path, assignment: str, entry: Entry) -> None:
    """Append an entry; it is on disk when this returns. OSError if it cannot be written.

    It is one call to the system, and begins with a line end: an entry that a program was killed in
    spoils no other.
    """
    path = path_of(root, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", buffering=0) as file:
        file.write(f"\n{json.dumps(asdict(entry), ensure_ascii=False)}".encode())
        os.fsync(file.fileno())


def read(root: Path, assignment: str) -> dict[Key, Entry]:
    """Return the last entry of each answer; lines that are damaged are passed over."""
    try:
        text = path_of(root, assignment).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    return {entry.key: entry for entry in _entries(text.split("\n"))}


def _entries(lines: Iterable[str]) -> Iterable[Entry]:
    for line in lines:
        try:
            content = json.loads(line)
            yield Entry(**(content | {"ticks": tuple(map(float, content["ticks"]))}))
        except (ValueError, TypeError, KeyError):
            continue
