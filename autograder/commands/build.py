"""`autograder build`."""

import click

from autograder.build.release import BuildError, build, differences
from autograder.build.script import SourceError
from autograder.commands import root_option


@click.command("build")
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--check", is_flag=True, help="Change nothing; fail when notebooks/ is out of date.")
@root_option
def command(names, check, root):
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
