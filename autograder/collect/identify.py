"""Which student and assignment a file belongs to, by its name, its folders and its contents.

Files come in four ways:

    course.submit()        02_load_balancer__ada.ipynb
    Canvas' download       lovelaceada_LATE_12345_67890_02_load_balancer-1.ipynb
    Moodle's download      Ada Lovelace_4711_assignsubmission_file_/02_load_balancer.ipynb
    a folder a student     ada/02_load_balancer.ipynb

Canvas (lib/content_zipper.rb of canvas-lms, 2023 or later): the letters of the sortable name in
lower case, LATE, the numbers of user and file, the file's name. Moodle (mod/assign of Moodle 4,
2022 or later): full name, a number of the participant that differs between assignments, the plugin;
as a folder or, if the user chose so, as the beginning of the file's name.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.gradebook.read import Student

CANVAS = re.compile(
    r"(?P<name>\w+?)(?P<late>_LATE)?_(?P<user>\d+|anon_\w+?)_(?P<file>\d+)_(?P<rest>.+)"
)
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d+)_assignsubmission_file_(?P<rest>.*)")
# a student may type spaces in a name, but " - Copy" at its end is not part of it
TYPED = re.compile(r"(?P<assignment>.+?)__(?P<student>[\w.@'’-]+(?: \w[\w.@'’-]*)*)")
COPY = re.compile(r" ?\((?P<number>\d+)\)$")  # what a browser adds
AGAIN = re.compile(r"-(?P<number>\d+)$")  # what Canvas adds when a student hands in again
NAMELESS = (
    "does not say whose it is: rename it to ASSIGNMENT__STUDENT.ipynb, "
    "with no other signs in STUDENT than letters, digits, spaces and . @ - _"
)


class Unidentified(Exception):
    """Why it is not clear who handed a file in: what comes after the file's name in a sentence."""


@dataclass(frozen=True)
class Claim:
    """What a file's name says about it."""

    called: str = ""  # the student, as the LMS or the folder calls them
    typed: str = ""  # as the student does
    lms: str = ""  # "Canvas", "Moodle" or ""
    lms_user: str = ""
    late: bool | None = None  # what Canvas says
    assignment: str = ""
    order: tuple[int, int] = (0, 0)  # Canvas' number of the file, of the copy: larger is newer


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a name, lower case, without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def claim(parts: Iterable[str], known: Iterable[str]) -> Claim:
    """Return what the parts of a path say about a file; the file's name counts most.

    known: the course's assignments. What is not said is "".
    """
    *folders, name = parts
    known = list(known)
    assignment, typed, copy = _own_name(_stem(name), known)
    match = None if typed else _lms(_stem(name))
    if match:
        assignment, typed, copy = _own_name(_stem(match["rest"]), known)
    for folder in reversed(folders):
        match = match or _lms(_stem(folder))
    if not match:
        people = [part for part in folders if part == _stem(part) and part not in known]
        return Claim("".join(people[-1:]), typed, assignment=assignment, order=(0, copy))
    said = match.groupdict()
    if "late" not in said:
        return Claim(said["name"], typed, "Moodle", said["user"], None, assignment, (0, copy))
    late, number = bool(said["late"]), int(said["file"])
    return Claim(said["name"], typed, "Canvas", said["user"], late, assignment, (number, copy))


def _stem(name: str) -> str:
    return re.sub(r"\.(ipynb|zip)$", "", name, flags=re.IGNORECASE)


def _lms(stem: str) -> re.Match[str] | None:
    """Return how an LMS named a file or folder, or None."""
    return MOODLE.fullmatch(stem) or CANVAS.fullmatch(stem)


def _own_name(stem: str, known: list[str]) -> tuple[str, str, int]:
    """Return what the student's own file name says: assignment, student, number of the copy."""
    stem, copy = _without_copy(stem)
    if (match := TYPED.fullmatch(stem)) and _assignment_of(match["assignment"], known):
        return _assignment_of(match["assignment"], known), match["student"], copy
    return _assignment_of(stem, known), "", copy


def _without_copy(stem: str) -> tuple[str, int]:
    match = COPY.search(stem)
    return (stem[: match.start()], int(match["number"])) if match else (stem, 0)


