"""`autograder publish`."""

from pathlib import Path

import click

from autograder.build import links
from autograder.build.publish import PublishError, publish
from autograder.build.release import BuildError
from autograder.build.script import SourceError
from autograder.commands import root_option


@click.command("publish")
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A new or empty folder, or one published earlier, which is brought up to date.",
)
@click.option(
    "--repository",
    metavar=links.ANY_REPOSITORY,
    help="Where you will push it: Binder badges lead there (default: as published earlier).",
)
@root_option
def command(names, to, repository, root):
    """Write the students' tree: notebooks (all, or those named), course, environment, README."""
    try:
        address = links.repository(repository) if repository else ""
        done = publish(root, to, names, address)
    except (BuildError, SourceError, PublishError, links.LinkError) as error:
        raise click.ClickException(str(error)) from error
    for path in done.removed:
        by_hand = ", which was changed by hand" if path in done.changed else ""
        click.echo(f"removed {path}{by_hand}")
    for path in done.kept:
        click.echo(f"kept {path}, which is not the course's")
    for path in done.changed:
        if path not in done.removed:
            click.echo(f"replaced {path}, which was changed by hand")
    for path in done.left_out:
        click.echo(f"left out {path}, which git does not know: `git add` it to publish it")
    click.echo(f"published {len(done.files)} files, {done.size / 1e6:.1f} MB, to {done.folder}")
    if done.repository == links.ANY_REPOSITORY:
        click.echo(f"Badges lead to {done.repository}: publish again with --repository and yours.")
