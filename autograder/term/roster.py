"""The class list in nbgrader's gradebook: new students, changed ones, and who is listed no more."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.build.release import put_environment_on_path
from autograder.collect.claims import letters_and_digits
from autograder.errors import CourseError
from autograder.gradebook import class_file
from autograder.gradebook.read import Student
from autograder.gradebook.write import scores_of
from autograder.term.class_list import ClassList
from autograder.term.columns import aligned

ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"


@dataclass(frozen=True)
class Change:
    """What becomes of one student of a list."""

    what: str  # one of the three above
    student: Student  # as the gradebook has them then
    note: str = ""  # how they were found, what they were before


@dataclass(frozen=True)
class Plan:
    """What a list changes in the gradebook."""

    changes: tuple[Change, ...]
    not_listed: tuple[Student, ...]  # in the gradebook: they stay


def plan(there: Iterable[Student], listed: ClassList) -> Plan:
    """Return what a list changes; CourseError if it is not clear whom one of its lines means.

    there: the students of the gradebook. A line is of the student with its id, its number or its
    e-mail address; or of one of whom `autograder collect` knew nothing but that name.
    """
    known = list(there)
    by_key: dict[tuple[str, str], Student] = {}
    for one in known:
        by_key |= {key: one for key in _keys(one)}
    named = Counter(name for one in listed.students.values() for name in _spellings(one))
    only_names = {letters_and_digits(one.id): one for one in known if _is_only_a_name(one)}
    changes, met = [], {}
    for line, new in listed.students.items():
        found = {by_key[key].id: (by_key[key], key[0]) for key in _keys(new) if key in by_key}
        for name in _spellings(new) & only_names.keys() if not found else ():
            if named[name] == 1:
                found[only_names[name].id] = only_names[name], "name"
        if len(found) > 1:
            who = " and ".join(f"{one} by its {key}" for one, (_, key) in found.items())
            raise CourseError(f"line {line}: {new.id} is {who}: correct the list.")
        if not found:
            changes.append(Change(ADDED, new))
            continue
        [(old, key)] = found.values()
        if old.id in met:
            raise CourseError(
                f"lines {met[old.id]} and {line} are both {old.id} of the gradebook: correct one."
            )
        met[old.id] = line
        changes.append(_changed(old, new, key))
    return Plan(tuple(changes), tuple(one for one in known if one.id not in met))


def _changed(old: Student, new: Student, key: str) -> Change:
    """Return the change from one student to what a list says of them; what it omits stays."""
    adds_nothing = not new.first_name and letters_and_digits(new.name) in _spellings(old)
    names = old if adds_nothing or not new.name else new
    email, number = new.email or old.email, new.lms_user_id or old.lms_user_id
    now = Student(old.id, names.first_name, names.last_name, email, number)
    notes = [f"found by {key}"] if key != "id" and new.id != old.id else []
    for was, shown in ((old.name, now.name), (old.email, email), (old.lms_user_id, number)):
        if was not in ("", shown):
            notes.append(f"was {was}")
    return Change(UNCHANGED if now == old else UPDATED, now, "; ".join(notes))


def write(root: Path, changes: Iterable[Change]) -> None:
    """Write the students of a plan into the gradebook, which is made if there is none yet.

    CourseError if it cannot be written; then none of them is.
    """
    students = [one.student for one in changes if one.what != UNCHANGED]
    (Path(root) / "grading").mkdir(exist_ok=True)
    put_environment_on_path()
    with closing(scores_of(root)) as scores:
        scores.enroll(students)
    class_file.forget_removed(root, (one.id for one in students))


def lines(listed: ClassList, made: Plan) -> list[str]:
    """Return what to tell of a list: what was taken for what, each change, and how many."""
    said = [f"{listed.system}: {', '.join(listed.taken)}."]
    rows = [
        (one.what, one.student.id, one.student.name, one.student.email, one.note)
        for one in made.changes
        if one.what != UNCHANGED
    ]
    said += aligned(rows)
    counts = [
        f"{number} {what}"
        for what in (ADDED, UPDATED, UNCHANGED)
        if (number := sum(one.what == what for one in made.changes))
    ]
    number = len(made.changes)
    said.append(f"{number} student{'s' * (number != 1)}: {', '.join(counts)}.")
    if listed.left_out:
        said.append(f"Left out: {'; '.join(listed.left_out)}.")
    if made.not_listed:
        who = ", ".join(one.id for one in made.not_listed)
        said.append(f"Not in the list, and kept: {who} (`autograder remove ID` removes one).")
    return said


def _keys(one: Student) -> list[tuple[str, str]]:
    """Return what tells a student from others: (what it is, its text in small letters)."""
    keys = [("id", one.id), ("number", one.lms_user_id), ("e-mail address", one.email)]
    if "@" in one.id:
        keys.append(("e-mail address", one.id))
    return [(what, text.casefold()) for what, text in keys if text]


def _spellings(one: Student) -> set[str]:
    """Return a student's name with the first name first and last."""
    orders = (f"{one.first_name} {one.last_name}", f"{one.last_name} {one.first_name}")
    return {letters_and_digits(name) for name in orders} - {""}


def _is_only_a_name(one: Student) -> bool:
    """Return whether `autograder collect` made a student of the name in Moodle's files."""
    known = one.email or one.lms_user_id or one.first_name or not one.last_name
    return not known and letters_and_digits(one.last_name) == letters_and_digits(one.id)
