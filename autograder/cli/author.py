"""An author's commands: build, new and audit."""

import os
import time
from pathlib import Path

import click

from autograder.cli.options import root_option
from autograder.errors import CourseError


@click.command()
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


@click.command()
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


@click.command()
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
