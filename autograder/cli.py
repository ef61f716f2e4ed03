"""The `autograder` command: options, and what is printed.

Each command imports what it needs when it is called, so that `--help` answers at once.
"""

import math
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from autograder.errors import CourseError

ANY_REPOSITORY = "https://github.com/ORG/REPO"

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("."),
    help="The course's folder (default: this one).",
)
"""`--root`: the folder with solutions/, notebooks/, grading/ and nbgrader_config.py."""


@click.group()
@click.version_option(package_name="zero-to-millions")
def main() -> None:
    """Build the course's notebooks, grade them, and see how the class does."""


@main.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--check", is_flag=True, help="Change nothing; fail if notebooks/ is out of date.")
@root_option
def build(names: tuple[str, ...], check: bool, root: Path) -> None:
    """Make notebooks/ from solutions/ (all notebooks, or those named).

    A notebook that is named is an assignment of the class from then on, in the gradebook.
    """
    from autograder.build import release
    from autograder.course import chosen
    from autograder.gradebook.read import in_gradebook

    if not check:
        every = chosen(root, names)
        for name in release.build(root, every, None if names else in_gradebook(root)):
            click.echo(f"built notebooks/{name}/{name}.ipynb")
        return
    problems = release.differences(root, names)
    if problems:
        raise click.ClickException("\n".join(problems))
    click.echo("notebooks/ is what solutions/ gives.")


@main.command()
@click.argument("name", metavar="NN_NAME")
@root_option
def new(name: str, root: Path) -> None:
    """Begin a notebook, such as 11_search: script, lab, submissions and tests.

    They build and pass their tests as they are. Says what the course still needs for it.
    """
    from autograder.build.inventory import missing
    from autograder.build.new import new

    paths = [path.relative_to(root).as_posix() for path in new(root, name)]
    for path in paths:
        if "/submissions/" not in path:
            click.echo(f"wrote {path}")
    submissions = sum("/submissions/" in path for path in paths)
    click.echo(f"wrote {submissions} submissions under tests/submissions/{name}/")
    for sentence in missing(root):
        if sentence.startswith(f"{name} "):
            click.echo(sentence)


@main.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A new or empty folder, or one published earlier, which is brought up to date.",
)
@click.option(
    "--repository",
    metavar=ANY_REPOSITORY,
    help="Where you will push it: Binder badges lead there (default: as published earlier).",
)
@root_option
def publish(names: tuple[str, ...], to: Path, repository: str | None, root: Path) -> None:
    """Write the students' tree: notebooks (all, or those named), course, environment, README."""
    from autograder.build import links
    from autograder.build.publish import publish

    done = publish(root, to, names, links.repository(repository) if repository else "")
    for path in done.removed:
        by_hand = ", which was changed by hand" if path in done.changed else ""
        click.echo(f"removed {path}{by_hand}")
    for path in done.kept:
        click.echo(f"kept {path}, which is not the course's")
    for path in done.changed:
        if path not in done.removed:
            click.echo(f"replaced {path}, which was changed by hand")
    for path in done.left_out:
        click.echo(f"left out {path}, which git does not know: `git add` it to publish it")
    click.echo(f"published {len(done.files)} files, {done.size / 1e6:.1f} MB, to {done.folder}")
    if done.repository == ANY_REPOSITORY:
        click.echo(f"Badges lead to {done.repository}: publish again with --repository and yours.")


@main.command()
@click.argument("url", metavar=ANY_REPOSITORY)
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--hub", metavar="URL", help="The JupyterHub that nbgitpuller's links lead to.")
@root_option
def links(url: str, names: tuple[str, ...], hub: str | None, root: Path) -> None:
    """Print the links that start notebooks of the class's repository: those that the class has.

    Those are the assignments in the gradebook, or all before there are any; or name them. The links
    are for Binder, and for a JupyterHub with nbgitpuller.
    """
    from autograder.build import links
    from autograder.course import chosen, is_graded
    from autograder.gradebook.read import in_gradebook

    repository = links.repository(url)
    address = links.hub(hub) if hub else links.ANY_HUB
    listed, given = chosen(root, names), in_gradebook(root)
    if given and not names:
        listed = [name for name in listed if name in given or not is_graded(name)]
    click.echo(links.table(repository, listed, address))
    if not hub:
        note = f"Replace {links.ANY_HUB} by your JupyterHub's address, or give it as --hub."
        click.echo(note, err=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--assignment", default="", help="Only this one; a file that names none is of it.")
@click.option(
    "--received",
    metavar="TIME",
    help="When the files arrived, such as 2026-11-24T21:00+01:00 (default: now).",
)
@click.option("--add", is_flag=True, help="Also take students who are not in the gradebook.")
@root_option
def collect(folder: Path, assignment: str, received: str | None, add: bool, root: Path) -> None:
    """Take students' files out of FOLDER, or out of an LMS's zip, into grading/submitted/."""
    from autograder.collect.collect import collect
    from autograder.gradebook.read import roster

    rows = collect(roster(root), folder, assignment, _time(received), add)
    click.echo("\n".join(collected_table(rows)))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)  # without a zone: this computer's
    except ValueError as error:
        raise CourseError(f"--received {text}: write a time such as 2026-11-24T21:00.") from error
    if moment > datetime.now(UTC):
        raise CourseError(f"--received {text}: is in the future: write when they arrived.")
    return moment


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


@main.command()
@click.argument("assignment")
@click.option(
    "--student", "students", multiple=True, help="Only this student, or all of a*; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Submissions at a time (default: cores).")
@click.option("--force", is_flag=True, help="Grade again what is graded already.")
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

    settings = grade.Settings(jobs or 0, isolation, scheduler, force)
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


