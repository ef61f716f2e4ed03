"""From one term to the next."""

from pathlib import Path

import click

from autograder.cli.options import root_option


@click.group()
def term() -> None:
    """Begin a new term."""


@term.command("new")
@click.option(
    "--last",
    default="",
    metavar="NAME",
    help="Of last term: grading/ becomes grading-NAME/, such as 2026-autumn (default: today).",
)
@click.option(
    "--again", is_flag=True, help="Put last term's assignments into the new gradebook, too."
)
@root_option
def new_term(last: str, again: bool, root: Path) -> None:
    """Put last term's data aside, and begin with a new salt and an empty gradebook."""
    from autograder.term.next_term import put_aside

    done = put_aside(root, last, again)
    click.echo(f"last term is in {done.folder.name}/, complete: git ignores it, so keep a backup")
    given = ", ".join(done.assignments) or "no assignments yet"
    click.echo(f"grading/ is new, with {given}: no students, no dates, a new salt")
    click.echo(
        "The hidden checks are those of last term, with new inputs: somebody may have kept the "
        "worked solutions. Change some checks or exercises."
    )
