"""How a class did in each exercise, and how well each check tells who knows the rest.

Two numbers of classical test theory (Ebel, "Essentials of Educational Measurement", 1972): the
discrimination, by how much more of the best third have an exercise right than of the weakest, and
the item-rest correlation, Pearson's r of a check with the points of everything else.
"""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.build import markers
from autograder.grade.records import Record
from autograder.gradebook.read import Score
from autograder.pages.outline import Exercise
from autograder.pages.radar import Group, Known, groups

UNWRITTEN = "NotImplementedError"
MISTAKES = 5  # shown of an exercise
MESSAGE_LENGTH = 300  # characters
THIRDS_FROM = 9  # students
ENOUGH = 20  # students who attempted a check, before its correlation says something
LEAST = 3  # of them, who passed it, and who did not
WEAK = 0.05  # a correlation below this: good students fail the check as often as others


@dataclass(frozen=True)
class Work:
    """What is known of one student's submission of an assignment."""

    scores: Mapping[str, Score]  # by grade id
    record: Record | None = None

    def has_written(self, exercise: Exercise) -> bool:
        """Return whether it is not as it was released; of code only the grader's records tell."""
        if exercise.is_answer:
            return not any(self.scores[name].blank for name in exercise.grade_ids)
        checks = self.record.checks if self.record else {}
        mine = [checks[name] for name in exercise.checks if name in checks]
        passed = any(check.get("passed") for check in mine)
        return not mine or passed or any(check.get("kind") != UNWRITTEN for check in mine)

    def share(self, exercise: Exercise) -> float | None:
        """Return the share of an exercise's points, None while all of it waits for a person."""
        return self._share(exercise.grade_ids)

    def rest(self, without: Sequence[str]) -> float:
        """Return the points of everything but these grade ids."""
        others = (score.earned for name, score in self.scores.items() if name not in without)
        return sum(others)

    @property
    def total(self) -> float | None:
        """The share of all points that are given so far, None if there are none."""
        return self._share(list(self.scores))

    def _share(self, grade_ids: Sequence[str]) -> float | None:
        found = [self.scores[name] for name in grade_ids if name in self.scores]
        found = [score for score in found if not score.waits]
        points = sum(score.points for score in found)
        return sum(score.earned for score in found) / points if points else None

    def is_right(self, exercise: Exercise) -> bool:
        """Return whether the exercise has all its points."""
        return (self.share(exercise) or 0) >= 1 - 1e-9


@dataclass(frozen=True)
class Mistake:
    """What checks said to several students: numbers apart, the same words."""

    about: str
    example: str
    students: int


@dataclass(frozen=True)
class CheckItem:
    """How those who attempted an exercise did in one of its checks."""

    name: str
    about: str
    points: float
    graded: int
    passed: int
    correlation: float | None

    @property
    def is_odd(self) -> bool:
        """Whether good students fail it as often as others, as far as so many can tell."""
        enough = self.graded >= ENOUGH and LEAST <= self.passed <= self.graded - LEAST
        return enough and self.correlation is not None and self.correlation < WEAK


@dataclass(frozen=True)
class Item:
    """How a class did in one exercise."""

    exercise: Exercise
    graded: int  # submissions
    attempted: int
    right: int
    waiting: int
    mean: float | None  # share of its points, of those who attempted it
    discrimination: float | None
    correlation: float | None
    mistakes: list[Mistake]
    checks: list[CheckItem]
    groups: list[Group] = field(default_factory=list)

    @property
    def share_right(self) -> float:
        """The share of those who attempted it that have it right."""
        return self.right / self.attempted if self.attempted else 0.0


def item(exercise: Exercise, works: Sequence[Work], known: Known | None = None) -> Item:
    """Return how these submissions did in an exercise; known: the mistakes that have a name."""
    shares = [(work, work.share(exercise)) for work in works]
    graded = [(work, share) for work, share in shares if share is not None]
    attempted = [work for work, _ in graded if work.has_written(exercise)]
    rests = [work.rest(exercise.grade_ids) for work, _ in graded]
    return Item(
        exercise,
        graded=len(graded),
        attempted=len(attempted),
        right=sum(work.is_right(exercise) for work in attempted),
        waiting=len(works) - len(graded),
        mean=_mean([share for work, share in graded if work.has_written(exercise)]),
        discrimination=_by_thirds([work.is_right(exercise) for work, _ in graded], rests),
        correlation=_correlation([share for _, share in graded], rests),
        mistakes=_mistakes(exercise, attempted),
        checks=[_check(name, exercise, attempted) for name in exercise.checks],
        groups=groups(
            exercise.name, [work.record for work in attempted if work.record], known or {}
        ),
    )


def _check(name: str, exercise: Exercise, attempted: Sequence[Work]) -> CheckItem:
    mine = [work for work in attempted if name in work.scores and not work.scores[name].waits]
    passed = [work.scores[name].earned >= work.scores[name].points for work in mine]
    points = mine[0].scores[name].points if mine else 0.0
    correlation = _correlation([float(one) for one in passed], [work.rest([name]) for work in mine])
    about = exercise.checks[name]
    return CheckItem(name, about, points, len(mine), sum(passed), correlation)


def _mean(shares: Sequence[float]) -> float | None:
    return statistics.fmean(shares) if shares else None


def _correlation(values: Sequence[float], rests: Sequence[float]) -> float | None:
    """Return Pearson's r, None where it is not defined: all the same, or fewer than two."""
    try:
        return statistics.correlation(values, rests)
    except statistics.StatisticsError:
        return None


def _by_thirds(right: Sequence[bool], rests: Sequence[float]) -> float | None:
    """Return the share right of the third that has most points elsewhere, less the last third's."""
    if len(right) < THIRDS_FROM:
        return None
    ranked = [one for _, one in sorted(zip(rests, right, strict=True), key=lambda pair: pair[0])]
    third = len(ranked) // 3
    return (sum(ranked[-third:]) - sum(ranked[:third])) / third


def _mistakes(exercise: Exercise, attempted: Sequence[Work]) -> list[Mistake]:
    """Return the most common mistakes: of each student, what the first failed check says.

    Messages that differ only in numbers are one. Those of a hidden check differ in their inputs
    as well, so there it is the check that counts.
    """
    who: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for work in attempted:
        messages = work.record.messages if work.record else {}
        name = next((name for name in exercise.checks if name in messages), None)
        if name is None:
            continue
        text = " ".join(messages[name].split()) or "(no message)"
        if len(text) > MESSAGE_LENGTH:
            text = f"{text[: MESSAGE_LENGTH - 1]}…"
        words = re.sub(r"\d+(\.\d+)?(e[+-]?\d+)?", "#", text)
        key = (name, "" if markers.is_hidden(name) else words)
        who[key] += 1
        examples[key][text] += 1
    common = sorted(who, key=lambda key: (-who[key], key))[:MISTAKES]
    return [
        Mistake(exercise.checks[key[0]], examples[key].most_common(1)[0][0], who[key])
        for key in common
    ]
