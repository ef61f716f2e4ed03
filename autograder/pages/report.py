"""A class's gradebook → one self-contained HTML page that answers five questions at a glance.

Who is in trouble, which exercise is hard, what is misunderstood, which check is bad, who needs a
mail. Scores are shares of the points that are given so far: what waits for a grade by hand counts
neither as right nor as wrong.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.grade import records
from autograder.grade.records import Record
from autograder.gradebook import database, read
from autograder.gradebook.read import Assignment, Places, Student, Submission
from autograder.pages import alike, heatmap, radar, safe_html, today
from autograder.pages.alike import Alike
from autograder.pages.heatmap import Cell, HeatMap
from autograder.pages.items import CheckItem, Item, Work, item
from autograder.pages.outline import Outline, outline, released_cells
from autograder.pages.today import Group


@dataclass(frozen=True)
class Look:
    """A submission that a person should look at: why, a line each."""

    student: str
    title: str
    status: str
    words: list[str]


@dataclass(frozen=True)
class Pair:
    """Two students whose work is alike, by name."""

    students: tuple[str, str]
    title: str
    share: str
    where: str


@dataclass
class Part:
    """What the page says about one assignment."""

    name: str
    title: str
    points: float
    submissions: int = 0
    mean: float = 0.0  # of the scores, from 0 to 1, as all that follow
    quartiles: tuple[float, float, float, float, float] = (
        0.0,
    ) * 5  # least, 25 %, median, 75 %, most
    bins: list[int] = field(default_factory=list)  # submissions with 0 to 10 %, 10 to 20 %, …
    by_hand: int = 0  # submissions that wait for a person
    late: int = 0
    recorded: int = 0
    items: list[Item] = field(default_factory=list)
    heat: HeatMap | None = None

    @property
    def odd(self) -> list[tuple[Item, CheckItem]]:
        """The checks that good students fail as often as others."""
        return [(one, check) for one in self.items for check in one.checks if check.is_odd]

    @property
    def exercises(self) -> list[Item]:
        """The exercises that somebody has attempted, without the written answer."""
        return [one for one in self.items if one.attempted and not one.exercise.is_answer]


@dataclass
class Page:
    """All that the template needs."""

    made: str
    students: int
    parts: list[Part] = field(default_factory=list)
    today: list[Group] = field(default_factory=list)
    heat: HeatMap | None = None  # of all assignments, if they are several
    weak: list[tuple[str, int]] = field(default_factory=list)  # title, graded with limits only
    looks: list[Look] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    recorded: int = 0  # submissions with a record
    helped: list[tuple[str, str, str]] = field(default_factory=list)
    """Student, assignment, and which help they say they used."""

    @property
    def hardest(self) -> tuple[Part, Item] | None:
        """The exercise that the smallest share of those who attempted it have right."""
        found = [(part, one) for part in self.parts for one in part.exercises]
        return min(found, key=lambda pair: pair[1].share_right, default=None)

    @property
    def mistake(self) -> tuple[Part, Item] | None:
        """The exercise with the most common mistake, its first one."""
        found = [(part, one) for part in self.parts for one in part.exercises if one.mistakes]
        return max(found, key=lambda pair: pair[1].mistakes[0].students, default=None)

    @property
    def odd(self) -> list[tuple[Part, Item, CheckItem]]:
        """The checks that good students fail as often as others, the oddest first."""
        found = [(part, *pair) for part in self.parts for pair in part.odd]
        return sorted(found, key=lambda one: one[2].correlation or 0)


@dataclass(frozen=True)
class Handed:
    """All that is read of one assignment."""

    about: Assignment
    outline: Outline
    submissions: dict[str, Submission]  # by student; one that is only an extension is none
    works: dict[str, Work]
    records: list[Record]

    @property
    def totals(self) -> dict[str, float]:
        """Each student's share of the points so far, late penalties taken off."""
        found = {}
        for student, work in self.works.items():
            points = sum(score.points for score in work.scores.values() if not score.waits)
            earned = sum(score.earned for score in work.scores.values() if not score.waits)
            if points:
                penalty = self.submissions[student].penalty
                found[student] = max(0.0, earned - penalty) / points
        return found

    @property
    def is_due(self) -> bool:
        """Whether who has not handed in is missing: someone has, and the due date is over."""
        there = bool(self.submissions or self.records)
        return there and (self.about.due is None or self.about.due.replace(tzinfo=UTC) < _now())


