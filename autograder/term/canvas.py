"""A class's scores → what is to change in Canvas, and the change.

Only what differs from what Canvas has is sent. What has arrived is seen by reading it again, so a
second run finishes what the first did not.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.gradebook.export import number
from autograder.gradebook.read import Student, Submission
from autograder.term import canvas_api, sent
from autograder.term.canvas_api import AGAIN, Canvas, Standing, User

SETTINGS = {"url": str, "course": int, "assignments": dict}
"""The table [canvas] of grading/class.toml; `assignments`: Canvas' number of each, by name."""
LOOKS = 5  # times that grades are read again until they are all there


@dataclass(frozen=True)
class Change:
    """What is to change for one student."""

    student: str
    name: str  # in Canvas
    user: int
    old: float | None
    new: float | None  # None: the grade stays
    pages: tuple[Path, ...] = ()  # to attach
    deducted: float = 0.0  # by Canvas' own late policy


@dataclass(frozen=True)
class Plan:
    """What a push would do."""

    changes: tuple[Change, ...]
    same: int  # how many have it all
    left_out: dict[str, str]  # why, by student


def matched(
    students: Iterable[Student], users: Sequence[User]
) -> tuple[dict[str, User], dict[str, str]]:
    """Return the user in Canvas of each student, and of whom none is known for certain, why.

    By Canvas' number if the gradebook has it; otherwise by id (Canvas' SIS id or login), then by
    e-mail address (Canvas' address or login). A name is not enough.
    """
    found: dict[str, User] = {}
    problems: dict[str, str] = {}
    for who in students:
        theirs = _users_of(who, users)
        if len(theirs) == 1:
            found[who.id] = theirs[0]
        else:
            problem = "found more than once in Canvas" if theirs else "not found in Canvas"
            by = f" by the number {who.lms_user_id}" if who.lms_user_id else ""
            problems[who.id] = problem + by
    times = Counter(user.id for user in found.values())
    for student in [one for one, user in found.items() if times[user.id] > 1]:
        name = found.pop(student).name
        problems[student] = f"found in Canvas as {name}, and so is another student"
    return found, problems


def _users_of(who: Student, users: Sequence[User]) -> list[User]:
    if who.lms_user_id:
        return [user for user in users if str(user.id) == who.lms_user_id]
    mail = who.email.casefold()
    for theirs in (
        [user for user in users if user.sis_user_id == who.id],
        [user for user in users if user.login_id == who.id],
        [user for user in users if mail and mail in _mail_of(user)],
    ):
        if theirs:
            return theirs
    return []


def _mail_of(user: User) -> tuple[str, str]:
    return user.email.casefold(), user.login_id.casefold()


def plan(
    root: Path,
    remote: Canvas,
    students: Mapping[str, Student],
    submissions: Iterable[Submission],
    pages: Mapping[str, tuple[Path, ...]],
    waiting: bool = False,
) -> Plan:
    """Return what differs between the submissions of an assignment and what Canvas has for them.

    pages: of feedback, to attach where grading/sent.csv does not say that they were. waiting: also
    send the scores of those that wait for a grade by hand.
    """
    work = {one.student: one for one in submissions}
    users, left_out = matched([students[one] for one in work], remote.students())
    standings, before = remote.standings(), sent.read(root)
    changes, same = [], 0
    for student in sorted(users):
        one, user = work[student], users[student]
        now = standings.get(user.id)
        if problem := _withheld(one, now, waiting):
            left_out[student] = problem
            continue
        assert now is not None
        differs = not _equal(now.score, one.score)
        attached = tuple(
            page
            for page in pages.get(student, ())
            if _went(remote, one.assignment, student, user.id, page) not in before
        )
        if differs or attached:
            new = one.score if differs else None
            changes.append(
                Change(student, user.name, user.id, now.score, new, attached, now.deducted)
            )
        else:
            same += 1
    return Plan(tuple(changes), same, left_out)


def _withheld(one: Submission, now: Standing | None, waiting: bool) -> str:
    """Return why nothing is sent for a submission, or ""."""
    if not one.graded:
        return "not graded yet"
    if one.waiting and not waiting:
        return "waits for a grade by hand (--waiting sends it as it is)"
    if now is None:
        return "not assigned to them in Canvas"
    return "excused in Canvas, and a grade would end that" if now.excused else ""


def _went(remote: Canvas, assignment: str, student: str, user: int, page: Path) -> sent.Key:
    to = "/".join(map(str, (*remote.numbers, user)))
    return sent.key(assignment, student, "canvas", to, page.read_bytes())


def _equal(old: float | None, new: float) -> bool:
    return old is not None and number(old) == number(new)


def send_grades(remote: Canvas, changes: Iterable[Change]) -> int:
    """Send the grades that change; return how many. CourseError if they are not all in Canvas."""
    scores = {one.user: (one.student, one.new) for one in changes if one.new is not None}
    if not scores:
        return 0
    remote.grade({user: number(score) for user, (_, score) in scores.items()})
    for look in range(LOOKS):
        now = remote.standings()
        missing = [
            student
            for user, (student, score) in scores.items()
            if user not in now or not _equal(now[user].score, score)
        ]
        if not missing:
            return len(scores)
        if look + 1 < LOOKS:
            time.sleep(canvas_api.POLL)
    raise CourseError(
        f"{remote.url}: the grades of {', '.join(missing)} are not there: wait a minute, then "
        f"{AGAIN}."
    )


def send_pages(
    root: Path, remote: Canvas, assignment: str, changes: Iterable[Change]
) -> Iterator[str]:
    """Attach the pages; yield each student who has theirs.

    CourseError if Canvas refuses one, or if grading/sent.csv cannot be written.
    """
    for change in changes:
        for page in change.pages:
            remote.attach(change.user, page, f"Feedback on {assignment}: the attached page.")
            sent.add(root, _went(remote, assignment, change.student, change.user, page))
        if change.pages:
            yield change.student
