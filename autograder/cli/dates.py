"""When work is due: due and extend."""

from pathlib import Path

import click

from autograder.cli.options import root_option
from autograder.errors import CourseError


@click.command()
@click.argument("notebook", default="")
@click.argument("time", default="")
@click.option("--penalty", metavar="RULE", help='10%/day, "5%/hour up to 50%", 20% once, or none.')
@click.option("--grace", metavar="SPAN", help="How late costs nothing: 15min, 2h; 0 for none.")
@root_option
def due(notebook: str, time: str, penalty: str | None, grace: str | None, root: Path) -> None:
    """Show all dates, or set when NOTEBOOK (or `all`) is due and what lateness costs.

    TIME is such as 2026-12-01T23:59, by this computer's clock, or `none`. A penalty is a share of
    the points earned, for each day begun. Points that exist follow at once; grading/class.toml
    keeps what is set.
    """
    from autograder.term import dates

    if notebook and (time or penalty is not None or grace is not None):
        lines = dates.set_rule(root, notebook, time, penalty, grace)
    elif penalty is not None or grace is not None:
        raise CourseError("--penalty, --grace: name the notebook, or `all`.")
    else:
        lines = dates.table(root, notebook)
    click.echo("\n".join(lines))


@click.command()
@click.argument("student")
@click.argument("notebook")
@click.argument("extra", metavar="TIME")
@root_option
def extend(student: str, notebook: str, extra: str, root: Path) -> None:
    """Give STUDENT more time for NOTEBOOK (or `all`), also before anything is handed in.

    TIME is how much longer, such as +2d or +12h, or until when, such as 2026-12-05T12:00; +0 takes
    the extension away. It replaces an earlier one.
    """
    from autograder.term import dates

    click.echo("\n".join(dates.extend(root, student, notebook, extra)))
