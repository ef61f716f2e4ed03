"""What waits for the instructor today: groups of students, each with the link for a mail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from autograder.grade.records import Record
from autograder.gradebook.read import Student, Submission
from autograder.pages import mail
from autograder.pages.heatmap import known

LOW = 0.5  # of the points so far: below it a student is in trouble
SHOWN = 8  # students; more are folded
REASONS = 2  # of one student; more are only counted, a notebook each


@dataclass(frozen=True)
class Person:
    """A student of a group, why, and a link for a mail ("" without an address)."""

    name: str
    why: str
    link: str


@dataclass(frozen=True)
class Group:
    """Students with the same thing to do about them."""

    title: str
    to_do: str
    people: list[Person]
    links: list[tuple[str, str]]

    @property
    def shown(self) -> list[Person]:
        return self.people[:SHOWN]

    @property
    def folded(self) -> list[Person]:
        return self.people[SHOWN:]


def group(
    title: str, to_do: str, why: Iterable[tuple[str, str]], students: Mapping[str, Student]
) -> Group:
    """Return a group; why: (student's id, reason), a student with several is there once."""
    reasons: dict[str, list[str]] = {}
    for student, reason in why:
        reasons.setdefault(student, []).append(reason)
    found = [known(student, students) for student in reasons]
    people = [
        Person(one.name or one.id, _together(reasons[one.id]), mail.to_one(one.email, title))
        for one in found
    ]
    return Group(title, to_do, people, list(mail.to_all((one.email for one in found), title)))


def _together(reasons: list[str]) -> str:
    few = len(reasons) <= REASONS
    return "; ".join(reasons) if few else some(len(reasons), "notebook")


def waiting(title: str, works: Iterable[Submission]) -> Iterable[tuple[str, str]]:
    """Yield who has cells that wait for a grade by hand, and in what."""
    for work in works:
        if work.by_hand:
            yield work.student, f"{some(work.by_hand, 'answer')} in {title}"


def refused(title: str, records: Iterable[Record]) -> Iterable[tuple[str, str]]:
    """Yield whose submission cannot be graded, and why."""
    for record in records:
        if record.status != "graded":
            yield record.student, f"{title}: {record.sentence or record.status}"


def late(title: str, works: Iterable[Submission]) -> Iterable[tuple[str, str]]:
    """Yield who handed in late, by how much, and what it costs."""
    for work in works:
        if work.late or work.penalty:
            parts = [_time(work.late)] if work.late else []
            off = "1 point" if work.penalty == 1 else f"{work.penalty:g} points"
            parts += [f"{off} off"] if work.penalty else []
            yield work.student, f"{title}, {', '.join(parts)}"


def some(count: int, one: str) -> str:
    """Return a number with its noun: "1 answer", "2 answers"."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _time(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    if minutes < 60:
        return f"{some(max(1, minutes), 'minute')} late"
    hours = minutes // 60
    return f"{some(hours, 'hour')} late" if hours < 48 else f"{hours // 24} days late"
