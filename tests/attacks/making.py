"""What an attack is, and how it is put on a notebook."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, v4

from tests.classroom import solutions, written

NAME = "02_load_balancer"
ALL_POINTS = 17.0  # that a machine gives: 8 for visible checks, 9 for hidden ones


@dataclass(frozen=True)
class Places:
    """What a well-informed attacker knows of the grader's machine."""

    course: Path  # the course's folder
    home: Path  # the grader's
    port: int  # on which something listens on the loopback network
    abstract: str  # the name of an abstract Unix socket on which something listens

    def put(self, text: str) -> str:
        """Return a text of an attack with these places in it."""
        for word, value in (
            ("COURSE_FOLDER", self.course),
            ("HOME_FOLDER", self.home),
            ("LISTENING_PORT", self.port),
            ("ABSTRACT_NAME", self.abstract),
        ):
            text = text.replace(word, str(value))
        return text


@dataclass(frozen=True)
class Attack:
    """One submission: `make(folder, places)` fills the folder that is handed in.

    least, most: automatic points that its code's behaviour earns. says: a part of the sentence or
    of the notes that the instructor reads. refused: it cannot be graded at all. stock: it may be
    tried with stock nbgrader, which does not shut it in, in a copy of the course.
    """

    name: str
    make: Callable[[Path, Places], None]
    least: float = 0.0
    most: float = 0.0
    says: str = ""
    refused: bool = False
    stock: bool = True


def student(attack: Attack, number: int) -> str:
    """Return the name under which an attack is handed in: between the honest aaa and zzz."""
    return f"m{number:03d}-{attack.name.replace(' ', '-')[:40]}"


def save(notebook: NotebookNode, folder: Path, name: str = NAME) -> None:
    """Write a notebook as it is: no version is made up, nothing is checked."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def notebook(right: bool) -> NotebookNode:
    """Return the notebook with worked solutions, or as it was released."""
    return written(NAME, solutions(NAME) if right else {}, "An answer of my own.")


def surgery(
    name: str, change: Callable[[NotebookNode], object], right: bool = False, **expected: object
) -> Attack:
    """Return the attack that changes the notebook's cells or metadata by `change`."""

    def make(folder: Path, places: Places) -> None:
        attacked = notebook(right)
        change(attacked)
        save(attacked, folder)

    return _attack(name, make, right, expected)


def code(name: str, text: str, right: bool = False, **expected: object) -> Attack:
    """Return the attack of an own first cell with this text."""

    def make(folder: Path, places: Places) -> None:
        attacked = notebook(right)
        attacked.cells.insert(0, v4.new_code_cell(places.put(text)))
        save(attacked, folder)

    return _attack(name, make, right, expected)


def solution(name: str, texts: dict[str, str], right: bool = False, **expected: object) -> Attack:
    """Return the attack of these texts in the solution cells of these grade ids."""

    def make(folder: Path, places: Places) -> None:
        known = {key: places.put(text) for key, text in texts.items()}
        save(written(NAME, (solutions(NAME) if right else {}) | known), folder)

    return _attack(name, make, right, expected)


def beside(
    name: str, put: Callable[[Path, Places], object], right: bool = True, **expected: object
) -> Attack:
    """Return the attack that puts something beside the notebook."""

    def make(folder: Path, places: Places) -> None:
        save(notebook(right), folder)
        put(folder, places)

    return _attack(name, make, right, expected)


def _attack(name: str, make: Callable[[Path, Places], None], right: bool, expected: dict) -> Attack:
    points = ALL_POINTS if right else 0.0
    return Attack(name, make, **{"least": points, "most": points, **expected})