def write_report(root: Path, to: Path | None = None, wanted: tuple[str, ...] = ()) -> Path:
    """Write the page on how a class does, and return its path.

    root: the course's folder; its gradebook and the grader's records are read once each.
    to: the page (default: grading/report.html in the course); folders above it are made.
    wanted: the assignments to show, by default all of the gradebook.
    Raises CourseError if the gradebook or a release cannot be read, has not one of the assignments
    wanted, or the page cannot be written; an earlier page then stays.
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
    """Return all that the page shows, read from the gradebook, the records and the releases."""
    with database.opened(places.course.db_url) as connection:
        assignments = read.assignments(connection, wanted)
        students = read.students(connection)
        submissions = defaultdict(list)
        for one in read.submissions(connection, assignments):
            submissions[one.assignment].append(one)
        handed = [
            _handed(places, connection, about, submissions[about.name])
            for about in assignments.values()
        ]
    page = Page(f"{_now():%Y-%m-%d %H:%M} UTC", len(students))
    several = sum(bool(one.works) for one in handed) > 1
    for one in handed:
        names = radar.known(places.root, one.about.name)
        page.parts.append(_part(one, students, alone=not several, names=names))
        page.recorded += len(one.records)
        page.helped += [
            (_name(record.student, students), one.outline.title, record.help)
            for record in one.records
            if record.help
        ]
        page.looks += _looks(one, students)
        page.pairs += _pairs(one, students)
        weak = sum(record.isolation == "process" for record in one.records if record.checks)
        if weak:
            page.weak.append((one.outline.title, weak))
    cells, totals = _over_all(handed, students)
    if several:
        columns = [(_short(one), one.outline.title) for one in handed if one.works]
        page.heat = heatmap.of_assignments(columns, cells, totals, students)
    page.today = _today(handed, students, totals)
    return page


def _handed(
    places: Places, connection: Connection, about: Assignment, found: list[Submission]
) -> Handed:
    scores: dict[str, dict[str, read.Score]] = defaultdict(dict)
    graded: dict[str, dict[str, None]] = defaultdict(dict)  # of each notebook, in their order
    for student, notebook, cell, score in read.scores(connection, about.name):
        scores[student][cell] = score
        graded[notebook][cell] = None
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for notebook, cell, text in read.sources(connection, about.name):
        texts[notebook][cell] = text or ""
    outlines = [
        outline(name, released_cells(places, about.name, name), texts[name], graded[name])
        for name in {**texts, **graded} or [about.name]
    ]
    exercises = {name: one for each in outlines for name, one in each.exercises.items()}
    recorded = list(records.read_all(places.root, about.name))
    known = {record.student: record for record in recorded}
    with_grade = {one.student: one for one in found if one.graded}
    works = {name: Work(scores[name], known.get(name)) for name in with_grade}
    title = outlines[0].title if len(outlines) == 1 else about.name
    there = {one.student: one for one in found if one.graded or one.ungraded}
    return Handed(about, Outline(title, exercises), there, works, recorded)


def _now() -> datetime:
    return datetime.now(UTC)


def _part(
    handed: Handed, students: Mapping[str, Student], alone: bool, names: Mapping[str, radar.Known]
) -> Part:
    about, totals = handed.about, handed.totals
    part = Part(about.name, handed.outline.title, about.points)
    works = list(handed.works.values())
    part.submissions = len(works)
    part.recorded = len(handed.records)
    if not totals:
        return part
    exercises = list(handed.outline.exercises.values())
    shares = list(totals.values())
    part.mean, part.quartiles = statistics.fmean(shares), _quartiles(shares)
    part.bins = _bins(shares)
    part.by_hand = sum(one.by_hand > 0 for one in handed.submissions.values())
    part.late = sum(bool(one.late or one.penalty) for one in handed.submissions.values())
    part.items = [item(exercise, works, names.get(exercise.name)) for exercise in exercises]
    part.heat = heatmap.of_exercises(exercises, handed.works, totals, students, alone)
    return part


def _bins(shares: Iterable[float]) -> list[int]:
    """Return how many scores are in each tenth; one on an edge counts above it, 1 in the last."""
    counts = Counter(min(9, int(10 * share + 1e-9)) for share in shares)
    return [counts[n] for n in range(10)]


def _quartiles(scores: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Return least, lower quartile, median, upper quartile, most."""
    if len(scores) == 1:
        return (scores[0],) * 5
    lower, middle, upper = statistics.quantiles(scores, n=4, method="inclusive")
    return (min(scores), lower, middle, upper, max(scores))


