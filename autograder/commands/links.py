"""`autograder links`."""

import click

from autograder.build import links
from autograder.build.release import BuildError, scripts
from autograder.commands import root_option


@click.command("links")
@click.argument("url", metavar="https://github.com/ORG/REPO")
@click.option("--hub", metavar="URL", help="The JupyterHub that nbgitpuller's links lead to.")
@root_option
def command(url, hub, root):
    """Print the links that start each notebook of the class's repository.

    On Binder, and, for a JupyterHub with nbgitpuller, there.
    """
    try:
        repository = links.repository(url)
        address = links.hub(hub) if hub else links.ANY_HUB
        click.echo(links.table(repository, [script.stem for script in scripts(root)], address))
    except (BuildError, links.LinkError) as error:
        raise click.ClickException(str(error)) from error
    if not hub:
        note = (
            f"Put your JupyterHub's address in the place of {links.ANY_HUB}, or give it as --hub."
        )
        click.echo(note, err=True)
