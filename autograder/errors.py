"""The one error that stops a command."""

import click

from autograder.files import printable

LENGTH = 2000  # characters: a path may be long


class CourseError(click.ClickException):
    """What a person must put right before the command can go on: one sentence with the fix.

    The command prints it after "Error: " and exits with 1; `str()` is the sentence.
    """

    def format_message(self) -> str:
        return printable(self.message, LENGTH)