@main.command()
@click.argument("assignment")
@click.option("--student", default="", metavar="ID", help="Only this student.")
@root_option
def feedback(assignment: str, student: str, root: Path) -> None:
    """Write each student's page of feedback, under grading/feedback/."""
    from autograder.gradebook.write import bring_penalties_up_to_date
    from autograder.pages.feedback import write_feedback

    bring_penalties_up_to_date(root, [assignment])
    written, failed = 0, 0
    for outcome in write_feedback(root, assignment, student):
        written += len(outcome.pages)
        if outcome.left_out:
            click.echo(f"{outcome.student}: left out: was removed from the gradebook", err=True)
        if outcome.problem:
            failed += 1
            click.echo(f"{outcome.student}: no feedback: {outcome.problem}", err=True)
    pages = "1 page" if written == 1 else f"{written} pages"
    click.echo(f"wrote {pages} of {assignment} under grading/feedback/")
    if failed:
        students = "1 student has" if failed == 1 else f"{failed} students have"
        raise click.ClickException(f"{students} no feedback: why is said above.")


@main.command()
@click.option(
    "--assignment", "assignments", multiple=True, metavar="NAME", help="Only this one (repeat)."
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the page goes (default: grading/report.html).",
)
@root_option
def report(assignments: tuple[str, ...], to: Path | None, root: Path) -> None:
    """Write one HTML page on how the class does."""
    from autograder.gradebook.write import bring_penalties_up_to_date
    from autograder.pages.report import write_report

    bring_penalties_up_to_date(root, assignments)
    click.echo(f"wrote {write_report(root, to, assignments)}")


@main.command()
@click.option(
    "--format", "kind", type=click.Choice(["csv", "canvas", "moodle", "total"]), default="csv"
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The file (default: grades.csv and so on, here).",
)
@click.option("--assignment", multiple=True, help="Only this one; may be given several times.")
@click.option(
    "--column",
    multiple=True,
    metavar="ASSIGNMENT=HEADING",
    help="Another heading, such as 02_load_balancer='Load balancer (4711)' with Canvas' number.",
)
@click.option(
    "--weight",
    multiple=True,
    metavar="ASSIGNMENT=NUMBER",
    help="In a total: how often it counts (default: 1; 0 for not at all).",
)
@root_option
def export(
    kind: str,
    to: Path | None,
    assignment: tuple[str, ...],
    column: tuple[str, ...],
    weight: tuple[str, ...],
    root: Path,
) -> None:
    """Write the grades into a file that a spreadsheet, Canvas or Moodle reads.

    The format `total` has one number a student: per cent of all, by weight.
    """
    from autograder.gradebook.export import FORMATS, grades, total_table, unmatched, write
    from autograder.gradebook.read import opened, places
    from autograder.gradebook.write import bring_penalties_up_to_date

    bring_penalties_up_to_date(root, assignment)
    make, usual = FORMATS[kind]
    to = to or Path(usual)
    headings = dict(_named("--column", text, "HEADING") for text in column)
    weights = dict(_weight(text) for text in weight)
    if weights and kind != "total":
        raise CourseError("--weight: only a total has weights; add --format total.")
    with opened(places(root).course.db_url) as connection:
        given = grades(connection, assignment)
    for option, chosen in (("--column", headings), ("--weight", weights)):
        if unknown := sorted(set(chosen) - set(given.assignments)):
            raise CourseError(f"{option} {unknown[0]}: no such assignment is exported.")
    if kind == "total" and not any(weights.get(name, 1) for name in given.assignments):
        raise CourseError("--weight: nothing counts; give one assignment a weight above 0.")
    table = total_table(given, headings, weights) if kind == "total" else make(given, headings)
    write(table, to, for_excel=kind in ("csv", "total"))
    click.echo(f"{to}: {len(given.students)} students, {len(given.assignments)} assignments.")
    if given.waiting:
        click.echo(f"{given.waiting} submissions still wait for a grade by hand.")
    if warning := unmatched(kind, given):
        click.echo(warning)


def _named(option: str, text: str, what: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise CourseError(f"{option} {text}: write ASSIGNMENT={what}.")
    return name, value


def _weight(text: str) -> tuple[str, float]:
    name, value = _named("--weight", text, "NUMBER")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise CourseError(f"--weight {text}: {value!r} is no number from 0 up; write {name}=2.")
    return name, number


@main.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--jobs", type=click.IntRange(min=1), help="Mutants at once (default: all cores).")
@click.option(
    "--minimum",
    type=click.FloatRange(0, 100),
    default=95.0,
    show_default=True,
    help="Percentage of a notebook's non-equivalent mutants that must die.",
)
@root_option
def audit(names: tuple[str, ...], jobs: int | None, minimum: float, root: Path) -> None:
    """How strong are the checks: run mutants of the worked solutions through them.

    Prints what the checks notice and each mutant that they do not.
    """
    try:
        from autograder.audit import audit, equivalent
    except ImportError as error:
        raise CourseError(f"{error.name} is not installed: pip install -e '.[audit]'") from error
    from autograder.course import chosen

    started, exercises = time.monotonic(), []
    root = root.resolve()
    names = tuple(chosen(root, names))
    listed = equivalent.read(root)
    for name in names:
        found = audit.audit_notebook(root, name, jobs or os.cpu_count() or 1, listed)
        used = (entry for exercise in found for _, entry in exercise.equivalent)
        for line in audit.notebook_lines(found, listed.unused(used, {name})):
            click.echo(line)
        exercises += found
    for line in audit.total_lines(exercises, time.monotonic() - started):
        click.echo(line)
    weak = audit.weakness(exercises, minimum)
    if weak:
        raise click.ClickException(weak)
