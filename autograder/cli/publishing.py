"""What students get: publish and links."""

from pathlib import Path

import click

from autograder.cli.options import moment_option, root_option
from autograder.errors import CourseError

ANY_REPOSITORY = "https://github.com/ORG/REPO"


@click.command()
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
    metavar=ANY_REPOSITORY,
    help="Where you will push it: Binder badges lead there (default: as published earlier).",
)
@click.option(
    "--lite",
    is_flag=True,
    help="Instead, build a static site that runs the notebooks in the browser (JupyterLite).",
)
@click.option(
    "--solutions",
    multiple=True,
    metavar="NOTEBOOK",
    help="Also the worked solution of this notebook (repeat); those that are out stay.",
)
@click.option(
    "--after",
    metavar="TIME",
    help="With --solutions: refuse before this time, such as 2026-12-01T23:59.",
)
@click.option(
    "--now", is_flag=True, help="With --solutions: also while the due date has not passed."
)
@root_option
def publish(
    names: tuple[str, ...],
    to: Path,
    repository: str | None,
    lite: bool,
    solutions: tuple[str, ...],
    after: str | None,
    now: bool,
    root: Path,
) -> None:
    """Write the students' tree: notebooks (all, or those named), course, environment, README.

    Worked solutions are not in it, unless you name them with --solutions: that is refused as long
    as the assignment's due date, or a student's extension, has not passed.
    """
    if lite:
        from autograder.build import lite as site

        if solutions or repository:
            raise CourseError("--lite: a site has neither badges nor solutions; leave those out.")
        click.echo(f"built a site of {site.publish(root, to, names)} files in {to.resolve()}")
        return
    from autograder.build import links
    from autograder.build.publish import publish
    from autograder.term.solutions import refuse_too_early

    if (after or now) and not solutions:
        raise CourseError("--after and --now go with --solutions: name the notebook with it.")
    address = links.repository(repository) if repository else ""
    if solutions:
        refuse_too_early(root, solutions, moment_option("--after", after), even_now=now)
    done = publish(root, to, names, address, solutions)
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
    for name in done.solved:
        click.echo(f"the worked solution of {name} is out")
    click.echo(f"published {len(done.files)} files, {done.size / 1e6:.1f} MB, to {done.folder}")
    if done.repository == ANY_REPOSITORY:
        click.echo(f"Badges lead to {done.repository}: publish again with --repository and yours.")


@click.command()
@click.argument("url", metavar=ANY_REPOSITORY)
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option("--hub", metavar="URL", help="The JupyterHub that nbgitpuller's links lead to.")
@root_option
def links(url: str, names: tuple[str, ...], hub: str | None, root: Path) -> None:
    """Print the links that start notebooks of the class's repository: those that the class has.

    Those are the assignments in the gradebook, or all before there are any; or name them. The links
    are for Binder, and for a JupyterHub with nbgitpuller.
    """
    from autograder.build import links
    from autograder.course import chosen, is_graded
    from autograder.gradebook.read import in_gradebook

    repository = links.repository(url)
    address = links.hub(hub) if hub else links.ANY_HUB
    listed, given = chosen(root, names), in_gradebook(root)
    if given and not names:
        listed = [name for name in listed if name in given or not is_graded(name)]
    click.echo(links.table(repository, listed, address))
    if not hub:
        note = f"Replace {links.ANY_HUB} by your JupyterHub's address, or give it as --hub."
        click.echo(note, err=True)
