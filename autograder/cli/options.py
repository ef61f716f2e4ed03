"""What several commands take."""

from datetime import UTC, datetime
from pathlib import Path

import click

from autograder.errors import CourseError

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("."),
    help="The course's folder (default: this one).",
)
"""`--root`: the folder with solutions/, notebooks/, grading/ and nbgrader_config.py."""


def time_option(text: str | None) -> datetime | None:
    """Return the moment that --received names, in UTC; CourseError for what is no time yet."""
    moment = moment_option("--received", text)
    if moment and moment > datetime.now(UTC):
        raise CourseError(f"--received {text}: is in the future: write when they arrived.")
    return moment


def moment_option(option: str, text: str | None) -> datetime | None:
    """Return the moment that an option names, in UTC, or None; CourseError for what is no time."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)  # without a zone: this computer's
    except (ValueError, OverflowError) as error:
        raise CourseError(f"{option} {text}: write a time such as 2026-11-24T21:00.") from error
