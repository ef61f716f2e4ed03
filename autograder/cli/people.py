"""Who is in the class: roster and remove."""

from pathlib import Path

import click

from autograder.cli.options import root_option
from autograder.errors import CourseError

ELSEWHERE = (
    "What lies elsewhere stays: downloads, exported tables, feedback as a zip or sent, backups. "
    "Write grading/report.html anew with `autograder report`."
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "column", default="", metavar="COLUMN", help="The column with the ids.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@root_option
def roster(file: Path, column: str, dry_run: bool, root: Path) -> None:
    """Bring the class list in FILE into the gradebook: new students and what has changed.

    FILE is Canvas' gradebook export, Moodle's participants or grading worksheet, a csv with the
    columns id, first_name, last_name, email and lms_user_id, or a list with one id, name or e-mail
    address a line. Nobody is removed.
    """
    from autograder.gradebook.read import roster
    from autograder.term import class_list
    from autograder.term.roster import lines, plan, write

    there = roster(root).students
    listed = class_list.read(file, column)
    made = plan(there, listed)
    if not dry_run:
        write(root, made.changes)
    click.echo("\n".join(lines(listed, made)))
    if dry_run:
        click.echo("Nothing was written: run it again without --dry-run.")


@click.command()
@click.argument("student")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@root_option
def remove(student: str, yes: bool, root: Path) -> None:
    """Delete all that the course keeps of STUDENT, after saying what that is.

    No later collecting or grading takes them in again, until a class list names them
    (`autograder roster FILE`) or `autograder collect --add` is used.
    """
    from autograder.term import removal

    found = removal.of(root, student)
    for part in found.parts:
        click.echo(part.said)
    if not yes:
        try:
            click.confirm("Delete all of this?", abort=True)
        except click.Abort as error:
            raise CourseError("nothing was deleted: answer y, or add --yes.") from error
    found.carry_out()
    click.echo(f"{found.student} is removed. {ELSEWHERE}")
