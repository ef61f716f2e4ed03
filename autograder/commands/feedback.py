"""`autograder feedback`."""

from pathlib import Path

import click

from autograder.commands import root_option
from autograder.gradebook.read import GradebookError
from autograder.pages.feedback import write_feedback


@click.command("feedback")
@click.argument("assignment")
@click.option("--student", default="", metavar="ID", help="Only this student.")
@root_option
def command(assignment: str, student: str, root: Path) -> None:
    """Write each student's page of feedback, under grading/feedback/."""
    written, failed = 0, 0
    try:
        for outcome in write_feedback(root, assignment, student):
            written += len(outcome.pages)
            if outcome.problem:
                failed += 1
                click.echo(f"{outcome.student}: no feedback: {outcome.problem}", err=True)
    except GradebookError as error:
        raise click.ClickException(str(error)) from error
    pages = "1 page" if written == 1 else f"{written} pages"
    click.echo(f"wrote {pages} of {assignment} under grading/feedback/")
    if failed:
        students = "1 student has" if failed == 1 else f"{failed} students have"
        raise click.ClickException(f"{students} no feedback: why is said above.")
