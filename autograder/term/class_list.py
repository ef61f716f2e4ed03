"""Class lists as Canvas, Moodle, nbgrader and people write them, read without a guess.

What a file is, its first line says:

Canvas   the gradebook's export: Student (or LastName, FirstName), ID, Section, mostly SIS User ID
         and SIS Login ID; then a column for each assignment.
Moodle   the participants or the grader report: First name, Last name (Surname), and ID number,
         Username or Email address; or an assignment's grading worksheet: Identifier, Full name.
nbgrader id, and some of first_name, last_name, email, lms_user_id.
a list   lines without any separator: an id, a name or an e-mail address each.

Where that is not clear, or two lines contradict each other, nothing is taken.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collect import tables
from autograder.collect.claims import letters_and_digits
from autograder.collect.unlisted import plain_name
from autograder.errors import CourseError
from autograder.gradebook.read import Student

Cells = dict[str, str]
"""The cells of one line, by the name of their column in small letters."""

FIELDS = ("first_name", "last_name", "email", "lms_user_id")
HEADINGS = ("email", "e-mail", "id", "login", "name", "names", "student", "students", "username")
LONGEST = 100  # bytes of an id: it names folders
NAME_THEM = "name them id, first_name, last_name, email and lms_user_id, and call again"


@dataclass(frozen=True)
class ClassList:
    """What a file says."""

    system: str  # whose file it is
    taken: tuple[str, ...]  # which columns were taken for what
    students: dict[int, Student]  # by line
    left_out: tuple[str, ...] = ()  # lines that are not students


@dataclass(frozen=True)
class _Kind:
    """A system's file: how it is known, and what its columns are."""

    system: str
    columns: tuple[tuple[str, ...], ...]  # one of each must be there
    ids: tuple[str, ...]  # in this order, the first that is filled for all
    taken: dict[str, str]  # column → what it is taken for
    student: Callable[[Cells], Student]


def _canvas(cells: Cells) -> Student:
    last, _, first = cells.get("student", "").partition(",")
    last, first = cells.get("lastname", last), cells.get("firstname", first)
    login = cells.get("sis login id", "")
    email = login if "@" in login else ""
    number = cells["id"]
    made = f"{letters_and_digits(f'{last}{first}')}-{number}" if number else ""  # as collect's
    return Student(made, first.strip(), last.strip(), email, number)


def _moodle(cells: Cells) -> Student:
    first = cells.get("first name", "")
    # which part of a full name comes first, differs: all of it is the last name, as in collect
    last = cells.get("last name") or cells.get("surname") or cells.get("full name", "")
    return Student("", first, last, cells.get("email address", ""))


def _nbgrader(cells: Cells) -> Student:
    return Student("", *(cells.get(name, "") for name in FIELDS))


LAST = ("last name", "surname")
KNOWN = ("id number", "username", "email address")
MOODLES = {
    "first name": "names",
    "last name": "names",
    "surname": "names",
    "full name": "names",
    "email address": "e-mail addresses",
}
KINDS = (
    _Kind(
        "Canvas' gradebook export",
        (("student", "lastname"), ("id",), ("section",)),
        ("sis login id", "sis user id", ""),
        {
            "student": "names",
            "lastname": "names",
            "firstname": "names",
            "id": "Canvas' numbers",
            "sis login id": "e-mail addresses",
        },
        _canvas,
    ),
    _Kind("Moodle's list", (("first name",), LAST, KNOWN), KNOWN, MOODLES, _moodle),
    _Kind("Moodle's grading worksheet", (("identifier",), ("full name",)), KNOWN, MOODLES, _moodle),
    _Kind(
        "nbgrader's list",
        (("id",), FIELDS),
        ("id",),
        {
            "first_name": "names",
            "last_name": "names",
            "email": "e-mail addresses",
            "lms_user_id": "the LMS's numbers",
        },
        _nbgrader,
    ),
)


def read(path: Path, id_column: str = "") -> ClassList:
    """Return the students that a file lists.

    id_column: which column holds the ids (default: as `_Kind.ids` says). CourseError for a file
    that cannot be read, is none of the above or more than one, or contradicts itself.
    """
    text = tables.text_of(path)
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):  # Excel's own first line
        lines[0] = ""
    filled = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not filled:
        raise CourseError(f"{path}: is empty: export the class list again.")
    if not any(sign in line for line in filled for sign in ",;\t"):
        if id_column:
            raise CourseError(f"--id {id_column}: {path} has no columns, one id a line: omit it.")
        return _checked(path, _plain(lines))
    return _checked(path, _table(path, "\n".join(lines), id_column))


def _plain(lines: list[str]) -> ClassList:
    """Return the students of a list with one id, name or e-mail address a line."""
    students, left_out = {}, []
    for number, line in enumerate(lines, start=1):
        said = line.strip().strip('"').strip()
        if not said or said.startswith("#"):
            continue
        if not students and said.casefold() in HEADINGS:
            left_out.append(f"{said} (a heading)")
        elif "@" in said:
            students[number] = Student(said, email=said)
        elif " " in said:
            students[number] = Student(plain_name(said), last_name=said)
        else:
            students[number] = Student(said)
    return ClassList(
        "a list", ("one id, name or e-mail address a line",), students, tuple(left_out)
    )


