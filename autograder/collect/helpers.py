"""The files next to a notebook, such as modules and data: they go with it, or a row says why."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.collect.claims import Claim
from autograder.collect.rows import COLLECTED, NO_NOTEBOOK, NOT_TAKEN, UNCHANGED, Read, Row, Taken
from autograder.files import FILE_NAME, FILES, FILES_BYTES, write_atomic

OURS = ("timestamp.txt", "submission_secret.txt")  # nbgrader's own, in a submission's folder


class Helpers:
    """The files that are not notebooks: those next to a notebook go with it."""

    def __init__(self, others: Sequence[Read], books: Sequence[Taken]) -> None:
        self.rows: dict[str, Row] = {}
        self.of: dict[str, list[tuple[str, Read]]] = defaultdict(list)  # by notebook's place
        self.others = others
        folders: dict[tuple[str, ...], list[Taken]] = defaultdict(list)
        for book in books:
            folders[book.said.parts[:-1]].append(book)
        for other in others:
            for depth in reversed(range(len(other.said.parts))):  # the nearest first
                near = folders.get(other.said.parts[:depth], ())
                fits = [(book, name) for book in near if (name := _next_to(book, other.said))]
                for book, name in fits:
                    self.of[book.place].append((name, other))
                if fits:
                    break

    def put(self, book: Taken, row: Row, folder: Path, keep: Path) -> None:
        """Put the files next to a notebook into its folder, if it is the one that counts.

        row: what became of the notebook. keep: the folder for the files kept for it.
        """
        if row.outcome not in (COLLECTED, UNCHANGED):
            return
        count, size = 0, 0
        for name, other in self.of[book.place]:
            data = other.kept.read_bytes()
            problem = _unfit(name, folder, f"{book.assignment}.ipynb")
            if not problem and (count >= FILES or size + len(data) > FILES_BYTES):
                problem = f"is left out: more than {FILES} files or {FILES_BYTES >> 20} MiB"
            if problem:
                outcome, note = NOT_TAKEN, f"{NO_NOTEBOOK}, and {problem}"
            else:
                count, size = count + 1, size + len(data)
                target = folder / name
                same = target.is_file() and target.read_bytes() == data
                outcome, note = UNCHANGED if same else COLLECTED, f"goes with {book.place}"
                for path in (keep / name, target):
                    if not same or not path.exists():
                        path.parent.mkdir(parents=True, exist_ok=True)
                        write_atomic(path, data, sync=True)
            self.rows[other.place] = Row(
                other.place, outcome, book.student, book.assignment, (note,)
            )

    def left(self) -> Iterator[Row]:
        """Yield a row for each file."""
        for other in self.others:
            yield self.rows.get(other.place) or Row(other.place, NOT_TAKEN, notes=(NO_NOTEBOOK,))


def _next_to(book: Taken, other: Claim) -> str:
    """Return the name that a file in a notebook's folder has for it; "" if it is another's."""
    folder = book.said.parts[:-1]
    if book.by.named_at < len(folder):  # the folder, or one above it, is the student's
        return "/".join(other.parts[len(folder) :])
    same = book.said.lms and other.rest and other.parts[:-1] == folder
    if same and (other.lms, other.lms_user) == (book.said.lms, book.said.lms_user):
        # Canvas adds a number when a student hands in again, and no module has a hyphen
        return re.sub(r"-\d+\.py$", ".py", other.rest)
    return ""


def _unfit(name: str, folder: Path, notebook: str) -> str:
    """Return why a file cannot be put into a submission's folder by its name, or ""."""
    parts = name.split("/")
    if any(part.startswith((".", "__pycache__")) for part in parts):
        return "is hidden"
    if any(part.lower().endswith(".zip") for part in parts):
        return "is in an archive of its own"
    if parts[0] in OURS or parts[0] == notebook or not name.isprintable():
        return "its name cannot be used here"
    if len(os.fsencode(name)) > FILE_NAME:
        return f"its name has more than {FILE_NAME} bytes"
    above = [folder.joinpath(*parts[:end]) for end in range(1, len(parts))]
    blocked = any(path.is_symlink() or (path.exists() and not path.is_dir()) for path in above)
    if blocked or folder.joinpath(*parts).is_dir():
        return "something else is in its place"
    return ""
