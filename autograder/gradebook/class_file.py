"""grading/class.toml: what an instructor decides about a class, as text.

Its dates, penalties and extensions (dates.py says how) and who was removed stand there and nowhere
else. Commands change it through `edited`, which keeps an instructor's comments and order.
"""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from autograder.errors import CourseError
from autograder.files import write_atomic

REMOVED = "removed"
NEW = "# Settings of this class. Commands change this file, and you may edit it, too.\n"


def path_of(root: Path | str) -> Path:
    """Return where the file is, for the course in `root`."""
    return Path(root) / "grading" / "class.toml"


def content(root: Path | str) -> dict[str, Any]:
    """Return what the file holds, {} if there is none; CourseError if it cannot be read."""
    path = path_of(root)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: cannot be read ({error}): correct that line.") from error


@contextmanager
def edited(root: Path | str) -> Iterator[tomlkit.TOMLDocument]:
    """Give the file to be changed; it is written, all of it or nothing, when the block ends.

    CourseError if it cannot be read or written.
    """
    path, before = path_of(root), content(root)
    text = path.read_text(encoding="utf-8-sig") if before or path.exists() else NEW
    document = tomlkit.parse(text)
    yield document
    after = tomlkit.dumps(document)
    if after == text:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, after, sync=True)
    except OSError as error:
        raise CourseError(f"{path}: cannot be written ({error.strerror}): allow it.") from error


def drop(document: tomlkit.TOMLDocument, kind: str, name: str) -> None:
    """Take a table out of the file's tables of one kind, and with the last one their place."""
    tables: Any = document[kind]
    tables.remove(name)
    if not tables:
        document.remove(kind)


def removed(root: Path | str) -> set[str]:
    """Return the ids of students who were removed from the class; CourseError as `content`."""
    listed = content(root).get(REMOVED, [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise CourseError(f'{path_of(root)}: {REMOVED}: write a list of ids such as ["ada"].')
    return set(listed)


def remember_removed(root: Path | str, student: str) -> None:
    """Add a student to those who were removed; CourseError as `edited`."""
    if student not in removed(root):
        with edited(root) as document:
            document.setdefault(REMOVED, tomlkit.array()).append(student)


def forget_removed(root: Path | str, students: Iterable[str]) -> None:
    """Take students off the list of those who were removed; CourseError as `edited`."""
    back = removed(root) & set(students)
    if back:
        with edited(root) as document:
            for student in back:
                document[REMOVED].remove(student)  # type: ignore[union-attr]
            if not document[REMOVED]:
                document.remove(REMOVED)
