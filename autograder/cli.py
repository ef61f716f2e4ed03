"""The `autograder` command."""

from pathlib import Path

import click

from autograder.build import BuildError, build, differences
from autograder.sources import SourceError


@click.group()
@click.version_option(package_name="zero-to-millions")
def main():
    """Build the course's notebooks and grade them."""


@main.command("build")
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--check", is_flag=True, help="Change nothing; fail when notebooks/ is out of date.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("."),
    help="The course's folder (default: this one).",
)
def build_command(names, check, root):
    """Make notebooks/ from solutions/ (all notebooks, or those named)."""
    try:
        if check:
            problems = differences(root, names)
            if problems:
                raise click.ClickException("\n".join(problems))
            click.echo("notebooks/ is what solutions/ gives.")
        else:
            for name in build(root, names):
                click.echo(f"built notebooks/{name}/{name}.ipynb")
    except (BuildError, SourceError) as error:
        raise click.ClickException(str(error)) from error
