"""What a year needs besides grading: a new term, teaching notes, a syllabus."""

from datetime import datetime
from pathlib import Path

import click

from autograder.cli.options import root_option
from autograder.errors import CourseError


@click.group()
def term() -> None:
    """Begin a new term."""


@term.command("new")
@click.option(
    "--last",
    default="",
    metavar="NAME",
    help="Of last term: grading/ becomes grading-NAME/, such as 2026-autumn (default: today).",
)
@click.option(
    "--again", is_flag=True, help="Put last term's assignments into the new gradebook, too."
)
@root_option
def new_term(last: str, again: bool, root: Path) -> None:
    """Put last term's data aside, and begin with a new salt and an empty gradebook."""
    from autograder.term.next_term import put_aside

    done = put_aside(root, last, again)
    click.echo(f"last term is in {done.folder.name}/, complete; git ignores it: keep a backup")
    given = ", ".join(done.assignments) or "no assignments yet"
    click.echo(f"grading/ is new, with {given}: no students, no dates, a new salt")
    click.echo(
        "The hidden checks are those of last term, with new inputs: somebody may have kept the "
        "worked solutions. Change some checks or exercises."
    )


@click.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder (default: grading/teaching, which no student sees).",
)
@root_option
def teaching(names: tuple[str, ...], to: Path | None, root: Path) -> None:
    """Write notes for teachers: questions, films, common mistakes, what to leave out.

    A page of Markdown for each notebook (all, or those named), without solutions.
    """
    from autograder.build.teaching import notes
    from autograder.course import chosen
    from autograder.files import reason, write_atomic

    pages = {name: notes(root, name) for name in chosen(root, names)}
    to = to or root / "grading" / "teaching"
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            write_atomic(to / f"{name}.md", text)
            click.echo(f"wrote {to / name}.md")
    except OSError as error:
        problem = f"{reason(error, to)}: choose another folder with --to."
        raise CourseError(problem) from error


@click.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--start", metavar="DATE", help="When week 1 begins, such as 2027-01-11.")
@root_option
def syllabus(names: tuple[str, ...], start: str | None, root: Path) -> None:
    """Print a table in Markdown: a notebook a week (all, or those named), with its minutes."""
    from autograder.build.teaching import syllabus

    try:
        begins = datetime.strptime(start, "%Y-%m-%d").date() if start else None
        table = syllabus(root, names, begins)
    except (ValueError, OverflowError) as error:
        raise CourseError(f"--start {start}: write a date such as 2027-01-11.") from error
    click.echo(table)
