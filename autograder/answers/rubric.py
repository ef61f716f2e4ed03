"""A question's rubric as items with points, to tick.

The rubric is prose that an author wrote for people. Two forms are read as items: paragraphs that
begin with "1 point:" (or "Half a point:", "2 points:"), and a numbered list below "One point each:"
(or "Half a point each:" and so on). Whatever else it says is kept as notes; a rubric in another
form is all notes, and points are given by hand.
"""

import hashlib
import re
from dataclasses import dataclass

from autograder.build import markers

NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "half a": 0.5}
POINTS = rf"(\d+(?:\.\d+)?|{'|'.join(NUMBERS)}) points?"
ITEM = re.compile(rf"(?i){POINTS}: *")
EACH = re.compile(rf"(?i){POINTS} each:")
BLOCK = re.compile(r"\n[ \t]*\n|\n(?=\d+[.)] )")
NUMBERED = re.compile(r"\d+[.)] +")


@dataclass(frozen=True)
class Item:
    """One thing that a right answer says."""

    text: str  # Markdown
    points: float


@dataclass(frozen=True)
class Rubric:
    """What a person grades a question by."""

    items: tuple[Item, ...] = ()
    notes: str = ""  # Markdown; what is not an item

    @property
    def digest(self) -> str:
        """A short digest of the items: ticks mean nothing once it is another."""
        return hashlib.sha256(repr(self.items).encode()).hexdigest()[:16]


def read(text: str) -> Rubric:
    """Return the rubric that stands in a cell's text, with nbgrader's markers around it or not."""
    inside = markers.regions(text, markers.MARK_SCHEME)
    items: list[Item] = []
    notes: list[str] = []
    each = None
    for block in BLOCK.split("\n\n".join(inside) if inside else text):
        block = block.strip()
        if found := ITEM.match(block):
            items.append(Item(block[found.end() :], _number(found[1])))
        elif found := EACH.fullmatch(block):
            each = _number(found[1])
        elif each and (found := NUMBERED.match(block)):
            items.append(Item(block[found.end() :], each))
        elif block:
            notes.append(block)
    return Rubric(tuple(items), "\n\n".join(notes))


def _number(words: str) -> float:
    return NUMBERS.get(words.lower()) or float(words)
