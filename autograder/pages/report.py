"""A class's gradebook → one self-contained HTML page: scores, checks, messages, whom to look at."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.grade import records
from autograder.grade.records import Record
from autograder.gradebook import read
from autograder.gradebook.read import Check, Places, Submission
from autograder.pages import charts, safe_html
from autograder.pages.charts import Picture

MESSAGES_SHOWN = 10  # an assignment
MESSAGE_LENGTH = 300  # characters


@dataclass(frozen=True)
class Message:
    """What checks said to several students: numbers apart, the same words."""

    check: str
    example: str
    students: int


@dataclass(frozen=True)
class Part:
    """What the page says about one assignment."""

    name: str
    points: float
    submissions: int
    mean: float
    quartiles: tuple[float, float, float, float, float]  # least, 25 %, median, 75 %, most
    by_hand: int  # submissions that wait for a person
    late: int
    bins: list[tuple[str, int]]  # "0 to 2" → submissions
    checks: list[Check]
    messages: list[Message]
    histogram: Picture | None
    rates: Picture | None


@dataclass
class Page:
    """All that the template needs."""

    made: str
    gradebook: str
    students: int
    parts: list[Part] = field(default_factory=list)
    boxes: Picture | None = None
    recorded: int = 0  # submissions with a record
    weak: list[tuple[str, int]] = field(default_factory=list)  # assignment, graded with limits only
    looks: list[tuple[str, str, str, str]] = field(default_factory=list)
    missing: list[tuple[str, str, list[str]]] = field(default_factory=list)
    helped: list[tuple[str, str, str]] = field(default_factory=list)
    """Student, assignment, and which help they say they used."""


def write_report(root: Path, to: Path | None = None, wanted: tuple[str, ...] = ()) -> Path:
    """Write the page on how a class does, and return its path.

    root: the course's folder; its gradebook and the grader's records are read once each.
    to: the page (default: grading/report.html in the course); folders above it are made.
    wanted: the assignments to show, by default all of the gradebook. Scores are in points, late
    penalties taken off.
    Raises CourseError if the gradebook cannot be read, has not one of the assignments wanted, or
    the page cannot be written; an earlier page then stays.
    """
    places = read.places(root)
    target = Path(to) if to else places.grading / "report.html"
    text = safe_html.page("report.html", page=gather(places, wanted))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text)
    except OSError as error:
        raise CourseError(
            f"{target}: cannot be written ({error.strerror}): choose another file with --to."
        ) from error
    return target


def gather(places: Places, wanted: tuple[str, ...] = ()) -> Page:
    """Return all that the page shows: read from the gradebook and the records, and drawn."""
    url = places.course.db_url
    with read.opened(url) as connection:
        assignments = read.assignments(connection, wanted)
        students = read.students(connection)
        works = _by(read.submissions(connection, assignments))
        checks = _by(read.checks(connection, assignments))
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    page = Page(made, read.shown(url), len(students))
    missing: dict[str, list[str]] = defaultdict(list)
    for assignment, about in assignments.items():
        recorded = list(records.read_all(places.root, assignment))
        submitted = works.get(assignment, [])
        page.recorded += len(recorded)
        page.helped += [(one.student, assignment, one.help) for one in recorded if one.help]
        weak = sum(one.isolation == "process" and one.status == "graded" for one in recorded)
        if weak:
            page.weak.append((assignment, weak))
        found = checks.get(assignment, [])
        page.parts.append(_part(assignment, about.points, submitted, found, recorded))
        page.looks += _looks(assignment, submitted, recorded)
        there = {one.student for one in [*submitted, *recorded]}
        if there:  # an assignment without any submission is not due yet
            for student in students.keys() - there:
                missing[student].append(assignment)
    page.missing = [
        (student, students[student].name, missing[student]) for student in sorted(missing)
    ]
    shown = [part for part in page.parts if part.submissions and part.points]
    if shown:
        shares = [[100 * w.score / p.points for w in works[p.name]] for p in shown]
        words = "Box plots of the scores; the table below gives the same numbers in points."
        page.boxes = charts.boxes([part.name for part in shown], shares, words)
    return page


def _by(found: Iterable) -> dict[str, list]:
    grouped = defaultdict(list)
    for one in found:
        grouped[one.assignment].append(one)
    return grouped


def _part(
    name: str, points: float, works: list[Submission], checks: list[Check], records: list[Record]
) -> Part:
    scores = [work.score for work in works]
    bins = _bins(scores, points) if scores and points else []
    graded = [check for check in checks if check.graded]
    histogram = rates = None
    if bins:
        edges = [left for left, _, _ in bins] + [bins[-1][1]]
        counts = [count for _, _, count in bins]
        most = max(bins, key=lambda one: one[2])
        words = (
            f"Histogram of {len(scores)} scores in {name}: most often {most[0]:g} to {most[1]:g} "
            f"points, the median is {statistics.median(scores):g} of {points:g}. "
            "The table next to it gives every bar."
        )
        histogram = charts.histogram(edges, counts, words)
    if graded:
        hard, easy = graded[0], graded[-1]
        words = (
            f"Bars of the pass rate of each check of {name}, from {hard.name} "
            f"({100 * hard.rate:.0f} %) to {easy.name} ({100 * easy.rate:.0f} %). "
            "The table below gives every bar."
        )
        rates = charts.pass_rates(graded, words)
    return Part(
        name=name,
        points=points,
        submissions=len(works),
        mean=statistics.fmean(scores) if scores else 0.0,
        quartiles=_quartiles(scores),
        by_hand=sum(work.by_hand > 0 for work in works),
        late=sum(work.penalty > 0 for work in works),
        bins=[(f"{left:g} to {right:g}", count) for left, right, count in bins],
        checks=checks,
        messages=_messages(records),
        histogram=histogram,
        rates=rates,
    )


def _bins(scores: Sequence[float], points: float) -> list[tuple[float, float, int]]:
    """Return ten equal bins from 0 to the points, as (from, to, how many).

    A score on an edge counts above it, full points (and more, by extra credit) in the last bin.
    """
    counts = Counter(min(9, int(10 * score / points + 1e-9)) for score in scores)
    return [
        (round(points * n / 10, 6), round(points * (n + 1) / 10, 6), counts[n]) for n in range(10)
    ]


def _quartiles(scores: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Return least, lower quartile, median, upper quartile, most (zeros where there are none)."""
    if not scores:
        return (0.0,) * 5
    if len(scores) == 1:
        return (scores[0],) * 5
    lower, middle, upper = statistics.quantiles(scores, n=4, method="inclusive")
    return (min(scores), lower, middle, upper, max(scores))