def _short(handed: Handed) -> str:
    """Return the number of a notebook, "02", or its name if it has none."""
    number = handed.about.name[:2]
    return number if number.isdigit() else handed.about.name


def _over_all(
    handed: Sequence[Handed], students: Mapping[str, Student]
) -> tuple[dict[str, list[Cell]], dict[str, float]]:
    """Return each student's cells, one an assignment, and the share of the points over all.

    A missing or refused submission counts 0 of what the others' are graded for so far.
    """
    cells: dict[str, list[Cell]] = defaultdict(list)
    earned: dict[str, float] = defaultdict(float)
    points: dict[str, float] = defaultdict(float)
    handed = [one for one in handed if one.works]
    everyone = list(students) + [s for one in handed for s in one.works if s not in students]
    for one in handed:
        totals = one.totals
        refused = {record.student for record in one.records if record.status != "graded"}
        worth = statistics.median(_points(work) for work in one.works.values())
        for student in dict.fromkeys(everyone):
            if student in totals:
                cells[student].append(heatmap.cell(totals[student]))
                mine = _points(one.works[student])
                earned[student] += totals[student] * mine
                points[student] += mine
            elif student in refused or one.is_due:
                is_refused = student in refused
                cells[student].append(heatmap.REFUSED if is_refused else heatmap.MISSING)
                points[student] += worth
            else:
                cells[student].append(heatmap.NOTHING)
    return dict(cells), {name: earned[name] / points[name] for name in cells if points[name]}


def _points(work: Work) -> float:
    return sum(score.points for score in work.scores.values() if not score.waits)


def _today(
    handed: Sequence[Handed], students: Mapping[str, Student], totals: Mapping[str, float]
) -> list[Group]:
    titled = [(one.outline.title, one) for one in handed]
    late = [why for title, one in titled for why in today.late(title, one.submissions.values())]
    waits = [why for title, one in titled for why in today.waiting(title, one.submissions.values())]
    refused = [why for title, one in titled for why in today.refused(title, one.records)]
    missing = [
        (student, title)
        for title, one in titled
        if one.is_due
        for student in sorted(students.keys() - one.submissions.keys() - _recorded(one))
    ]
    low = sorted((share, student) for student, share in totals.items() if share < today.LOW)
    in_trouble = [(student, f"{100 * share:.0f} %") for share, student in low]
    groups = (
        ("In trouble: less than half of the points", "Offer them a talk.", in_trouble),
        ("Waiting for a grade by hand", "Grade their answers.", waits),
        ("Cannot be graded", "Ask them for another file.", refused),
        ("Nothing handed in", "Ask whether they need help.", missing),
        ("Late", "Look whether there was a reason.", late),
    )
    return [today.group(title, to_do, why, students) for title, to_do, why in groups]


def _recorded(handed: Handed) -> set[str]:
    return {record.student for record in handed.records}


def _looks(handed: Handed, students: Mapping[str, Student]) -> list[Look]:
    """Return the graded submissions with something to know about them."""
    found: list[Look] = []
    title, known = handed.outline.title, _recorded(handed)

    def look(student: str, status: str, words: list[str]) -> None:
        one = heatmap.known(student, students)
        found.append(Look(one.name or one.id, title, status, words))

    for record in handed.records:
        if record.status == "graded" and record.notes:
            look(record.student, "graded with notes", record.notes)
    for work in handed.submissions.values():
        if work.flagged:
            look(work.student, "flagged", ["Flagged in formgrader."])
        if work.ungraded and work.student not in known:
            words = f"{work.ungraded} checks have no score: grade this submission again."
            look(work.student, "not graded", [words])
    return sorted(found, key=lambda one: (one.student, one.title, one.status))


def _pairs(handed: Handed, students: Mapping[str, Student]) -> list[Pair]:
    return [
        Pair(
            (_name(pair.students[0], students), _name(pair.students[1], students)),
            handed.outline.title,
            "the same file" if pair.same_file else f"{100 * pair.share:.0f} %",
            _where(pair, handed.outline),
        )
        for pair in alike.pairs(handed.records)[: alike.SHOWN]
    ]


def _name(student: str, students: Mapping[str, Student]) -> str:
    return heatmap.known(student, students).name or student


def _where(pair: Alike, about: Outline) -> str:
    known = [about.exercises[name].title for name in pair.exercises if name in about.exercises]
    return "; ".join(known) or "the whole notebook"
