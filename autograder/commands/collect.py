"""`autograder collect`."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from autograder.build.release import BuildError, configuration
from autograder.collect.archive import UnpackError
from autograder.collect.collect import COLLECTED, NOT_TAKEN, OLDER, UNCHANGED, Row, collect
from autograder.collect.receipts import ReceiptsError
from autograder.commands import root_option
from autograder.gradebook.read import GradebookError
from autograder.gradebook.roster import CollectError, class_of
from autograder.plain import plain

SENTENCE = 2000  # characters of an error: a path may be long


@click.command("collect")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--assignment", default="", help="Only this one; a file that names none is of it.")
@click.option(
    "--received",
    metavar="TIME",
    help="When the files arrived, such as 2026-11-24T21:00+01:00 (default: now).",
)
@click.option("--add", is_flag=True, help="Also take students who are not in the gradebook.")
@root_option
def command(folder: Path, assignment: str, received: str | None, add: bool, root: Path) -> None:
    """Take students' files out of FOLDER, or out of an LMS's zip, into grading/submitted/."""
    root = root.resolve()
    try:
        to = class_of(root, configuration(root, root))
        rows = collect(to, folder, assignment, _time(received), add)
    except (BuildError, CollectError, GradebookError, ReceiptsError, UnpackError) as error:
        raise click.ClickException(plain(str(error), SENTENCE)) from error
    click.echo("\n".join(table(rows)))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text).astimezone(UTC)  # without a zone: this computer's
    except ValueError as error:
        raise CollectError(f"--received {text}: is no time such as 2026-11-24T21:00.") from error
    if time > datetime.now(UTC):
        raise CollectError(f"--received {text}: is in the future: write when they arrived.")
    return time


def table(rows: list[Row]) -> list[str]:
    """Return the lines of a table of what became of each file, and one that sums it up."""
    cells = [  # a student chose the place: it may hold line ends, colours, half a character
        tuple(map(plain, (row.outcome, row.student, row.assignment, row.place))) for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, cell in zip(rows, cells, strict=True):
        padded = "  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True))
        lines.append(f"{padded}  {'; '.join(map(plain, row.notes))}".rstrip())
    counts = Counter(row.outcome for row in rows)
    late = sum(any(note.startswith("late") for note in row.notes) for row in rows)
    order = (COLLECTED, UNCHANGED, OLDER, NOT_TAKEN)
    parts = [f"{counts[outcome]} {outcome.lower()}" for outcome in order if counts[outcome]]
    lines.append(f"{len(rows)} files: {', '.join(parts)}; {late} late.")
    if counts[NOT_TAKEN]:
        lines.append("What is NOT TAKEN still is where it was: mend it and collect again.")
    return lines
