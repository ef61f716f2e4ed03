"""`autograder export`."""

from pathlib import Path

import click

from autograder.build.release import BuildError, configuration
from autograder.commands import root_option
from autograder.gradebook.export import FORMATS, write
from autograder.gradebook.grades import ExportError, grades
from autograder.gradebook.read import GradebookError, opened


@click.command("export")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="csv")
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
@root_option
def command(
    kind: str, to: Path | None, assignment: tuple[str, ...], column: tuple[str, ...], root: Path
) -> None:
    """Write the grades into a file that a spreadsheet, Canvas or Moodle reads."""
    root = root.resolve()
    make, usual = FORMATS[kind]
    to = to or Path(usual)
    try:
        headings = dict(_heading(text) for text in column)
        with opened(configuration(root, root).CourseDirectory.db_url) as connection:
            given = grades(connection, assignment)
        unknown = sorted(set(headings) - set(given.points))
        if unknown:
            raise ExportError(f"--column {unknown[0]}: no such assignment is exported.")
        write(make(given, headings), to)
    except (BuildError, ExportError, GradebookError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{to}: {len(given.students)} students, {len(given.points)} assignments.")
    if given.waiting:
        click.echo(f"{given.waiting} submissions still wait for a grade by hand.")


def _heading(text: str) -> tuple[str, str]:
    name, equals, heading = text.partition("=")
    if not equals or not heading:
        raise ExportError(f"--column {text}: write ASSIGNMENT=HEADING.")
    return name, heading