def _messages(records: list[Record]) -> list[Message]:
    """Return the most common messages; two that differ only in numbers are one."""
    who: dict[tuple[str, str], set[str]] = defaultdict(set)
    examples: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in records:
        for check, text in record.messages.items():
            text = " ".join(text.split()) or "(no message)"
            if len(text) > MESSAGE_LENGTH:
                text = f"{text[: MESSAGE_LENGTH - 1]}…"
            key = (check, re.sub(r"\d+(\.\d+)?(e[+-]?\d+)?", "#", text))
            who[key].add(record.student)
            examples[key][text] += 1
    common = sorted(who, key=lambda key: (-len(who[key]), key))[:MESSAGES_SHOWN]
    return [Message(key[0], examples[key].most_common(1)[0][0], len(who[key])) for key in common]


def _looks(
    assignment: str, works: list[Submission], records: list[Record]
) -> list[tuple[str, str, str, str]]:
    """Return (student, assignment, status, what to know) for what a person should look at."""
    looks = []
    known = {record.student: record for record in records}
    for record in records:
        if record.status != "graded" or record.notes:
            words = "; ".join(part for part in (record.sentence, *record.notes) if part)
            looks.append((record.student, assignment, record.status, words))
    for work in works:
        if work.flagged:
            looks.append((work.student, assignment, "flagged", "Flagged in formgrader."))
        if work.ungraded and work.student not in known:
            words = f"{work.ungraded} checks have no score: grade this submission again."
            looks.append((work.student, assignment, "not graded", words))
    return sorted(looks)
