"""A page for the next lecture: what the class predicted, and the answer behind a fold.

write_predictions(root) → the path of the page

A student's guess is read out of the notebook that was handed in (`course.predictions`); no names.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from autograder.build.title import read as title_of
from autograder.collect.work import cells_of
from autograder.course import chosen
from autograder.errors import CourseError
from autograder.files import Refused, read_untrusted, reason, write_atomic
from autograder.gradebook.read import places
from autograder.pages import safe_html
from course.predictions import QUESTIONS, Question, guess_in

MOST_BYTES = 50 << 20  # of a notebook
STEPS = (1, 2, 5)  # a bar ends at such a number, times a power of ten
CLOSE = 2  # a guess is close when it is at most so many times too high or too low


@dataclass(frozen=True)
class Bar:
    """How many guesses are in a range; the share is of the highest bar."""

    words: str
    count: int
    share: float
    is_answer: bool  # whether the answer is in this range


@dataclass(frozen=True)
class Part:
    """What the page says of one notebook."""

    heading: str
    question: Question
    guesses: int
    without: int  # handed in without a guess
    bars: list[Bar]
    median: float
    close: int  # guesses at most CLOSE times too high or too low


def write_predictions(root: Path, to: Path | None = None, names: Sequence[str] = ()) -> Path:
    """Write the page on the named notebooks (all by default), and return its path.

    CourseError for an unknown name, if no guess was handed in, or if it cannot be written.
    """
    where = places(root)
    target = Path(to) if to else where.grading / "predictions.html"
    parts = []
    for name in chosen(root, names):
        if name in QUESTIONS and (part := _part(Path(root), name)):
            parts.append(part)
    if not parts:
        asked = ", ".join(names) or "any notebook"
        raise CourseError(
            f"there is no prediction in what was handed in of {asked}: collect first."
        )
    text = safe_html.page("predictions.html", parts=parts, close=CLOSE)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text)
    except OSError as error:
        why = reason(error, target)
        raise CourseError(
            f"{target}: not written: {why}; choose another file with --to."
        ) from error
    return target


def _part(root: Path, name: str) -> Part | None:
    """Return what the page says of a notebook; None if there is no guess."""
    guesses, without = [], 0
    for path in sorted((root / "grading" / "submitted").glob(f"*/{name}/{name}.ipynb")):
        try:
            cells = cells_of(read_untrusted(path, MOST_BYTES))
        except Refused:
            continue
        guess = guess_in(cells or ())
        if guess is None:
            without += 1
        else:
            guesses.append(guess)
    if not guesses:
        return None
    asked = QUESTIONS[name]
    close = sum(1 / CLOSE <= guess / asked.answer <= CLOSE for guess in guesses)
    heading = title_of(root / "solutions" / f"{name}.py").heading
    bars = _bars(guesses, asked.answer)
    return Part(heading, asked, len(guesses), without, bars, median(guesses), close)


def _bars(guesses: Sequence[float], answer: float) -> list[Bar]:
    """Return the bars from the lowest guess to the highest: 1 to 2, 2 to 5, 5 to 10, and so on."""
    counts = Counter(map(_range_of, guesses))
    most = max(counts.values())
    return [
        Bar(
            f"{_edge(number):,g} to {_edge(number + 1):,g}",
            counts[number],
            counts[number] / most,
            number == _range_of(answer),
        )
        for number in range(min(counts), max(counts) + 1)
    ]


def _range_of(value: float) -> int:
    """Return the number of the range that holds a value; range 0 begins at 1."""
    number = len(STEPS) * math.floor(math.log10(value))
    while _edge(number + 1) <= value:
        number += 1
    return number


def _edge(number: int) -> float:
    """Return where a range begins."""
    power, step = divmod(number, len(STEPS))
    return STEPS[step] * 10.0**power
