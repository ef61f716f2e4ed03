"""A submitted notebook rebuilt: our cells, with the student's texts put in.

What is graded is not the student's file but a notebook of the course's own cells and metadata, with
the text of the student's solution and answer cells, and the student's own cells in between. So a
check that was deleted, copied, retyped, tagged or edited changes nothing.
"""

import ast
import re
import warnings
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbformat import NotebookNode, from_dict, v4

from autograder.build import markers

OWN_CELLS = 400  # more are left out
CHARACTERS = 100_000  # of one cell; more are cut
PROSE = 20_000  # of a code cell that may be an answer in words
ALL_CHARACTERS = 2_000_000  # of all own cells; more are left out


@dataclass
class Rebuilt:
    """The notebook, and what was found on the way (sentences for the instructor).

    extra: the places of the student's own cells. went_on: those of all cells with a student's code
    that, as far as the file tells, did not end in an error in the student's notebook.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    extra: set[int] = field(default_factory=set)
    went_on: set[int] = field(default_factory=set)

    def ended_early(self, cells: list[dict], outcome: dict) -> list[str]:
        """Return a sentence for each cell that ended in an error here and not for the student.

        cells: of the plan; outcome: of its run (see execute.py). Not for a cell that calls what
        the student has not written yet.
        """
        notes = []
        for n, cell in enumerate(cells):
            for output in outcome["outputs"].get(str(n), []):
                if output["output_type"] != "error" or cell["place"] not in self.went_on:
                    continue
                kind, text = output["ename"], output["evalue"]
                is_stub = kind == "NotImplementedError" and text.startswith("Exercise ")
                if kind != "Stopped" and not is_stub:  # what was stopped has a note already
                    mark = self.notebook.cells[cell["place"]].metadata.get("nbgrader", {})
                    first = cell["text"].strip().partition("\n")[0]
                    where = mark.get("grade_id") or f"an own cell ({first[:40]})"
                    said = f"ended early here, not for the student: {kind}: {text[:100]}"
                    notes.append(f"{where} {said}")
        return notes


def rebuild(course: NotebookNode, submitted: list[Any]) -> Rebuilt:
    """Return the course's notebook with the texts of the submitted cells put in.

    course: released notebook with the full text of hidden checks. submitted: the "cells" of the
    student's notebook as intake.py read them; nothing in them is trusted.
    """
    known = _Known(course.cells)
    claimed = [known.claimed_by(cell) for cell in submitted]
    the_check = _checks_among_copies(known, claimed)
    theirs: dict[int, _Cell] = {}  # place in the course → the last submitted cell for it
    after: dict[int, list[_Cell]] = {}  # place (-1: the start) → own cells that follow it
    notes: list[str] = []
    anchor = -1
    cleared = not any(map(_has_run, submitted))  # of outputs, such as by nbstripout
    for number, cell in enumerate(submitted):
        one = _read(cell, cleared)
        if one is None:
            notes.append("something that is not a cell was left out")
            continue
        if len(one.text) > CHARACTERS:
            one = one._replace(text=one.text[:CHARACTERS])
            notes.append(f"a cell was cut: it has more than {CHARACTERS} characters")
        place = claimed[number]
        if place is None:
            place = known.place_of_text(one.text, anchor, claimed)
        taken = place in theirs and not known.takes(place)
        # such as a check that was copied above the solution to try it
        copied = place is not None and the_check.get(place, number) != number
        if place is None or taken or copied:
            after.setdefault(anchor, []).append(one)
            continue
        if place in theirs:
            # nbgrader, too, takes the last of several copies, and runs the others as own cells
            after.setdefault(place - 1, []).append(theirs[place])
            notes.append(f"{known.name(place)} is there more than once: the last one counts")
        theirs[place] = one
        anchor = place
    _find_answers(known, theirs, after, notes)
    return _assembled(course, known, theirs, after, notes)


def _find_answers(
    known: "_Known",
    theirs: dict[int, "_Cell"],
    after: dict[int, list["_Cell"]],
    notes: list[str],
) -> None:
    """Where an answer is missing or untouched, take the student's text near it as the answer.

    An answer is read by a person, also when it has lost its cell, or stands in a cell next to it.
    Its text may be in cells of the student's own, or in a cell of the course's, from the question
    to the next cell that is graded.
    """
    for place in filter(known.answer, range(len(known.cells))):
        here = theirs.get(place)
        if here and (here.attachments or here.text.strip() not in ("", known.text(place))):
            continue
        end = next((n for n in range(place + 1, len(known.cells)) if known.graded(n)), None)
        found: list[_Cell] = []
        for near in range(max(place - 1, 0), end or len(known.cells)):
            one, ours = theirs.get(near), known.text(near)
            if one and near != place and one.kind == "markdown" and ours in one.text:
                added = one.text.replace(ours, "", 1).strip()  # such as below the question
                found += [one._replace(text=added)] if added else []
            cells = after.get(near, [])
            found += [own for own in cells if known.is_writing(own)]
            after[near] = [own for own in cells if not known.is_writing(own)]
        if found:
            theirs[place] = _joined(found)
            how = "was left as it was" if here else "was deleted"
            notes.append(f"{known.name(place)} {how}: the text near it was taken as the answer")


def _is_prose(text: str) -> bool:
    """Return whether a code cell holds words: comments, a string, or what Python cannot read."""
    if len(text) > PROSE or re.search(r"(?m)^\s*[%!?]|\?\s*$", text):
        return False  # IPython's commands
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of a backslash in a string
        try:
            lines = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return True
    values = [line.value for line in lines if isinstance(line, ast.Expr)]
    return len(values) == len(lines) and all(
        isinstance(value, ast.Constant) and isinstance(value.value, str) for value in values
    )


def _joined(cells: list["_Cell"]) -> "_Cell":
    """Return one Markdown cell with the texts and pictures of several."""
    texts, pictures = [], {}
    for number, one in enumerate(cells):
        text = one.text.strip()
        for name, picture in (one.attachments or {}).items():
            new = name if name not in pictures else f"{number}-{name}"
            text = text.replace(f"attachment:{name}", f"attachment:{new}")
            pictures[new] = picture
        texts.append(text)
    return _Cell("markdown", "\n\n".join(texts)[:CHARACTERS], pictures or None)


def _assembled(
    course: NotebookNode,
    known: "_Known",
    theirs: dict[int, "_Cell"],
    after: dict[int, list["_Cell"]],
    notes: list[str],
) -> Rebuilt:
    rebuilt = Rebuilt(v4.new_notebook(metadata=course.metadata), notes)
    cells = rebuilt.notebook.cells
    rebuilt.notebook.nbformat_minor = 5
    left, room = OWN_CELLS, ALL_CHARACTERS

    def add_own(one: "_Cell") -> None:
        nonlocal left, room
        left, room = left - 1, room - len(one.text)
        if left < 0 or room < 0:
            return
        rebuilt.extra.add(len(cells))
        if one.went_on:
            rebuilt.went_on.add(len(cells))
        make = v4.new_code_cell if one.kind == "code" else v4.new_markdown_cell
        cells.append(make(one.text, id=f"own{len(rebuilt.extra)}"))
        _attach(cells[-1], one)

    for one in after.get(-1, ()):
        add_own(one)
    for place, cell in enumerate(course.cells):
        ours = copy(cell)  # shallow: its metadata is not changed
        one = theirs.get(place, _Cell("", ""))
        if known.takes(place) and place in theirs:
            ours.source = one.text
            _attach(ours, one)
            if one.went_on and ours.cell_type == "code":
                rebuilt.went_on.add(len(cells))
            if one.kind != ours.cell_type:
                notes.append(f"{known.name(place)} was {one.kind}, is {ours.cell_type} again")
        elif known.takes(place):
            notes.append(f"{known.name(place)} was deleted")
            if ours.cell_type == "code":  # a missing answer stays as it was released
                ours.source = ""
        elif known.check(place) and place not in theirs:
            notes.append(f"{known.name(place)} was deleted: it is back")
        elif known.check(place) and one.text != ours.source and not known.hidden(place):
            notes.append(f"{known.name(place)} was changed: it is as it was")
        cells.append(ours)
        if known.free(place) and one.kind == "code" and one.text != ours.source:
            add_own(one)  # such as a cell of ours with an import added
        for own in after.get(place, ()):
            add_own(own)
    if left < 0 or room < 0:
        notes.append(
            f"own cells were left out: more than {OWN_CELLS}, or {ALL_CHARACTERS:,} characters"
        )
    return rebuilt


class _Cell(NamedTuple):
    """What is used of a submitted cell; kind: code or markdown.

    went_on: it is code, and the file shows no error of it.
    """

    kind: str
    text: str
    attachments: dict | None = None  # pictures pasted into Markdown
    went_on: bool = False


def _attach(cell: NotebookNode, one: _Cell) -> None:
    if one.attachments and cell.cell_type == "markdown":
        cell.attachments = from_dict(one.attachments)


def _has_run(cell: Any) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("execution_count"), int)


def _read(cell: Any, cleared: bool) -> _Cell | None:
    """Return what is used of a submitted cell, None when it is not a cell.

    cleared: no cell of the file shows that it has run.
    """
    if not isinstance(cell, dict):
        return None
    text = cell.get("source", "")
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    text = text.encode("utf-8", "replace").decode()  # lone surrogates cannot be saved
    kind = "code" if cell["cell_type"] == "code" else "markdown"
    went_on = kind == "code" and (cleared or _has_run(cell)) and not cell.get("outputs")
    return _Cell(kind, text, cell.get("attachments"), went_on)


def _checks_among_copies(known: "_Known", claimed: list[int | None]) -> dict[int, int]:
    """Return, for each check's place in the course, which submitted cell counts as that check.

    Of several copies it is the first one below all solutions that come before that check, so that
    what the student wrote between a solution and its check stays there.
    """
    last = {place: n for n, place in enumerate(claimed) if place is not None}
    found: dict[int, int] = {}
    for place in last:
        if known.check(place):
            copies = [n for n, claim in enumerate(claimed) if claim == place]
            above = [n for at, n in last.items() if at < place and known.takes(at)]
            below = [n for n in copies if n > max(above, default=-1)]
            found[place] = (below or copies[-1:])[0]
    return found


class _Known:
    """The course's cells, found by grade id, by cell id, or by their very text."""

    def __init__(self, cells: Iterable[NotebookNode]) -> None:
        self.cells = list(cells)
        self.marks = [cell.metadata.get("nbgrader", {}) for cell in self.cells]
        self.by_grade_id = {mark["grade_id"]: n for n, mark in enumerate(self.marks) if mark}
        self.by_id = {cell.id: n for n, cell in enumerate(self.cells)}
        self.by_text = {cell.source.strip(): n for n, cell in enumerate(self.cells)}

    def claimed_by(self, cell: Any) -> int | None:
        """Return the place of the course's cell that a submitted one has the ids of, or None."""
        if not isinstance(cell, dict):
            return None
        metadata = cell.get("metadata")
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
        for key, places in ((grade_id, self.by_grade_id), (cell.get("id"), self.by_id)):
            if isinstance(key, str) and key in places:
                return places[key]
        return None

    def place_of_text(self, text: str, beyond: int, claimed: list[int | None]) -> int | None:
        """Return the place of the course's cell with exactly this text, or None.

        For a submitted cell that has lost its ids. The place must come after `beyond`, and no
        other submitted cell may have claimed it.
        """
        place = self.by_text.get(text.strip(), -1)
        return place if place > beyond and place not in claimed else None

    def name(self, place: int) -> str:
        """Return the grade id of a cell, "" if it has none."""
        return self.marks[place].get("grade_id", "")

    def takes(self, place: int) -> bool:
        """Return whether the student writes there."""
        return bool(self.marks[place].get("solution"))

    def check(self, place: int) -> bool:
        """Return whether a cell is a check."""
        return bool(self.marks[place].get("grade")) and not self.takes(place)

    def answer(self, place: int) -> bool:
        """Return whether a cell is an answer in words."""
        return self.takes(place) and self.cells[place].cell_type == "markdown"

    def graded(self, place: int) -> bool:
        """Return whether the student writes there, or it is a check."""
        return self.takes(place) or self.check(place)

    def text(self, place: int) -> str:
        """Return a cell's text as it was released."""
        return str(self.cells[place].source).strip()

    def is_writing(self, one: "_Cell") -> bool:
        """Return whether an own cell is text in words: Markdown, or what no Python reads."""
        text = one.text.strip()
        if text in self.by_text or not (one.attachments or re.search(r"\w", text)):
            return False  # a copy of the course's, or a line
        return one.kind == "markdown" or _is_prose(text)

    def hidden(self, place: int) -> bool:
        """Return whether a check's text is not the one that students have."""
        return markers.begins(self.cells[place].source, markers.HIDDEN_TESTS)

    def free(self, place: int) -> bool:
        """Return whether a cell is one of the course's that students may change."""
        return not self.marks[place]
