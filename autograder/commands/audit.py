"""`autograder audit`."""

import os
import time
from pathlib import Path

import click

from autograder.audit import equivalent
from autograder.build.release import BuildError, scripts
from autograder.build.script import SourceError
from autograder.commands import root_option


@click.command("audit")
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
def command(names: tuple[str, ...], jobs: int | None, minimum: float, root: Path) -> None:
    """How strong are the checks: run mutants of the worked solutions through them.

    Prints what the checks notice and each mutant that they do not.
    """
    try:
        from autograder.audit import audit, audit_report
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is not installed: pip install -e '.[audit]'"
        ) from error
    started, exercises = time.monotonic(), []
    try:
        root, every = root.resolve(), [script.stem for script in scripts(root)]
        for name in names:
            if name not in every:
                raise click.ClickException(f"no notebook {name!r}: there are {', '.join(every)}")
        listed = equivalent.read(root)
        for name in names or every:
            found = audit.audit_notebook(root, name, jobs or os.cpu_count() or 1, listed)
            used = (entry for exercise in found for _, entry in exercise.equivalent)
            for line in audit_report.notebook(found, listed.unused(used, {name})):
                click.echo(line)
            exercises += found
    except (audit.AuditError, equivalent.ListError, BuildError, SourceError) as error:
        raise click.ClickException(str(error)) from error
    for line in audit_report.total(exercises, time.monotonic() - started):
        click.echo(line)
    weak = audit_report.weak(exercises, minimum)
    if weak:
        raise click.ClickException(weak)
