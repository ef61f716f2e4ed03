"""When work is due and what lateness costs, as grading/class.toml says it.

    [dates.02_load_balancer]
    due = 2026-12-01T23:59:00+01:00
    penalty = "10%/day"                # of the points earned, for each day begun
    grace = "15min"                    # being this late costs nothing

    [dates.all]                        # where an assignment does not say it itself
    penalty = "5%/hour up to 50%"

    [extensions.ada]
    02_load_balancer = "2d"            # or a new deadline, as in due
    all = "1d"

The file is the source of what it says, and nbgrader's gradebook follows: `bring` writes due dates
and extensions where nbgrader looks for them. What the file does not mention stays as the gradebook
has it. `LatePenalty` is the plugin by which nbgrader's own commands take off the same points.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin

from autograder.errors import CourseError
from autograder.gradebook import class_file
from autograder.gradebook.spelling import (
    Extension,
    Penalty,
    duration,
    longer,
    moment,
    penalty,
    shown,
)

LOG = logging.getLogger("autograder")
ALL = "all"
DATES, EXTENSIONS = "dates", "extensions"
READERS = {"due": moment, "penalty": penalty, "grace": duration}


@dataclass(frozen=True)
class Rule:
    """What the file says of one assignment; None where it says nothing."""

    due: datetime | None = None  # UTC
    penalty: Penalty | None = None
    grace: timedelta | None = None


@dataclass(frozen=True)
class ClassDates:
    """All that the file says of dates."""

    rules: dict[str, Rule] = field(default_factory=dict)  # by assignment, or ALL
    extensions: dict[str, dict[str, Extension]] = field(default_factory=dict)
    """By student, then by assignment or ALL."""

    def rule(self, assignment: str) -> Rule:
        """Return what holds for an assignment: its own words, else those for all."""
        own, every = self.rules.get(assignment, Rule()), self.rules.get(ALL, Rule())
        grace = every.grace if own.grace is None else own.grace
        return Rule(own.due, own.penalty or every.penalty, grace)

    def extension(self, student: str, assignment: str, due: datetime | None) -> timedelta | None:
        """Return how much longer a student has, None where the file does not say.

        due: the assignment's date in UTC; without one there is nothing to extend.
        """
        theirs = self.extensions.get(student, {})
        longer = theirs.get(assignment, theirs.get(ALL))
        if isinstance(longer, datetime):
            return max(longer - due, timedelta()) if due else None
        return longer


def read(root: Path | str) -> ClassDates:
    """Return the dates of the course in `root`; CourseError for what the file says wrongly."""
    path, found = class_file.path_of(root), class_file.content(root)
    rules: dict[str, Rule] = {}
    for name, said in _table(found, DATES, path).items():
        place = f"{path}: [{DATES}.{name}]"
        known = [each.name for each in fields(Rule)]
        if not isinstance(said, dict) or set(said) - set(known):
            raise CourseError(f"{place}: holds something else than {', '.join(known)}: correct it.")
        if name == ALL and "due" in said:
            raise CourseError(f"{place}: all cannot be due at once: give each its own date.")
        values = {key: _value(READERS[key], value, f"{place} {key}") for key, value in said.items()}
        rules[name] = Rule(**values)
    extensions: dict[str, dict[str, Extension]] = {}
    for student, theirs in _table(found, EXTENSIONS, path).items():
        place = f"{path}: [{EXTENSIONS}.{student}]"
        if not isinstance(theirs, dict):
            raise CourseError(f'{place}: write lines such as 02_load_balancer = "2d" below it.')
        extensions[student] = {
            name: _value(longer, value, f"{place} {name}") for name, value in theirs.items()
        }
    return ClassDates(rules, extensions)


def check(root: Path | str, dates: ClassDates, known: Iterable[str]) -> None:
    """Raise CourseError for an assignment of the file that the course does not have."""
    known = [*known, ALL]
    named = [*dates.rules, *(name for theirs in dates.extensions.values() for name in theirs)]
    for name in named:
        if name not in known:
            raise CourseError(
                f"{class_file.path_of(root)}: {name}: no such assignment, "
                f"there are {', '.join(known)}."
            )


def _value(reader: Any, said: Any, place: str) -> Any:
    try:
        return reader(said)
    except ValueError as error:
        raise CourseError(f"{place} = {said}: {error}.") from error


def _table(found: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise CourseError(f"{path}: {name}: write a table such as [{name}.02_load_balancer].")
    return table


def bring_due_date(assignment: Assignment, dates: ClassDates) -> None:
    """Write an assignment's due date into nbgrader's gradebook; tell of another one there."""
    due, before = dates.rule(assignment.name).due, assignment.duedate
    if due is None:
        return
    assignment.duedate = due.replace(tzinfo=None)
    if before and before != assignment.duedate:
        LOG.warning(
            "%s is due %s, as grading/class.toml says; the gradebook had %s.",
            *(assignment.name, shown(due), shown(before.replace(tzinfo=UTC))),
        )


def bring(submission: SubmittedAssignment, dates: ClassDates) -> None:
    """Give a submission of nbgrader's gradebook the dates that the file says."""
    assignment = submission.assignment
    bring_due_date(assignment, dates)
    due = assignment.duedate and assignment.duedate.replace(tzinfo=UTC)
    extension = dates.extension(submission.student.id, assignment.name, due)
    if extension is not None:
        submission.extension = extension or None


class LatePenalty(LateSubmissionPlugin):
    """nbgrader's plugin for late work: the points that grading/class.toml takes off.

    An assignment of which the file says nothing is treated as by nbgrader's own plugin, with its
    setting `penalty_method`.
    """

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off, None for none."""
        step = self.parent  # nbgrader's, which knows the assignment
        dates = read(self.config.CourseDirectory.root)
        rule = dates.rule(step.assignment_id)
        if rule.penalty is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        # an extension from before the hand-in is not in the gradebook yet
        submission = step.gradebook.find_submission(step.assignment_id, student_id)
        bring(submission, dates)
        late = timedelta(seconds=submission.total_seconds_late)
        if late <= (rule.grace or timedelta()):
            return None
        return rule.penalty.taken_off(score, late)