def _assignment_of(stem: str, known: list[str]) -> str:
    """Return the assignment that a stem names, also with Canvas' number after it, or ""."""
    wanted = {letters_and_digits(stem), letters_and_digits(AGAIN.sub("", stem))}
    return next((name for name in known if letters_and_digits(name) in wanted), "")


def assignment_inside(data: bytes, known: Iterable[str]) -> str:
    """Return the assignment that a notebook itself says it is of, or ""."""
    try:
        said = json.loads(data)["metadata"]["course"]["assignment"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return said if isinstance(said, str) and said in set(known) else ""


def student(said: Claim, roster: list[Student], add: bool = False) -> tuple[str, str]:
    """Return (student id, a note or ""); Unidentified if that is not clear.

    roster: the students of the gradebook. If there are any, the student is one of them; with `add`
    a new one is accepted too. An LMS knows who handed a file in, so the name that the student typed
    counts only where the LMS does not settle it.
    """
    typed = _by_typed(said.typed, roster)
    if not said.called and not said.typed:
        raise Unidentified(NAMELESS)
    called = _by_lms(said, roster)
    if len(called) > 1 and typed and typed[0] in called:
        called = typed  # two of one name, and the file says which
    if len(called) > 1 or (not called and len(typed) > 1):
        who = " or ".join(sorted(person.id for person in called or typed))
        raise Unidentified(f"may be of {who}: rename it to ASSIGNMENT__STUDENT.ipynb")
    if called:
        differs = typed and typed[0] != called[0]
        return called[0].id, f"the file says {said.typed}" if differs else ""
    if typed:
        return typed[0].id, f"by the name in the file: {said.called} is unknown" if said.lms else ""
    if roster and not add:
        who = said.called if said.lms else said.typed or said.called
        raise Unidentified(
            f"is of {who}, who is not in the gradebook: `nbgrader db student add ID`, or use --add"
        )
    return _new(said), ""


def namesakes(claims: Iterable[Claim]) -> str:
    """Return a sentence if files taken to be one student's are from several people, else "".

    claims: about the files of one student and assignment. An LMS gives each person a number.
    """
    numbers: dict[str, dict[str, str]] = {}
    for said in claims:
        if said.lms:
            numbers.setdefault(said.lms, {}).setdefault(said.lms_user, said.called)
    for people in numbers.values():
        if len(people) > 1:
            many = "two" if len(people) == 2 else len(people)
            called = " or ".join(dict.fromkeys(people.values()))
            return (
                f"{many} people are called {called} ({', '.join(people)}): move their files out "
                "of the download and rename the files to ASSIGNMENT__STUDENT.ipynb"
            )
    return ""


def _by_lms(said: Claim, roster: list[Student]) -> list[Student]:
    if said.lms == "Canvas":
        by_number = [person for person in roster if person.lms_user_id == said.lms_user]
        if by_number:
            return by_number
    return _called(said.called, roster)


def _by_typed(typed: str, roster: list[Student]) -> list[Student]:
    return _called(typed, roster) or _called(AGAIN.sub("", typed), roster)


def _called(name: str, roster: list[Student]) -> list[Student]:
    """Return those of the roster with this id, or else with such a name."""
    exact = [person for person in roster if person.id == name]
    short = letters_and_digits(name)
    return exact or [person for person in roster if short and short in _names(person)]


def _names(person: Student) -> set[str]:
    """Return all that a student may be called, in letters and digits."""
    both = (
        f"{person.first_name} {person.last_name}",
        f"{person.last_name} {person.first_name}",
    )
    return {letters_and_digits(name) for name in (person.id, person.email, *both)}


def _new(said: Claim) -> str:
    """Return an id for a student who is not in the gradebook: always the same for one person."""
    name = {
        "Canvas": f"{said.called}-{said.lms_user}",  # there may be two of one name
        "Moodle": said.called,  # its numbers change from one assignment to the next
    }.get(said.lms, said.typed or said.called)
    made = re.sub(r"[^\w.@-]+", "-", name).strip("-._")
    if not made:
        raise Unidentified(NAMELESS)
    return made
