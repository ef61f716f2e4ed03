"""Pages of feedback → messages: one a student, with the page attached.

What a message is made of comes from the gradebook and from the table [mail] in grading/class.toml:

    [mail]
    from = "Grace Hopper <grace@example.org>"
    subject = "Feedback on {assignment}"
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from autograder.build.markers import exercise_of
from autograder.errors import CourseError
from autograder.files import printable, reason, write_atomic
from autograder.gradebook import database, read
from autograder.gradebook.export import number
from autograder.gradebook.read import Assignment, Score, Student, Submission
from autograder.term import sent, settings

SETTINGS = {"from": str, "subject": str, "host": str, "port": int, "user": str, "security": str}
SUBJECT = "Feedback on {assignment}"
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*")
"""RFC 5322's dot-atom and a host's name, in ASCII: nothing that has a meaning in a header."""
LONGEST = 78  # characters of a subject


@dataclass(frozen=True)
class Letter:
    """A message to one student."""

    student: str
    to: str  # the address alone
    message: EmailMessage
    went: sent.Key  # for grading/sent.csv

    @property
    def data(self) -> bytes:
        """The message as an .eml file, which a mail program opens as a draft."""
        return self.message.as_bytes(policy=policy.SMTP)


def mail_settings(root: Path) -> dict[str, Any]:
    """Return the table [mail] of grading/class.toml; CourseError for what it cannot hold."""
    return settings.table(root, "mail", SETTINGS)


def address(text: str, of: str) -> Address:
    """Return an address such as "Grace Hopper <grace@example.org>"; CourseError if it is none.

    of: what is said to be wrong, such as "--from".
    """
    name, mail = parseaddr(text)
    if not ADDRESS.fullmatch(mail) or "\n" in text or "\r" in text:
        raise CourseError(f"{of} {text}: write it as Grace Hopper <grace@example.org>.")
    return Address(printable(name), addr_spec=mail)


def letters(
    root: Path,
    assignment: str,
    pages: Mapping[str, Sequence[Path]],
    sender: Address,
    subject: str = SUBJECT,
    again: bool = False,
) -> tuple[list[Letter], dict[str, str]]:
    """Return the messages, by student, and why the other students get none.

    pages: of each student. again: also send what grading/sent.csv says the student has.
    CourseError if the gradebook or that table cannot be read.
    """
    with database.opened(read.places(root).course.db_url) as connection:
        about = read.assignments(connection, (assignment,))[assignment]
        students = read.students(connection)
        work = {one.student: one for one in read.submissions(connection, (assignment,))}
        scores: dict[str, dict[str, Score]] = defaultdict(dict)
        for student, _, cell, score in read.scores(connection, assignment):
            scores[student][cell] = score
    before = sent.read(root)
    shared = Counter(one.email.casefold() for one in students.values())
    subject = printable(" ".join(subject.replace("{assignment}", assignment).split()), LONGEST)
    made, without = [], {}
    for student in sorted(pages):
        who = students.get(student, Student(student))
        if problem := _unreachable(who, shared):
            without[student] = problem
            continue
        files = {page.name: page.read_bytes() for page in pages[student]}
        went = sent.key(assignment, student, "mail", who.email, b"".join(files.values()))
        if went in before and not again:
            without[student] = "this page was sent before (--again sends it again)"
            continue
        message = EmailMessage()
        message["From"], message["Subject"] = sender, subject
        message["To"] = Address(printable(who.name), addr_spec=who.email)
        message["X-Unsent"] = "1"  # opened as a draft
        text = words(who, about, work.get(student), scores[student])
        message.set_content(text, cte="quoted-printable")
        for name, data in files.items():
            message.add_attachment(data, maintype="text", subtype="html", filename=name)
        message.set_boundary(hashlib.sha256(repr(went).encode()).hexdigest()[:40])
        made.append(Letter(student, who.email, message, went))
    return made, without


def _unreachable(who: Student, shared: Mapping[str, int]) -> str:
    """Return why no message can be sent to a student, or ""."""
    if not who.email:
        return "no e-mail address is known"
    if not ADDRESS.fullmatch(who.email):
        return f"{printable(who.email, 100)!r} is not an e-mail address"
    if shared[who.email.casefold()] > 1:
        return f"{who.email} is also the address of another student"
    return ""


def words(
    who: Student, about: Assignment, work: Submission | None, scores: Mapping[str, Score]
) -> str:
    """Return the text of a message: the points, and where some are missing."""
    name = printable(who.first_name or who.name)
    lines = [f"Hello {name}," if name else "Hello,", ""]
    if work is None or not work.graded:
        lines += [f"Your notebook {about.name} could not be graded. The attached page says why."]
        return "\n".join([*lines, *CLOSING])
    points = f"{number(work.score)} of {number(about.points)} points"
    lines += [f"Your notebook {about.name} is graded: {points}."]
    if work.penalty:
        lines += [f"{number(work.penalty)} points are taken off because it came late."]
    if work.by_hand:
        lines += ["A part of it still waits for a person to grade it, and may add points."]
    if missing := list(_missing(scores)):
        lines += ["", "Where you lost points:", "", *missing]
    return "\n".join([*lines, *CLOSING])


CLOSING = (
    "",
    "The attached page shows your work with its points and what the checks said about it.",
    "Save it and open it in a browser.",
    "",
)


def _missing(scores: Mapping[str, Score]) -> Iterable[str]:
    """Yield a line for each exercise without all of its points, as far as they are graded."""
    exercises: dict[str, list[Score]] = defaultdict(list)
    for cell, score in scores.items():
        exercises[exercise_of(cell)].append(score)
    for name, those in exercises.items():
        earned, points = sum(one.earned for one in those), sum(one.points for one in those)
        if earned < points and not any(one.waits for one in those):
            yield f"- {name}: {number(earned)} of {number(points)}"


def write_letters(letters: Sequence[Letter], folder: Path, ours: bool) -> None:
    """Write the messages into a folder, STUDENT.eml; CourseError, and none, if that fails.

    ours: the folder is the course's own, and what an earlier run left there is removed first.
    Another folder must be empty: who sends all that is in it must not send an old message again.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if ours:
            for old in folder.glob("*.eml"):
                old.unlink()
        elif any(folder.iterdir()):
            raise CourseError(f"--to {folder}: is not empty: name a new folder.")
        for one in letters:
            write_atomic(folder / f"{one.student}.eml", one.data)
    except OSError as error:
        for one in letters:
            with suppress(OSError):
                (folder / f"{one.student}.eml").unlink(missing_ok=True)
        raise CourseError(
            f"{reason(error, folder)}: the messages are not written: name another folder with --to."
        ) from error
