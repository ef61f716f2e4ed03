"""What a notebook's title cell says, for every table, picture and benchmark that needs it.

read(path) → Title, and titles(root) → the Titles of a course, in order
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.build import script
from autograder.course import scripts

POINTS = {"visible": 8, "hidden": 9, "written": 3}
"""How the points of a graded notebook are split, unless its title cell has `points={…}`."""


@dataclass(frozen=True)
class Title:
    """A notebook's title cell.

    name: of the assignment, "04_cache". heading: "4 · Cache". question: what the notebook answers.
    minutes: how long it takes, or None. lab: its package in course/, "cache". shown: the call worth
    showing, "explore(LRUCache)", and moved: the controls to move in it, {"dies_at": 20}. points: as
    POINTS.
    """

    name: str
    heading: str
    question: str
    minutes: int | None
    lab: str
    shown: str
    moved: dict[str, Any] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=lambda: dict(POINTS))

    @property
    def number(self) -> str:
        """The two digits that the assignment's name begins with."""
        return self.name[:2]

    @property
    def text(self) -> str:
        """The heading without its number: "Cache"."""
        return self.heading.partition(" · ")[2] or self.heading

    @property
    def readme_row(self) -> str:
        """The notebook's row of the table in README.md."""
        link = f"[{self.number} {self.text}](notebooks/{self.name}/{self.name}.ipynb)"
        return f"| {link} | {self.question} | {self.minutes} |"

    @property
    def welcome_row(self) -> str:
        """The notebook's row of the table in notebook 00."""
        return f"| [{self.heading}](../{self.name}/{self.name}.ipynb) | {self.question} |"


def of(cells: Sequence[script.Cell], name: str) -> Title:
    """Return the Title of a script's cells; what the title cell does not say is empty."""
    cell = cells[0]
    heading = re.search(r"^# (.+)", cell.text, re.MULTILINE)
    minutes = re.search(r"[Aa]bout (\d+) minutes", cell.text)
    imports = "\n".join(each.text for each in cells if each.is_code)
    lab = re.search(r"^from course\.(\w+) import", imports, re.MULTILINE)
    return Title(
        name,
        heading[1] if heading else "",
        cell.marks.get("question", ""),
        int(minutes[1]) if minutes else None,
        lab[1] if lab else "",
        cell.marks.get("shown", ""),
        cell.marks.get("moved", {}),
        cell.marks.get("points", dict(POINTS)),
    )


def read(path: Path) -> Title:
    """Return the Title of a script; SourceError if a cell's marks are wrong."""
    return of(script.read(path), Path(path).stem)


def titles(root: Path | str) -> list[Title]:
    """Return the Titles of a course's notebooks, in their order."""
    return [read(path) for path in scripts(root)]