def _table(path: Path, text: str, id_column: str) -> ClassList:
    """Return the students of a file with columns."""
    found = []
    for sign in ",;\t":
        names = tables.heading(text, sign)
        columns = [_key(name) for name in names]
        fits = [kind for kind in KINDS if all(set(one) & set(columns) for one in kind.columns)]
        found += [(sign, names, columns, kind) for kind in fits]
    if len(found) != 1:
        every = max((tables.heading(text, sign) for sign in ",;\t"), key=len)
        which = " and ".join(kind.system for *_, kind in found) or (
            "Canvas' gradebook export, Moodle's participants or grading worksheet in English, or "
            "nbgrader"
        )
        verb = "could be of" if found else "are not those of"
        raise CourseError(f"{path}: its columns {', '.join(every)} {verb} {which}: {NAME_THEM}.")
    [(sign, names, columns, kind)] = found
    twice = [name for name, key in zip(names, columns, strict=True) if columns.count(key) > 1]
    used = {*kind.taken, *kind.ids} - {""}
    if any(_key(name) in used for name in twice):
        raise CourseError(f"{path}: has two columns {twice[0]}: delete one of them.")
    rows, left_out = {}, []
    for number, row in list(tables.cells(text, sign))[1:]:
        if not any(row):
            continue
        if len(row) > len(columns) and any(row[len(columns) :]):
            raise CourseError(
                f"{path}: line {number} has more cells than the first line: put the cell with a "
                f"{sign!r} in it into quotes."
            )
        cells = dict.fromkeys(columns, "") | dict(zip(columns, row, strict=False))
        if kind.student is _canvas and (not_one := _not_a_student(cells)):
            left_out.append(not_one)
        else:
            rows[number] = cells
    key = _id_column(path, kind, names, columns, rows, id_column)
    students = {}
    for number, cells in rows.items():
        one = kind.student(cells)
        students[number] = replace(one, id=cells[key]) if key else one
    shown = dict(zip(columns, names, strict=True))
    taken = [f"ids from {shown[key]}" if key else "ids made of names and numbers"]
    has_email = any(one.email for one in students.values())
    for what in dict.fromkeys(kind.taken.values()):
        which = [shown[each] for each in shown if kind.taken.get(each) == what]
        if which and (has_email or what != "e-mail addresses"):
            taken.append(f"{what} from {' and '.join(which)}")
    return ClassList(kind.system, tuple(taken), students, tuple(left_out))


def _key(name: str) -> str:
    """Return a column's name in small letters."""
    return " ".join(name.casefold().split())


def _not_a_student(cells: Cells) -> str:
    """Return what a line of Canvas' export is that is not a student, or ""."""
    name = cells.get("student") or " ".join((cells.get("lastname", ""), cells.get("firstname", "")))
    if name.startswith("Points Possible") or not (name.strip() or cells["id"]):
        return "the line Points Possible" if name.strip() else "a line without a student"
    login = cells.get("sis login id", "")
    made = len(login) == 40 and set(login) <= set("0123456789abcdef")  # Canvas' own
    is_test = name.replace(",", "").split() in (["Student", "Test"], ["Test", "Student"])
    return "Canvas' Test Student" if is_test and (made or not login) else ""


def _id_column(
    path: Path,
    kind: _Kind,
    names: list[str],
    columns: list[str],
    rows: dict[int, Cells],
    wanted: str,
) -> str:
    """Return the column with the ids, or "" where they are made."""
    if wanted:
        key = _key(wanted)
        if key not in columns:
            raise CourseError(f"--id {wanted}: no such column, there are {', '.join(names)}.")
        if empty := next((number for number, cells in rows.items() if not cells[key]), 0):
            raise CourseError(f"--id {wanted}: is empty in line {empty}: choose another column.")
        return key
    for key in kind.ids:
        if not key:
            return ""
        if key in columns and all(cells[key] for cells in rows.values()):
            return key
    there = [name for name, key in zip(names, columns, strict=True) if key in kind.ids]
    raise CourseError(
        f"{path}: no column tells all students apart ({' or '.join(there) or 'there is none'}): "
        "fill the empty cells, or choose another column with --id."
    )


def _checked(path: Path, listed: ClassList) -> ClassList:
    """Return the list without lines that say the same; CourseError where two contradict."""
    kept: dict[int, Student] = {}
    left_out = list(listed.left_out)
    seen: dict[tuple[str, str], int] = {}  # what tells people apart → its line
    for number, one in listed.students.items():
        _check_id(path, number, one.id)
        keys = {"id": one.id, "e-mail address": one.email, "number": one.lms_user_id}
        for what, value in keys.items():
            line = seen.setdefault((what, value.casefold()), number) if value else number
            if line == number:
                continue
            if kept[line] == one:
                left_out.append(f"line {number}, {one.id} again")
                break
            raise CourseError(
                f"{path}: lines {line} and {number} ({kept[line].id}, {one.id}) have one {what}, "
                f"{value}: correct one of them."
            )
        else:
            kept[number] = one
    if not kept:
        raise CourseError(f"{path}: lists no students: export the class list again.")
    return replace(listed, students=kept, left_out=tuple(left_out))


def _check_id(path: Path, number: int, name: str) -> None:
    if not name:
        raise CourseError(f"{path}: line {number} has no id: fill it in.")
    bad = [sign for sign in name if sign in '/\\<>&"' or not sign.isprintable()]
    if bad or name.startswith(".") or len(os.fsencode(name)) > LONGEST:
        long = f"longer than {LONGEST} bytes"
        why = f"{bad[0]!r} in it" if bad else "a dot before it" if name[0] == "." else long
        raise CourseError(
            f"{path}: line {number}: {name[:60]} cannot be an id ({why}): it names folders, so "
            "choose another column with --id."
        )
