"""From students' files to grades: collect and grade."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from autograder.cli.options import root_option, time_option


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--assignment", default="", help="Only this one; a file that names none is of it.")
@click.option(
    "--received",
    metavar="TIME",
    help="When the files arrived, such as 2026-11-24T21:00+01:00 (default: now).",
)
@click.option(
    "--times",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="When each arrived: Moodle's grading worksheet, or Canvas' list of submissions.",
)
@click.option("--add", is_flag=True, help="Also take students who are not in the gradebook.")
@root_option
def collect(
    folder: Path,
    assignment: str,
    received: str | None,
    times: tuple[Path, ...],
    add: bool,
    root: Path,
) -> None:
    """Take students' files out of FOLDER, or out of an LMS's zip, into grading/submitted/."""
    from autograder.collect.collect import collect
    from autograder.gradebook.read import roster

    rows = collect(roster(root), folder, assignment, time_option(received), add, times)
    click.echo("\n".join(collected_table(rows)))


def collected_table(rows: list[Any]) -> list[str]:
    """Return the lines of a table of what became of each file, and one that sums it up."""
    from autograder.collect.rows import COLLECTED, NOT_TAKEN, OLDER, UNCHANGED, UNTOUCHED
    from autograder.files import printable

    cells = [  # a student chose the place: it may hold line ends, colours, half a character
        tuple(map(printable, (row.outcome, row.student, row.assignment, row.place))) for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, cell in zip(rows, cells, strict=True):
        padded = "  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True))
        lines.append(f"{padded}  {'; '.join(map(printable, row.notes))}".rstrip())
    counts = Counter(row.outcome for row in rows)
    late = sum(any(note.startswith("late") for note in row.notes) for row in rows)
    order = (COLLECTED, UNCHANGED, OLDER, UNTOUCHED, NOT_TAKEN)
    parts = [f"{counts[outcome]} {outcome.lower()}" for outcome in order if counts[outcome]]
    lines.append(f"{len(rows)} files: {', '.join(parts)}; {late} late.")
    if counts[NOT_TAKEN]:
        lines.append("What is NOT TAKEN is still where it was: fix it and collect again.")
    return lines


@click.command()
@click.argument("assignment")
@click.option(
    "--student", "students", multiple=True, help="Only this student, or all of a*; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Submissions at a time (default: cores).")
@click.option("--force", is_flag=True, help="Grade again what is graded already.")
@click.option(
    "--regrade", is_flag=True, help="You changed checks: grade again what the old ones graded."
)
@click.option(
    "--isolation",
    type=click.Choice(["namespaces", "process"]),
    default="namespaces",
    help="namespaces: shut in (default). process: limits only, where Linux has no namespaces.",
)
@click.option("--scheduler", default="", help="Run on this Dask cluster, such as tcp://host:8786.")
@root_option
def grade(
    assignment: str,
    students: tuple[str, ...],
    jobs: int | None,
    force: bool,
    regrade: bool,
    isolation: str,
    scheduler: str,
    root: Path,
) -> None:
    """Grade the submissions of ASSIGNMENT into nbgrader's gradebook, student code shut in."""
    if sys.platform != "linux":
        raise click.ClickException(
            "grading needs Linux, which shuts student code in (all other commands work here, too): "
            "use a Linux machine, or Linux in WSL, a container or a virtual machine"
        )
    from tqdm import tqdm

    from autograder.grade import grade

    settings = grade.Settings(jobs or 0, isolation, scheduler, force, regrade)
    count, records = grade.grade(root, assignment, settings, students)
    refused, notes, again = [], [], 0
    for record in tqdm(records, total=count, unit="submission", desc=assignment):
        again += record.again
        if record.status == "refused":
            refused.append(f"{record.student}: not graded: {record.sentence}")
        else:
            notes += [f"{record.student}: {note}" for note in record.notes]
    for line in (*refused, *notes):
        click.echo(line)
    if again:
        click.echo(
            f"{again} of them had been graded: the course's checks or cells, the files next to the "
            "notebook, or the time of receipt have changed since."
        )
    click.echo(f"{count - len(refused)} of {count} submissions are graded.")
    if isolation == "process":
        click.echo("Graded with --isolation process: student code had limits, and was not shut in.")
