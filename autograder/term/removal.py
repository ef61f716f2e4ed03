"""A student who leaves: all that a course keeps of them, and how it is deleted."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.collect import lms, receipts
from autograder.errors import CourseError
from autograder.files import reason, write_atomic
from autograder.gradebook import class_file, database, read
from autograder.gradebook.dates import EXTENSIONS
from autograder.gradebook.read import Roster
from autograder.gradebook.write import scores_of
from autograder.term import people, sent


@dataclass(frozen=True)
class Part:
    """One thing that is kept of a student."""

    said: str  # what it is, for the person who decides
    delete: Callable[[], None]


@dataclass(frozen=True)
class Removal:
    """A student, and all that is kept of them under grading/."""

    root: Path
    student: str
    parts: tuple[Part, ...]

    def carry_out(self) -> None:
        """Delete all of it; CourseError if something cannot be deleted: calling again goes on."""
        class_file.remember_removed(self.root, self.student)  # first: nothing brings them back
        for part in self.parts:
            try:
                part.delete()
            except OSError as error:
                raise CourseError(
                    f"{reason(error, self.root)}: allow deleting it, and call again: the rest "
                    "follows."
                ) from error


def of(root: Path, who: str) -> Removal:
    """Return what is kept of a student; CourseError if nothing is, or who is meant is not clear."""
    to = read.roster(root)
    student = people.student(to, who, also=to.removed)
    if Path(student).name != student:
        raise CourseError(f"{student}: is no folder's name: use `nbgrader db student remove`.")
    parts = (*_in_gradebook(to, student), *_files(to, student), *_rows(to, student))
    parts += _grades_by_hand(to, student)
    if student in to.dates.extensions:
        parts += (Part("grading/class.toml: extensions", lambda: _end_extensions(root, student)),)
    if not parts:
        raise CourseError(f"{student}: nothing is left of this student: there is no more to do.")
    return Removal(root, student, parts)


def _in_gradebook(to: Roster, student: str) -> tuple[Part, ...]:
    known = next((one for one in to.students if one.id == student), None)
    if known is None:
        return ()
    with database.opened(to.places.course.db_url) as connection:
        every = read.submissions(connection, to.assignments)
    theirs = sorted(one.assignment for one in every if one.student == student)

    def delete() -> None:
        with closing(scores_of(to.places.root)) as scores:
            scores.remove(student)

    name = ", ".join(filter(None, (known.name, known.email)))
    graded = f", and what was graded of {', '.join(theirs)}" if theirs else ""
    return (Part(f"gradebook: {student}{f' ({name})' if name else ''}{graded}", delete),)


def _files(to: Roster, student: str) -> tuple[Part, ...]:
    grading = to.places.grading
    steps = ("submitted", "autograded", "feedback")
    places = [to.places.folder(step, student, ".") for step in steps]
    places += [path / student for path in sorted((grading / "collected").glob("[!.]*"))]
    places += [path / f"{student}.json" for path in sorted((grading / "records").glob("*"))]
    places += [path / f"{student}.eml" for path in sorted((grading / "mail").glob("*"))]
    found = [path for path in places if path.is_symlink() or path.exists()]
    return tuple(Part(_shown(to, path), _deletion(path)) for path in found)


def _deletion(path: Path) -> Callable[[], None]:
    if path.is_dir() and not path.is_symlink():
        return lambda: shutil.rmtree(path)
    return path.unlink


def _shown(to: Roster, path: Path) -> str:
    place = path.relative_to(to.places.root).as_posix()
    if path.is_symlink() or path.is_file():
        return place
    number = sum(each.is_file() for each in path.rglob("*"))
    return f"{place}: {number} file{'s' * (number != 1)}"


def _rows(to: Roster, student: str) -> tuple[Part, ...]:
    parts = []
    for table in (receipts, lms, sent):
        path = table.path_of(to.places.root)
        place = table.COLUMNS.index("student")
        rows = list(receipts.rows(path, table.COLUMNS))
        kept = [row for row in rows if row[place] != student]
        number = len(rows) - len(kept)
        if number:
            said = f"{path.relative_to(to.places.root).as_posix()}: {number} line"
            parts.append(Part(said + "s" * (number != 1), _rewriting(path, kept, table.COLUMNS)))
    return tuple(parts)


def _grades_by_hand(to: Roster, student: str) -> tuple[Part, ...]:
    """Return the lines about a student's answers: who graded them, and what was ticked."""
    parts = []
    for path in sorted((to.places.grading / "answers").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        kept = "".join(line for line in lines if _student_of(line) != student)
        number = sum(_student_of(line) == student for line in lines)
        if number:
            said = f"{path.relative_to(to.places.root).as_posix()}: {number} line"
            delete = partial(write_atomic, path, kept, sync=True)
            parts.append(Part(said + "s" * (number != 1), delete))
    return tuple(parts)


def _student_of(line: str) -> str:
    try:
        return str(json.loads(line)["student"])
    except (ValueError, TypeError, KeyError):
        return ""


def _rewriting(path: Path, kept: list[list[str]], columns: list[str]) -> Callable[[], None]:
    return lambda: receipts.rewrite(path, kept, columns)


def _end_extensions(root: Path, student: str) -> None:
    with class_file.edited(root) as document:
        class_file.drop(document, EXTENSIONS, student)
