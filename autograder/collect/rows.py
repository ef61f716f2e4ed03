"""What is known of a file while it is collected, and the row that says what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from autograder.collect import receipts, work
from autograder.collect.claims import Claim, Person
from autograder.collect.receipts import Receipt
from autograder.gradebook.read import Roster

COLLECTED, UNCHANGED, OLDER, NOT_TAKEN = "collected", "unchanged", "older", "NOT TAKEN"
UNTOUCHED = "untouched"
YOU, NOW, BEFORE = "as you say", "now", "as before"
BY_CANVAS = "in time, says Canvas"
NO_NOTEBOOK = "is not a notebook"


@dataclass(frozen=True)
class Row:
    """What became of one file."""

    place: str
    outcome: str  # one of the five above
    student: str = ""
    assignment: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """A file that was read; its bytes are at `kept`."""

    place: str
    said: Claim
    modified: float
    kept: Path
    notes: tuple[str, ...] = ()
    work: int = work.WORKED  # of a notebook
    known: bool = False  # whether the notebook itself says its assignment


@dataclass(frozen=True)
class Taken:
    """A notebook of a known student for a known assignment."""

    place: str
    student: str
    assignment: str
    sha256: str
    kept: Path  # where its bytes are
    order: tuple[int, int, float, int]  # the larger counts
    said: Claim
    by: Person
    received: datetime
    source: str  # who says so: one of those above, or an LMS
    late: str = ""  # by how much
    notes: tuple[str, ...] = ()

    @property
    def work(self) -> int:
        """How much work is in it (see work.py)."""
        return self.order[0]

    def row(self, outcome: str, *notes: str) -> Row:
        """Return what became of it, with the time that counts if it is the one that does."""
        late = (self.late,) if self.late else ()
        when = (self.when,) if outcome in (COLLECTED, UNCHANGED) else ()
        every = (*self.notes, *late, *when, *notes)
        return Row(self.place, outcome, self.student, self.assignment, every)

    @property
    def when(self) -> str:
        """When it was received, and who says so."""
        if self.source == NOW:
            return "received now"
        return f"received {self.received:%F %R} UTC, {self.source}"

    @property
    def by_lms(self) -> bool:
        """Whether an LMS says when it was received: that is right, whatever was said before."""
        return self.source not in (YOU, NOW, BEFORE, BY_CANVAS)

    def at(self, time: datetime, to: Roster, source: str) -> "Taken":
        """Return this file as received at `time`, with a note if that was late.

        As far as this call's own clock tells, a file from Canvas that Canvas does not call late
        counts as received by the due date at the latest.
        """
        due = to.deadline(self.student, self.assignment)
        marked = self.said.late or (self.said.late if source in (YOU, NOW) else None)
        received, late = receipts.arrival(time, due, marked)
        source = BY_CANVAS if received != time else source
        return replace(self, received=received, late=late, source=source)

    @property
    def receipt(self) -> Receipt:
        """Return the row for grading/receipts.csv."""
        received = self.received.isoformat(timespec="seconds")
        return Receipt(self.assignment, self.student, received, self.sha256)
