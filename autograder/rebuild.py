"""A submitted notebook made anew: our cells, with the student's texts put in.

Not the student's file is graded but a notebook of the course's own cells and metadata. Of the
student's it takes the text of solution and answer cells, and own cells beside them. So a check that
was deleted, copied, retyped, tagged or edited changes nothing.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode, v4

OWN_CELLS = 400  # more are left out
CHARACTERS = 100_000  # of one cell; more are cut
ALL_CHARACTERS = 2_000_000  # of all own cells; more are left out


@dataclass
class Rebuilt:
    """The notebook, and what was found on the way (sentences for the instructor).

    extra: the places of the student's own cells. present: grade ids that the student's file has.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    extra: set[int] = field(default_factory=set)
    present: set[str] = field(default_factory=set)


def rebuild(course: NotebookNode, submitted: list[Any]) -> Rebuilt:
    """Return the course's notebook with the texts of the submitted cells put in.

    course: released notebook with the full text of hidden checks. submitted: the "cells" of the
    student's notebook as they were read: nothing of them is believed.
    """
    known = _Known(course.cells)
    texts: dict[int, tuple[str, str]] = {}  # place in the course → last text there, and its kind
    after: dict[int, list[tuple[str, str]]] = {}  # place (-1: the start) → own cells behind it
    notes: list[str] = []
    anchor = -1
    for cell in submitted:
        kind, text = _read(cell)
        if kind is None:
            notes.append("a cell that is no cell was left out")
            continue
        if len(text) > CHARACTERS:
            text = text[:CHARACTERS]
            notes.append(f"a cell was cut: it has more than {CHARACTERS} characters")
        place = known.place_of(cell, text, beyond=anchor)
        if place is None or (place in texts and not known.takes(place)):
            after.setdefault(anchor, []).append((kind, text))
            continue
        if place in texts:
            # nbgrader, too, takes the last of several copies, and runs the others as own cells
            after.setdefault(place - 1, []).append(texts[place][::-1])
            notes.append(f"{known.name(place)} is there more than once: the last one counts")
        texts[place] = (text, kind)
        anchor = place
    return _assembled(course, known, texts, after, notes)


def _assembled(
    course: NotebookNode,
    known: "_Known",
    texts: dict[int, tuple[str, str]],
    after: dict[int, list[tuple[str, str]]],
    notes: list[str],
) -> Rebuilt:
    rebuilt = Rebuilt(v4.new_notebook(metadata=course.metadata), notes)
    cells = rebuilt.notebook.cells
    rebuilt.notebook.nbformat_minor = 5
    left, room = OWN_CELLS, ALL_CHARACTERS

    def add_own(kind: str, text: str) -> None:
        nonlocal left, room
        left, room = left - 1, room - len(text)
        if left < 0 or room < 0:
            return
        rebuilt.extra.add(len(cells))
        make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
        cells.append(make(text, id=f"own{len(rebuilt.extra)}"))

    for kind, text in after.get(-1, ()):
        add_own(kind, text)
    for place, cell in enumerate(course.cells):
        ours = copy(cell)  # its metadata nobody changes
        text, kind = texts.get(place, ("", ""))
        if known.takes(place) and place in texts:
            ours.source = text
            if kind != ours.cell_type:
                notes.append(f"{known.name(place)} was {kind}, is {ours.cell_type} again")
        elif known.takes(place):
            notes.append(f"{known.name(place)} was deleted")
            if ours.cell_type == "code":  # an answer that is not there is as good as none: the stub
                ours.source = ""
        elif known.check(place) and place not in texts:
            notes.append(f"{known.name(place)} was deleted: it is back")
        elif known.check(place) and text != ours.source and not known.hidden(place):
            notes.append(f"{known.name(place)} was changed: it is as it was")
        cells.append(ours)
        if place in texts and known.free(place) and text != ours.source and kind == "code":
            add_own(kind, text)  # such as a cell of ours with an import added
        for own in after.get(place, ()):
            add_own(*own)
    if left < 0 or room < 0:
        notes.append(
            f"own cells were left out: more than {OWN_CELLS}, or {ALL_CHARACTERS:,} characters"
        )
    rebuilt.present = {known.name(place) for place in texts if known.name(place)}
    return rebuilt


def _read(cell: Any) -> tuple[str | None, str]:
    """Return the kind and text of a submitted cell; kind None when it is no cell."""
    if not isinstance(cell, dict):
        return None, ""
    text = cell.get("source", "")
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None, ""
    text = text.encode("utf-8", "replace").decode()  # lone surrogates cannot be saved
    return ("code" if cell["cell_type"] == "code" else "markdown"), text


class _Known:
    """The course's cells, found by grade id, by cell id, or by their very text."""

    def __init__(self, cells: Iterable[NotebookNode]) -> None:
        self.cells = list(cells)
        self.marks = [cell.metadata.get("nbgrader", {}) for cell in self.cells]
        self.by_grade_id = {mark["grade_id"]: n for n, mark in enumerate(self.marks) if mark}
        self.by_id = {cell.id: n for n, cell in enumerate(self.cells)}
        self.by_text = {cell.source.strip(): n for n, cell in enumerate(self.cells)}

    def place_of(self, cell: dict, text: str, beyond: int) -> int | None:
        """Return which of the course's cells this is, or None for an own one.

        beyond: a cell that has lost its ids is found by its text, if it comes after this place.
        """
        metadata = cell.get("metadata")
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
        for key, places in ((grade_id, self.by_grade_id), (cell.get("id"), self.by_id)):
            if isinstance(key, str) and key in places:
                return places[key]
        place = self.by_text.get(text.strip(), -1)
        return place if place > beyond else None

    def name(self, place: int) -> str:
        """Return the grade id of a cell, "" if it has none."""
        return self.marks[place].get("grade_id", "")

    def takes(self, place: int) -> bool:
        """Return whether the student writes there."""
        return bool(self.marks[place].get("solution"))

    def check(self, place: int) -> bool:
        """Return whether a cell is a check."""
        return bool(self.marks[place].get("grade")) and not self.takes(place)

    def hidden(self, place: int) -> bool:
        """Return whether a check's text is not the one that students have."""
        return "BEGIN HIDDEN TESTS" in self.cells[place].source

    def free(self, place: int) -> bool:
        """Return whether a cell is one of the course's that students may change."""
        return not self.marks[place]
