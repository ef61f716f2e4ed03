"""The subcommands of `autograder`: options, errors as one sentence, and what is printed."""

from pathlib import Path

import click

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("."),
    help="The course's folder (default: this one).",
)
"""`--root`: the folder with solutions/, notebooks/, grading/ and nbgrader_config.py."""
