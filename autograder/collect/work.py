"""Whether a student has worked on a notebook: what it holds that its release does not.

More than one copy often comes along: a zipped repository, a blank file, a copy next to the
original. A notebook that no one has worked on never counts in place of one that somebody has.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.files import PARTS, parts_of

UNTOUCHED, NOTES, WORKED = range(3)
"""How much work is in a notebook: none; cells of the student's own; a solution or an answer."""
A_SOLUTION = "is the course's worked solution, not a student's notebook"
SAID = "untouched: no exercise or answer is written"


@dataclass(frozen=True)
class Released:
    """The cells of an assignment as students get them."""

    cells: tuple[Any, ...] = ()

    @cached_property
    def solutions(self) -> dict[str, str]:
        """The texts of the cells that students write in, by grade id."""
        marks = ((_mark(cell), cell) for cell in self.cells)
        return {mark["grade_id"]: _text(cell) for mark, cell in marks if mark.get("solution")}

    @cached_property
    def texts(self) -> set[str]:
        """The texts of all cells."""
        return {_text(cell) for cell in self.cells}

    def work_in(self, cells: Iterable[Any]) -> int:
        """Return how much work is in a notebook's cells: UNTOUCHED, NOTES or WORKED.

        Where the release is not known, what a cell itself says of its release counts.
        """
        theirs = [cell for cell in cells if isinstance(cell, dict)]
        written, own = set(), False
        for cell in theirs:
            grade_id = _mark(cell).get("grade_id", "")
            if grade_id in self.solutions or (not self.solutions and _mark(cell).get("solution")):
                written.add(grade_id)
                if _text(cell) != self.solutions.get(grade_id) and not _as_released(cell):
                    return WORKED
            elif not grade_id and _text(cell):
                own = own or _text(cell) not in self.texts
            elif not self.solutions:
                own = True
        # a cell may have lost its marks, and its text is then one of the student's own cells
        lost = set(self.solutions) - written if self.solutions else not written
        return WORKED if own and lost else NOTES if own else UNTOUCHED


def released(path: Path) -> Released:
    """Return the release at a path; one without cells if there is none that can be read."""
    try:
        return Released(tuple(cells_of(path.read_bytes()) or ()))
    except OSError:
        return Released()


def cells_of(data: bytes) -> list[Any] | None:
    """Return the cells of a notebook file, or None if it is not a whole notebook."""
    cells = _content(data).get("cells")
    return cells if isinstance(cells, list) else None


def is_worked(data: bytes, release: Released) -> bool:
    """Return whether a solution or an answer is written in a notebook; True if it is damaged."""
    cells = cells_of(data)
    return cells is None or release.work_in(cells) == WORKED


def assignment_of(data: bytes) -> str:
    """Return the assignment that a notebook file itself says it is of, or ""."""
    return _said_of_course(data, "assignment")


def help_of(data: bytes) -> str:
    """Return what the student says in a notebook file about the help they used, or ""."""
    return _said_of_course(data, "help")


def solution_of(data: bytes) -> str:
    """Return the assignment whose worked solution a notebook file is, as it itself says, or ""."""
    return _said_of_course(data, "solution_of")


def _said_of_course(data: bytes, key: str) -> str:
    said: Any = _content(data)
    for each in ("metadata", "course", key):
        said = said.get(each) if isinstance(said, dict) else None
    return said if isinstance(said, str) else ""


def _content(data: bytes) -> dict[str, Any]:
    if parts_of(data) > PARTS:
        return {}
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _mark(cell: Any) -> dict[str, Any]:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) and isinstance(mark.get("grade_id"), str) else {}


def _text(cell: Any) -> str:
    """Return a cell's text, without the empty lines that editors add or take."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.strip() if isinstance(source, str) else ""


def _as_released(cell: Any) -> bool:
    """Return whether a cell has the checksum that nbgrader gave it, in whichever release."""
    said = _mark(cell).get("checksum")
    if not said:
        return False
    from nbformat import from_dict  # which take a second: few cells come so far
    from nbgrader.utils import compute_checksum

    try:
        return compute_checksum(from_dict({**cell, "source": _text(cell)})) == said
    except Exception:  # whatever a student's file holds in their place
        return False
