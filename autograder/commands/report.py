"""`autograder report`."""

from pathlib import Path

import click

from autograder.commands import root_option
from autograder.gradebook.read import GradebookError
from autograder.pages.report import write_report


@click.command("report")
@click.option(
    "--assignment", "assignments", multiple=True, metavar="NAME", help="Only this one (repeat)."
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the page goes (default: grading/report.html).",
)
@root_option
def command(assignments: tuple[str, ...], to: Path | None, root: Path) -> None:
    """Write one HTML page on how the class does."""
    try:
        target = write_report(root, to, assignments)
    except GradebookError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"wrote {target}")
