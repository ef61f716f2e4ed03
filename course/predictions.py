"""What a student guessed before a picture answered, next to what comes out.

    course.guesses()  → a picture: a row a notebook, how far each guess was from the answer

A guess is the number in the cell `prediction = …`. It is read out of the notebooks as they were
last saved; that of the notebook at work, out of its kernel. Nothing is graded.
"""

import ast
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.submit import CannotTell, notebook_path, shell_of_this_kernel, text_of

if TYPE_CHECKING:
    from course.view.explore import Explorer


@dataclass(frozen=True)
class Question:
    """What a notebook asks before its first experiment: what to guess, in which unit, the answer.

    The answer is that of the notebook's own experiment or formula; tests measure it again.
    """

    asks: str
    unit: str
    answer: float


QUESTIONS: Mapping[str, Question] = {
    "00_start_here": Question("the wait at a till chosen at random", "minutes", 7.4),
    "01_single_server": Question("the wait at 95 % busy", "× the service time", 19),
    "02_load_balancer": Question("p99 with servers picked at random", "ms", 3040),
    "03_database_replication": Question("what ten replicas can do", "statements/s", 500),
    "04_cache": Question("hits with room for 5 % of the photos", "%", 55.7),
    "05_cdn": Question("half of the pages without a CDN", "s", 1.44),
    "06_stateless_tier": Question("pages that the newest server gets", "%", 3.2),
    "07_data_centers": Question("how long users are sent to a dead center", "s", 57),
    "08_message_queue": Question("when the queue is empty after the burst", "s", 68.6),
    "09_logging_metrics_automation": Question("false alarms a day", "", 631),
    "10_millions_of_users": Question("the bill for the bad day", "dollars a month", 45_000),
}


def guess_in(cells: Iterable[dict[str, Any]]) -> float | None:
    """Return the number in a notebook's cell `prediction = …`; None if there is none in it.

    cells: as nbformat has them. The text is read and not run; what is no number counts as none.
    """
    for cell in cells:
        found = re.search(r"(?m)^prediction\s*=\s*([^#\n]+)", text_of(cell))
        if cell.get("cell_type") == "code" and found:
            try:
                return _number(ast.literal_eval(found[1].strip()))
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                return None
    return None


def guesses(folder: str = "..") -> "Explorer | None":
    """Return a picture of your guesses, from the notebooks saved in `folder` and this one.

    While nbgrader executes the notebook, return None.
    """
    if "NBGRADER_EXECUTION" in os.environ:
        return None
    from course.start_here.guesses_picture import GuessesPicture
    from course.view import explore as view

    return view.explore({}, dict, GuessesPicture(QUESTIONS, found(folder)))


def found(folder: str | Path) -> dict[str, float]:
    """Return the guesses by notebook: of those in `folder` as saved, of this kernel's as it is."""
    made = {}
    for name in QUESTIONS:
        try:
            content = json.loads((Path(folder) / name / f"{name}.ipynb").read_bytes())
            made[name] = guess_in(content["cells"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not there, or not a notebook: one guess less
    shell = shell_of_this_kernel()
    if shell and "prediction" in shell.user_ns:
        with suppress(CannotTell):
            made[notebook_path().stem] = _number(shell.user_ns["prediction"])
    return {name: guess for name, guess in made.items() if name in QUESTIONS and guess is not None}


def _number(value: Any) -> float | None:
    """Return a number above 0, which can be so many times too high or too low; else None."""
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if real and 0 < value < 1e12 else None
