"""`autograder grade`."""

import gc
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from autograder.commands import root_option
from autograder.grade.sandbox import zygote

# what nearly every notebook imports: taken in while this command imports nbgrader
USUAL = ("course.view.explore", "course.view.architecture", "course.checks", "simpy")


@click.command("grade")
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Only this student (again for more).")
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
def command(
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
    refused, noted = [], []
    with nullcontext() if scheduler else zygote.prepared(USUAL):
        gc.disable()  # to look for garbage while it imports would take a fifth of the time
        from tqdm import tqdm

        from autograder.grade import grade as grading

        gc.freeze()  # nor need it look through the modules later
        gc.enable()
        settings = grading.Settings(jobs or 0, isolation, scheduler, force)
        try:
            count, records = grading.grade(root, assignment, settings, students)
            for record in tqdm(records, total=count, unit="submission", desc=assignment):
                if record.status == "refused":
                    refused.append(record)
                elif record.notes:
                    noted.append(record)
        except grading.ERRORS as error:
            raise click.ClickException(str(error)) from error
    for record in refused:
        click.echo(f"{record.student}: not graded: {record.sentence}")
    for record in noted:
        for note in record.notes:
            click.echo(f"{record.student}: {note}")
    click.echo(f"{count - len(refused)} of {count} submissions are graded.")
    if isolation == "process":
        click.echo("Graded with --isolation process: student code had limits, and was not shut in.")
