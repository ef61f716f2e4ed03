"""The `autograder` command: options, and what is printed.

Each command imports what it needs when it is called, so that `--help` answers at once.
"""

import click

from autograder.cli import (
    answers,
    author,
    dates,
    grading,
    lms,
    people,
    publishing,
    radar,
    results,
    year,
)

COMMANDS = (
    author.build,
    author.new,
    author.audit,
    radar.mistakes,
    publishing.publish,
    publishing.links,
    people.roster,
    people.remove,
    dates.due,
    dates.extend,
    grading.collect,
    grading.grade,
    answers.answers,
    results.feedback,
    results.report,
    radar.name,
    radar.comment,
    results.predictions,
    results.export,
    lms.push,
    year.teaching,
    year.syllabus,
    year.term,
)


@click.group()
@click.version_option(package_name="zero-to-millions")
def main() -> None:
    """Build the course's notebooks, grade them, and see how the class does."""


for command in COMMANDS:
    main.add_command(command)
